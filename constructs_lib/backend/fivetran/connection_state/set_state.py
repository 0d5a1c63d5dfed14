"""Set the state of a connection: read, pause, wait, compare, patch, verify, restore.

The API refuses a new state while a sync runs (409, or 400 after it tried to stop the sync), and
pausing does not end a running sync. So these are the steps: record in the journal what is there,
pause the connection if it is running, wait until no sync is in progress, check that the state is
still the one that was read, PATCH it, read it back and compare, and put the paused flag back. A
connection that was paused is never unpaused unless that was asked for.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/modify-connection-state
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta, timezone
from typing import Any

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import ApiError, Conflict, SyncInProgress
from constructs_lib.backend.fivetran.connection.model import is_syncing, last_syncs
from constructs_lib.backend.fivetran.connection.paused_flag import (
    KeptPaused,
    is_paused,
    kept_paused,
    put_back,
)
from constructs_lib.backend.fivetran.connection_state.journal_writer import Attempt, JournalWriter
from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateChangedElsewhere,
    StateDiffers,
    StateNotSupported,
    describe_progress,
)
from constructs_lib.backend.fivetran.journal.journal import Journal, SetStateEntry
from constructs_lib.backend.http.deadline import Deadline, pauses
from constructs_lib.backend.http.redaction import display_state
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.values.value import same
from constructs_lib.records import NamedTuple
from constructs_lib.schemas import SERVICES_WITH_STATE

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
State = dict[str, Any]


class Outcome(NamedTuple):
    """The result of setting a state."""

    found: State | None
    """The state before; None if none had been written yet."""
    changed: bool
    """False if the state was the wanted one already, so that nothing was sent."""
    progress: str = ""
    """How the connector moved the state between plan and apply, in words; empty if it did not."""


def read_state(
    client: Client, identifier: str, deadline: Deadline, connection: State | None = None
) -> State | None:
    """Return the state of a connection; None if none was written yet.

    The API answers 400 both for that and for a service without state, and its documents disagree on
    405: so the service decides, not the status.

    :param connection: the connection, if it was read already
    :raises StateNotSupported: if the service keeps no state
    """
    try:
        return client.state(identifier, deadline)
    except ApiError as error:
        if error.status not in (400, 405) or isinstance(error, SyncInProgress):
            raise
        require_state(connection or client.connection(identifier, deadline), identifier)
        if error.status == 405:
            raise
        return None


def require_state(connection: dict[str, Any], identifier: str) -> None:
    """Check that the service of a connection keeps a state.

    :raises StateNotSupported: if it does not
    """
    service = str(connection.get("service"))
    if service not in SERVICES_WITH_STATE:
        raise StateNotSupported(identifier, service)


def set_state(
    client: Client,
    identifier: str,
    wanted: State,
    *,
    paused_after: str,
    deadline: Deadline,
    journal: Journal | None = None,
    seen: Snapshot | None = None,
    on_set: Callable[[State | None], None] = lambda found: None,
    on_send: Callable[[], None] = lambda: None,
    attempt: Attempt = Attempt(),  # noqa: B008 - never changed.
) -> Outcome:
    """Set the state of a connection in the steps that the module describes.

    :param wanted: the whole state
    :param paused_after: ``restore``, ``running`` or ``paused``
    :param journal: records what a crash must not lose; None to record nothing
    :param seen: what the plan saw
    :param on_set: is called with the previous state as soon as the API has taken the new one
    :param on_send: is called just before the state is sent; raise an error there to send nothing
    :param attempt: names the attempt, so that it is known whether Terraform's state has learnt of
        it
    :raises StateChangedElsewhere: if somebody else set the state since it was seen; nothing is
        changed
    :raises VendorError: if it did not work; the paused flag is back where it was
    """
    with nullcontext(None) if journal is None else journal.hold(identifier) as handle:
        journal_writer = JournalWriter(client, identifier, wanted, handle, attempt)
        setter = _StateSetter(client, identifier, wanted, deadline, journal_writer, on_send)
        return setter.run(paused_after, seen, on_set)


class _StateSetter:
    """One state that is being set."""

    def __init__(
        self,
        client: Client,
        identifier: str,
        wanted: State,
        deadline: Deadline,
        journal_writer: JournalWriter,
        on_send: Callable[[], None],
    ) -> None:
        self._client, self._identifier = client, identifier
        self._wanted, self._deadline = wanted, deadline
        self._journal_writer = journal_writer
        self._on_send = on_send

    def run(
        self, paused_after: str, seen: Snapshot | None, on_set: Callable[[State | None], None]
    ) -> Outcome:
        connection = self._client.connection(self._identifier, self._deadline)
        require_state(connection, self._identifier)
        found = self._read(connection)
        now = is_paused(connection, self._identifier)
        left = self._journal_writer.interrupted_run()
        # What a run that died had paused was running, whatever it is now.
        before = now and not (left is not None and left.is_open and not left.paused)
        after = {"running": False, "paused": True}.get(paused_after, before)
        is_ours = left is not None and self._journal_writer.continues(left, found)
        first = left.found if left is not None and is_ours else found
        unknown = self._journal_writer.unreported_state()
        keeps_first = is_ours
        if unknown is not None and not is_ours and self._continues_from(unknown, connection, found):
            # Terraform does not know what was set there, but it does know what was there before.
            first, keeps_first = unknown.found, True
            is_ours = equivalence.is_fingerprint(unknown.stored, found)
        if found is not None and same(found, self._wanted):
            asked = paused_after != "restore"
            if left is not None or unknown is not None:
                self._journal_writer.finish(first, is_ours=keeps_first)
            return self._finish(first, now, after if left or asked else now, changed=keeps_first)
        words = ""
        if seen and not is_ours:
            words = describe_progress(self._identifier, seen, connection, found)
        stored = equivalence.fingerprint(found) if is_ours else ""
        with self._journal_writer.recorded(before, first, stored), self._paused(now, before, after):
            last = self._patch(connection, found, is_ours=keeps_first)
            if not _is_same(last, found):
                words += " Then a sync moved it on" if words else "A sync moved it on"
                words += f" from {_words(found)} to {_words(last)}."
                first = first if keeps_first else last
            on_set(first)
            self._verify(connection)
            since = format_timestamp(self._client.server_time())
            self._journal_writer.record(is_putting_back=True, since=since)
        return Outcome(first, changed=True, progress=words)

    def _paused(self, now: bool, before: bool, after: bool) -> AbstractContextManager[KeptPaused]:
        return kept_paused(
            self._client,
            self._identifier,
            now=now,
            before=before,
            after=after,
            deadline=self._deadline,
        )

    def _continues_from(
        self, unknown: SetStateEntry, connection: State, found: State | None
    ) -> bool:
        """Return True if the state is what was set without Terraform's knowledge, or what syncs
        have made of it since. A state that somebody else has set meanwhile is a previous state like
        any other.
        """
        try:
            set_ = Snapshot(unknown.stored, "", unknown.at)
            describe_progress(self._identifier, set_, connection, found)
        except StateChangedElsewhere:
            return False
        return True

    def _finish(self, first: State | None, now: bool, after: bool, *, changed: bool) -> Outcome:
        """Set the paused flag as asked, or as an interrupted run had found it. No state is to be
        set.
        """
        if now != after:
            put_back(self._client, self._identifier, after)
        return Outcome(first, changed=changed)

    def _patch(self, connection: State, found: State | None, *, is_ours: bool) -> State | None:
        """Send the state as soon as no sync runs; wait for a sync that began in between, too.

        :returns: the state just before
        :raises StateChangedElsewhere: if it is another one than was found, and no sync explains it
        """
        waits = pauses(_FIRST_PAUSE, _LONGEST_PAUSE)
        syncs, synced = last_syncs(connection), is_syncing(connection)
        while True:
            live, waited = self._wait_until_idle(waits)
            synced = synced or waited or last_syncs(live) != syncs
            now = self._read(live)
            if not _is_same(now, found) and not synced:
                raise StateChangedElsewhere(
                    self._identifier, "it was read", _words(found), _words(now)
                )
            if not _is_same(now, found) and not is_ours:
                self._journal_writer.record(found=now)
            found = now
            self._on_send()
            try:
                with self._journal_writer.sending(found):
                    self._client.set_state(self._identifier, self._wanted, self._deadline)
                return found
            except Conflict:
                synced = True
                self._look_again(next(waits))

    def _wait_until_idle(self, waits: Iterator[float]) -> tuple[State, bool]:
        """Return the connection once no sync runs, and whether that had to be waited for."""
        waited = False
        while is_syncing(live := self._client.connection(self._identifier, self._deadline)):
            waited = True
            self._look_again(next(waits))
        return live, waited

    def _look_again(self, pause: float) -> None:
        left = self._deadline.remaining
        end = datetime.now(timezone.utc) + timedelta(seconds=left)
        log.info(
            f"connection {self._identifier}: a sync is in progress; looking again in "
            f"{pause:.1f} s, for at most {left:.0f} s more, until {end:%H:%M:%SZ}"
        )
        self._deadline.poll(pause, f"the sync of connection {self._identifier} to end")

    def _verify(self, connection: State) -> None:
        stored = self._read(connection)
        is_set = same(stored, self._wanted)
        self._journal_writer.read_back(stored, is_set=is_set)
        if not is_set:
            raise StateDiffers(self._identifier, self._wanted, stored)

    def _read(self, connection: State) -> State | None:
        return read_state(self._client, self._identifier, self._deadline, connection)


def _is_same(one: State | None, other: State | None) -> bool:
    return one is other if one is None or other is None else same(one, other)


def _words(state: State | None) -> str:
    return "not written yet" if state is None else display_state(state)
