"""Facts in their compact form, taken out of JSON Schemas.

Names, types, allowed values and marks are taken; titles, descriptions and examples are not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from constructs_lib.schemas.fields import ITEM, Fact, Field, FieldKind, written

Facts: TypeAlias = dict[str, Fact]
"""The lines of one service: the form of its destination schema under ``schema``, and its fields."""
Resolve: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Follows the references of a schema."""

FORMS = (("schema", "table_group_name"), ("schema", "table"), ("schema_prefix",), ("schema",))
"""The forms of the destination schema; one that holds another comes first."""

_KINDS = {"array": FieldKind.LIST} | {kind.value: kind for kind in FieldKind}


def form(keys: set[str]) -> tuple[str, ...]:
    """The form of the destination schema that a set of keys makes up; empty if it makes none."""
    return next((each for each in FORMS if keys.issuperset(each)), ())


def lines(schema: Mapping[str, Any], path: str, resolve: Resolve) -> Iterator[tuple[str, Fact]]:
    """The lines of all fields below an object.

    :param schema: the JSON Schema of the object
    :param path: the path of the object, such as ``config``
    :param resolve: follows references
    """
    for name, inner in resolve(schema).get("properties", {}).items():
        yield from _lines(inner, f"{path}.{name}", resolve)


def ordered(destination_schema: tuple[str, ...], fields: Mapping[str, Fact]) -> Facts:
    """The lines of a service in the order in which they are kept.

    :param destination_schema: the form of its destination schema
    :param fields: the lines of its fields
    """
    return {"schema": list(destination_schema), **{path: fields[path] for path in sorted(fields)}}


def _lines(schema: Mapping[str, Any], path: str, resolve: Resolve) -> Iterator[tuple[str, Fact]]:
    schema = resolve(schema)
    if schema.get("items"):
        yield from _lines(schema["items"], path + ITEM, resolve)
    elif schema.get("properties"):
        yield from lines(schema, path, resolve)
    else:
        yield path, written(_field(schema, path))


def _field(schema: Mapping[str, Any], path: str) -> Field:
    # A value that is one of a list is text, although the contract calls it an object.
    allowed = tuple(sorted(str(value) for value in schema.get("enum") or ()))
    kind = FieldKind.STRING if allowed else _KINDS.get(str(schema.get("type")), FieldKind.ANY)
    read_only = bool(schema.get("readOnly") or schema.get("readonly"))
    return Field(path, kind, allowed, schema.get("format") == "password", read_only)
