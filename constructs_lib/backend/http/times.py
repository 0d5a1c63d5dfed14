"""Moments as the API writes them (RFC 3339)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any


def moment(text: Any) -> datetime | None:
    """The moment that a text names; None if it names none, or has no time zone."""
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def written(time: datetime) -> str:
    """A moment in UTC to the second, such as ``2026-01-31T12:00:00Z``."""
    return f"{time.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}"
