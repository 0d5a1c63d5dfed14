"""Moments as the API writes them (RFC 3339)."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any, Final

_FRACTION = re.compile(r"\.\d+")
_LONGEST = 64
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9000
"""Nothing that an API tells happened before or comes after, and a year of calculations with it
stays within the calendar."""


def moment(text: Any) -> datetime | None:
    """The moment that a text names, in UTC; None if it names none, or has no time zone."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    # Before 3.11 Python reads three or six digits of a second only, and an API may write others.
    digits = _FRACTION.sub(lambda found: f"{found[0]:0<7}"[:7], text.replace("Z", "+00:00"))
    try:
        found = datetime.fromisoformat(digits)
    except ValueError:
        return None
    return in_utc(found) if found.tzinfo is not None else None


def in_utc(time: datetime) -> datetime | None:
    """The same moment in UTC; one without a time zone is taken for UTC. None if its year is beyond
    1900 to 9000: no sum with such a moment would be safe.
    """
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        return None
    return time.astimezone(timezone.utc)


def written(time: datetime) -> str:
    """A moment in UTC to the second, such as ``2026-01-31T12:00:00Z``."""
    return f"{time.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
