"""Syncs: what becomes of a connection as time goes by.

No thread runs a sync. A sync is a span of time in the record of its connection, and
:func:`settle` brings the record up to date with the clock whenever it is looked at.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from constructs_lib.sandbox import clock, setup_tests
from constructs_lib.sandbox.records import Connection, Sync
from constructs_lib.schemas import SERVICES_WITH_STATE

_TASK = {
    "code": "sync_failed",
    "message": "Sync failed",
    "details": "The source closed the connection in the middle of a table.",
}
"""What a sync that fails leaves to be done."""


def settle(
    connection: Connection, now: datetime, seconds: float, automatic: bool, held: bool = False
) -> bool:
    """Ends the sync whose time is over, and starts the one that is due.

    :param seconds: the length of a sync that starts
    :param automatic: True if connections sync by their schedule
    :param held: True if a sync that is endless goes on; otherwise it ends like any other
    :returns: True if the record has changed
    """
    before = connection.sync
    is_held = held and before is not None and before.endless
    if before is not None and not is_held and clock.from_text(before.ends_at) <= now:
        _end(connection, before)
    if _is_to_go_on(connection, now) or (automatic and _due(connection, now)):
        begin(connection, now, seconds)
    return connection.sync is not before


def begin(connection: Connection, now: datetime, seconds: float) -> None:
    """Starts a sync, historical if the connection asks for one; a running sync is dropped."""
    connection.sync = Sync.begin(now, seconds, connection.is_historical_sync)
    connection.last_sync_started_at = connection.sync.started_at
    connection.waiting = connection.rescheduled_for = None


def hold(connection: Connection) -> None:
    """Makes the running sync endless, see :func:`settle`."""
    if connection.sync is not None:
        connection.sync = replace(connection.sync, endless=True)


def let_fail(connection: Connection) -> None:
    """Makes the running sync end with a failure."""
    if connection.sync is not None:
        connection.sync = replace(connection.sync, failing=True)


def put_off(connection: Connection, until: datetime, *, told: bool = True) -> None:
    """Put the running sync off: by the contract it waits for the limits of its source.

    It goes on at that time by itself, or with ``schedule_type`` manual when it is asked for.

    :param told: False leaves that time out of the answers, as the API does at times
    """
    connection.sync = None
    connection.rescheduled_for = clock.to_text(until)
    connection.rescheduled_untold = not told


def request(connection: Connection, now: datetime, seconds: float, kind: str) -> None:
    """Starts a sync now, or when the connection is enabled again if it is paused.

    The contract says so of a re-sync. Of a plain sync it says nothing; it is treated alike.

    :param kind: ``sync`` or ``resync``
    """
    if kind == "resync":
        connection.is_historical_sync = True
    if connection.paused:
        connection.waiting = "resync" if connection.waiting == "resync" else kind
    else:
        begin(connection, now, seconds)


def withdraw(connection: Connection) -> None:
    """Takes back the wish for a historical sync; one that runs already goes on."""
    connection.is_historical_sync = False
    if connection.waiting == "resync":
        connection.waiting = None


def resume(connection: Connection, now: datetime, seconds: float) -> None:
    """Starts what was asked for while the connection was paused; otherwise does nothing.

    A sync that still runs from before the pause goes on first; a waiting one is then dropped,
    except a re-sync, which replaces it.
    """
    if connection.waiting is None or connection.paused:
        return
    if connection.sync is not None and connection.waiting == "sync":
        connection.waiting = None
        return
    begin(connection, now, seconds)


def state_of(connection: Connection) -> str:
    """The ``sync_state`` of a settled record: syncing, paused, rescheduled or scheduled.

    A paused connection whose sync still runs is syncing: pausing stops no running sync.
    """
    if connection.sync is not None:
        return "syncing"
    if connection.paused:
        return "paused"
    return "rescheduled" if connection.rescheduled_for is not None else "scheduled"


def _end(connection: Connection, sync: Sync) -> None:
    connection.sync = None
    if not _can_be_read(connection):
        connection.failed_at = sync.ends_at
        return
    if sync.failing:
        connection.failed_at, connection.task = sync.ends_at, dict(_TASK)
        return
    connection.succeeded_at, connection.task = sync.ends_at, None
    if sync.historical:
        connection.is_historical_sync = False
    if connection.service in SERVICES_WITH_STATE:
        connection.state = checkpoint(connection.state, sync.ends_at)


def _can_be_read(connection: Connection) -> bool:
    """Return whether a sync finds its source. One of a broken connection looks for it again, and
    mends the connection if the cause is gone; one whose setup was never completed has no source.
    """
    if connection.setup_state == "broken":
        setup_tests.run(connection, {})
    return connection.setup_state == "connected"


def checkpoint(state: dict[str, Any] | None, moment: str) -> dict[str, Any]:
    """The state after a checkpoint of the connector.

    :param moment: when it was made (RFC 3339)
    """
    before = state or {}
    count = before.get("checkpoint")
    number = count + 1 if type(count) is int else 1
    return {**before, "cursor": moment, "checkpoint": number}


def _is_to_go_on(connection: Connection, now: datetime) -> bool:
    """True if a sync that was put off is to go on by itself now."""
    until = connection.rescheduled_for
    if until is None or connection.sync or connection.paused:
        return False
    automatic = connection.attributes.get("schedule_type", "auto") == "auto"
    return automatic and clock.from_text(until) <= now


def _due(connection: Connection, now: datetime) -> bool:
    automatic = connection.attributes.get("schedule_type", "auto") == "auto"
    is_busy = connection.sync or connection.rescheduled_for
    if is_busy or connection.paused or not automatic:
        return False
    if connection.setup_state != "connected":
        return False
    if connection.last_sync_started_at is None:
        return True
    minutes = connection.attributes.get("sync_frequency", 360)
    return clock.from_text(connection.last_sync_started_at) + timedelta(minutes=minutes) <= now
