"""Encodes values as Terraform's MessagePack, which ``decoding`` describes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgpack

from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.types import PLAIN, Shapes, Type
from constructs_lib.backend.plugin.values.value import (
    MAX_LEVELS,
    UNKNOWN,
    Dynamic,
    UnexpectedValue,
    Value,
    check_places,
    is_number,
    too_deep,
)

_SCALARS: Final = frozenset({"string", "number", "bool"})
_PLAIN_UNKNOWN: Final = msgpack.ExtType(0, b"\x00")
_FLOAT: Final = b"\xcb"
"""The byte before a float. It may be part of a text, too: then more is written than need be."""
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def encode(value: Value, type_: Type) -> bytes:
    """Encode a value of a type as MessagePack; attributes that are missing are null.

    :raises CodecError: if the value is not of the type
    """
    try:
        form = _Writer().form(value, type_, 0)
        packed: bytes = msgpack.packb(form, use_bin_type=True, unicode_errors="replace")
    except UnexpectedValue as unexpected:
        raise unexpected.error from None
    except RecursionError:
        raise too_deep().error from None
    return packed


def may_be_repeated(data: bytes) -> bool:
    """Return True if Terraform reads from the MessagePack bytes that it sent what it meant by them.

    It sends a whole number of more than 64 bits as a float, and reads a float as its shortest text.
    """
    return bool(data) and _FLOAT not in data


def typed_unknowns(data: dict[str, Value], types_: dict[str, Type]) -> dict[str, Any]:
    """Return the values, with a typed unknown in place of each unknown that ``types_`` lists.

    The result is for ``encode`` only.
    """
    typed = {n: _TypedUnknown(t) for n, t in types_.items() if data.get(n) is UNKNOWN}
    return {**data, **typed}


class _TypedUnknown:
    """An unknown value of the dynamic type whose type is known already."""

    def __init__(self, type_: Type) -> None:
        self.type = type_


class _Writer:
    """A writer of the forms that ``msgpack`` packs."""

    def __init__(self) -> None:
        self._shapes = Shapes()

    def form(self, value: Any, type_: Type, depth: int) -> Any:
        """Return the form of a value inside of ``depth`` lists and objects."""
        if value is None:
            return None
        kind = type_.kind
        if PLAIN.get(type(value)) == kind:
            return value
        if value is UNKNOWN:
            return _PLAIN_UNKNOWN
        if kind == "dynamic":
            return self._dynamic(value, depth)
        value = value.value if isinstance(value, Dynamic) else value
        if kind in _SCALARS:
            return _scalar_form(value, kind)
        if depth >= MAX_LEVELS:
            raise too_deep()
        if kind in ("map", "object"):
            return self._mapping(value, type_, depth + 1)
        return self._sequence(value, type_, depth + 1)

    def _dynamic(self, value: Any, depth: int) -> Any:
        if isinstance(value, _TypedUnknown):
            return [types.dump_type(value.type), _PLAIN_UNKNOWN]
        # A plain value gets the type that it has by itself.
        value = value if isinstance(value, Dynamic) else Dynamic.of(value)
        if value.type.kind == "dynamic":
            raise UnexpectedValue("a value of a known type")
        return [types.dump_type(value.type), self.form(value.value, value.type, depth)]

    def _sequence(self, value: Any, type_: Type, depth: int) -> Any:
        if not isinstance(value, list):
            raise UnexpectedValue(f"a {type_.kind}")
        inner = type_.elements if type_.element is None else (type_.element,) * len(value)
        if len(inner) != len(value):
            raise UnexpectedValue(f"a tuple of {len(inner)}")
        forms: list[Any] = []
        try:
            for part, part_type in zip(value, inner, strict=True):
                forms.append(self.form(part, part_type, depth))
        except UnexpectedValue as unexpected:
            raise unexpected.within(f"[{len(forms)}]") from None
        return forms

    def _mapping(self, value: Any, type_: Type, depth: int) -> Any:
        if not isinstance(value, dict):
            raise UnexpectedValue(f"a {type_.kind}")
        element, forms, name = type_.element, {}, ""
        types_ = type_.attributes if element is None else dict.fromkeys(value, element)
        surplus = value.keys() - types_.keys()
        if surplus:
            raise UnexpectedValue(f"no attribute named {min(surplus)!r}")
        get, plain, is_known, is_plain = value.get, PLAIN.get, self._shapes.knows, True
        try:
            for name, part_type in types_.items():
                part = forms[name] = get(name)
                if plain(type(part)) == part_type.kind:
                    continue
                is_plain = False
                if part is not None and not (type(part) is dict and is_known(part, part_type)):
                    forms[name] = self.form(part, part_type, depth)
        except UnexpectedValue as unexpected:
            raise unexpected.within(f".{name}") from None
        if is_plain:
            self._shapes.learn(value, type_)
        return forms


def _scalar_form(value: Any, kind: str) -> Any:
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "number" and type(value) is int and _SMALLEST <= value <= _LARGEST:
        return value  # As most are.
    if kind == "number" and is_number(value) and not Decimal(value).is_nan():
        return _number_form(value)
    raise UnexpectedValue(f"a {kind}")


def _number_form(number: int | float | Decimal) -> int | float | str:
    """Return a number so that Terraform reads exactly this one.

    Terraform takes two numbers for equal if their shortest decimal texts are, and makes that text
    at the precision with which a number came: 53 bits for a float, 512 for a text. So a whole
    number is never a float: 2**68 would come out as 295147905179352830000.
    """
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if not exact.is_finite():
        return float(exact)
    check_places(exact)
    if _is_whole(exact):
        fits = exact.adjusted() < 20 and _SMALLEST <= exact <= _LARGEST
        return int(exact) if fits else str(exact)
    near = float(exact)
    return near if Decimal(near) == exact else str(exact)


def _is_whole(number: Decimal) -> bool:
    # Python rounds to 28 digits where it computes; the digits themselves are exact.
    _, digits, exponent = number.as_tuple()
    places = -int(exponent)
    return places <= 0 or not any(digits[-places:]) or not number
