"""The settings of each backend, for the page about them."""

from __future__ import annotations

from constructs_lib import schemas
from pages.attributes import meaning, type_words

PREFIX = "backend."
"""How the names of the schemas of backends begin."""


def tables() -> str:
    """Return a table for each type of backend, in the order of their names."""
    names = [name for name in schemas.names() if name.startswith(PREFIX)]
    return "".join(f"\n## {name.removeprefix(PREFIX)}\n\n{_table(name)}" for name in names) + "\n"


def _table(name: str) -> str:
    attributes = schemas.load(name).attributes.values()
    rows = [_row("", attribute) for attribute in attributes]
    return "| setting | type | meaning |\n|---|---|---|\n" + "".join(rows)


def _row(prefix: str, attribute: schemas.Attribute) -> str:
    needed = "Required. " if attribute.required else ""
    shown = (needed + meaning(attribute)).replace("|", "\\|")
    row = f"| `{prefix}{attribute.name}` | {type_words(attribute)} | {shown} |\n"
    inner = f"{prefix}{attribute.name}{'[].' if _is_list(attribute) else '.'}"
    return row + "".join(_row(inner, each) for each in attribute.attributes.values())


def _is_list(attribute: schemas.Attribute) -> bool:
    return attribute.kind is schemas.Kind.OBJECTS
