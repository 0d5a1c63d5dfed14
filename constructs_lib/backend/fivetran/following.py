"""Following a sync to its end, by looking at its connection.

The API tells of no single sync, but of a connection: whether one runs, when the last one succeeded,
and when the last one failed. So the sync that was begun has ended when none runs any more and one
of these moments is later than it was before, and later than the beginning.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-details
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.readiness import name_of, setup_state, stands_paused
from constructs_lib.backend.fivetran.seen import is_syncing
from constructs_lib.backend.fivetran.sync_errors import Paused, PutOff, SyncFailed, words_of
from constructs_lib.backend.fivetran.triggering import Mark, Wish, begin, pauses
from constructs_lib.backend.http import log
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.times import moment, written

_TOLERANCE = timedelta(seconds=5)
_NOT_SET_UP = ("incomplete", "broken")


def follow(account: Account, identifier: str, mark: Mark, deadline: Deadline) -> str:
    """Waits for the end of a sync.

    :param mark: what there was before it
    :returns: when it succeeded, as the API writes it
    :raises SyncFailed: if it failed
    :raises PutOff: if Fivetran put it off until after the deadline
    :raises VendorError: if it cannot be followed; it goes on all the same
    """
    return _Following(account, identifier, mark, deadline).run(pauses())


class _Following:
    """One sync that is being followed."""

    def __init__(self, account: Account, identifier: str, mark: Mark, deadline: Deadline) -> None:
        self._account, self._identifier = account, identifier
        self._mark, self._deadline = mark, deadline
        self._secrets = account.secrets.get(identifier, [])
        self._has_run = False

    def run(self, waits: Iterator[float]) -> str:
        """Looks again and again."""
        for pause in waits:
            was_being_set = self._account.turns.is_taken(self._identifier)
            connection = self._account.client.connection(self._identifier, self._deadline)
            self._has_run = self._has_run or is_syncing(connection)
            ended = None if is_syncing(connection) else self._ended(connection)
            if ended is not None:
                return ended
            is_being_set = was_being_set or self._account.turns.is_taken(self._identifier)
            if not is_syncing(connection):
                self._look_at_idle(connection, is_being_set=is_being_set)
            left = self._deadline.remaining
            log.information(
                f"connection {self._identifier}: the sync goes on; looking again in {pause:.1f} s, "
                f"for at most {left:.0f} s more"
            )
            self._deadline.poll(pause, f"the sync of connection {self._identifier} to end")
        raise AssertionError("the pauses have no end")

    def _ended(self, connection: dict[str, Any]) -> str | None:
        """When the sync succeeded; None if it did not end yet."""
        succeeded, failed = (
            self._later(connection, name) for name in ("succeeded_at", "failed_at")
        )
        if succeeded is not None and (failed is None or succeeded >= failed):
            return str(connection["succeeded_at"])
        if failed is not None:
            raise self._failed(connection, f"failed at {written(failed)}")
        return None

    def _later(self, connection: dict[str, Any], name: str) -> datetime | None:
        """The end of a sync, if it is later than what there was, and than the beginning."""
        found, before = moment(connection.get(name)), moment(getattr(self._mark, name))
        since = moment(self._mark.since)
        if found is None or (before is not None and found <= before):
            return None
        return found if since is None or found >= since - _TOLERANCE else None

    def _look_at_idle(self, connection: dict[str, Any], *, is_being_set: bool) -> None:
        """No sync runs, and none ended: it may be about to begin, put off, or never come."""
        state = setup_state(connection)
        if state in _NOT_SET_UP:
            raise self._failed(connection, f"does not go on: setup_state is {state}")
        # A pause ends no sync that runs, whatever the API calls its state meanwhile.
        if stands_paused(connection) and not is_being_set and not self._has_run:
            raise Paused(name_of(self._identifier, connection), "was meanwhile")
        self._look_at_delay(connection)

    def _look_at_delay(self, connection: dict[str, Any]) -> None:
        status = connection.get("status")
        status = status if isinstance(status, dict) else {}
        until = moment(status.get("rescheduled_for"))
        if str(status.get("sync_state")).lower() != "rescheduled" or until is None:
            return
        is_manual = str(connection.get("schedule_type")).lower() == "manual"
        wait = (until - self._account.client.server_time()).total_seconds()
        if wait > self._deadline.remaining:
            name = name_of(self._identifier, connection)
            raise PutOff(name, until, self._deadline.remaining, is_manual=is_manual)
        log.information(
            f"connection {self._identifier}: the sync is put off until {written(until)}"
        )
        if is_manual and wait <= 0:
            begin(self._account, Wish(self._identifier), self._deadline)

    def _failed(self, connection: dict[str, Any], how: str) -> SyncFailed:
        words = words_of(connection, self._secrets)
        return SyncFailed(name_of(self._identifier, connection), how, words)
