"""Writes the reference pages of the constructs, ``docs/<construct>.md``, from the JSON Schemas.

The text above the line ``<!-- reference -->`` is written by hand and kept; the rest is made here.
``python scripts/reference_pages.py`` writes, ``--check`` fails if a page is stale.
"""

from __future__ import annotations

import sys
from pathlib import Path

from constructs_lib import schemas
from constructs_lib.schemas import Attribute, Kind
from constructs_lib.validation.parameters import ALIASES, IGNORING_CASE

DOCS = Path(__file__).parent.parent / "docs"
PAGES: dict[str, tuple[str, ...]] = {
    "provider.md": ("fivetranops",),
    "connection.md": ("fivetranops_connection",),
    "connection_state.md": ("fivetranops_connection_state",),
    "connection_sync.md": ("fivetranops_connection_sync",),
    "connection_test.md": ("fivetranops_connection_test",),
    "connect_card.md": ("fivetranops_connect_card", "ephemeral.fivetranops_connect_card"),
    "data_sources.md": (
        "data.fivetranops_connection",
        "data.fivetranops_connections",
        "data.fivetranops_connection_state",
        "data.elasticops_connector",
    ),
    "elastic_provider.md": ("elasticops",),
    "connector_status.md": ("elasticops_connector_status",),
}
"""For each page the schemas that it shows."""
MARK = "<!-- reference -->\n"
_IN_PYTHON = {attribute: parameter for parameter, attribute in ALIASES.items()}
_TYPES = {
    Kind.STRING: "string",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DYNAMIC: "any object",
    Kind.LIST: "list of strings",
    Kind.LISTS: "lists of strings by name",
    Kind.OBJECTS: "list of objects",
    Kind.MAP: "map of strings",
    Kind.NESTED: "object",
}


def reference(names: tuple[str, ...]) -> str:
    """The generated part of a page; with a heading for each schema if there are several."""
    if len(names) == 1:
        return _sections(names[0], "##")
    return "".join(f"\n## `{name}`\n{_sections(name, '###')}" for name in names)


def _sections(name: str, heading: str) -> str:
    attributes = schemas.load(name).attributes.values()
    sections = [
        ("Required", [a for a in attributes if a.required]),
        ("Optional", [a for a in attributes if a.optional]),
        ("Read-only", [a for a in attributes if a.read_only]),
    ]
    return "".join(
        f"\n{heading} {title}\n\n| name | type | meaning |\n|---|---|---|\n"
        + "".join(map(_row, chosen))
        for title, chosen in sections
        if chosen
    )


def _row(attribute: Attribute, prefix: str = "") -> str:
    name = prefix + _IN_PYTHON.get(attribute.name, attribute.name)
    shown = f"`{name}`"
    if attribute.name in _IN_PYTHON:
        shown += f" (Terraform: `{attribute.name}`)"
    row = f"| {shown} | {_TYPES[attribute.kind]} | {_meaning(attribute)} |\n"
    step = "[]." if attribute.kind is Kind.OBJECTS else "."
    return row + "".join(_row(inner, name + step) for inner in attribute.attributes.values())


def _meaning(attribute: Attribute) -> str:
    parts = [attribute.description]
    allowed = attribute.rule.get("enum") or attribute.rule.get(IGNORING_CASE)
    if allowed:
        parts.append("Allowed: " + ", ".join(f"`{value}`" for value in allowed) + ".")
    if attribute.default is not None:
        parts.append(f"Default: `{attribute.default}`.")
    return " ".join(parts).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    """Writes or checks the pages; returns the exit status."""
    stale = []
    for file, names in PAGES.items():
        path = DOCS / file
        text = path.read_text(encoding="utf-8")
        fresh = text.partition(MARK)[0] + MARK + reference(names)
        if fresh != text:
            stale.append(file)
            if "--check" not in arguments:
                path.write_text(fresh, encoding="utf-8")
    if stale and "--check" in arguments:
        sys.stderr.write(
            f"stale: {', '.join('docs/' + file for file in stale)}; "
            "run 'python scripts/reference_pages.py'\n"
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
