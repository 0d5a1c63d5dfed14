"""Terraform's types, and their form in JSON.

Source: Terraform plugin protocol 6, ``Schema.Attribute.type``: ``"string"``, ``"number"``,
``"bool"``, ``"dynamic"``, ``["list", T]``, ``["set", T]``, ``["map", T]``,
``["object", {name: T}]`` and ``["tuple", [T, ...]]``.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from constructs_lib.records import NamedTuple


class Type(NamedTuple):
    """One of Terraform's types.

    ``kind`` is ``string``, ``number``, ``bool``, ``dynamic``, ``list``, ``set``, ``map``,
    ``object`` or ``tuple``.
    """

    kind: str
    element: Type | None = None
    """The type of each element, for ``list``, ``set`` and ``map``."""
    attributes: dict[str, Type] = {}  # noqa: RUF012 - it is never changed
    """The type of each attribute, for ``object``."""
    elements: tuple[Type, ...] = ()
    """The type of each element, for ``tuple``."""


STRING: Final = Type("string")
NUMBER: Final = Type("number")
BOOL: Final = Type("bool")
DYNAMIC: Final = Type("dynamic")

_PRIMITIVES: Final = {type_.kind: type_ for type_ in (STRING, NUMBER, BOOL, DYNAMIC)}
_COLLECTIONS: Final = frozenset({"list", "set", "map"})


def list_of(element: Type) -> Type:
    """Return the type of lists whose elements are all of one type."""
    return Type("list", element=element)


def map_of(element: Type) -> Type:
    """Return the type of maps from strings to values of one type."""
    return Type("map", element=element)


def object_of(attributes: dict[str, Type]) -> Type:
    """Return the type of objects with exactly these attributes."""
    return Type("object", attributes=attributes)


def tuple_of(elements: tuple[Type, ...]) -> Type:
    """Return the type of sequences with exactly these elements."""
    return Type("tuple", elements=elements)


def infer(value: Any) -> Type:
    """Infer the type of a value that comes from JSON or from a configuration.

    A dict is an object and a list a tuple. What has no type of its own (null, an unknown or a
    dynamic value) is of the dynamic type.
    """
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, str):
        return STRING
    if isinstance(value, (int, float, Decimal)):
        return NUMBER
    if isinstance(value, dict):
        return object_of({name: infer(inner) for name, inner in value.items()})
    if isinstance(value, list):
        return tuple_of(tuple(infer(inner) for inner in value))
    return DYNAMIC


def type_to_json(type_: Type) -> Any:
    """Return the JSON form of a type, as Python values."""
    if type_.kind in _PRIMITIVES:
        return type_.kind
    if type_.element is not None:
        return [type_.kind, type_to_json(type_.element)]
    if type_.kind == "tuple":
        return ["tuple", [type_to_json(element) for element in type_.elements]]
    return ["object", {name: type_to_json(inner) for name, inner in type_.attributes.items()}]


def from_json(form: Any) -> Type:
    """Return the type that a JSON form describes.

    :raises ValueError: if it describes none
    """
    if isinstance(form, str) and form in _PRIMITIVES:
        return _PRIMITIVES[form]
    # An object's third part would name optional attributes; that says nothing of a value.
    if isinstance(form, list) and len(form) in (2, 3):
        kind, inner = form[:2]
        if isinstance(kind, str) and kind in _COLLECTIONS:
            return Type(kind, element=from_json(inner))
        if kind == "object" and isinstance(inner, dict):
            return object_of({name: from_json(part) for name, part in inner.items()})
        if kind == "tuple" and isinstance(inner, list):
            return tuple_of(tuple(from_json(part) for part in inner))
    raise ValueError("this is not the JSON form of a Terraform type")


def dump_type(type_: Type) -> bytes:
    """Return the JSON form of a type, as the bytes that travel."""
    return json.dumps(type_to_json(type_), separators=(",", ":")).encode()


@lru_cache(maxsize=1024)
def parse_type(data: bytes | str) -> Type:
    """Return the type whose JSON form travelled as ``data``.

    :raises ValueError: if it is none
    """
    return from_json(json.loads(data))
