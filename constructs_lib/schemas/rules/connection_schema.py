"""The rules of the schema configuration of a connection.

===========================  =======================================================================
rule                         finds
===========================  =======================================================================
``enabled-inside``           a table or column that is enabled inside of what is not (warning)
===========================  =======================================================================

Source: https://fivetran.com/docs/rest-api/api-reference/connection-schema
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.schemas.redaction import Path
from constructs_lib.schemas.rules.rule import Inputs, Problem, Rule


def enabled_inside(inputs: Inputs) -> Iterator[Problem]:
    """Report what is enabled inside of what is disabled: Fivetran does not sync it."""
    schemas = inputs["schemas"]
    for path, inside, entry in _below(schemas, ("schemas",), ("tables", "columns")):
        noun = {"tables": "schema", "columns": "table"}[inside]
        for name, inner in _members(entry.get(inside)):
            if entry.get("enabled") is False and inner.get("enabled") is True:
                found = f"true, in a {noun} that is not synced"
                at = (*path, inside, name, "enabled")
                hint = f"enable the {noun}, or leave this out"
                yield Problem(at, found, f"true in a {noun} that is enabled", hint, "warning")


def _below(
    tree: Any, path: Path, inside: tuple[str, ...]
) -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Yield each schema and each table, with its path and the name of what is in it."""
    for name, entry in _members(tree):
        here = (*path, name)
        yield here, inside[0], entry
        if len(inside) > 1:
            yield from _below(entry.get(inside[0]), (*here, inside[0]), inside[1:])


def _members(tree: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    # What is not known yet, or null, has no members.
    for name, entry in tree.items() if isinstance(tree, dict) else ():
        if isinstance(entry, dict):
            yield name, entry


def rules(_name: str) -> tuple[Rule, ...]:
    """Return the rules of the resource ``fivetranops_connection_schema``."""
    title = "Something is enabled inside something that is disabled"
    return (Rule("enabled-inside", ("schemas",), enabled_inside, "schemas", title),)
