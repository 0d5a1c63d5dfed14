"""JSON without loss: decimal numbers keep every digit, in both directions.

A value may be a number that a binary float cannot hold; :mod:`json` alone would round it.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, Final, TypeGuard

MAX_LEVELS: Final = 250
"""How deeply lists and objects may be nested in what is read: far beyond any state that is known,
and within what this process can walk through."""
MAX_DIGITS: Final = 1000
"""Digits of a number that is written out. ``1e99999999`` is a short text, but who reckons with it,
or shows it, is busy for minutes. The greatest number of most programs has 309."""
_MAX_ZEROS: Final = 400
"""Zeros at the end of a whole number that its canonical text writes out."""
_LONG: Final = 10**_MAX_ZEROS


class Excessive(ValueError):
    """JSON that is valid, and beyond a limit; the message says which, and quotes nothing."""


def loads(text: str) -> Any:
    """Read JSON; numbers with a fraction or an exponent become :class:`~decimal.Decimal`.

    :raises ValueError: if the text is not JSON
    :raises Excessive: if it is nested too deeply, or holds a number of too many digits
    """
    try:
        value = json.loads(text, parse_float=_decimal, parse_constant=_refuse)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        # Python itself reads no whole number of many thousands of digits.
        if type(error) is ValueError and "digits" in str(error):
            raise _too_long() from None
        raise
    if text.count("[") + text.count("{") > MAX_LEVELS:
        _check_levels(value)
    return value


def dumps(value: Any, *, sort_keys: bool = False) -> str:
    """Write JSON.

    :raises TypeError: if a value has no JSON form
    """
    try:
        return json.dumps(value, allow_nan=False, sort_keys=sort_keys)
    except TypeError:
        return _with_decimals(value, sort_keys=sort_keys)


def _with_decimals(value: Any, *, sort_keys: bool) -> str:
    """Write JSON with exact numbers, which :mod:`json` does not write."""
    if isinstance(value, dict):
        keys = sorted(value) if sort_keys else list(value)
        parts = ((json.dumps(key), _with_decimals(value[key], sort_keys=sort_keys)) for key in keys)
        return "{" + ", ".join(f"{key}: {inner}" for key, inner in parts) + "}"
    if isinstance(value, (list, tuple)):
        inner = (_with_decimals(item, sort_keys=sort_keys) for item in value)
        return "[" + ", ".join(inner) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, allow_nan=False)


def canonical(value: Any) -> str:
    """Write JSON so that equal values have one text: keys in order, and numbers by their value.

    ``1000``, ``1000.0`` and ``1e3`` are all written ``1000``; each number keeps all its digits.

    :raises TypeError: if a value has no JSON form
    """
    if isinstance(value, dict):
        inner = (f"{json.dumps(key)}: {canonical(value[key])}" for key in sorted(value))
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(canonical, value)) + "]"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LONG:
        return _by_value(Decimal(value))
    if isinstance(value, float):
        # A float means the decimal that it is written as.
        return _by_value(Decimal(repr(value)))
    return _by_value(value) if isinstance(value, Decimal) else dumps(value)


def _by_value(number: Decimal) -> str:
    """Write a number in the one form that its value has: a whole one as an integer, unless its
    zeros alone would fill a page. No context of :mod:`decimal` rounds it.
    """
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        raise TypeError("a number that is not finite has no JSON form")
    if not any(digits):
        return "0"
    zeros = next(count for count, digit in enumerate(reversed(digits)) if digit)
    digits, exponent = digits[: len(digits) - zeros], exponent + zeros
    if 0 <= exponent <= _MAX_ZEROS:
        digits, exponent = (*digits, *(0,) * exponent), 0
    return str(Decimal((sign, digits, exponent)))


def pretty(value: Any, indent: str = "") -> str:
    """Write JSON for a person: one value on each line, indented by two blanks for each level.

    :param indent: the text before each line but the first
    :raises TypeError: if a value has no JSON form
    """
    inner = indent + "  "
    if isinstance(value, dict) and value:
        lines = [f"{json.dumps(key)}: {pretty(value[key], inner)}" for key in value]
        return "{\n" + ",\n".join(inner + line for line in lines) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and value:
        lines = [pretty(item, inner) for item in value]
        return "[\n" + ",\n".join(inner + line for line in lines) + f"\n{indent}]"
    return dumps(value)


def is_text(value: object) -> TypeGuard[str]:
    """Return True for a text that files, requests and messages can hold: JSON can also write halves
    of characters, which nothing else takes.
    """
    return isinstance(value, str) and not any("\ud800" <= char <= "\udfff" for char in value)


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
        is_short = len(text) <= MAX_DIGITS and abs(number.adjusted()) <= MAX_DIGITS
    except ArithmeticError:  # An exponent that not even an exact number can have.
        is_short = False
    if not is_short:
        raise _too_long()
    return number


def _check_levels(value: Any) -> None:
    """Check the depth level by level, without recursion."""
    level = [value]
    for _ in range(MAX_LEVELS):
        inside = (each.values() if isinstance(each, dict) else each for each in level)
        level = [each for one in inside for each in one if isinstance(each, (dict, list))]
        if not level:
            return
    raise _too_deep()


def _too_long() -> Excessive:
    return Excessive(f"a number of more than {MAX_DIGITS} digits")


def _too_deep() -> Excessive:
    return Excessive(f"more than {MAX_LEVELS} levels of lists and objects")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")
