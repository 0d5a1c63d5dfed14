"""The parameters and the readable attributes of a construct, as its schema describes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from constructs_lib import schemas
from constructs_lib.schemas import Attribute, Kind
from constructs_lib.validation import ALIASES

_PARAMETERS = {attribute: parameter for parameter, attribute in ALIASES.items()}
_TYPES = {
    Kind.STRING: "str",
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.BOOLEAN: "bool",
    Kind.DYNAMIC: "Mapping[str, Any]",
    Kind.MAP: "Mapping[str, str]",
    Kind.LIST: "Sequence[str]",
    Kind.LISTS: "Mapping[str, Sequence[str]]",
    Kind.OBJECTS: "Sequence[Mapping[str, Any]]",
    Kind.NESTED: "Mapping[str, Any]",
}
_DURATIONS = "timeouts"
"""The one nested attribute whose values are all texts, whatever is added to it."""
_READ_AS = {
    Kind.STRING: "string",
    Kind.INTEGER: "number",
    Kind.NUMBER: "number",
    Kind.BOOLEAN: "boolean",
    Kind.DYNAMIC: "object_value",
    Kind.MAP: "string_map",
    Kind.LIST: "string_list",
    Kind.LISTS: "object_value",
    Kind.OBJECTS: "object_list",
    Kind.NESTED: "object_value",
}
"""The functions of ``constructs.base.attributes``."""


def parameter_name(attribute: Attribute) -> str:
    """Return the name of the parameter that sets an attribute."""
    return _PARAMETERS.get(attribute.name, attribute.name)


def settable(schema: str) -> list[Attribute]:
    """Return the attributes that a construct can set, those that it must set first.

    :param schema: the name of the schema
    """
    found = [each for each in schemas.load(schema).attributes.values() if not each.read_only]
    return sorted(found, key=lambda attribute: not attribute.required)


def parameter_lines(schema: str, by_hand: Collection[str]) -> Iterator[str]:
    """Yield the parameters of a constructor.

    :param schema: the name of the schema
    :param by_hand: the names of its other parameters. With ``connection`` among them, the attribute
        ``connection_id`` need not be given
    """
    for attribute in settable(schema):
        name, type_ = parameter_name(attribute), _type(attribute)
        needed = attribute.required and attribute.name.removesuffix("_id") not in by_hand
        yield f"{name}: {type_}," if needed else f"{name}: {type_} | None = None,"


def attribute_lines(schema: str) -> Iterator[str]:
    """Yield the readable attributes of a construct, its identifier first."""
    found = [each for each in schemas.load(schema).attributes.values() if not each.write_only]
    for attribute in sorted(found, key=lambda each: each.name != "id"):
        yield f"{attribute.name} = attributes.{_READ_AS[attribute.kind]}()"


def _type(attribute: Attribute) -> str:
    allowed = attribute.rule.get("enum")
    if allowed:
        return f"Literal[{', '.join(map(_quoted, allowed))}]"
    if attribute.name == _DURATIONS:
        return _TYPES[Kind.MAP]
    text = " | str" if "contentMediaType" in attribute.rule else ""
    return _TYPES[attribute.kind] + text


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
