"""Time in the sandbox: always UTC, always from a clock that a test can replace.

Nothing in the sandbox sleeps, but for an answer that a fault delays. What goes on over time (a
sync) is computed, whenever it is looked at, from the time at which it started and the time that the
clock shows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

Clock = Callable[[], datetime]
"""Returns the present time, aware of its time zone (UTC)."""


def utc_now() -> datetime:
    """The present time, in UTC: the clock that is used outside tests."""
    return datetime.now(timezone.utc)


def to_text(moment: datetime) -> str:
    """A moment as the API writes it, RFC 3339: ``2026-01-31T12:00:00.000000Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_text(text: str) -> datetime:
    """The moment that :func:`to_text` wrote.

    :raises ValueError: if the text has another form
    """
    parsed = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    return parsed.replace(tzinfo=timezone.utc)
