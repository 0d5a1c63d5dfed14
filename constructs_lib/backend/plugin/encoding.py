"""Values as bytes: Terraform's encoding in MessagePack, as ``decoding`` describes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import msgpack

from constructs_lib.backend.plugin import types
from constructs_lib.backend.plugin.types import Type
from constructs_lib.backend.plugin.values import (
    MOST_LEVELS,
    UNKNOWN,
    Dynamic,
    Value,
    is_number,
    levels,
    mismatch,
    too_deep,
)

_PLAIN_UNKNOWN: Final = msgpack.ExtType(0, b"\x00")
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1


def encode(value: Value, type_: Type) -> bytes:
    """The MessagePack bytes for a value of a type; attributes that are missing are null.

    :raises CodecError: if the value is not of the type
    """
    if levels(value) > MOST_LEVELS:
        raise too_deep("")
    try:
        form = _form(value, type_, "")
        packed: bytes = msgpack.packb(form, use_bin_type=True, unicode_errors="replace")
    except RecursionError:
        raise too_deep("") from None
    return packed


def typed_unknowns(data: dict[str, Value], types_: dict[str, Type]) -> dict[str, Any]:
    """The values, with a typed unknown in the place of each unknown that is listed in ``types_``.

    The result is for ``encode`` only.
    """
    typed = {n: _TypedUnknown(t) for n, t in types_.items() if data.get(n) is UNKNOWN}
    return {**data, **typed}


class _TypedUnknown:
    """An unknown value of the dynamic type whose type is known already."""

    def __init__(self, type_: Type) -> None:
        self.type = type_


def _form(value: Any, type_: Type, path: str) -> Any:
    """What ``msgpack`` packs for a value."""
    if value is None:
        return None
    if value is UNKNOWN:
        return _PLAIN_UNKNOWN
    if type_.kind == "dynamic":
        return _dynamic_form(value, path)
    value = value.value if isinstance(value, Dynamic) else value
    if type_.kind in ("list", "set", "tuple"):
        return _sequence_form(value, type_, path)
    if type_.kind in ("map", "object"):
        return _mapping_form(value, type_, path)
    return _scalar_form(value, type_.kind, path)


def _dynamic_form(value: Any, path: str) -> Any:
    if isinstance(value, _TypedUnknown):
        return [types.dump(value.type), _PLAIN_UNKNOWN]
    # A plain value gets the type that it has by itself.
    value = value if isinstance(value, Dynamic) else Dynamic.of(value)
    if value.type.kind == "dynamic":
        raise mismatch("a value of a known type", path)
    return [types.dump(value.type), _form(value.value, value.type, path)]


def _sequence_form(value: Any, type_: Type, path: str) -> Any:
    if not isinstance(value, list):
        raise mismatch(f"a {type_.kind}", path)
    inner = type_.elements if type_.element is None else (type_.element,) * len(value)
    if len(inner) != len(value):
        raise mismatch(f"a tuple of {len(inner)}", path)
    pairs = enumerate(zip(value, inner, strict=True))
    return [_form(part, t, f"{path}[{i}]") for i, (part, t) in pairs]


def _mapping_form(value: Any, type_: Type, path: str) -> Any:
    if not isinstance(value, dict):
        raise mismatch(f"a {type_.kind}", path)
    if type_.element is not None:
        return {n: _form(part, type_.element, f"{path}.{n}") for n, part in value.items()}
    surplus = value.keys() - type_.attributes.keys()
    if surplus:
        raise mismatch(f"no attribute named {min(surplus)!r}", path)
    return {n: _form(value.get(n), t, f"{path}.{n}") for n, t in type_.attributes.items()}


def _scalar_form(value: Any, kind: str, path: str) -> Any:
    if kind == "string" and isinstance(value, str):
        return value
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "number" and is_number(value) and not Decimal(value).is_nan():
        return _number_form(value)
    raise mismatch(f"a {kind}", path)


def _number_form(number: int | float | Decimal) -> int | float | str:
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if exact.is_finite() and exact.adjusted() < 20 and exact == exact.to_integral_value():
        whole = int(exact)
        return whole if _SMALLEST <= whole <= _LARGEST else str(whole)
    near = float(exact)
    return near if Decimal(near) == exact else str(exact)
