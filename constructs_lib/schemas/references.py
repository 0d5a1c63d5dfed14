"""References between the JSON Schemas: an attribute that means the same is described once.

``{"$ref": "fivetranops_connection.schema.json#/properties/paused", "readOnly": true}`` is the
attribute ``paused`` of that schema, as something that is read. Keywords beside ``$ref`` hold before
those of the attribute. What only somebody who sets an attribute needs to know is left out of one
that is read.

Source: JSON Schema draft 2020-12, "Direct References with ``$ref``".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

_SUFFIX: Final = ".schema.json#/"
_FOR_SETTING: Final = (
    "default",
    "x-clearable",
    "x-forces-replacement",
    "x-only-with",
    "required",
)

Documents = Callable[[str], dict[str, Any]]
"""The JSON Schema of a name, without references."""


def resolved(schema: dict[str, Any], documents: Documents) -> dict[str, Any]:
    """A schema with every attribute spelt out; the given one is not changed.

    :param documents: where references lead
    """
    if "$ref" in schema:
        schema = _attribute(schema, documents)
    if "properties" in schema:
        inside = {name: resolved(rule, documents) for name, rule in schema["properties"].items()}
        schema = {**schema, "properties": inside}
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            schema = {**schema, keyword: resolved(schema[keyword], documents)}
    return schema


def _attribute(schema: dict[str, Any], documents: Documents) -> dict[str, Any]:
    name, _, way = schema["$ref"].partition(_SUFFIX)
    rule = documents(name)
    for step in way.split("/"):
        rule = rule[step]
    own = {keyword: value for keyword, value in schema.items() if keyword != "$ref"}
    merged = {**rule, **own}
    return _read_only(merged) if merged.get("readOnly") else merged


def _read_only(rule: dict[str, Any]) -> dict[str, Any]:
    """The rule of an attribute that is read, with all that is inside of it."""
    kept = {keyword: value for keyword, value in rule.items() if keyword not in _FOR_SETTING}
    if "properties" in kept:
        inside = {name: _read_only(inner) for name, inner in kept["properties"].items()}
        kept["properties"] = inside
    return {**kept, "readOnly": True}
