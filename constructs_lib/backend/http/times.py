"""Moments as the API writes them (RFC 3339)."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

_FRACTION = re.compile(r"\.\d+")


def moment(text: Any) -> datetime | None:
    """The moment that a text names; None if it names none, or has no time zone."""
    # Before 3.11 Python reads three or six digits of a second only, and an API may write others.
    digits = _FRACTION.sub(lambda found: f"{found[0]:0<7}"[:7], str(text).replace("Z", "+00:00"))
    try:
        found = datetime.fromisoformat(digits)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def written(time: datetime) -> str:
    """A moment in UTC to the second, such as ``2026-01-31T12:00:00Z``."""
    return f"{time.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
