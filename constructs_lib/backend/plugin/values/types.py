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


PLAIN: Final[dict[type, str]] = {str: "string", bool: "bool"}
"""The kinds of the values that are of their type whatever they say, by their Python types."""


class Shapes:
    """What objects of one type look like that were found to be of it, if all in them is plain. Of a
    large value, such as the thousands of columns of a connection, most objects are alike: one of
    the same names and Python types as another one needs no look inside.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[Type, tuple[object, ...]]] = {}
        """By the ``id`` of the type, which is kept, so that no other one gets the same."""

    def knows(self, value: dict[str, Any], type_: Type) -> bool:
        """Return True for an object that looks like the last one of its type."""
        known = self._known.get(id(type_))
        return known is not None and known[1] == (*value, *map(type, value.values()))

    def learn(self, value: dict[str, Any], type_: Type) -> None:
        """Keep what an object looks like, if it has all attributes of its type.

        :param value: each of its values is plain, and of the kind that its type says
        """
        if value.keys() == type_.attributes.keys():
            self._known[id(type_)] = type_, (*value, *map(type, value.values()))


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
    """Return the JSON form of a type, as Python values, parts of which may be shared."""
    return _to_json(type_, {})


def _to_json(type_: Type, known: dict[int, Any]) -> Any:
    """Return the JSON form of a type.

    :param known: the forms of the objects that were found so far, by the ``id`` of their types
    """
    if type_.kind in _PRIMITIVES:
        return type_.kind
    if type_.element is not None:
        return [type_.kind, _to_json(type_.element, known)]
    if type_.kind == "tuple":
        return ["tuple", [_to_json(element, known) for element in type_.elements]]
    form = known.get(id(type_))
    if form is None:
        parts = type_.attributes.items()
        inner = {name: known.get(id(part)) or _to_json(part, known) for name, part in parts}
        form = known[id(type_)] = ["object", inner]
    return form


def from_json(form: Any) -> Type:
    """Return the type that a JSON form describes.

    :raises ValueError: if it describes none
    """
    return _from_json(form, {})


def _from_json(form: Any, known: dict[Any, Type]) -> Type:
    """Return the type that a JSON form describes.

    :param known: the objects of scalars alone that were found so far, by what they have: of a
        large value, most parts are alike
    """
    if isinstance(form, str) and form in _PRIMITIVES:
        return _PRIMITIVES[form]
    # An object's third part would name optional attributes; that says nothing of a value.
    if isinstance(form, list) and len(form) in (2, 3):
        kind, inner = form[:2]
        if kind == "object" and isinstance(inner, dict):
            return _object_from_json(inner, known)
        if isinstance(kind, str) and kind in _COLLECTIONS:
            return Type(kind, element=_from_json(inner, known))
        if kind == "tuple" and isinstance(inner, list):
            return tuple_of(tuple(_from_json(part, known) for part in inner))
    raise ValueError("this is not the JSON form of a Terraform type")


def _object_from_json(inner: dict[str, Any], known: dict[Any, Type]) -> Type:
    key = tuple(inner.items())
    try:
        found = known.get(key)
    except TypeError:  # A part is no scalar.
        return object_of({name: _from_json(part, known) for name, part in inner.items()})
    if found is None:
        found = object_of({name: _from_json(part, known) for name, part in inner.items()})
        known[key] = found
    return found


def dump_type(type_: Type) -> bytes:
    """Return the JSON form of a type, as the bytes that travel."""
    return _COMPACT.encode(type_to_json(type_)).encode()


_COMPACT: Final = json.JSONEncoder(separators=(",", ":"))


@lru_cache(maxsize=1024)
def parse_type(data: bytes | str) -> Type:
    """Return the type whose JSON form travelled as ``data``.

    :raises ValueError: if it is none
    """
    return from_json(json.loads(data))
