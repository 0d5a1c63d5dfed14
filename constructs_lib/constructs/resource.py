"""The base of the constructs that stand for one Terraform resource."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from constructs_lib import schemas, toolkit
from constructs_lib.constructs import meta_arguments, stack_rules, synthesis
from constructs_lib.constructs.values import hcl_form, rendered
from constructs_lib.validation import ALIASES, ConstructPlace, Finding


class _HiddenResource(toolkit.TerraformResource):
    """The resource of the CDK. Its id ``Default`` keeps it out of the address."""

    def __init__(
        self,
        scope: toolkit.Construct,
        type_name: str,
        attributes: dict[str, Any],
        meta: dict[str, Any],
    ) -> None:
        # The CDK asks for the attributes at synth. Handing them over one by one beforehand would
        # cost a call into Node each.
        self._attributes = attributes
        super().__init__(scope, "Default", terraform_resource_type=type_name, **meta)

    def _synthesize_attributes(self) -> dict[str, Any]:
        return self._attributes

    def _synthesize_hcl_attributes(self) -> dict[str, Any]:
        return hcl_form(self._attributes)


@toolkit.implements(toolkit.ITerraformDependable)
class ResourceConstruct(toolkit.Construct):
    """A construct that stands for one resource, or for several with ``count`` or ``for_each``.

    The resource of the CDK stays hidden inside. What is common to all resources is here: the
    checks, the meta-arguments and the readable attributes.
    """

    TYPE: ClassVar[str]
    """Terraform's name of the resource type, and the name of its schema."""

    def __init__(self, scope: toolkit.Construct, id_: str, arguments: Mapping[str, Any]) -> None:
        super().__init__(scope, id_)
        self._synthesis = synthesis.of(scope)
        self._place = self._synthesis.place(self, scope, id_)
        self._is_many = meta_arguments.is_many(arguments)
        values = self._parameters(arguments)
        names = frozenset(values)
        self._synthesis.findings += self.check(values, self._place)
        self._synthesis.findings += meta_arguments.findings(arguments, names, self._place)
        self._synthesis.resources.append(
            stack_rules.ResourceFacts(self._place, self.literal_secrets(values))
        )
        meta = meta_arguments.terraform_arguments(arguments)
        self._resource = _HiddenResource(self, self.TYPE, _attributes(values), meta)
        self._import(arguments.get("import_id"))

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """All findings about the parameters.

        :param values: the parameters by name; None means left out
        """
        raise NotImplementedError

    def literal_secrets(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """JSON pointers to the secrets among the parameters that are no references."""
        return ()

    @property
    def fqn(self) -> str:
        """The address of the resource, such as ``fivetranops_connection.orders``, as a token.

        With it, other resources of the CDK take this construct in their ``depends_on``.
        """
        return str(self._resource.fqn)

    def expression(self, name: str) -> Any:
        """The Terraform expression for an attribute; used by the readable attributes."""
        if self._is_many:
            self._synthesis.findings.append(self._instance_needed(name))
        return self._resource.interpolation_for_attribute(name)

    def _instance_needed(self, name: str) -> Finding:
        return Finding(
            "instance-key",
            "error",
            self._place,
            "",
            f"attribute {name} of several instances",
            "the attribute of one instance",
            f"write .at(key).{name}",
        )

    def _import(self, identifier: str | None) -> None:
        if identifier is not None:
            address = f"{self.TYPE}.{self._resource.friendly_unique_id}"
            self._synthesis.import_resource(address, identifier)

    def _parameters(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters that are attributes of the resource; others are left aside."""
        attributes = schemas.load(self.TYPE).attributes
        return {
            name: value
            for name, value in arguments.items()
            if ALIASES.get(name, name) in attributes
        }


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        ALIASES.get(name, name): rendered(value)
        for name, value in values.items()
        if value is not None
    }


class Instance:
    """One instance of a resource with ``count`` or ``for_each``."""

    def __init__(self, resource: ResourceConstruct, key: str | int) -> None:
        self._resource = resource
        self._key = key

    def expression(self, name: str) -> Any:
        """The Terraform expression for an attribute; used by the readable attributes."""
        # The CDK writes map keys as attributes, which Terraform does not take for an instance.
        return f"${{{self._resource.fqn}[{json.dumps(self._key)}].{name}}}"
