"""Terraform's meta-arguments of a resource: depends_on, count, for_each, provider, lifecycle.

What an ``import`` block takes over is here, too: it is a parameter of the same constructs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, TypeAlias, get_args

from constructs_lib import toolkit
from constructs_lib.constructs.base import expressions
from constructs_lib.constructs.base.cdk_resource import CdkAction
from constructs_lib.constructs.base.construct import StackConstruct
from constructs_lib.constructs.base.expressions import to_json_value
from constructs_lib.constructs.base.provider import cdk_provider
from constructs_lib.constructs.rules.stack import UniqueKey
from constructs_lib.validation import ALIASES

Event: TypeAlias = Literal["before_create", "after_create", "before_update", "after_update"]
"""The changes of a resource around which Terraform runs actions."""
TERRAFORM_WITH_ACTIONS: Final = (1, 14)
"""The first Terraform that knows actions, and what triggers them."""
EVENTS: Final[tuple[str, ...]] = get_args(Event)


class TriggeredAction:
    """What a trigger may name: an action, or one instance of an action with several."""

    @property
    def address(self) -> str:
        """The address in Terraform, such as ``action.fivetranops_connection_sync.orders``."""
        raise NotImplementedError

    @property
    def action(self) -> StackConstruct:
        """The construct of the action."""
        raise NotImplementedError

    @property
    def is_single(self) -> bool:
        """False for an action with several instances, of which one has to be named."""
        raise NotImplementedError

    def reads(self, address: str) -> bool:
        """Return whether the configuration of the action refers to a resource.

        :param address: the address of the resource
        """
        raise NotImplementedError


@dataclass(frozen=True)
class ActionTrigger:
    """Actions that Terraform runs before or after it changes a resource (Terraform 1.14)."""

    events: Sequence[Event]
    """The changes around which the actions run: `before_create`, `after_create`, `before_update`,
    `after_update`. A replacement counts as a creation."""
    actions: Sequence[TriggeredAction | str]
    """The actions in their order: constructs, `.at(key)` of those with `count` or `for_each`, or
    addresses such as `action.fivetranops_connection_sync.orders`. One that fails ends the order:
    before a change, the resource is left as it is; after it, the resource is kept, and the next
    deploy does not run the actions again."""
    condition: str | bool | toolkit.IResolvable | None = None
    """An expression such as `${var.is_open}`, known while planning; false runs nothing. It cannot
    say `self`."""


@dataclass(frozen=True)
class Lifecycle:
    """How Terraform treats changes of a resource (Terraform's ``lifecycle`` meta-argument)."""

    create_before_destroy: bool | None = None
    """True makes the replacement before the old object is destroyed."""
    prevent_destroy: bool | None = None
    """True makes a plan fail that would destroy or replace the object."""
    ignore_changes: Sequence[str] | Literal["all"] | None = None
    """Names of parameters whose changes are not applied, or ``all``."""
    replace_triggered_by: Sequence[str] | None = None
    """Addresses; a change of one of them replaces the object."""
    action_triggers: Sequence[ActionTrigger | Mapping[str, Any]] | None = None
    """Actions to run around changes of the object, see `ActionTrigger` below."""


def lifecycle_names() -> frozenset[str]:
    """Return the names that a mapping for the ``lifecycle`` parameter may have."""
    return frozenset(field.name for field in fields(Lifecycle))


def terraform_lifecycle(
    value: Lifecycle | Mapping[str, Any] | None,
) -> toolkit.TerraformResourceLifecycle | None:
    """Return the CDK's form of a ``lifecycle`` parameter; names that do not exist are left out."""
    if value is None:
        return None
    known = {name: settings_of(value).get(name) for name in lifecycle_names()}
    # The CDK knows no actions.
    del known["action_triggers"]
    ignored = known["ignore_changes"]
    if isinstance(ignored, (list, tuple)):
        # The plan knows attributes, not parameters: secrets is config_wo there.
        known["ignore_changes"] = [_attribute_path(name) for name in ignored]
    if isinstance(known["replace_triggered_by"], tuple):
        # On the way into the CDK a tuple is no list.
        known["replace_triggered_by"] = list(known["replace_triggered_by"])
    return toolkit.TerraformResourceLifecycle(**known)


def settings_of(value: Lifecycle | ActionTrigger | Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the settings of a ``Lifecycle``, or of an ``ActionTrigger``, by name.

    :param value: it, or a mapping with the same names; None has no settings
    """
    return {} if value is None else value if isinstance(value, Mapping) else vars(value)


def triggers_of(arguments: Mapping[str, Any]) -> tuple[ActionTrigger, ...]:
    """Return the action triggers of a construct, which have no errors.

    :param arguments: the parameters of the construct by name
    """
    given = settings_of(arguments.get("lifecycle")).get("action_triggers") or ()
    return tuple(ActionTrigger(**settings_of(each)) for each in given)


def _terraform_trigger(trigger: ActionTrigger) -> dict[str, Any]:
    block = {
        "events": [*trigger.events],
        "actions": [each if isinstance(each, str) else each.address for each in trigger.actions],
    }
    condition = trigger.condition
    return block if condition is None else {**block, "condition": to_json_value(condition)}


def parameter_of(path: str) -> str:
    """Return the parameter that a path begins with, such as ``config`` for ``config.host``.

    :param path: an entry of ``ignore_changes``: a parameter, or what is inside of it
    """
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _attribute_path(path: str) -> str:
    name = parameter_of(path)
    return ALIASES.get(name, name) + path[len(name) :]


NAMES = (
    "provider",
    "depends_on",
    "lifecycle",
    "count",
    "for_each",
    "import_id",
    "import_identity",
    "moved_from",
)
"""The parameters of a construct that are no attributes of its resource."""

_NEEDS_ESCAPES = re.compile(r'["\\\x00-\x1f]')
_DEPENDABLE = (
    toolkit.TerraformResource,
    toolkit.TerraformDataSource,
    toolkit.TerraformModule,
)


def terraform_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of the CDK's resource for the meta-arguments of a construct.

    :param arguments: the parameters of the construct by name; others are left aside. The rules of
        ``meta_argument_checks`` must have found no error in them
    """
    provider = arguments.get("provider")
    return {
        "depends_on": [*_dependencies(arguments.get("depends_on") or ())] or None,
        "count": _count(arguments.get("count")),
        "for_each": _for_each(arguments.get("for_each")),
        "provider": cdk_provider(provider) if provider is not None else None,
        "lifecycle": terraform_lifecycle(arguments.get("lifecycle")),
        "action_triggers": [*map(_terraform_trigger, triggers_of(arguments))] or None,
    }


def terraform_import(arguments: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what an ``import`` block says of the object to take over; None without one.

    :param arguments: the parameters of the construct by name
    """
    identifier, identity = arguments.get("import_id"), arguments.get("import_identity")
    if isinstance(identity, Mapping):
        return {"identity": to_json_value(identity)}
    return {"id": identifier} if isinstance(identifier, str) else None


def terraform_move(type_: str, arguments: Mapping[str, Any]) -> str | None:
    """Return the address that a ``moved`` block moves from; None without one.

    :param type_: the type of the resource, which a bare name is of
    :param arguments: the parameters of the construct by name
    """
    source = arguments.get("moved_from")
    if not isinstance(source, str):
        return None
    return source if "." in source else f"{type_}.{source}"


def unique_move(type_: str, arguments: Mapping[str, Any]) -> tuple[UniqueKey, ...]:
    """Return the address that is moved from, which only one construct may do.

    :param type_: the type of the resource
    :param arguments: the parameters of the construct by name
    """
    source = terraform_move(type_, arguments)
    if source is None:
        return ()
    found = f"the address {source!r} a second time"
    allowed = "one construct per moved resource"
    return (UniqueKey("move-twice", source, "/moved_from", found, allowed),)


def unique_import(type_: str, arguments: Mapping[str, Any]) -> tuple[UniqueKey, ...]:
    """Return the object that is taken over, which only one construct may do.

    :param type_: the type of the resource
    :param arguments: the parameters of the construct by name
    :returns: nothing if no object is taken over, or only Terraform knows which one
    """
    identity = arguments.get("import_identity")
    given = {"/import_id": arguments.get("import_id")}
    if isinstance(identity, Mapping) and len(identity) == 1:
        given = {f"/import_identity/{name}": value for name, value in identity.items()}
    ((pointer, value),) = given.items()
    if not isinstance(value, str) or not value or toolkit.is_token(value):
        return ()
    found = f"the identifier {value!r} a second time"
    allowed = "one construct per existing object"
    return (UniqueKey("import-twice", (type_, value), pointer, found, allowed),)


def is_many(arguments: Mapping[str, Any]) -> bool:
    """Return True if one construct has several instances: it has count or for_each."""
    return arguments.get("count") is not None or arguments.get("for_each") is not None


def has_no_instance(arguments: Mapping[str, Any]) -> bool:
    """Return True if a construct certainly has no instance: count is 0, or for_each is empty."""
    count, for_each = arguments.get("count"), arguments.get("for_each")
    is_empty = isinstance(for_each, (Mapping, list, tuple)) and len(for_each) == 0
    return is_empty or (type(count) is int and count == 0)


def _dependencies(items: Any) -> Iterator[Any]:
    for item in items:
        if isinstance(item, toolkit.Construct) and not isinstance(item, _DEPENDABLE):
            # A construct means all that it is made of, as elsewhere in the CDK.
            for part in item.node.find_all():
                if isinstance(part, StackConstruct):
                    part.make_resource()
            yield from filter(_is_dependable, item.node.find_all())
        else:
            yield item


def _is_dependable(part: Any) -> bool:
    # Nothing can wait for an action: Terraform runs it when it is triggered.
    return isinstance(part, _DEPENDABLE) and not isinstance(part, CdkAction)


def _count(value: Any) -> Any:
    return toolkit.Token.as_number(value) if isinstance(value, str) else value


def _for_each(value: Any) -> Any:
    if isinstance(value, Mapping):
        return toolkit.TerraformIterator.from_map(to_json_value(value))
    if isinstance(value, (list, tuple)):
        return toolkit.TerraformIterator.from_list([_in_expression(item) for item in value])
    return value


def _in_expression(text: str) -> str:
    """Return a text for a list that the CDK writes inside of an expression.

    The CDK puts it into quotes, and escapes nothing; what has quotes already, it takes as it is.
    """
    return (
        expressions.quoted(text)
        if _NEEDS_ESCAPES.search(text) and not toolkit.is_token(text)
        else text
    )
