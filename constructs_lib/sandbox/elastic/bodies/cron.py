"""The crontab expressions that Elasticsearch takes for a schedule.

Six or seven fields: seconds, minutes, hours, day of the month, month, day of the week, and a year
that may be left out. One of the two days is ``?``.

Source: Elasticsearch's documentation, "Cron expressions".
"""

from __future__ import annotations

import re
from typing import NamedTuple


class _Unit(NamedTuple):
    lowest: int
    highest: int
    names: tuple[str, ...] = ()
    special: str = "(?!)"
    """A regular expression of what only this unit takes."""


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_UNITS = (
    _Unit(0, 59),
    _Unit(0, 59),
    _Unit(0, 23),
    _Unit(1, 31, special=r"\?|LW?|L-([0-9]|[12][0-9]|30)|([1-9]|[12][0-9]|3[01])W"),
    _Unit(1, 12, _MONTHS),
    _Unit(1, 7, _DAYS, special=rf"\?|([1-7]|{'|'.join(_DAYS)})?L|([1-7]|{'|'.join(_DAYS)})#[1-5]"),
    _Unit(1970, 2200),
)
_DAY_OF_MONTH, _DAY_OF_WEEK = 3, 5


def check(expression: str) -> str:
    """Return the expression.

    :raises ValueError: if it is none
    """
    fields = expression.upper().split()
    if len(fields) not in (6, 7) or not all(map(_is_field, fields, _UNITS)):
        raise ValueError(f"invalid cron expression [{expression}]")
    if (fields[_DAY_OF_MONTH] == "?") == (fields[_DAY_OF_WEEK] == "?"):
        reason = "exactly one of day of month and day of week must be [?]"
        raise ValueError(f"invalid cron expression [{expression}]: {reason}")
    return expression


def _is_field(text: str, unit: _Unit) -> bool:
    return all(_is_item(item, unit) for item in text.split(","))


def _is_item(text: str, unit: _Unit) -> bool:
    if re.fullmatch(unit.special, text):
        return True
    span, slash, step = text.partition("/")
    if slash and not (re.fullmatch("[0-9]{1,2}", step) and 0 < int(step) <= unit.highest):
        return False
    first, dash, last = span.partition("-")
    if dash:
        return _is_value(first, unit) and _is_value(last, unit)
    return span == "*" or (span == "" and bool(slash)) or _is_value(span, unit)


def _is_value(text: str, unit: _Unit) -> bool:
    if text in unit.names:
        return True
    return bool(re.fullmatch("[0-9]{1,4}", text)) and unit.lowest <= int(text) <= unit.highest
