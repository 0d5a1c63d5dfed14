"""Terraform's values and their two encodings, written a second time.

The driver must not read the provider's answers with the provider's own codec, which would then
check itself. Numbers are ``Decimal`` with all their digits; a value of the dynamic type is
:class:`Dyn`, with its type, because to Terraform a list is not the tuple with the same members.
"""

from __future__ import annotations

import json
import unicodedata
from decimal import Context, Decimal
from typing import Any, NamedTuple

import msgpack

WIDE = Context(prec=400)


class Unknown:
    """The class of :data:`UNKNOWN`."""

    def __repr__(self) -> str:
        return "(known after apply)"


UNKNOWN = Unknown()


class Dyn(NamedTuple):
    """A value of the dynamic type, with the type that it has, in Terraform's JSON form."""

    type: Any
    value: Any


def type_of(value: Any) -> Any:
    """The type that a literal in a configuration has."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "string"
    if isinstance(value, (int, Decimal)):
        return "number"
    if isinstance(value, dict):
        return ["object", {key: type_of(inner) for key, inner in value.items()}]
    if isinstance(value, list):
        return ["tuple", [type_of(inner) for inner in value]]
    return "dynamic"


def literal(value: Any) -> Any:
    """What Terraform has for a literal of the dynamic type."""
    return value if value is None or value is UNKNOWN else Dyn(type_of(value), exact(value))


def exact(value: Any) -> Any:
    """A literal as Terraform keeps it: numbers exact, text in Unicode's composed form."""
    if isinstance(value, dict):
        return {_composed(key): exact(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [exact(inner) for inner in value]
    if isinstance(value, str):
        return _composed(value)
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return Decimal(value) if is_number else value


def pack(value: Any, type_: Any) -> bytes:
    """The MessagePack bytes, as Terraform sends them."""
    packed: bytes = msgpack.packb(_packable(value, type_), use_bin_type=True)
    return packed


def unpack(data: bytes, type_: Any) -> Any:
    """The value of MessagePack bytes; any extension is an unknown."""
    return _read(msgpack.unpackb(data, raw=False, ext_hook=lambda code, data: UNKNOWN), type_)


def to_json(value: Any, type_: Any) -> Any:
    """The value as a state file has it."""
    if value is None:
        return None
    assert value is not UNKNOWN, "a state file cannot hold an unknown value"
    if type_ == "dynamic":
        return {"value": to_json(value.value, value.type), "type": value.type}
    if isinstance(value, dict):
        return {key: to_json(inner, _inside(type_, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [to_json(inner, _inside(type_, at)) for at, inner in enumerate(value)]
    return Digits(format(value, "f")) if type_ == "number" else value


class Digits(NamedTuple):
    """A number in JSON, digit by digit."""

    text: str


def dump(state: Any) -> bytes:
    """JSON bytes with all digits of each number."""
    return "".join(_chunks(state)).encode()


def _chunks(value: Any) -> list[str]:
    if isinstance(value, Digits):
        return [value.text]
    if isinstance(value, dict):
        inner = [f"{json.dumps(key)}:{''.join(_chunks(part))}" for key, part in value.items()]
        return ["{", ",".join(inner), "}"]
    if isinstance(value, list):
        return ["[", ",".join("".join(_chunks(part)) for part in value), "]"]
    return [json.dumps(value)]


def has_unknown(value: Any) -> bool:
    """True if something in the value is unknown."""
    if isinstance(value, Dyn):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return value is UNKNOWN


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _inside(type_: Any, step: Any) -> Any:
    kind, inner = type_
    return inner[step] if kind in ("object", "tuple") else inner


def _packable(value: Any, type_: Any) -> Any:
    if value is None:
        return None
    if value is UNKNOWN:
        return msgpack.ExtType(0, b"\x00")
    if type_ == "dynamic":
        return [json.dumps(value.type).encode(), _packable(value.value, value.type)]
    if isinstance(value, dict):
        return {key: _packable(inner, _inside(type_, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_packable(inner, _inside(type_, at)) for at, inner in enumerate(value)]
    return _packable_number(value) if type_ == "number" else value


def _packable_number(number: Decimal) -> Any:
    # A whole number of 64 bits, a float that is exactly it, or else its digits.
    if number == number.to_integral_value(context=WIDE) and -(2**63) <= number < 2**63:
        return int(number)
    return float(number) if Decimal(float(number)) == number else format(number, "f")


def _read(raw: Any, type_: Any) -> Any:
    if raw is None or raw is UNKNOWN:
        return raw
    if type_ == "dynamic":
        inner = json.loads(raw[0])
        assert inner != "dynamic", "a dynamic value needs a type"
        value = _read(raw[1], inner)
        return None if value is None else Dyn(inner, value)
    if type_ in ("string", "number", "bool"):
        return _scalar(raw, type_)
    return _read_collection(raw, type_)


def _read_collection(raw: Any, type_: Any) -> Any:
    kind, inner = type_
    if kind in ("object", "map"):
        assert isinstance(raw, dict), f"no {kind}"
        assert kind == "map" or raw.keys() == inner.keys(), "another set of attributes"
        return {_composed(key): _read(part, _inside(type_, key)) for key, part in raw.items()}
    assert isinstance(raw, list), f"no {kind}"
    assert kind != "tuple" or len(raw) == len(inner), "another number of elements"
    return [_read(part, _inside(type_, at)) for at, part in enumerate(raw)]


def _scalar(raw: Any, kind: str) -> Any:
    if kind == "string":
        assert isinstance(raw, str), "no string"
        return _composed(raw)
    if kind == "bool":
        assert isinstance(raw, bool), "no bool"
        return raw
    assert isinstance(raw, (int, float, str)), "no number"
    assert not isinstance(raw, bool), "no number"
    # Terraform compares the shortest texts of two numbers.
    return Decimal(repr(raw)) if isinstance(raw, float) else Decimal(raw)
