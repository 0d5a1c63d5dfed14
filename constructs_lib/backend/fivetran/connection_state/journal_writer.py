"""Record what a run does while it sets a state: in the journal for a crash, in the history to go
back.

Where nothing can be stored, nothing is recorded, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import ApiError
from constructs_lib.backend.fivetran.connection.paused_flag import PausedFlagStuck
from constructs_lib.backend.fivetran.journal import history
from constructs_lib.backend.fivetran.journal.history import TERRAFORM
from constructs_lib.backend.fivetran.journal.journal import (
    JournalEntry,
    JournalHandle,
    SetStateEntry,
)
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.records import NamedTuple

State = dict[str, Any]


class Attempt(NamedTuple):
    """An attempt of Terraform's to set a state."""

    name: str = ""
    """Tells it from others; empty if Terraform's state is not to learn of it."""
    known: Any = None
    """The attempt that Terraform's state knows of."""


class JournalWriter:
    """What one run records about one connection.

    :param client: the account, and its clock
    :param identifier: the connection
    :param wanted: the state that is being set
    :param handle: takes the notes; None to note nothing
    :param attempt: names the attempt
    """

    def __init__(
        self,
        client: Client,
        identifier: str,
        wanted: State,
        handle: JournalHandle | None,
        attempt: Attempt = Attempt(),  # noqa: B008 - never changed.
    ) -> None:
        self._client, self._identifier, self._wanted = client, identifier, wanted
        self._handle, self._attempt = handle, attempt
        self._entry: JournalEntry | None = None

    def interrupted_run(self) -> JournalEntry | None:
        """Return what an interrupted run has left, if it is about this account."""
        left = self._handle.read() if self._handle else None
        return left if left is not None and left.account == self._client.account else None

    def unreported_state(self) -> SetStateEntry | None:
        """Return what an earlier run has set for Terraform, if Terraform's state does not know of
        it.
        """
        if self._handle is None or self._handle.by != TERRAFORM or not self._attempt.name:
            return None
        found = self._handle.set_state()
        whose = (self._client.account, self._handle.workspace)
        if found is None or (found.account, found.workspace) != whose:
            return None
        return found if found.attempt != self._attempt.known else None

    def continues(self, left: JournalEntry, found: State | None) -> bool:
        """Return True if the state is the half-done work that this run repeats. Terraform's work is
        no attempt of the command's, nor the other way round, unless both set the same state.
        """
        is_same_work = self._handle is not None and left.by == self._handle.by
        is_same_work = is_same_work or equivalence.is_fingerprint(left.wanted, self._wanted)
        return is_same_work and left.has_set(found)

    @contextmanager
    def recorded(self, paused: bool, found: State | None, stored: str) -> Iterator[None]:
        """Record in the journal, while inside, how to go on after a crash. After a failure the
        journal still has the state that was found, if the new one may have been set, and the paused
        flag, if that was not put back.

        :param paused: the flag as it was found
        :param found: the state as it was found
        :param stored: the fingerprint of what an earlier attempt has set; empty if there was none
        """
        print_ = equivalence.fingerprint(self._wanted)
        since = format_timestamp(self._client.server_time())
        entry = JournalEntry(self._identifier, self._client.account, paused, found, print_, since)
        by = self._handle.by if self._handle else entry.by
        self._entry = entry._replace(is_sent=bool(stored), stored=stored, by=by)
        self.record()
        try:
            yield
        except PausedFlagStuck:
            # It is known not to be back, so that the next run may put it back even much later.
            self.record(is_putting_back=False)
            raise
        except BaseException:
            self.record(is_open=False)
            if self._handle is not None and not self._entry.is_sent:
                self._handle.remove()
            raise
        self._close(self._entry.found, self._entry.stored)

    def _close(self, first: State | None, stored: str) -> None:
        """Finish the entry. Store the first state until Terraform's state is known to have it."""
        if self._handle is None:
            return
        if self._attempt.name:
            self._handle.save_set_state(
                SetStateEntry(
                    connection=self._identifier,
                    account=self._client.account,
                    workspace=self._handle.workspace,
                    attempt=self._attempt.name,
                    found=first,
                    stored=stored,
                    at=format_timestamp(self._client.server_time()),
                )
            )
        self._handle.remove()

    def record(self, **changes: Any) -> None:
        """Write what is known by now into the journal."""
        if self._entry is not None and self._handle is not None:
            self._entry = self._entry._replace(**changes)
            self._handle.write(self._entry)

    @contextmanager
    def sending(self, found: State | None) -> Iterator[None]:
        """Record the state as it is just before the new one is sent inside.

        :param found: the state just before
        """
        past = self._handle.history if self._handle else None
        if past is not None:
            past.begin(found, self._wanted, format_timestamp(self._client.server_time()))
        self.record(is_sent=True)
        try:
            yield
        except ApiError as error:
            if past is not None and not attempts.is_unclear(error.status):
                past.withdraw()
            raise

    def read_back(self, stored: State | None, *, is_set: bool) -> None:
        """Record what was read after the state was sent.

        :param is_set: True if it is what was sent
        """
        self.record(stored=equivalence.fingerprint(stored))
        if self._handle is not None:
            self._handle.history.end(history.SET if is_set else history.DIFFERS)

    def finish(self, first: State | None, *, is_ours: bool) -> None:
        """Finish what an interrupted run has left, because the state is set already.

        :param first: the state before the first attempt
        :param is_ours: False if no earlier attempt of this work has set it
        """
        if self._handle is None or not (self.interrupted_run() or self._handle.set_state()):
            return
        self._handle.history.confirm(self._wanted)
        if is_ours:
            self._close(first, equivalence.fingerprint(self._wanted))
        elif self.interrupted_run() is not None:
            self._handle.remove()
