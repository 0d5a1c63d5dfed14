"""What only one entry of an environment may have, as the constructs demand it of a stack.

The constructs would find it, too, but know the files no more: no line, and a mistake in
``base.yaml`` once for each environment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from constructs_lib.schemas import destination_schema_name
from constructs_lib.validation import FilePlace, Finding
from constructs_lib.validation.pointers import Path, pointer


class _Claim(NamedTuple):
    """One thing that an entry has for itself alone."""

    rule: str
    key: tuple[str, ...]
    path: Path
    found: str
    allowed: str


def findings(values: Mapping[str, Any], place: FilePlace) -> Iterator[Finding]:
    """Report each entry that claims what an earlier one has.

    :param values: the values of the merged environment; what is no text is passed over
    :param place: the place that each finding gets until its own is known
    """
    first: dict[tuple[str, tuple[str, ...]], _Claim] = {}
    for claim in _claims(values):
        owner = first.setdefault((claim.rule, claim.key), claim)
        if owner is not claim:
            found = f"{claim.found}, as {'.'.join(map(str, owner.path[:2]))} has it"
            at = pointer(claim.path)
            yield Finding(claim.rule, "error", place, at, found, claim.allowed)


def _claims(values: Mapping[str, Any]) -> Iterator[_Claim]:
    for name, entry in _entries(values, "connections"):
        yield from _of_connection(name, entry)
    for name, entry in _entries(values, "connector_statuses"):
        if isinstance(identifier := entry.get("connector_id"), str):
            yield _Claim(
                "status-twice",
                (identifier,),
                ("connector_statuses", name, "connector_id"),
                f"a second status of the connector {identifier!r}",
                "one status for each connector: they would overwrite each other",
            )


def _of_connection(name: str, entry: Mapping[str, Any]) -> Iterator[_Claim]:
    if schema := _schema(entry):
        group = entry["group_id"]
        yield _Claim(
            "schema-taken",
            (group, schema),
            ("connections", name, "config"),
            f"the destination schema {schema!r} in the group {group!r}",
            "a destination schema of its own for each connection of a group",
        )
    if isinstance(identifier := entry.get("import_id"), str) and identifier:
        yield _Claim(
            "import-twice",
            (identifier,),
            ("connections", name, "import_id"),
            f"the identifier {identifier!r} a second time",
            "one entry for each of what exists",
        )


def _schema(entry: Mapping[str, Any]) -> str | None:
    group, service, config = entry.get("group_id"), entry.get("service"), entry.get("config")
    is_known = isinstance(group, str) and isinstance(service, str) and isinstance(config, Mapping)
    return destination_schema_name(str(service), config or {}) if is_known else None


def _entries(values: Mapping[str, Any], part: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    entries = values.get(part)
    for name, entry in entries.items() if isinstance(entries, Mapping) else ():
        if isinstance(entry, Mapping):
            yield name, entry
