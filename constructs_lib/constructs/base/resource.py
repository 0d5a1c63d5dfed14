"""The base of the constructs for a Terraform resource."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from constructs_lib import schemas, toolkit
from constructs_lib.constructs.base import meta_arguments
from constructs_lib.constructs.base.arguments import (
    CONSTRUCTOR_ONLY,
    SETTABLE_META_ARGUMENTS,
    are_parameters_checked,
    changed_reference,
    fixed_parameter,
    frozen_copy,
    misspelt_attribute,
    read_only_attribute,
)
from constructs_lib.constructs.base.attributes import (
    ambiguous_name,
    has_unique_export_name,
    instance_needed,
)
from constructs_lib.constructs.base.cdk_resource import CdkDataSource, CdkResource
from constructs_lib.constructs.base.construct import StackConstruct
from constructs_lib.constructs.base.expressions import is_hcl, to_json_value
from constructs_lib.constructs.base.provider import ProviderConstruct
from constructs_lib.constructs.rules import accounts
from constructs_lib.constructs.rules.meta_argument_checks import (
    MetaArgumentContext,
    check_meta_arguments,
)
from constructs_lib.constructs.rules.stack import (
    InstanceKey,
    ResourceFacts,
    UniqueKey,
    keys_shared_by_instances,
)
from constructs_lib.constructs.rules.values import check_values
from constructs_lib.constructs.synth.bulk_resources import ResourceBody
from constructs_lib.validation import ALIASES, ConstructPlace, Finding, errors
from constructs_lib.validation.findings import in_python

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class _Node:
    """The node of a construct, as of any other, but with the resource of the CDK in it.

    It is no data descriptor, so that the CDK itself does not ask Python for each node.
    """

    def __get__(self, construct: ResourceConstruct | None, owner: type) -> Any:
        if construct is None:
            return self
        construct.show_resource()
        return super(ResourceConstruct, construct).node


@toolkit.implements(toolkit.ITerraformDependable)
class ResourceConstruct(StackConstruct):
    """The construct of one resource, or of several with ``count`` or ``for_each``.

    The resource of the CDK is inside. What all resources share is here: the checks, the meta-
    arguments and the readable attributes.
    """

    TYPE: ClassVar[str]
    """How its address in Terraform begins, which is also the name of its schema: the resource type,
    behind ``data.`` or ``ephemeral.`` if it is of that mode."""
    PROVIDER: ClassVar[type[ProviderConstruct]]
    """The construct of the provider that the resource belongs to."""

    CDK_CLASS: ClassVar[type[CdkResource | CdkDataSource]] = CdkResource
    """The class of the resource inside, which decides in what block it is written."""

    CONSTRUCTOR_ONLY: ClassVar[tuple[str, ...]] = CONSTRUCTOR_ONLY
    """Parameters that cannot be set after the construct was made."""

    _is_complete = False

    if TYPE_CHECKING:
        # They can be set, and not read.
        lifecycle: meta_arguments.Lifecycle | Mapping[str, Any] | None
        depends_on: Sequence[toolkit.Construct]
    else:
        node = _Node()

    def __init__(self, scope: toolkit.Construct, id_: str, arguments: Mapping[str, Any]) -> None:
        super().__init__(scope, id_)
        self._arguments = self._inherit_provider(arguments)
        self._values = self._parameters(self._arguments)
        self._is_many = meta_arguments.is_many(self._arguments)
        self._attributes: dict[str, Any] = {}
        self._meta: dict[str, Any] = {}
        self._findings: list[Finding] = []
        self._evaluate()
        self._cdk_resource: CdkResource | CdkDataSource | None = None
        self.references: dict[str, str] = {}
        """The references to attributes of its instances, as tokens, by their addresses."""
        self._known_name = ""
        if self._fits_in_bulk(scope, id_):
            self._known_name = id_
            path = self._place.path
            self.synthesis.bulk.add(self, ResourceBody(self.TYPE, id_, path, self._attributes))
        else:
            resource = self.make_resource()
            self._known_name = resource.name = self._name(scope, id_)
        self.synthesis.addresses.setdefault(f"{self.TYPE}.{self._known_name}", self)
        if (imported := meta_arguments.terraform_import(self._arguments)) is not None:
            address = f"{self.TYPE}.{self._known_name}"
            self.synthesis.import_resource({"to": address, **imported})
        if (source := meta_arguments.terraform_move(self.TYPE, self._arguments)) is not None:
            self.synthesis.move_resource(source, f"{self.TYPE}.{self._known_name}", self._place)
        self._known_facts = self._resource_facts()
        self.synthesis.resources.append(self._known_facts)
        self._is_complete = True

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an attribute: a parameter as in the constructor, any other as in Python."""
        known = {*self.CONSTRUCTOR_ONLY, *SETTABLE_META_ARGUMENTS}
        if self._is_complete and name in self.settable | known:
            self.assign(name, value)
            return
        is_new = not name.startswith("_") and not hasattr(type(self), name)
        if self._is_complete and is_new and _is_ours(type(self)):
            self.report(misspelt_attribute(name, self.settable, self._place))
        super().__setattr__(name, value)

    @property
    def settable(self) -> frozenset[str]:
        """The names of the parameters that can be set after the construct was made."""
        meta = (name for name in SETTABLE_META_ARGUMENTS if name in self._arguments)
        return frozenset((*self._values, *meta)) - frozenset(self.CONSTRUCTOR_ONLY)

    @property
    def is_counted(self) -> bool:
        """Whether it has ``count``."""
        return self._arguments.get("count") is not None

    def assign(self, name: str, value: Any) -> None:
        """Set a parameter as the constructor would have, or leave a finding.

        :param name: name of a parameter, or of an attribute that can only be read
        """
        if not self._is_complete:
            raise AttributeError(f"{name} can be set after {type(self).__name__}.__init__ only")
        if name in self.CONSTRUCTOR_ONLY:
            if value is not self._arguments.get(name):
                self.report([fixed_parameter(name, self._place)])
            elif not hasattr(type(self), name):
                # A subclass may keep what it was given.
                super().__setattr__(name, value)
        elif name not in self.settable:
            self.report([read_only_attribute(name, self.settable, self._place)])
        else:
            self._change(name, value)

    def report_inner_change(self, name: str) -> None:
        """Leave a finding about a change inside the value of an attribute."""
        is_settable = name in self.settable
        self.report([changed_reference(name, is_settable, self._place)])

    def add_override(self, path: str, value: Any) -> None:
        """Write a value into the resource as Terraform gets it, past all checks.

        It is for what the parameters do not offer. The provider still checks it at plan.

        :param path: where, with dots, such as ``config.new_field`` or ``lifecycle.prevent_destroy``
        :param value: JSON-like; may contain tokens
        """
        self.make_resource().add_override(path, to_json_value(value))

    def show_resource(self) -> None:
        """Make the resource, if the construct is complete, for whoever looks at its node."""
        if self._is_complete:
            self.make_resource()

    def _change(self, name: str, value: Any) -> None:
        if value is self._arguments.get(name):
            return
        was_usable = not errors(self._findings)
        self._arguments[name] = value
        if name in self._values:
            self._values[name] = value
        self._evaluate()
        before, self._known_facts = self._known_facts, self._resource_facts()
        resources = self.synthesis.resources
        index = next(i for i, facts in enumerate(resources) if facts is before)
        resources[index] = self._known_facts
        if self._cdk_resource is None and any(v is not None for v in self._meta.values()):
            self.make_resource()
        elif self._cdk_resource is not None and not (was_usable and name in self._values):
            self._cdk_resource.replace_meta_arguments(self._meta)

    def _evaluate(self) -> None:
        """Check the arguments, and put them into the form for the CDK."""
        self.withdraw(self._findings)
        found = self._all_findings(self._arguments, self._values)
        instance_key = (
            self.instance_key(self._values) if self._is_many and not errors(found) else None
        )
        if instance_key is not None:
            stack = self.synthesis.stack
            found += keys_shared_by_instances(self._arguments, instance_key, self._place, stack)
        # They are reported as they are here, so that they can be withdrawn.
        self._findings = [in_python(each) for each in found]
        self.report(self._findings)
        if self._is_finite:
            self._values = {name: frozen_copy(each) for name, each in self._values.items()}
        # After an error nothing is written, and the CDK could fail at the very same mistake.
        usable = not errors(self._findings)
        # The writer of the resource holds this very mapping.
        self._attributes.clear()
        self._attributes.update(_attributes(self._values) if usable else {})
        self._meta = meta_arguments.terraform_arguments(self._arguments) if usable else {}
        if self._meta.get("action_triggers"):
            self.synthesis.require_terraform(meta_arguments.TERRAFORM_WITH_ACTIONS)

    @property
    def _is_finite(self) -> bool:
        # What contains itself has no end to look for.
        return all(finding.rule != "not-json" for finding in self._findings)

    def _inherit_provider(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments with the provider of what the construct is about, if none is given.

        Which provider that is, and the relation between the two, is noted for other constructs and
        for the checks at synth.
        """
        subject = accounts.subject_of(dict(arguments), self.synthesis)
        provider = arguments.get("provider")
        if provider is None:
            provider = accounts.inherited_provider(subject, self.synthesis, self.PROVIDER)
        self.owner: accounts.AccountOwner | None = None
        """The account to which the construct belongs; None if its provider is none."""
        if provider is None or isinstance(provider, self.PROVIDER):
            kind = self.PROVIDER.KIND
            self.owner = accounts.AccountOwner(self._place, kind, provider, self.synthesis)
            if subject is not None and subject.kind is kind:
                self.synthesis.relations.append(accounts.AccountRelation(self.owner, subject))
        return {**arguments, "provider": provider}

    def make_resource(self) -> CdkResource | CdkDataSource:
        """Return the resource of the CDK; make it if nothing has needed it before."""
        if self._cdk_resource is None:
            self._cdk_resource = self.CDK_CLASS(
                self, self.TYPE, self._place.path, self._attributes, self._meta
            )
            self._cdk_resource.forward_attributes(self)
            self._cdk_resource.name = self._known_name
            self.synthesis.bulk.remove(self)
        return self._cdk_resource

    def check(self, values: Mapping[str, Any], place: ConstructPlace) -> list[Finding]:
        """Return all findings about the parameters.

        :param values: the parameters by name; None means left out
        """
        raise NotImplementedError

    def literal_secrets(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return JSON pointers to the secrets among the parameters that are no references."""
        return ()

    def unique_keys(self, values: Mapping[str, Any], provider: object) -> tuple[UniqueKey, ...]:
        """Return what only this resource may have in its stack.

        :param values: the parameters by name, which have no errors
        :param provider: tells the accounts of a stack apart; None for that of the default provider
        """
        return ()

    def instance_key(self, values: Mapping[str, Any]) -> InstanceKey | None:
        """Return what only one resource may have, and its instances must not share; None if there
        is nothing.

        :param values: the parameters by name, which have no errors
        """
        return None

    @property
    def fqn(self) -> str:
        """The address of the resource, such as ``fivetranops_connection.orders``, as a token.

        With it, other resources of the CDK take this construct in their ``depends_on``.
        """
        return str(self.make_resource().fqn)

    def expression(self, name: str) -> Any:
        """Return the Terraform expression for an attribute; used by the readable attributes."""
        if self._is_many:
            self.report([instance_needed(name, self._place)])
        elif not has_unique_export_name(self, f"{self._known_name}.{name}"):
            self.report([ambiguous_name(self._known_name, self._place)])
        return self.make_resource().interpolation_for_attribute(name)

    def register_identifier(self, token: str) -> None:
        """Remember this construct by a token that names it; used by the readable attributes."""
        self.synthesis.identifiers[token] = self

    def _all_findings(
        self, arguments: Mapping[str, Any], values: Mapping[str, Any]
    ) -> list[Finding]:
        place, parameters = self._place, tuple(values)
        meta = MetaArgumentContext(place, self.synthesis, parameters, self.PROVIDER, self.TYPE)
        found = [] if are_parameters_checked() else self.check(values, self._place)
        found += check_meta_arguments(arguments, meta)
        # What contains itself has no end to look for.
        is_finite = all(finding.rule != "not-json" for finding in found)
        return found + check_values(values, place) if is_finite else found

    def _name(self, scope: toolkit.Construct, id_: str) -> str:
        """Return the name of the resource in Terraform; report one that Terraform refuses."""
        if self._has_simple_name(scope, id_):
            return id_
        name = str(self.make_resource().friendly_unique_id)
        if not self.has_wrong_id and not _NAME.fullmatch(name):
            allowed = "a name that starts with a letter or an underscore"
            hint = f"such as {'_' + name!r}" if name else "use the letters a to z, digits, _ and -"
            found = f"{name!r}, made from the ids of the constructs"
            self.report(
                [Finding("resource-name", "error", self._place, "/id_", found, allowed, hint)]
            )
        return name

    def _has_simple_name(self, scope: toolkit.Construct, id_: str) -> bool:
        """Return True if the id is the name.

        Only the CDK knows the name of a resource deeper in the stack, and asking costs a call into
        Node.
        """
        is_simple = scope is self.synthesis.stack and isinstance(id_, str) and len(id_) < 255
        return is_simple and _NAME.fullmatch(id_) is not None and not self.has_wrong_id

    def _fits_in_bulk(self, scope: toolkit.Construct, id_: str) -> bool:
        """Return True if the CDK is not needed to write this resource."""
        # A count of 0 is a meta-argument like any other: only None means left out.
        is_plain = self.CDK_CLASS is CdkResource and all(v is None for v in self._meta.values())
        return is_plain and self._has_simple_name(scope, id_) and not is_hcl()

    def _resource_facts(self) -> ResourceFacts:
        arguments, values, name = self._arguments, self._values, self._known_name
        given = arguments.get("provider")
        provider = given.facts if isinstance(given, self.PROVIDER) else None
        wrong = {finding.pointer for finding in errors(self._findings)}
        literal = self.literal_secrets(values) if self._is_finite else ()
        # With a wrong id it has no keys: a copied line is one mistake, not three.
        unique_keys: tuple[UniqueKey, ...] = ()
        if not self.has_wrong_id and meta_arguments.has_no_instance(arguments):
            unique_keys = (self._unique_name(name),)
        elif not self.has_wrong_id:
            unique_keys = (self._unique_name(name),)
            unique_keys += meta_arguments.unique_import(self.TYPE, arguments)
            unique_keys += meta_arguments.unique_move(self.TYPE, arguments)
            # The provider without an alias is the same account, handed over or not.
            has_own = provider is not None and provider.alias is not None
            account = provider.place if provider is not None and has_own else None
            unique_keys += () if wrong else self.unique_keys(values, account)
        return ResourceFacts(
            self._place,
            self.PROVIDER.KIND,
            provider,
            given is None,
            tuple(each for each in literal if each not in wrong),
            unique_keys,
            f"{self.TYPE}.{name}",
            () if wrong else meta_arguments.triggers_of(arguments),
        )

    def _unique_name(self, name: str) -> UniqueKey:
        found = f"the name {name!r} of another {self.TYPE}"
        allowed = "a unique name for each resource; it is made from the ids of the constructs"
        return UniqueKey("resource-name", (self.TYPE, name), "/id_", found, allowed)

    def _parameters(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters that are attributes of the resource.

        Others are left aside, such as the scope, which is not the attribute of that name.
        """
        attributes = schemas.load(self.TYPE).attributes
        return {
            name: value
            for name, value in arguments.items()
            if ALIASES.get(name, name) in attributes and name not in ALIASES.values()
        }


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        ALIASES.get(name, name): to_json_value(value)
        for name, value in values.items()
        if value is not None
    }


def _is_ours(kind: type) -> bool:
    return kind.__module__.startswith("constructs_lib.constructs.")
