"""The limits of a value whose form nobody knows beforehand, such as ``config`` or ``state``.

Terraform keeps 512 bits of a number, some 154 digits, and rounds silently. It writes each
number with all its places: ``1e99999999`` is a text of a hundred million digits, with which it is
busy for minutes. The CDK ends at 200 levels with a traceback. The limits here lie well below.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from constructs_lib.records import NamedTuple
from constructs_lib.schemas.redaction import Path

MAX_LEVELS: Final = 100
"""How deeply lists and objects may be nested in a value. What is read has the same limit as what is
written, so that no state is written that cannot be read again."""
MAX_LEVELS_IN_TEXT: Final = 200
"""The same in the JSON text of a state, which Terraform carries as a text."""
MAX_DIGITS: Final = 150
"""The most significant digits of a number that Terraform keeps for certain."""
MAX_PLACES: Final = 1000
"""The most digits before the decimal point of a number, or zeros behind it."""

SIZES: Final = f"numbers between 1e-{MAX_PLACES} and 1e{MAX_PLACES}"
"""What is allowed, in words."""
_TOO_MANY_PLACES: Final = "a number that is too large or too close to zero"


class Excess(NamedTuple):
    """What goes beyond a limit."""

    path: Path
    """Where it is in the value."""
    found: str
    """What was found; the value itself is not shown."""
    allowed: str


def has_too_many_places(number: int | float | Decimal) -> bool:
    """Return True if Terraform would be busy with a number for long."""
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    return exact.is_finite() and exact != 0 and abs(exact.adjusted()) > MAX_PLACES


def has_too_many_digits(number: int | Decimal) -> bool:
    """Return True if Terraform may round a number."""
    digits = Decimal(number).as_tuple().digits
    zeros = next((at for at, digit in enumerate(reversed(digits)) if digit), 0)
    return len(digits) - zeros > MAX_DIGITS


def find_excess(value: Any, most_levels: int = MAX_LEVELS) -> Excess | None:
    """Return the first thing in a value that goes beyond a limit; None if nothing does.

    :param value: JSON-like; leaves that are no numbers are passed over
    :param most_levels: how deeply lists and objects may be nested
    """
    if _is_number(value) and has_too_many_places(value):
        return Excess((), _TOO_MANY_PLACES, SIZES)
    left: list[tuple[Path, Any]] = [((), value)] if isinstance(value, (dict, list)) else []
    while left:
        path, inner = left.pop()
        if len(path) >= most_levels:
            return Excess(path[:1], f"more than {most_levels} levels", f"{most_levels} levels")
        for step, part in _parts(inner):
            if isinstance(part, (dict, list)):
                left.append(((*path, step), part))
            elif _is_number(part) and has_too_many_places(part):
                return Excess((*path, step), _TOO_MANY_PLACES, SIZES)
    return None


def find_excess_in_text(text: str) -> Excess | None:
    """Return what goes beyond a limit in a JSON text; None if nothing does, or if it is no JSON."""
    try:
        value = json.loads(text, parse_int=_decimal, parse_float=_decimal)
    except RecursionError:
        most = MAX_LEVELS_IN_TEXT
        return Excess((), f"more than {most} levels", f"{most} levels")
    except ValueError:
        return None
    return find_excess(value, MAX_LEVELS_IN_TEXT)


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        # The exponent itself has too many digits for Python.
        return Decimal(10).scaleb(MAX_PLACES)


def _parts(value: dict[str, Any] | list[Any]) -> Iterable[tuple[str | int, Any]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
