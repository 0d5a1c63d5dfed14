"""Decodes values: from Terraform's MessagePack, and from JSON for states of older schemas.

Source: Terraform plugin protocol 6, ``DynamicValue``. Null is nil. Any extension value is unknown:
code 0 is plain, code 12 carries a refinement, which is ignored. A value of the dynamic type is a
pair: its type as JSON bytes, then the value. A number is an integer, a float or, where 64 bits
would lose precision, a decimal string.
"""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol

import msgpack

from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.types import PLAIN, Shapes, Type
from constructs_lib.backend.plugin.values.value import (
    MAX_LEVELS,
    UNKNOWN,
    CodecError,
    Dynamic,
    UnexpectedValue,
    Value,
    check_places,
    too_deep,
)

_SCALARS: Final = frozenset({"string", "number", "bool"})
_TEXT: Final = frozenset({str})
_LONGEST_INT: Final = 1000
"""Digits up to which a whole number becomes an ``int``; Python refuses very long ones."""
_SMALL: Final = 2**63
"""A whole number below it is within every limit."""
_SHORT: Final = 18
"""Characters of a whole number that is below it."""


class Encoded(Protocol):
    """A value in a message, in one of two encodings: the other one is empty, and both for null."""

    msgpack: bytes
    json: bytes


def decode(message: Encoded, type_: Type) -> Any:
    """Decode the value of a message: for the type of an object, a dict or None.

    In JSON, as Terraform writes states, unknown attributes are dropped and missing ones are null,
    so that a state of an older schema can be read.

    :raises CodecError: if the message holds no such value
    """
    if message.msgpack:
        value = _read(_unpack(message.msgpack), type_, wrapped_dynamic=False)
    else:
        value = from_json(parse_json(message.json), type_) if message.json else None
    if value is UNKNOWN and type_.kind == "object":
        raise CodecError("expected an object")
    return value


def from_json(form: Any, type_: Type) -> Value:
    """Decode a value of a type, as ``decode`` does, from parsed JSON.

    :raises CodecError: if it is no such value
    """
    return _read(form, type_, wrapped_dynamic=True)


def parse_json(data: bytes | str) -> Any:
    """Parse JSON with exact numbers.

    :raises CodecError: if it is none
    """
    try:
        text = data if isinstance(data, str) else data.decode("utf-8", "surrogatepass")
        return _JSON.decode(text)
    except RecursionError:
        raise too_deep().error from None
    except (ValueError, ArithmeticError):
        raise CodecError("this is not JSON") from None


def unknown_types(data: bytes, type_: Type) -> dict[str, Type]:
    """Return the types of those dynamic attributes of an encoded object that are unknown, but
    typed.

    An example is ``var.on ? {a = 1} : {a = 2}`` while ``var.on`` is unknown. ``UNKNOWN`` does not
    tell the type, but the plan has to repeat it.

    :raises CodecError: if the bytes are not MessagePack
    """
    raw = _unpack(data)
    found: dict[str, Type] = {}
    for name, inner in type_.attributes.items():
        value = raw.get(name) if isinstance(raw, dict) else None
        if (
            inner.kind == "dynamic"
            and isinstance(value, list)
            and len(value) == 2
            and _is_unknown(value[-1])
        ):
            try:
                found[name] = _type_of(value[0])
            except UnexpectedValue as unexpected:
                raise unexpected.within(f".{name}").error from None
    return found


def _read(form: Any, type_: Type, *, wrapped_dynamic: bool) -> Value:
    try:
        return _Reader(wrapped_dynamic=wrapped_dynamic).read(form, type_, 0)
    except UnexpectedValue as unexpected:
        raise unexpected.error from None
    except RecursionError:
        raise too_deep().error from None


class _Reader:
    """A reader of unpacked MessagePack, or of JSON with Terraform's wrapped dynamic values.

    It runs for each value of each resource several times in a plan, so it takes the usual cases
    first, and puts the path of an unexpected value together only when there is one.
    """

    def __init__(self, *, wrapped_dynamic: bool) -> None:
        self._wrapped_dynamic = wrapped_dynamic
        self._shapes = Shapes()

    def read(self, raw: Any, type_: Type, depth: int) -> Value:
        """Decode a value; ``depth`` is the number of lists and objects around it."""
        if raw is None:
            return None
        kind = type_.kind
        if PLAIN.get(type(raw)) == kind:
            plain: Value = raw
            return plain
        if _is_unknown(raw):
            return UNKNOWN
        if kind == "dynamic":
            return self._dynamic(raw, depth)
        if kind in _SCALARS:
            return _scalar(raw, kind)
        if depth >= MAX_LEVELS:
            raise too_deep()
        if kind in ("map", "object"):
            return self._mapping(raw, type_, depth + 1)
        return self._sequence(raw, type_, depth + 1)

    def _dynamic(self, raw: Any, depth: int) -> Value:
        if self._wrapped_dynamic and isinstance(raw, dict) and raw.keys() == {"type", "value"}:
            raw = [_dumped(raw["type"]), raw["value"]]
        if not isinstance(raw, list) or len(raw) != 2:
            raise UnexpectedValue("a dynamic value")
        type_ = _type_of(raw[0])
        value = self.read(raw[1], type_, depth)
        if value is None or value is UNKNOWN or isinstance(value, Dynamic):
            return value
        return Dynamic(type_, value)

    def _sequence(self, raw: Any, type_: Type, depth: int) -> Value:
        if not isinstance(raw, list):
            raise UnexpectedValue(f"a {type_.kind}")
        inner = type_.elements if type_.element is None else (type_.element,) * len(raw)
        if len(inner) != len(raw):
            raise UnexpectedValue(f"a tuple of {len(inner)}")
        found: list[Value] = []
        try:
            for part, part_type in zip(raw, inner, strict=True):
                found.append(self.read(part, part_type, depth))
        except UnexpectedValue as unexpected:
            raise unexpected.within(f"[{len(found)}]") from None
        return found

    def _mapping(self, raw: Any, type_: Type, depth: int) -> Value:
        if not isinstance(raw, dict) or not _TEXT.issuperset(map(type, raw)):
            raise UnexpectedValue(f"a {type_.kind}")
        element = type_.element
        types_ = type_.attributes if element is None else dict.fromkeys(raw, element)
        found: dict[str, Value] = dict.fromkeys(types_)
        plain, is_known, is_plain, name = PLAIN.get, self._shapes.knows, True, ""
        try:
            for name, part in raw.items():
                part_type = types_.get(name)
                if part_type is not None and plain(type(part)) == part_type.kind:
                    found[name] = part
                    continue
                is_plain = False
                if part is None or part_type is None:
                    continue
                if type(part) is dict and is_known(part, part_type):
                    found[name] = part
                else:
                    found[name] = self.read(part, part_type, depth)
        except UnexpectedValue as unexpected:
            raise unexpected.within(f".{name}") from None
        if is_plain:
            self._shapes.learn(raw, type_)
        return found


def _scalar(raw: Any, kind: str) -> Value:
    if kind == "string" and isinstance(raw, str):
        return raw
    if kind == "bool" and isinstance(raw, bool):
        return raw
    if kind == "number" and not isinstance(raw, bool):
        if type(raw) is int and -_SMALL < raw < _SMALL:
            return raw  # As most are.
        number = _number(raw)
        if number is not None:
            check_places(number)
            return number
    raise UnexpectedValue(f"a {kind}")


def _number(raw: Any) -> int | float | Decimal | None:
    if isinstance(raw, str):
        return _whole(raw)
    if isinstance(raw, float) and raw != raw:
        return None
    if isinstance(raw, float) and raw.is_integer():
        # A literal such as 2**68 comes as a float, because that holds it exactly.
        return int(raw)
    # A float with a fraction means its shortest decimal text, to Terraform as to Python.
    return raw if isinstance(raw, (int, float, Decimal)) else None


def _whole(text: str) -> int | Decimal:
    """Return the number of a decimal string, an ``int`` if it is whole and not very long."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CodecError("this is not a number") from None
    if number.is_nan():
        raise CodecError("this is not a number")
    if number.is_infinite():
        return number
    short = number.adjusted() < _LONGEST_INT and len(text) < _LONGEST_INT
    return int(number) if short and number == number.to_integral_value() else number


def _unpack(data: bytes) -> Any:
    try:
        return msgpack.unpackb(data, raw=False, ext_hook=lambda code, payload: UNKNOWN)
    except msgpack.exceptions.StackError:
        raise too_deep().error from None
    except Exception:
        # The library raises many kinds, and their messages may quote the data.
        raise CodecError("this is not MessagePack") from None


def _is_unknown(raw: Any) -> bool:
    # The library reads one extension code itself, as a timestamp.
    return raw is UNKNOWN or isinstance(raw, msgpack.Timestamp)


def _type_of(form: Any) -> Type:
    try:
        return types.parse_type(form)
    except RecursionError:
        raise too_deep() from None
    except (ValueError, TypeError):
        raise UnexpectedValue("a type") from None


def _dumped(form: Any) -> str:
    try:
        return json.dumps(form)
    except RecursionError:
        raise too_deep() from None
    except (TypeError, ValueError):
        raise UnexpectedValue("a type") from None


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _integer(text: str) -> int | Decimal:
    return int(text) if len(text) <= _SHORT else _whole(text)


_JSON: Final = json.JSONDecoder(parse_float=Decimal, parse_int=_integer, parse_constant=_refuse)
