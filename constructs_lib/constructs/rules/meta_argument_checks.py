"""The rules about Terraform's meta-arguments of a resource, ``lifecycle`` among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, NamedTuple

from constructs_lib import toolkit
from constructs_lib.constructs.base.meta_arguments import (
    EVENTS,
    ActionTrigger,
    Lifecycle,
    TriggeredAction,
    lifecycle_names,
    parameter_of,
    settings_of,
)
from constructs_lib.constructs.base.provider import ProviderConstruct
from constructs_lib.constructs.rules.takeover_checks import (
    Problem,
    takeover_problems,
    type_of_value,
)
from constructs_lib.constructs.rules.values import check_values
from constructs_lib.constructs.synth.synthesis import StackSynthesis
from constructs_lib.schemas.keywords import did_you_mean
from constructs_lib.schemas.redaction import display
from constructs_lib.toolkit import is_token
from constructs_lib.validation import ALIASES, ConstructPlace, Finding
from constructs_lib.validation.findings import Path, pointer
from constructs_lib.validation.json_values import as_json_values


def check_lifecycle(given: Mapping[Any, Any], parameters: tuple[str, ...]) -> Iterator[Problem]:
    """Report what is wrong with the content of a lifecycle.

    :param given: its settings by name
    :param parameters: what ``ignore_changes`` may name
    """
    for name, value in given.items():
        path = ("lifecycle", str(name))
        if name not in lifecycle_names():
            hint = did_you_mean(name, sorted(lifecycle_names()))
            allowed = "one of " + ", ".join(sorted(lifecycle_names()))
            yield Problem("unknown-attribute", path, repr(name), allowed, hint)
        elif value is not None:
            yield from _CHECKS.get(name, _flag)(value, path, parameters)


def _flag(value: Any, path: Path, _parameters: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem("type", path, display(value), "True or False")


def _ignore_changes(value: Any, path: Path, parameters: tuple[str, ...]) -> Iterator[Problem]:
    allowed = "a list of parameters, or 'all'"
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _ignored(item, (*path, index), parameters)
    elif value != "all":
        hint = f"write [{value!r}]" if isinstance(value, str) and value in parameters else ""
        yield Problem("type", path, display(value), allowed, hint)


def _ignored(item: Any, path: Path, parameters: tuple[str, ...]) -> Iterator[Problem]:
    if not isinstance(item, str):
        yield Problem("type", path, display(item), "the name of a parameter")
    elif (name := parameter_of(item)) not in parameters:
        ours = {attribute: parameter for parameter, attribute in ALIASES.items()}
        known = f"write {ours[name]!r}" if name in ours else did_you_mean(name, parameters)
        allowed = "a parameter" if known else "one of " + ", ".join(sorted(parameters))
        yield Problem("unknown-attribute", path, repr(item), allowed, known)


def _replace_triggered_by(
    value: Any, path: Path, _parameters: tuple[str, ...]
) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple)):
        yield Problem("type", path, display(value), "a list of addresses")
        return
    for index, item in enumerate(value):
        if not isinstance(item, (str, toolkit.Construct)):
            yield Problem("type", (*path, index), display(item), "an address, or a construct")


_ACTION: Final = re.compile(r"action\.[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*(?:\[[^\]]+\])?")
_SELF: Final = re.compile(r"(?<![\w.-])self\.")
_IN_A_LIST: Final = "put it in a list: [...]"
_TRIGGER: Final = tuple(field.name for field in fields(ActionTrigger))


def _action_triggers(value: Any, path: Path, _parameters: tuple[str, ...]) -> Iterator[Problem]:
    allowed = "a list of ActionTrigger, or of mappings with the same names"
    if isinstance(value, (list, tuple)):
        for index, each in enumerate(value):
            yield from _action_trigger(each, (*path, index))
    else:
        is_one = isinstance(value, (ActionTrigger, Mapping))
        yield Problem("type", path, type_of_value(value), allowed, _IN_A_LIST if is_one else "")


def _action_trigger(trigger: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(trigger, (ActionTrigger, Mapping)):
        yield Problem("type", path, type_of_value(trigger), "an ActionTrigger, or a mapping")
        return
    given = settings_of(trigger)
    for name in given:
        if name not in _TRIGGER:
            hint, allowed = did_you_mean(name, _TRIGGER), f"one of {', '.join(_TRIGGER)}"
            yield Problem("unknown-attribute", (*path, str(name)), repr(name), allowed, hint)
    events, actions = given.get("events"), given.get("actions")
    yield from _not_empty_list(events, (*path, "events"), is_one=isinstance(events, str))
    yield from _not_empty_list(
        actions, (*path, "actions"), is_one=isinstance(actions, (str, TriggeredAction))
    )
    for index, each in enumerate(_items(events)):
        yield from _event(each, _items(events)[:index], (*path, "events", index))
    for index, each in enumerate(_items(actions)):
        yield from _action(each, (*path, "actions", index))
    yield from _condition(given.get("condition"), (*path, "condition"))


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _not_empty_list(value: Any, path: Path, *, is_one: bool) -> Iterator[Problem]:
    allowed = f"a list of one or more {path[-1]}"
    if value in (None, [], ()):
        yield Problem("minItems", path, f"no {path[-1]}", allowed)
    elif not isinstance(value, (list, tuple)):
        yield Problem("type", path, type_of_value(value), allowed, _IN_A_LIST if is_one else "")


def _event(value: Any, before: Sequence[Any], path: Path) -> Iterator[Problem]:
    allowed = "one of " + ", ".join(EVENTS)
    if value in ("before_destroy", "after_destroy"):
        hint = "run the action on its own before the destroy: terraform apply -invoke=ADDRESS"
        yield Problem(
            "enum", path, f"{value!r}, an event at which Terraform runs no actions", allowed, hint
        )
    elif value not in EVENTS:
        hint = did_you_mean(value, EVENTS) if isinstance(value, str) else ""
        yield Problem("enum", path, display(value), allowed, hint)
    elif value in before:
        yield Problem("uniqueItems", path, f"{value!r} a second time", "each event once")


def _action(value: Any, path: Path) -> Iterator[Problem]:
    if isinstance(value, TriggeredAction):
        if not value.is_single:
            found = f"all instances of the action {value.action.place}"
            yield Problem("instance-key", path, found, "one instance", "write .at(key)")
    elif not isinstance(value, str):
        allowed = "an action, or its address"
        yield Problem("type", path, type_of_value(value), allowed)
    elif not _ACTION.fullmatch(value):
        allowed = "an address such as action.fivetranops_connection_sync.orders, without ${}"
        yield Problem("pattern", path, display(value), allowed)


def _condition(value: Any, path: Path) -> Iterator[Problem]:
    allowed = "an expression, such as ${var.is_open}"
    if value is None or isinstance(value, bool):
        return
    if not is_token(value):
        hint = f'write "${{{value}}}"' if isinstance(value, str) else ""
        yield Problem("type", path, display(value), allowed, hint)
    elif isinstance(value, str) and _SELF.search(value):
        hint = "write the address of the resource; the condition is evaluated after its change"
        yield Problem("self-reference", path, "self, which a condition cannot use", allowed, hint)


_Check = Callable[[Any, Path, tuple[str, ...]], Iterator[Problem]]
_CHECKS: dict[str, _Check] = {
    "action_triggers": _action_triggers,
    "ignore_changes": _ignore_changes,
    "replace_triggered_by": _replace_triggered_by,
}


class MetaArgumentContext(NamedTuple):
    """What the rules need to know of the construct that has the meta-arguments."""

    place: ConstructPlace
    synthesis: StackSynthesis
    """The stack that it is in."""
    parameters: tuple[str, ...]
    """The parameters that are attributes: what ``lifecycle.ignore_changes`` may name."""
    provider: type[ProviderConstruct]
    """The construct of the provider that the resource belongs to."""
    schema: str
    """The name of its schema, which says what an identifier looks like."""


def check_meta_arguments(
    arguments: Mapping[str, Any], resource: MetaArgumentContext
) -> list[Finding]:
    """Return what is wrong with the meta-arguments.

    :param arguments: the parameters of the construct by name; others are left aside
    """
    problems = (
        _provider(arguments.get("provider"), resource),
        _depends_on(arguments.get("depends_on"), resource),
        _count(arguments.get("count")),
        _for_each(arguments.get("for_each")),
        _both(arguments),
        takeover_problems(arguments, resource.schema),
        _lifecycle(arguments.get("lifecycle"), resource.parameters),
    )
    found = [
        Finding(
            each.rule,
            "error",
            resource.place,
            pointer(each.path),
            each.found,
            each.allowed,
            each.hint,
        )
        for problem in problems
        for each in problem
    ]
    return found + _no_json(arguments.get("for_each"), resource.place)


def _provider(value: Any, resource: MetaArgumentContext) -> Iterator[Problem]:
    if value is None:
        return
    construct = resource.provider.KIND.construct
    if not isinstance(value, resource.provider):
        yield Problem("type", ("provider",), type_of_value(value), f"the construct {construct}")
    elif value.synthesis is not resource.synthesis:
        found = f"a provider of stack {value.synthesis.path}"
        hint = f"make the construct {construct} in this stack, too"
        yield Problem("provider-stack", ("provider",), found, "a provider of the same stack", hint)


def _depends_on(value: Any, resource: MetaArgumentContext) -> Iterator[Problem]:
    allowed = "a list of constructs"
    if isinstance(value, toolkit.Construct):
        yield Problem("type", ("depends_on",), type_of_value(value), allowed, _IN_A_LIST)
    elif not isinstance(value, (list, tuple, type(None))):
        yield Problem("type", ("depends_on",), type_of_value(value), allowed)
    else:
        for index, item in enumerate(value or ()):
            if not isinstance(item, toolkit.Construct) and not is_of_cdk(item):
                yield Problem(
                    "type",
                    ("depends_on", index),
                    type_of_value(item),
                    "a construct, not its address",
                )
            elif isinstance(item, TriggeredAction):
                found, allowed = "an action, on which nothing can depend", "constructs of resources"
                hint = "have its resource trigger it: lifecycle=Lifecycle(action_triggers=[...])"
                yield Problem("depends-on-action", ("depends_on", index), found, allowed, hint)
            elif isinstance(item, toolkit.Construct):
                yield from _of_another_stack(item, ("depends_on", index), resource)


def _of_another_stack(
    item: toolkit.Construct, path: tuple[str | int, ...], resource: MetaArgumentContext
) -> Iterator[Problem]:
    """Terraform applies one stack at a time, so that a stack knows no resource of another."""
    own = resource.synthesis.stack
    try:
        other = toolkit.TerraformStack.of(item)
    except RuntimeError:
        other = None  # The app itself, which holds all stacks.
    if other is not own:
        where = f"a construct of the stack {other.node.path}" if other else "the app"
        allowed = "constructs of the same stack"
        hint = "deploy one stack after the other: stack.add_dependency(other_stack)"
        yield Problem("depends-on-stack", path, where, allowed, hint)
    elif item is own:
        allowed = "constructs in this stack"
        yield Problem(
            "depends-on-stack",
            path,
            "the stack of this construct, which would wait for itself",
            allowed,
        )


def _count(value: Any) -> Iterator[Problem]:
    if value is None or isinstance(value, toolkit.TerraformCount) or is_token(value):
        return
    if not isinstance(value, int) or isinstance(value, bool):
        found = repr(value) if isinstance(value, (str, float)) else type_of_value(value)
        yield Problem("type", ("count",), found, "a whole number, or a reference to one")
    elif value < 0:
        yield Problem("minimum", ("count",), str(value), "a number of at least 0")


def _for_each(value: Any) -> Iterator[Problem]:
    if value is None or isinstance(value, (toolkit.TerraformIterator, Mapping)):
        return
    allowed = "a mapping, a list of strings, or a TerraformIterator"
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            if not isinstance(item, str) and not is_token(value):
                yield Problem("type", ("for_each", index), type_of_value(item), "a string")
    elif not is_of_cdk(value):
        hint = "sort it into a list: sorted(...)" if isinstance(value, (set, frozenset)) else ""
        yield Problem("type", ("for_each",), type_of_value(value), allowed, hint)


def _no_json(for_each: Any, place: ConstructPlace) -> list[Finding]:
    if not isinstance(for_each, (Mapping, list, tuple)):
        return []
    values = {"for_each": for_each}
    found = (
        as_json_values(values, place=place, is_token=is_token)[1]
        if isinstance(for_each, Mapping)
        else []
    )
    return found or check_values(values, place)


def _both(arguments: Mapping[str, Any]) -> Iterator[Problem]:
    if arguments.get("count") is not None and arguments.get("for_each") is not None:
        yield Problem("count-and-for-each", ("count",), "count and for_each", "one of the two")


def _lifecycle(value: Any, parameters: tuple[str, ...]) -> Iterator[Problem]:
    if isinstance(value, (Lifecycle, Mapping)):
        yield from check_lifecycle(settings_of(value), parameters)
    elif value is not None:
        yield Problem("type", ("lifecycle",), type_of_value(value), "a Lifecycle or a mapping")


def is_of_cdk(value: Any) -> bool:
    """Return True if a value came out of the CDK as a proxy for one of its interfaces."""
    return type(value).__module__.startswith("jsii.")
