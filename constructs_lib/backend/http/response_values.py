"""Values in responses of an API: timestamps (RFC 3339), words of a fixed meaning, and headers.

They are data: whatever they hold is a value, or says nothing. Every header that the provider reads
is read here, with a limit on what it may say, so that no number overflows and no date leaves the
calendar later on.

A word has one meaning, whatever its spelling: an API may answer ``paused`` as ``"True"``, and a
status in capitals or between blanks, and nobody configures another spelling to say something else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Final

_FRACTION = re.compile(r"\.\d+")
_LONGEST_TIMESTAMP = 64
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9000
"""No time in a response is outside of these years, and a year more or less stays within the
calendar."""
_LONGEST_NUMBER: Final = 18
"""Digits of a number that anybody counts with; it then fits into 64 bits."""
_LONGEST_DATE: Final = 100
_LONGEST_KIND: Final = 100
_LONGEST_WAIT: Final = timedelta(days=366)
"""No API asks to wait for longer, and no command does."""


CLOCK_TOLERANCE: Final = timedelta(seconds=5)
"""How far the times of an API may be apart that its servers took of the same moment."""


def parse_timestamp(text: Any) -> datetime | None:
    """Return the moment that a text names, in UTC; None if it names none, or has no time zone."""
    if not isinstance(text, str) or len(text) > _LONGEST_TIMESTAMP:
        return None
    # Before 3.11 Python reads three or six digits of a second only, and an API may write others.
    digits = _FRACTION.sub(lambda found: f"{found[0]:0<7}"[:7], text.replace("Z", "+00:00"))
    try:
        found = datetime.fromisoformat(digits)
    except ValueError:
        return None
    return in_utc(found) if found.tzinfo is not None else None


def in_utc(time: datetime) -> datetime | None:
    """Return a moment in UTC; one without a time zone counts as UTC. None if its year is not within
    1900 to 9000: calculating with it would not be safe.
    """
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    return time.astimezone(timezone.utc)


def format_timestamp(time: datetime) -> str:
    """Return a moment in UTC to the second, such as ``2026-01-31T12:00:00Z``."""
    return f"{time.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"


def normalized_word(value: Any) -> str:
    """Return a word as it is compared: in small letters, without blanks at its ends.

    :param value: a text, or a boolean, which is ``true`` or ``false``; null is the empty word
    """
    return "" if value is None else str(value).strip().lower()


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that ``Retry-After`` asks to wait (RFC 9110, 10.2.3): it is a number of
    seconds, or a date, which is meant by the clock of the header ``Date``.

    :returns: None if there is no such header, or it says nothing that can be meant
    """
    header = headers.get("Retry-After")
    if header is None:
        return None
    if header.strip().isdigit():
        number = _number(header)
        seconds = None if number is None else float(number)
    else:
        until, now = date(header), answered_at(headers) or datetime.now(timezone.utc)
        seconds = None if until is None else max(0.0, (until - now).total_seconds())
    is_meant = seconds is not None and seconds <= _LONGEST_WAIT.total_seconds()
    return seconds if is_meant else None


def answered_at(headers: Mapping[str, str]) -> datetime | None:
    """Return the moment of the header ``Date``, in UTC; None if it names none."""
    return date(headers.get("Date") or "")


def count(headers: Mapping[str, str], name: str) -> int | None:
    """Return a header that counts something; None if it holds no whole number of 18 digits or less.

    :param name: such as ``X-Rate-Limit-Remaining``
    """
    return _number(headers.get(name) or "")


def content_type(headers: Mapping[str, str]) -> str:
    """Return what the answer says it is, for a message; it is cut where it is long."""
    kind = headers.get("Content-Type") or "no content type"
    return kind if len(kind) <= _LONGEST_KIND else kind[:_LONGEST_KIND] + "…"


def date(text: str) -> datetime | None:
    """Return the moment of a date in a header (RFC 9110, 5.6.7), in UTC; None if it names none."""
    from email.utils import parsedate_to_datetime

    if len(text) > _LONGEST_DATE:
        return None
    try:
        return in_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None  # The library raises whatever it stumbles over.


def _number(text: str) -> int | None:
    digits = text.strip()
    # Without a limit Python refuses thousands of digits, and a float of some hundreds is infinite.
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER
    return int(digits) if is_number else None
