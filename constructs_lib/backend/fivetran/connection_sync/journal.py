"""What a run must know of a sync after a crash, so that the next apply does not start it again.

Before the request is sent, an entry is written to the folder of the journal
(:mod:`constructs_lib.backend.fivetran.journal.journal`): the request, and what the connection was
like before. A later run removes it when it finds in Terraform's state that the sync was started
(the private state of the resource names the entry), or when the request ends in an error that
Terraform reports.

So an entry of an earlier run means that Terraform does not know what became of the request. If
there was a response, the sync is taken over; otherwise the connection shows whether it began. A
resource is recognized by its request, triggers included, because a provider does not learn its
address.

The entry of an action is removed when Terraform was told how it ended, because there is no state of
it. One that was interrupted, or could not follow its sync to the end, leaves its entry: the next
invocation takes the sync over. As an
action has no triggers, an entry of it only counts as long as its sync runs, or for an hour.

While a request is in flight its run holds a lock, which the operating system releases however that
run ends: the provider of a Terraform that was killed may still be at work.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from constructs_lib.backend.fivetran.api.errors import Interrupted, NotFound, VendorError
from constructs_lib.backend.fivetran.connection.model import (
    connection_name,
    is_syncing,
    last_syncs,
)
from constructs_lib.backend.fivetran.connection_sync import trigger
from constructs_lib.backend.fivetran.connection_sync.preconditions import (
    SyncFailed,
    SyncStartUnknown,
)
from constructs_lib.backend.fivetran.connection_sync.trigger import (
    RequestRecorder,
    SyncBaseline,
    SyncRequest,
)
from constructs_lib.backend.fivetran.journal import private_files
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.private_state import SyncPrivateState
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.response_values import parse_timestamp
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.records import NamedTuple

_LONGEST = timedelta(days=7)
"""After so long an entry says nothing any more."""
_LONGEST_RESYNC = timedelta(minutes=10)
"""After so long a sync that ran since may be any other than the re-sync that was asked for."""
_LONGEST_OF_ACTION = timedelta(hours=1)
"""After so long an action that is invoked again wants another sync, unless the first still runs."""
_ACTION = "action"
"""Stands where a resource has its triggers, which are never a text."""
_PAUSE = 0.5


class _Entry(NamedTuple):
    """A request for a sync, as an entry describes it."""

    file: Path
    account: str
    run: str
    """The run that asked for it, see ``Account.run``."""
    wish: str
    """The fingerprint of what was asked for."""
    mark: SyncBaseline
    before: dict[str, Any]
    """The connection before, as far as ``has_begun`` looks at it."""
    is_begun: bool = False
    """True when the request was answered."""

    def write(self) -> None:
        """Put the entry on the disk. One that cannot be written stops nothing."""
        values = {**self._asdict(), "mark": self.mark._asdict()}
        del values["file"]
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            private_files.write(self.file, jsontext.dumps(values))
        except OSError as error:
            log.warn(f"the journal: {self.file} cannot be written: {error.strerror}")

    def remove(self) -> None:
        """Remove the entry."""
        with suppress(OSError):
            self.file.unlink(missing_ok=True)


def begin(
    account: Account, request: SyncRequest, triggers: Any, deadline: Deadline, operation: Operation
) -> SyncBaseline:
    """Begin a sync, or take over the one that an earlier run began and could not report.

    :param triggers: those of the resource, which tell it from others
    :raises VendorError: as :func:`.trigger.begin`
    """
    if account.journal is None:
        return trigger.begin(account, request, deadline)
    confirm(account, operation)
    private = SyncPrivateState(operation.private)
    private.entry = None
    entries = _ConnectionEntries(account, account.journal, request, triggers)
    taken = entries.take_over(deadline)
    if taken is not None:
        private.entry = taken.file.stem
        _tell_of_takeover(request, taken, operation.diagnostics)
        return taken.mark
    mark = trigger.begin(account, request, deadline, entries.recorded(deadline))
    private.entry = entries.token
    return mark


def confirm(account: Account, operation: Operation) -> None:
    """Forget the entry of a sync that Terraform's state knows of."""
    token = SyncPrivateState(operation.private).entry
    if account.journal is not None and token is not None and "/" not in token:
        with suppress(OSError):
            _file(account.journal, token).unlink(missing_ok=True)


@contextmanager
def forgotten_on_error(account: Account, operation: Operation) -> Iterator[None]:
    """Forget the sync after an error, which Terraform is told: the next one is another."""
    try:
        yield
    except BaseException:
        confirm(account, operation)
        SyncPrivateState(operation.private).entry = None
        raise


class BegunSync(NamedTuple):
    """A sync that an action began or took over."""

    baseline: SyncBaseline
    forget: Callable[[], None]
    """Removes its entry; to be called when Terraform was told."""
    is_taken_over: bool = False
    """True if an earlier invocation began it."""


@contextmanager
def begun_by_action(
    account: Account, request: SyncRequest, deadline: Deadline, diagnostics: Diagnostics
) -> Iterator[BegunSync]:
    """Begin a sync for an action, or take over the one that an interrupted run began.

    Inside it is followed. What ends it for certain is reported to Terraform, so the sync is
    forgotten then. After any other error it goes on, and the next invocation takes it over.

    :raises VendorError: as :func:`.trigger.begin`
    """
    if account.journal is None:
        yield BegunSync(trigger.begin(account, request, deadline), lambda: None)
        return
    entries = _ConnectionEntries(account, account.journal, request, _ACTION)
    taken = entries.take_over(deadline)
    if taken is None:
        token = entries.token
        baseline = trigger.begin(account, request, deadline, entries.recorded(deadline))
    else:
        token, baseline = taken.file.stem, taken.mark
        diagnostics.warning(
            f"The sync of connection {request.identifier} was started by an earlier invocation",
            f"It requested the sync at {taken.mark.since}, and did not wait for its end. This "
            "invocation waits for that sync and does not start another.",
        )
    file = _file(account.journal, token)

    def forget() -> None:
        with suppress(OSError):
            file.unlink(missing_ok=True)

    try:
        yield BegunSync(baseline, forget, is_taken_over=taken is not None)
    except (SyncFailed, NotFound):
        forget()
        raise


def _tell_of_takeover(request: SyncRequest, taken: _Entry, diagnostics: Diagnostics) -> None:
    diagnostics.warning(
        f"The sync of connection {request.identifier} was started by an interrupted run",
        f"That run requested it at {taken.mark.since}, and ended before it was recorded in "
        "Terraform's state. This run waits for that sync and does not start another.",
    )


class _ConnectionEntries:
    """The entries of one connection, for a resource or an action that asks for a sync of it."""

    def __init__(
        self, account: Account, journal: Journal, request: SyncRequest, triggers: Any
    ) -> None:
        self._account, self._journal, self._request = account, journal, request
        self._print = equivalence.fingerprint([*request, triggers])
        self._is_of_action = triggers == _ACTION
        self.token = f"{_name(request.identifier)}.{os.urandom(6).hex()}"
        """The name of the entry that is written."""

    def take_over(self, deadline: Deadline) -> _Entry | None:
        """Return the entry of an earlier run whose sync has begun; None if one is to be begun.

        :raises SyncStartUnknown: if nothing tells whether it began; the next attempt then begins
            one
        """
        if not self._left():
            return None
        with self._lock(deadline):
            for entry in self._left():
                if self._is_wanted(entry, deadline) and (
                    entry.is_begun or self._has_begun(entry, deadline)
                ):
                    ours = entry._replace(run=self._account.run, is_begun=True)
                    ours.write()
                    return ours
                entry.remove()
        return None

    def recorded(self, deadline: Deadline) -> RequestRecorder:
        """Return what notes a request: given the mark and the connection before, around it."""

        @contextmanager
        def note(mark: SyncBaseline, connection: dict[str, Any]) -> Iterator[None]:
            file, account = _file(self._journal, self.token), self._account
            before = _baseline(connection)
            entry = _Entry(file, account.client.account, account.run, self._print, mark, before)
            with self._lock(deadline):
                entry.write()
                try:
                    yield
                except BaseException as error:
                    # If Terraform is gone, nobody reads that it is not known whether it began.
                    if not isinstance(error, SyncStartUnknown) or not isinstance(
                        error.cause, Interrupted
                    ):
                        entry.remove()
                    raise
                entry._replace(is_begun=True).write()

        return note

    def _left(self) -> list[_Entry]:
        """Return what earlier runs left of the same request, the oldest first."""
        found = map(_loaded, self._journal.folder.glob(f"{_name(self._request.identifier)}.*.sync"))
        entries = [entry for entry in found if entry is not None]
        account, now = self._account.client.account, self._account.client.server_time()
        left = []
        for entry in sorted(entries, key=lambda entry: entry.mark.since):
            since = parse_timestamp(entry.mark.since)
            if since is None or now - since > _LONGEST:
                entry.remove()
            elif entry.run != self._account.run and (entry.account, entry.wish) == (
                account,
                self._print,
            ):
                left.append(entry)
        return left

    def _is_wanted(self, entry: _Entry, deadline: Deadline) -> bool:
        """Return False for an entry of an action whose sync ended, or was lost, long ago."""
        client, since = self._account.client, parse_timestamp(entry.mark.since)
        is_recent = since is not None and client.server_time() - since <= _LONGEST_OF_ACTION
        if not self._is_of_action or is_recent:
            return True
        now = client.connection(self._request.identifier, deadline)
        ends = (entry.mark.succeeded_at, entry.mark.failed_at)
        return is_syncing(now) and last_syncs(now) == ends

    def _has_begun(self, entry: _Entry, deadline: Deadline) -> bool:
        client = self._account.client
        now = client.connection(self._request.identifier, deadline)
        began = trigger.has_begun(self._request, entry.before, now)
        since = parse_timestamp(entry.mark.since)
        is_long_ago = since is None or client.server_time() - since > _LONGEST_RESYNC
        if began is None or (began and self._request.mode == "resync" and is_long_ago):
            entry.remove()
            what = "re-sync" if self._request.mode == "resync" else "sync"
            cause = VendorError(f"a run that requested it at {entry.mark.since} was interrupted")
            raise SyncStartUnknown(connection_name(self._request.identifier, now), what, cause)
        return began

    @contextmanager
    def _lock(self, deadline: Deadline) -> Iterator[None]:
        """Hold the lock of the connection's requests, waiting for a run that still has it."""
        file = self._journal.folder / f"{_name(self._request.identifier)}.sync-lock"
        what = (
            "an earlier run that is still requesting a sync of connection "
            f"{self._request.identifier}"
        )
        while True:
            try:
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
            except OSError as error:
                log.warn(f"the journal: {file} cannot be written: {error.strerror}")
                yield
                return
            try:
                if _is_locked(descriptor):
                    yield
                    return
            finally:
                os.close(descriptor)
            deadline.poll(_PAUSE, what)


def _is_locked(descriptor: int) -> bool:
    """Take the lock of an open file; return False if another process holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # A file system without locks.
    return True


def _baseline(connection: dict[str, Any]) -> dict[str, Any]:
    """Return what tells later whether a sync began, without the rest of the connection."""
    status = connection.get("status")
    status = status if isinstance(status, dict) else {}
    kept = {name: status.get(name) for name in ("sync_state", "is_historical_sync")}
    return {**{n: connection.get(n) for n in ("succeeded_at", "failed_at")}, "status": kept}


def _name(identifier: str) -> str:
    return private_files.file_name_of(identifier)


def _file(journal: Journal, token: str) -> Path:
    return journal.folder / f"{token}.sync"


def _loaded(file: Path) -> _Entry | None:
    """Return the entry in a file; None if there is none that can be read."""
    try:
        values = jsontext.loads(private_files.read(file))
        mark = SyncBaseline.loaded(values["mark"])
        texts = {name: str(values[name]) for name in ("account", "run", "wish")}
        before = values["before"]
        if mark is None or not isinstance(before.get("status"), dict):
            return None
        return _Entry(file, **texts, mark=mark, before=before, is_begun=values["is_begun"] is True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
