"""Wait for the end of a sync by polling its connection.

The API reports no single sync, but a connection: whether a sync runs, when the last one succeeded,
and when the last one failed. So the sync that was started has ended when none runs any more and one
of these times is later than before. Clocks are not compared: all times are the API's.

A sync that Fivetran rescheduled moves neither time. It continues by itself, at a time that the API
may not tell, except under ``schedule_type`` manual: then it is requested again. A broken connection
may be synced, because a sync can repair it; so a broken connection is a failure only when the sync
that was started does not show for a while.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-details
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from constructs_lib.backend.fivetran.api.errors import Interrupted, TimeLimitExceeded
from constructs_lib.backend.fivetran.connection.model import (
    connection_name,
    is_paused_in,
    is_syncing,
    setup_state,
    sync_state,
)
from constructs_lib.backend.fivetran.connection_sync.preconditions import (
    ConnectionPaused,
    DelayedBeyondLimit,
    Rescheduled,
    SyncFailed,
    SyncStartUnknown,
    connection_problems,
)
from constructs_lib.backend.fivetran.connection_sync.trigger import (
    SyncBaseline,
    SyncRequest,
    begin,
    poll_pauses,
)
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.response_values import (
    format_timestamp,
    normalized_word,
    parse_timestamp,
)
from constructs_lib.backend.plugin import log

_NOT_SET_UP = ("incomplete", "broken")
_LOOKS_TO_BEGIN = 12
"""Looks at an idle connection that is not set up, about two minutes, before the sync counts as
failed: it may not have begun yet."""
_LOOKS_TO_END = 3
"""The same after the sync was seen to run: the moment of its end may come a little later."""
_FIRST_REQUEST, _LONGEST_REQUEST = 5.0, 300.0
"""Seconds before a rescheduled sync is asked for again: ever more, because its source has none."""


def wait_for_end(
    account: Account,
    identifier: str,
    baseline: SyncBaseline,
    deadline: Deadline,
    *,
    on_reschedule: str = "wait",
) -> str:
    """Wait for the end of a sync.

    :param baseline: what there was before it
    :param on_reschedule: ``wait`` for a sync that Fivetran reschedules, or ``fail``
    :returns: when it succeeded, as the API writes it
    :raises SyncFailed: if it failed
    :raises Rescheduled: if Fivetran rescheduled it, and that shall not be waited for
    :raises DelayedBeyondLimit: if Fivetran rescheduled it until after the deadline
    :raises VendorError: if it cannot be followed; it goes on all the same
    """
    sync_wait = _Wait(account, identifier, baseline, deadline, on_reschedule)
    return sync_wait.run(poll_pauses())


class _Wait:
    """The wait for the end of one sync."""

    def __init__(
        self,
        account: Account,
        identifier: str,
        baseline: SyncBaseline,
        deadline: Deadline,
        on_reschedule: str,
    ) -> None:
        self._account, self._identifier = account, identifier
        self._baseline, self._deadline = baseline, deadline
        self._on_reschedule = on_reschedule
        self._secrets = account.secrets.get(identifier, [])
        self._has_run = False
        self._idle_looks = 0
        self._request_pause = _FIRST_REQUEST
        self._request_due: float | None = None
        self._delay = ""
        """That Fivetran rescheduled the sync, in words; empty if it did not."""

    def run(self, waits: Iterator[float]) -> str:
        """Poll the connection until the sync has ended."""
        for pause in waits:
            was_being_set = self._account.locks.is_held(self._identifier)
            connection = self._account.client.connection(self._identifier, self._deadline)
            if is_syncing(connection):
                self._has_run, self._idle_looks, self._delay = True, 0, ""
            else:
                ended = self._ended(connection)
                if ended is not None:
                    return ended
                is_being_set = was_being_set or self._account.locks.is_held(self._identifier)
                self._look_at_idle(connection, is_being_set=is_being_set)
            left = self._deadline.remaining
            log.info(
                f"connection {self._identifier}: the sync goes on; looking again in {pause:.1f} s, "
                f"for at most {left:.0f} s more"
            )
            self._wait(pause)
        raise AssertionError("the pauses have no end")

    def _wait(self, pause: float) -> None:
        try:
            self._deadline.poll(pause, f"the sync of connection {self._identifier} to end")
        except TimeLimitExceeded as error:
            raise TimeLimitExceeded(f"{error}{self._delay}") from None

    def _ended(self, connection: dict[str, Any]) -> str | None:
        """Return when the sync succeeded; None if it did not end yet.

        :raises SyncFailed: if it failed
        """
        succeeded, failed = (
            self._later(connection, name) for name in ("succeeded_at", "failed_at")
        )
        if succeeded is not None and (failed is None or succeeded >= failed):
            return str(connection["succeeded_at"])
        if failed is not None:
            raise self._failed(connection, f"failed at {format_timestamp(failed)}")
        return None

    def _later(self, connection: dict[str, Any], name: str) -> datetime | None:
        """Return the moment of an end, if it is later than the one that was there before."""
        found, before = (
            parse_timestamp(connection.get(name)),
            parse_timestamp(getattr(self._baseline, name)),
        )
        return None if found is None or (before is not None and found <= before) else found

    def _look_at_idle(self, connection: dict[str, Any], *, is_being_set: bool) -> None:
        """Decide whether to wait on. No sync runs, and none ended: it may be about to begin, or
        rescheduled, or never come.
        """
        # A pause ends no sync that runs, whatever the API calls its state meanwhile.
        if is_paused_in(connection) and not is_being_set and not self._has_run:
            raise ConnectionPaused(connection_name(self._identifier, connection), "was meanwhile")
        if sync_state(connection) == "rescheduled":
            self._look_at_rescheduled(connection)
            return
        state = setup_state(connection)
        self._idle_looks += 1
        longest = _LOOKS_TO_END if self._has_run else _LOOKS_TO_BEGIN
        if state in _NOT_SET_UP and self._idle_looks >= longest:
            raise self._failed(connection, f"does not continue: setup_state is {state}")

    def _look_at_rescheduled(self, connection: dict[str, Any]) -> None:
        """Decide what to do about a sync that Fivetran rescheduled."""
        name, words = (
            connection_name(self._identifier, connection),
            connection_problems(connection, self._secrets),
        )
        until = parse_timestamp(connection["status"].get("rescheduled_for"))
        is_manual = normalized_word(connection.get("schedule_type")) == "manual"
        if self._on_reschedule == "fail":
            raise Rescheduled(name, until, words, is_manual=is_manual)
        when = "without saying until when" if until is None else f"until {format_timestamp(until)}"
        self._delay = f"; Fivetran rescheduled it {when}{words}"
        log.info(f"connection {self._identifier}: the sync is rescheduled {when}")
        if until is None:
            if is_manual:
                self._ask_again(at_once=False)
            return
        wait = (until - self._account.client.server_time()).total_seconds()
        if wait > self._deadline.remaining:
            raise DelayedBeyondLimit(
                name, until, self._deadline.remaining, words, is_manual=is_manual
            )
        if is_manual and wait <= 0:
            self._ask_again(at_once=True)

    def _ask_again(self, *, at_once: bool) -> None:
        """Begin the sync again if it is time to: a plain one, of which a second joins the first.

        :param at_once: True if the time that Fivetran told has come
        """
        left = self._deadline.remaining
        if self._request_due is None:
            self._request_due = left if at_once else left - self._request_pause
        if left > self._request_due:
            return
        self._request_pause = min(_LONGEST_REQUEST, 2 * self._request_pause)
        self._request_due = left - self._request_pause
        try:
            begin(self._account, SyncRequest(self._identifier), self._deadline)
        except SyncStartUnknown as unsure:
            if isinstance(unsure.cause, Interrupted):
                raise unsure.cause from None
            log.warn(f"connection {self._identifier}: {unsure}; looking again")

    def _failed(self, connection: dict[str, Any], how: str) -> SyncFailed:
        words = connection_problems(connection, self._secrets)
        return SyncFailed(connection_name(self._identifier, connection), how, words)
