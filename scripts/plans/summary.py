"""A summary of a plan, of the JSON that ``terraform show -json`` prints of its file.

What is destroyed comes first, and of each resource the values that force its replacement, then the
configured ones. A value that the provider computes and that is not known yet is only counted. A
value that Terraform or its name calls a secret is not shown.

Source: Terraform documentation, "JSON Output Format", plan representation.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from constructs_lib.schemas.redaction import display, escape_controls_in_line

_SENSITIVE: Final = "(sensitive)"
_UNKNOWN: Final = "(known after apply)"
_MOST: Final = 20
"""The most values of one resource that are shown; all that force a replacement are."""
_REASONS: Final = {
    "replace_because_tainted": "it is tainted: its creation failed, or somebody marked it",
    "replace_by_request": "somebody asked for it with -replace",
    "replace_by_triggers": "a value that replace_triggered_by names changes",
}
"""Why something is replaced, by Terraform's name of the reason, where no value forces it."""
_INDEX: Final = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


class Kind(NamedTuple):
    """One kind of change."""

    heading: str
    words: str
    """What is counted, such as ``to change``."""
    shows_values: bool = False


REPLACE: Final = Kind("REPLACED: destroyed, and created again", "to replace", True)
DESTROY: Final = Kind("DESTROYED", "to destroy")
FORGET: Final = Kind("FORGOTTEN: no longer managed, and nothing is destroyed", "to forget")
CHANGE: Final = Kind("CHANGED", "to change", True)
CREATE: Final = Kind("CREATED", "to create")
IMPORT: Final = Kind("IMPORTED", "to import", True)
MOVE: Final = Kind("MOVED", "to move")
RUN: Final = Kind("ACTIONS that run", "to run")
OUTPUT: Final = Kind("OUTPUTS", "in outputs")
KINDS: Final = (REPLACE, DESTROY, FORGET, CHANGE, CREATE, IMPORT, MOVE, RUN, OUTPUT)
"""In the order in which they are shown."""
_ACTIONS: Final = {
    ("create",): CREATE,
    ("update",): CHANGE,
    ("delete",): DESTROY,
    ("forget",): FORGET,
    ("delete", "create"): REPLACE,
    ("create", "delete"): REPLACE,
    ("create", "forget"): REPLACE,
}


class Change(NamedTuple):
    """One thing that an apply would do."""

    kind: Kind
    address: str
    values: tuple[str, ...] = ()
    """A line for each value that changes."""


def changes_of(document: Mapping[str, Any]) -> list[Change]:
    """Return what an apply would do, in the order in which it is shown.

    :param document: the plan as Terraform prints it
    """
    configured = dict(_configured(document.get("configuration", {}).get("root_module", {}), ""))
    found = [
        change
        for each in document.get("resource_changes", ())
        for change in _of_resource(each, configured.get(_INDEX.sub("", each["address"]), set()))
    ]
    invoked = document.get("action_invocations", ())
    found += [Change(RUN, str(each.get("address"))) for each in invoked]
    outputs = document.get("output_changes", {})
    found += [Change(OUTPUT, name) for name, each in outputs.items() if each["actions"] != _NO_OP]
    return sorted(found, key=lambda each: KINDS.index(each.kind))


_NO_OP: Final = ["no-op"]


def _configured(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, set[str]]]:
    """Yield the address of each resource, without an index, and its configured attributes."""
    for resource in module.get("resources", ()):
        yield f"{prefix}{resource['address']}", set(resource.get("expressions", ()))
    for name, call in module.get("module_calls", {}).items():
        yield from _configured(call.get("module", {}), f"{prefix}module.{name}.")


def _of_resource(resource: Mapping[str, Any], configured: Container[str]) -> Iterator[Change]:
    change, address = resource["change"], str(resource["address"])
    kind = _ACTIONS.get(tuple(change["actions"]))
    values = tuple(_lines(change, configured)) if kind in (REPLACE, CHANGE) else ()
    if kind is REPLACE and (reason := _REASONS.get(resource.get("action_reason", ""))):
        values = (f"replaced because {reason}", *values)
    if "importing" in change:
        yield Change(IMPORT, address, values if kind is CHANGE else ())
        kind = None if kind is CHANGE else kind
    if resource.get("previous_address"):
        yield Change(MOVE, f"{resource['previous_address']} -> {address}")
    if kind is not None:
        yield Change(kind, address, values)


class _Difference(NamedTuple):
    path: tuple[Any, ...]
    before: str
    after: str
    is_unknown: bool = False


def _lines(change: Mapping[str, Any], configured: Container[str]) -> Iterator[str]:
    marks = (change.get("before_sensitive"), change.get("after_sensitive"))
    unknown = change.get("after_unknown")
    found = list(_differences(change.get("before"), change.get("after"), unknown, marks, ()))
    paths = [tuple(path) for path in change.get("replace_paths", ())]
    forcing = [each for each in found if any(_overlap(each.path, path) for path in paths)]
    others = [each for each in found if each not in forcing]
    ours = [each for each in others if each.path[:1] and each.path[0] in configured]
    rest = [each for each in others if each not in ours and not each.is_unknown]
    yield from (f"{_text(each)}  (forces the replacement)" for each in forcing)
    for path in paths:
        if not any(_overlap(each.path, path) for each in forcing):
            yield f"{_name(path)} forces the replacement"
    listed = [*ours, *rest]
    room = max(_MOST - len(forcing), 0)
    yield from map(_text, listed[:room])
    if len(listed) > room:
        yield f"and {len(listed) - room} more"
    if computed := len(others) - len(listed):
        yield f"and {computed} computed, known after apply"


def _overlap(path: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Return True if one of the paths is, or leads to, the other."""
    return all(a == b for a, b in zip(path, other, strict=False))


def _text(each: _Difference) -> str:
    return f"{_name(each.path)}: {each.before} -> {each.after}"


def _name(path: tuple[Any, ...]) -> str:
    return ".".join(map(str, path)) or "the value"


def _differences(
    before: Any, after: Any, unknown: Any, marks: tuple[Any, Any], path: tuple[Any, ...]
) -> Iterator[_Difference]:
    if True in marks:
        if before != after or unknown is True:
            yield _Difference(path, _SENSITIVE, _SENSITIVE, unknown is True)
    elif unknown is True:
        yield _Difference(path, display(before, path), _UNKNOWN, True)
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys([*before, *after, *(unknown or {})]):
            inner = (_inside(mark, name) for mark in marks)
            yield from _differences(
                before.get(name),
                after.get(name),
                _inside(unknown, name),
                (next(inner), next(inner)),
                (*path, name),
            )
    elif before != after:
        yield _Difference(path, display(before, path), display(after, path))


def _inside(marks: Any, name: str) -> Any:
    return marks.get(name) if isinstance(marks, Mapping) else None


def text_of(changes: Sequence[Change], environment: str) -> str:
    """Return the summary, with a line break at its end.

    :param changes: what an apply would do
    :param environment: the environment whose plan it is
    """
    if not changes:
        return f"Plan for {environment}: nothing to change.\n"
    counts = {kind: sum(each.kind is kind for each in changes) for kind in KINDS}
    told = ", ".join(f"{number} {kind.words}" for kind, number in counts.items() if number)
    lines = [f"Plan for {environment}: {told}."]
    for kind in KINDS:
        if counts[kind]:
            lines += ["", kind.heading]
            lines += (line for each in changes if each.kind is kind for line in _shown(each))
    return "".join(f"{escape_controls_in_line(line)}\n" for line in lines)


def _shown(change: Change) -> Iterator[str]:
    yield f"  {change.address}"
    yield from (f"      {value}" for value in change.values)
