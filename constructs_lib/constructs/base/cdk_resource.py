"""The resource, data source, ephemeral resource or action of the CDK inside of a construct."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, cast

from constructs_lib import toolkit
from constructs_lib.constructs.base.expressions import hcl_attributes, hcl_value, is_hcl
from constructs_lib.validation import ALIASES

_NOT_SHOWN = "Default"
_EPHEMERAL = "ephemeral."
_ACTION = "action."


class Settable(Protocol):
    """A construct whose parameters can be set after it was made."""

    @property
    def settable(self) -> frozenset[str]:
        """The names of the parameters that can be set."""

    def assign(self, name: str, value: Any) -> None:
        """Set a parameter."""


class _CdkElement:
    """The base of all of them. The id ``Default`` keeps them out of the address."""

    PREFIX: ClassVar[str] = ""
    """How the names of our schemas begin, where the CDK knows by itself what it is."""
    _attributes: dict[str, Any]

    def __init__(
        self,
        scope: toolkit.Construct,
        type_name: str,
        path: str,
        attributes: dict[str, Any],
        meta: dict[str, Any],
    ) -> None:
        """Make it.

        :param type_name: how its address begins, such as ``data.fivetranops_connection``
        :param path: path of the construct around it
        :param attributes: the attributes in the form for the CDK
        :param meta: the meta-arguments, as keyword arguments of the CDK's resource, and
            ``action_triggers``, which the CDK does not know
        """
        # The CDK asks for the attributes at synth. Handing them over one by one beforehand would
        # cost a call into Node each.
        self._attributes = attributes
        self.action_triggers = meta.get("action_triggers")
        """The blocks ``action_trigger`` of its lifecycle; None without any."""
        own = {name: value for name, value in meta.items() if name != "action_triggers"}
        self.name = ""
        """The name of the resource in Terraform, which only the construct around it knows."""
        self._path = "/".join(step for step in path.split("/") if step != _NOT_SHOWN)
        kind = type_name.removeprefix(self.PREFIX)
        # The class of the CDK comes next in the order of bases; a type checker cannot know that.
        super().__init__(scope, _NOT_SHOWN, terraform_resource_type=kind, **own)  # type: ignore[call-arg]

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute: one of the resource as a parameter of the construct around it."""
        parameter = self.__dict__.get("_forwarded", {}).get(name)
        if parameter is None:
            super().__setattr__(name, value)
        else:
            self._construct.assign(parameter, value)

    def forward_attributes(self, construct: Settable) -> None:
        """Have attributes that are set here be set at the construct around the resource.

        An Aspect that looks for resources of the CDK meets this one, and not the construct.
        """
        self._construct = construct
        own = (name for name in construct.settable if not hasattr(type(self), name))
        self._forwarded = {ALIASES.get(name, name): name for name in own}

    def replace_meta_arguments(self, meta: dict[str, Any]) -> None:
        """Replace the meta-arguments.

        :param meta: as for the constructor
        """
        scope: Any = self
        for name, value in meta.items():
            if name == "depends_on":
                # The CDK's resource has addresses here, and not what they are the addresses of.
                value = value and [toolkit.address(each.fqn, scope) for each in value]
            setattr(self, name, value)

    @property
    def _construct_node_metadata(self) -> dict[str, Any]:
        # The command line of the CDK shows this path behind the address in a plan.
        return {"metadata": {"path": self._path, "uniqueId": self.name}}

    def _synthesize_attributes(self) -> dict[str, Any]:
        if self.action_triggers is None:
            return self._attributes
        # The CDK merges the rest of the lifecycle into it.
        return {**self._attributes, "lifecycle": {"action_trigger": self.action_triggers}}

    def _synthesize_hcl_attributes(self) -> dict[str, Any]:
        return hcl_attributes(self._attributes, cast(toolkit.IConstruct, self))

    def to_hcl_terraform(self) -> Any:
        """Return the part of the stack's document as HCL."""
        if self.action_triggers is not None:
            _refuse_hcl("action triggers")
        document = super().to_hcl_terraform()  # type: ignore[misc]
        for named in [*document.get("resource", {}).values(), *document.get("data", {}).values()]:
            for body in named.values():
                if "for_each" in body:
                    # A mapping is a value, too, which the CDK would guess.
                    body["for_each"] = hcl_value(body["for_each"], cast(toolkit.IConstruct, self))
        return document


class CdkResource(_CdkElement, toolkit.TerraformResource):
    """The resource of the CDK."""


class CdkDataSource(_CdkElement, toolkit.TerraformDataSource):
    """The data source of the CDK."""

    PREFIX = "data."


class CdkEphemeralResource(CdkResource):
    """A resource of the CDK, which knows no ephemeral ones: it is written as one.

    Its type begins with ``ephemeral.``, so that all references to it are right; what is left to
    do is to write it into the block of that name.
    """

    def to_terraform(self) -> Any:
        """Return the part of the stack's document."""
        document = super().to_terraform()
        blocks = document.pop("resource", {}).items()
        ephemeral = {kind.removeprefix(_EPHEMERAL): named for kind, named in blocks}
        return {**document, "ephemeral": ephemeral}


class CdkAction(CdkResource):
    """An action of Terraform, which the CDK does not know: it is written as a resource likewise."""

    def _synthesize_attributes(self) -> dict[str, Any]:
        return {"config": self._attributes}

    def to_terraform(self) -> Any:
        """Return the part of the stack's document."""
        document = super().to_terraform()
        blocks = document.pop("resource", {}).items()
        return {**document, "action": {kind.removeprefix(_ACTION): named for kind, named in blocks}}

    def to_hcl_terraform(self) -> Any:
        """Return nothing: the file of a synth as HCL is made of the document in JSON."""
        _refuse_hcl("actions")
        return {}


def _refuse_hcl(what: str) -> None:
    # The command line asks for HCL by the environment, and then hcl_document writes the file.
    if not is_hcl():
        raise RuntimeError(f"the CDK's Testing writes no {what} as HCL; take its synth as JSON")
