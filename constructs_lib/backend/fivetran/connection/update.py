"""Send a change of a connection, if need be while it is paused.

Fivetran may refuse a change while a sync runs: 409, or 400 "Failed to stop in-progress sync after
trying for 60 seconds". Its documentation says what to do then: pause the connection, wait until the
sync has ended, change it, and put the paused flag back. That is done only if ``pause_to_update``
asks for it, because no data is loaded meanwhile.

As when a state is set, the journal knows meanwhile that the connection has to run again, so a crash
does not leave it paused.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/modify-connection
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import SyncInProgress, VendorError
from constructs_lib.backend.fivetran.connection.model import connection_name, is_syncing
from constructs_lib.backend.fivetran.connection.paused_flag import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    PausedFlagStuck,
    is_paused,
    kept_paused,
    set_flag,
)
from constructs_lib.backend.fivetran.connection.request import controls_of, without_controls
from constructs_lib.backend.fivetran.journal.journal import JournalEntry, JournalHandle
from constructs_lib.backend.fivetran.provider_data import Account, locked_for_write
from constructs_lib.backend.http.deadline import Deadline, pauses
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.plugin import log

_OF_THE_FLAG = ("paused", "status")
"""What the API answers otherwise when the paused flag is another one."""
Connection = dict[str, Any]
Body = dict[str, Any]
Check = Callable[[Body, Connection], None]
"""Compares what a body changes with what the plan started from, by the connection as it is. What it
raises keeps the change from being sent."""


class UpdateRefused(VendorError):
    """Fivetran refuses the change because a sync is in progress."""

    def __init__(self, identifier: str, name: str, refusal: SyncInProgress) -> None:
        self.remedy = (
            "The change was not made. There are two options: wait until the sync has ended "
            f"(status.sync_state of GET /v1/connections/{identifier}, or the Fivetran dashboard), "
            "and apply again; or set pause_to_update = true on the connection, so that the "
            "provider pauses it, waits until the sync has ended, makes the change, and sets the "
            "paused flag as it was."
        )
        super().__init__(
            f"a sync of {name} is in progress, and Fivetran does not accept the change until it "
            f"has ended: {refusal}"
        )


class Update:
    """A change of one connection, to be sent while its lock is held.

    :param check: is called before the change is sent, each time
    :param secrets: texts that must not stand in any message
    :param handle: the entry of the journal; None without a journal
    """

    def __init__(
        self,
        client: Client,
        identifier: str,
        deadline: Deadline,
        *,
        check: Check = lambda body, live: None,
        secrets: Collection[str] = (),
        handle: JournalHandle | None = None,
    ) -> None:
        self._client, self._identifier = client, identifier
        self._deadline, self._check = deadline, check
        self._secrets, self._handle = secrets, handle
        self._entry: JournalEntry | None = None

    @property
    def has_paused(self) -> bool:
        """True if the connection was paused for the change, so that the journal was needed."""
        return self._entry is not None

    def send(
        self, body: Body, *, pauses_for_it: bool, live: Connection | None = None
    ) -> Connection:
        """Send the change.

        :param pauses_for_it: True to pause the connection if a sync is in the way
        :param live: the connection, if it was read already
        :returns: the connection afterwards, with the results of setup tests if they ran
        :raises UpdateRefused: if a sync is in the way, and the connection shall not be paused
        :raises VendorError: if the change could not be made; the paused flag is as it was
        """
        live = live or self._client.connection(self._identifier, self._deadline)
        self._check(body, live)
        try:
            answer = self._modify(body)
            if "paused" in body:
                self._end_note(self._left())
            return answer
        except SyncInProgress as refusal:
            if not pauses_for_it:
                name = connection_name(self._identifier, live)
                raise UpdateRefused(self._identifier, name, refusal) from None
            log.info(f"{refusal}; the connection is paused for the change")
        rest = {name: value for name, value in body.items() if name != "paused"}
        if not without_controls(rest):
            flag, controls = body["paused"], controls_of(body)
            answer = set_flag(self._client, self._identifier, flag, self._deadline, controls)
            self._end_note(self._left())
            return answer
        return self._send_paused(rest, body.get("paused"), live)

    def _send_paused(self, body: Body, asked: bool | None, live: Connection) -> Connection:
        """Send the change with the connection paused.

        :param body: the change without the paused flag
        :param asked: the flag that this very change asks for; None if it asks for none
        """
        now = is_paused(live, self._identifier)
        left = self._left()
        # What a run that died had paused was running, whatever it is now.
        before = now and not (left is not None and left.is_open and not left.paused)
        after = before if asked is None else asked
        kept = kept_paused(
            self._client,
            self._identifier,
            now=now,
            before=before,
            after=after,
            deadline=self._deadline,
            controls=controls_of(body),
        )
        with self._noted(left, runs_after=not before and not after), kept as flag:
            answer = self._send_when_idle(body)
            since = format_timestamp(self._client.server_time())
            self._note(is_putting_back=True, since=since)
        known = flag.answer or {}
        return answer | {name: known[name] for name in _OF_THE_FLAG if name in known}

    def _send_when_idle(self, body: Body) -> Connection:
        """Send the change as soon as no sync runs, if nobody changed the same meanwhile."""
        for pause in pauses(FIRST_PAUSE, LONGEST_PAUSE):
            live = self._client.connection(self._identifier, self._deadline)
            if not is_syncing(live):
                self._check(body, live)
                try:
                    return self._modify(body)
                except SyncInProgress as refusal:
                    log.info(str(refusal))
            left = self._deadline.remaining
            log.info(
                f"connection {self._identifier}: a sync is in progress; looking again in "
                f"{pause:.1f} s, for at most {left:.0f} s more"
            )
            self._deadline.poll(pause, f"the sync of connection {self._identifier} to end")
        raise AssertionError("the pauses have no end")

    def _modify(self, body: Body) -> Connection:
        return self._client.modify_connection(self._identifier, body, self._deadline, self._secrets)

    def _left(self) -> JournalEntry | None:
        """Return what a run that died has left in the journal, if it is about this account."""
        left = self._handle.read() if self._handle else None
        return left if left is not None and left.account == self._client.account else None

    @contextmanager
    def _noted(self, left: JournalEntry | None, *, runs_after: bool) -> Iterator[None]:
        """Keep in the journal inside that the connection has to run again.

        What an earlier run left there about the state of the connection is kept, and is there again
        afterwards.

        :param runs_after: False if there is nothing to undo
        """
        if runs_after:
            since = format_timestamp(self._client.server_time())
            new = JournalEntry(self._identifier, self._client.account, False, None, "", since)
            self._entry = (left or new)._replace(paused=False, since=since, is_open=True)
            self._note(is_putting_back=False)
        try:
            yield
        except PausedFlagStuck:
            # It is known not to be back, so that the next run may put it back even much later.
            self._note(is_putting_back=False)
            raise
        except BaseException:
            self._end_note(left)
            raise
        self._end_note(left)

    def _note(self, **changes: Any) -> None:
        if self._entry is not None and self._handle is not None:
            self._entry = self._entry._replace(**changes)
            self._handle.write(self._entry)

    def _end_note(self, left: JournalEntry | None) -> None:
        """Put the entry of before back, and close it: the paused flag is as it has to be."""
        if self._handle is None:
            return
        if left is None or not left.wanted:
            if self._entry is not None or left is not None:
                self._handle.remove()
        else:
            self._handle.write(left._replace(is_open=False))


@contextmanager
def locked_update(
    account: Account,
    identifier: str,
    deadline: Deadline,
    secrets: Collection[str],
    check: Check = lambda body, live: None,
) -> Iterator[Update]:
    """Hold the locks of a connection, and yield the change that is to be sent meanwhile.

    The parameters are those of :class:`Update`; for the errors see :func:`locked_for_write`.
    """
    with locked_for_write(account, identifier, deadline) as handle:
        yield Update(
            account.client, identifier, deadline, check=check, secrets=secrets, handle=handle
        )
