"""Start a sync or a re-sync exactly once, even if the response is lost or another sync runs.

A sync without ``force`` may be requested twice while the first one runs; a forced one and a re-sync
must not be. So after a lost response the connection is read, to see whether a sync began since.
Where that cannot be told, nothing is sent again, and the error says so.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/sync-connection and
https://fivetran.com/docs/rest-api/api-reference/connections/resync-connection
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from constructs_lib.backend.fivetran.api.errors import (
    ApiError,
    Conflict,
    Interrupted,
    SyncInProgress,
    TimeLimitExceeded,
    VendorError,
)
from constructs_lib.backend.fivetran.connection.model import (
    connection_name,
    is_historical_sync,
    is_syncing,
    last_syncs,
)
from constructs_lib.backend.fivetran.connection_sync.preconditions import (
    SyncStartUnknown,
    require_ready,
)
from constructs_lib.backend.fivetran.private_state import stored_fields
from constructs_lib.backend.fivetran.provider_data import Account, locked_for_write
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.deadline import Deadline, pauses
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.plugin import log
from constructs_lib.records import NamedTuple

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0


class SyncRequest(NamedTuple):
    """The sync that is requested."""

    identifier: str
    mode: str = "sync"
    """``sync`` or ``resync``."""
    force: bool = False
    scope: dict[str, list[str]] | None = None
    """The tables of a re-sync; None for everything, which the caller has made sure is meant."""

    @property
    def joins(self) -> bool:
        """True if a sync that runs already is as good as a new one."""
        return self.mode == "sync" and not self.force


class SyncBaseline(NamedTuple):
    """The connection as it was before a sync that was started, and when that was."""

    since: str
    """By the API's clock (RFC 3339)."""
    succeeded_at: str | None
    """When the last sync before it succeeded, as the API writes it."""
    failed_at: str | None

    @classmethod
    def loaded(cls, stored: Any) -> SyncBaseline | None:
        """Return a baseline from private state, also from that of versions that kept a list.

        What is missing counts as never: then any end of a sync is the one that is waited for.
        """
        found = stored_fields(stored, cls._fields)
        if found is None:
            return None
        texts = [found.get(name) for name in cls._fields]
        since, succeeded_at, failed_at = (t if isinstance(t, str) else None for t in texts)
        return cls(since or "", succeeded_at, failed_at)


RequestRecorder = Callable[[SyncBaseline, dict[str, Any]], AbstractContextManager[None]]
"""What keeps a note of a request around it, given the baseline and the connection before."""


def _unrecorded(baseline: SyncBaseline, connection: dict[str, Any]) -> AbstractContextManager[None]:
    return nullcontext()


def poll_pauses() -> Iterator[float]:
    """Return the seconds between two polls of a connection that is to sync."""
    return pauses(_FIRST_PAUSE, _LONGEST_PAUSE)


def begin(
    account: Account,
    request: SyncRequest,
    deadline: Deadline,
    recorded: RequestRecorder = _unrecorded,
) -> SyncBaseline:
    """Begin a sync. What the API refuses because a sync is in progress is tried again when it ends.

    :param recorded: keeps a note of each request, for the case that this process ends
    :raises NotReady: if the connection is paused or not set up
    :raises SyncStartUnknown: if it is not known whether it began
    :raises VendorError: if it certainly did not
    """
    kind = "a re-sync" if request.mode == "resync" else "another one"
    what = f"the sync of connection {request.identifier} to end, so that {kind} can begin"
    for pause in poll_pauses():
        try:
            with locked_for_write(account, request.identifier, deadline):
                return _Attempt(account, request, deadline).send(recorded)
        except Conflict as conflict:
            if request.mode != "resync" and not isinstance(conflict, SyncInProgress):
                raise
            log.info(f"{conflict}; looking again in {pause:.1f} s")
        deadline.poll(pause, what)
    raise AssertionError("the pauses have no end")


class _Attempt:
    """One attempt, from reading the connection to the response."""

    def __init__(self, account: Account, request: SyncRequest, deadline: Deadline) -> None:
        self._client, self._request, self._deadline = account.client, request, deadline
        self._secrets = account.secrets.get(request.identifier, [])
        self._before: dict[str, Any] = {}
        self._has_looked = False

    def send(self, recorded: RequestRecorder) -> SyncBaseline:
        """Send the request; if no response comes, check whether it took effect."""
        self._before = self._client.connection(self._request.identifier, self._deadline)
        require_ready(self._request.identifier, self._before, self._secrets)
        succeeded_at, failed_at = last_syncs(self._before)
        baseline = SyncBaseline(
            format_timestamp(self._client.server_time()), succeeded_at, failed_at
        )
        with recorded(baseline, self._before):
            self._post_and_look()
        return baseline

    def _post_and_look(self) -> None:
        try:
            self._post()
        except SyncStartUnknown:
            raise
        except Conflict as conflict:
            # After a lost answer, what is in the way may be the very sync that was asked for.
            if not self._joins(conflict) and not (self._has_looked and self._check_effect()):
                raise
        except VendorError as error:
            if self._may_have_begun(error):
                raise self._unsure(error) from None
            raise

    def _joins(self, conflict: Conflict) -> bool:
        """Return whether a sync is really in the way, and as good as the one that was asked for."""
        if not isinstance(conflict, SyncInProgress) or not self._request.joins:
            return False
        now = self._client.connection(self._request.identifier, self._deadline)
        return has_begun(self._request, self._before, now) is True

    def _post(self) -> None:
        request = self._request
        if request.mode == "resync":
            self._client.resync(
                request.identifier, self._deadline, self._check_effect, request.scope
            )
        else:
            self._client.sync(
                request.identifier, self._deadline, self._check_effect, force=request.force
            )

    def _check_effect(self) -> bool:
        """Return True if a sync began since; False if none did, so that the request may be
        repeated.
        """
        self._has_looked = True
        now = self._client.read_once(self._request.identifier, self._deadline)
        began = has_begun(self._request, self._before, now)
        if began is None:
            raise self._unsure(VendorError("the response to the request was lost"))
        return began

    def _may_have_begun(self, error: VendorError) -> bool:
        is_certain = isinstance(error, ApiError) and error.status < 500
        if self._has_looked:
            # The last word was that of a look, unless the API has said no to the request itself.
            return not (is_certain and str(error).startswith("POST"))
        return attempts.may_have_taken_effect(error) or isinstance(
            error, (Interrupted, TimeLimitExceeded)
        )

    def _unsure(self, error: VendorError) -> SyncStartUnknown:
        what = "re-sync" if self._request.mode == "resync" else "sync"
        return SyncStartUnknown(
            connection_name(self._request.identifier, self._before), what, error
        )


def has_begun(request: SyncRequest, before: dict[str, Any], now: dict[str, Any]) -> bool | None:
    """Return whether the requested sync began between two reads of a connection; None if that
    cannot be told.

    A sync that began or ended since is taken for the one that was asked for. There are two cases in
    which it may be another one: a forced sync while one was running already, and a re-sync of
    everything, which the API shows by its flag of a historical sync.
    """
    is_other = is_syncing(now) != is_syncing(before) or last_syncs(now) != last_syncs(before)
    if request.joins:
        return is_syncing(now) or is_other
    if request.mode == "sync" and is_syncing(before):
        return None
    if request.mode == "resync" and request.scope is None and not is_historical_sync(before):
        return True if is_historical_sync(now) else (None if is_other else False)
    return is_other
