"""A summary of a plan, of the JSON that ``terraform show -json`` prints of its file.

What is destroyed comes first. A value that Terraform or its name calls a secret is not shown.

Source: Terraform documentation, "JSON Output Format", plan representation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from constructs_lib.schemas.redaction import display, escape_controls_in_line

_SENSITIVE: Final = "(sensitive)"
_UNKNOWN: Final = "(known after apply)"
_MOST: Final = 20
"""The most values of one resource that are shown."""


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
    found = [c for each in document.get("resource_changes", ()) for c in _of_resource(each)]
    invoked = document.get("action_invocations", ())
    found += [Change(RUN, str(each.get("address"))) for each in invoked]
    outputs = document.get("output_changes", {})
    found += [Change(OUTPUT, name) for name, each in outputs.items() if each["actions"] != _NO_OP]
    return sorted(found, key=lambda each: KINDS.index(each.kind))


_NO_OP: Final = ["no-op"]


def _of_resource(resource: Mapping[str, Any]) -> Iterator[Change]:
    change, address = resource["change"], str(resource["address"])
    kind = _ACTIONS.get(tuple(change["actions"]))
    forcing = [tuple(path) for path in change.get("replace_paths", ())]
    values = tuple(_lines(change, forcing)) if kind in (REPLACE, CHANGE) else ()
    if "importing" in change:
        yield Change(IMPORT, address, values if kind is CHANGE else ())
        kind = None if kind is CHANGE else kind
    if resource.get("previous_address"):
        yield Change(MOVE, f"{resource['previous_address']} -> {address}")
    if kind is not None:
        yield Change(kind, address, values)


def _lines(change: Mapping[str, Any], forcing: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    marks = (change.get("before_sensitive"), change.get("after_sensitive"))
    unknown = change.get("after_unknown")
    found = list(_differences(change.get("before"), change.get("after"), unknown, marks, ()))
    for path, before, after in found[:_MOST]:
        forces = any(path[: len(each)] == each for each in forcing)
        note = "  (forces the replacement)" if forces else ""
        yield f"{'.'.join(map(str, path)) or 'the value'}: {before} -> {after}{note}"
    if len(found) > _MOST:
        yield f"and {len(found) - _MOST} more"


_Difference = tuple[tuple[Any, ...], str, str]


def _differences(
    before: Any, after: Any, unknown: Any, marks: tuple[Any, Any], path: tuple[Any, ...]
) -> Iterator[_Difference]:
    if True in marks:
        if before != after or unknown is True:
            yield path, _SENSITIVE, _SENSITIVE
    elif unknown is True:
        yield path, display(before, path), _UNKNOWN
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
        yield path, display(before, path), display(after, path)


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
