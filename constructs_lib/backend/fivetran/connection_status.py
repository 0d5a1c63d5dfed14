"""The status of a connection, as a response of the API contains it, and how often to poll it.

What a response does not contain is no error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.response_values import normalized_word

_LAST_SYNCS = ("succeeded_at", "failed_at")


def connection_name(identifier: str, connection: dict[str, Any]) -> str:
    """Return the name of a connection for messages."""
    return f"connection {identifier} ({connection.get('schema')})"


def is_paused_in(connection: dict[str, Any]) -> bool:
    """Return True if the response says that the connection is paused."""
    return normalized_word(connection.get("paused")) == "true"


def setup_state(connection: dict[str, Any]) -> str:
    """Return the setup state in small letters; empty if the response does not contain it."""
    return _word(connection, "setup_state")


def sync_state(connection: dict[str, Any]) -> str:
    """Return the sync state in small letters; empty if the response does not contain it."""
    return _word(connection, "sync_state")


def is_syncing(connection: dict[str, Any]) -> bool:
    """Return True if a sync is known to run. The API answers 409 if one runs without being
    reported.
    """
    return sync_state(connection) == "syncing"


def is_historical_sync(connection: dict[str, Any]) -> bool:
    """Return True if the connection loads its history."""
    return _word(connection, "is_historical_sync") == "true"


def last_syncs(connection: dict[str, Any]) -> tuple[str | None, ...]:
    """Return when the last syncs ended, as the API writes it: it differs after each sync. Where the
    API returns no text, its JSON does as well.
    """
    answered = (connection.get(name) for name in _LAST_SYNCS)
    return tuple(
        each if each is None or isinstance(each, str) else jsontext.dumps(each) for each in answered
    )


def pauses(first: float, longest: float) -> Iterator[float]:
    """Yield the seconds between two polls of a connection: short at first, then ever longer."""
    pause = first
    while True:
        yield pause
        pause = min(longest, pause * 1.5)


def _word(connection: dict[str, Any], name: str) -> str:
    status = connection.get("status")
    return normalized_word(status.get(name)) if isinstance(status, dict) else ""
