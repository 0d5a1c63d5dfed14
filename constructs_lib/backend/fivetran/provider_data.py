"""The account that the provider is configured for, and what one run notes about its connections.

An import guard keeps one run from importing a connection under one address and destroying it under
another. Such a plan arises when an entry that declares an import is renamed after its deploy: the
new address imports the connection, and the old one, which nothing configures any more, deletes it.

Planned effects say what this run will have done with a connection by the time a sync of it starts.
A plan sees a connection as it is, but the same run may pause, unpause or test it first. The
resource of the connection, of its state, or of its setup tests notes that when it is planned.
Terraform plans a resource after those it depends on, so a note is there wherever a dependency is
declared.

Every write to a connection holds the lock of that connection, so that writes never interleave.
Setting a state, and at times changing a connection, pauses it for a while. No sync can begin
meanwhile, and putting the paused flag back would undo what somebody else made of it. So every write
to a connection holds its lock, and reads the connection only then. Issuing a connect card needs no
lock: it changes nothing that another write reads or puts back.
"""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from threading import Lock
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object.provider_data import ProviderData, Wording
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.journal.creations import Name
    from constructs_lib.backend.fivetran.journal.journal import Journal, JournalHandle


class ImportGuard:
    """What was imported and what is to be destroyed since the provider was configured.

    Terraform plans both in any order, so whichever comes second is refused.
    """

    def __init__(self) -> None:
        self._imported: set[str] = set()
        self._destroyed: set[str] = set()
        self._lock = threading.Lock()

    def note_import(self, identifier: str) -> None:
        """Note an import.

        :raises ProviderError: if the connection is to be destroyed
        """
        with self._lock:
            self._imported.add(identifier)
            self._require_one(identifier)

    def is_imported(self, identifier: str) -> bool:
        """Return True if a connection was imported since the provider was configured."""
        with self._lock:
            return identifier in self._imported

    def note_destruction(self, identifier: str | None) -> None:
        """Note that a destruction is planned; None is a connection without an identifier yet.

        :raises ProviderError: if the connection was imported
        """
        if identifier is not None:
            with self._lock:
                self._destroyed.add(identifier)
                self._require_one(identifier)

    def _require_one(self, identifier: str) -> None:
        if identifier in self._imported & self._destroyed:
            raise ProviderError(
                "A connection would be imported and destroyed at once",
                f"Connection {identifier} is in state under an address other than the one that "
                "imports it, for example because its entry was renamed. The plan would import it "
                "under the new name and delete it under the old one. Restore the old name, or "
                "move it in the state first (terraform state mv OLD NEW). Nothing was changed.",
            )


class PlannedEffects:
    """What one run is going to do with connections; several threads use it."""

    def __init__(self) -> None:
        self._paused: dict[str, bool | None] = {}
        self._tested: set[str] = set()
        self._destroyed: set[str] = set()

    def note_paused(self, identifier: str, paused: bool | None) -> None:
        """Note that the run sets the paused flag; None if its value is not known yet."""
        self._paused[identifier] = paused

    def note_tests(self, identifier: str) -> None:
        """Note that the run runs the setup tests of the connection."""
        self._tested.add(identifier)

    def note_destroyed(self, identifier: str) -> None:
        """Note that the run destroys the connection."""
        self._destroyed.add(identifier)

    def is_destroyed(self, identifier: str) -> bool:
        """Return True if the run certainly destroys the connection. Terraform plans that after what
        depends on it, so False proves nothing.
        """
        return identifier in self._destroyed

    def paused(self, identifier: str, now: bool) -> bool | None:
        """Return the paused flag afterwards; None if it is not known.

        :param now: the flag as it is
        """
        return self._paused.get(identifier, now)

    def may_be_set_up(self, identifier: str) -> bool:
        """Return True if the setup tests run, so that the connection may be set up afterwards."""
        return identifier in self._tested

    def note_connection(self, plan: Plan, *, runs_tests: bool) -> None:
        """Note what the plan of a connection does with it.

        :param runs_tests: True if its setup tests may run
        """
        identifier = (plan.prior or {}).get("id")
        if not isinstance(identifier, str) or plan.replace:
            return
        if plan.changed("paused"):
            flag = plan.planned.get("paused")
            self.note_paused(identifier, None if flag is UNKNOWN else bool(flag))
        if runs_tests:
            self.note_tests(identifier)


_NO_JOURNAL = (
    "Everything succeeded. But if a run is killed while it creates a connection or sets a state, "
    "the next run cannot know about it."
)
_NO_HISTORY = "Everything succeeded. But 'state history' does not show the previous state."


class Account(ProviderData[Client]):
    """One configured account.

    :param client: its API; None while the configuration of the provider is unknown
    :param secret_hasher: makes the digests of secrets; None as long
    :param journal: keeps what a crash must not take away, or makes what does at its first use; None
        to keep nothing
    :param allow_vanished: True if all managed connections may be gone at once
    """

    WORDS = Wording(
        "connection",
        "fivetranops",
        "account",
        "api_key, api_secret and api_url of the provider fivetranops (or FIVETRAN_APIKEY, "
        "FIVETRAN_APISECRET and FIVETRAN_API_URL)",
    )
    UNKNOWN_BECAUSE = (
        "api_key, api_secret or api_url of the provider fivetranops comes from something that is"
    )
    INSTEAD = "FIVETRAN_APIKEY, FIVETRAN_APISECRET, FIVETRAN_API_URL"

    def __init__(
        self,
        client: Client | None,
        secret_hasher: SecretHasher | None,
        journal: Journal | Callable[[], Journal] | None = None,
        *,
        allow_vanished: bool = False,
    ) -> None:
        super().__init__(client, allow_vanished=allow_vanished)
        self.secret_hasher = secret_hasher
        self._begin_journal = journal if callable(journal) else None
        self._journal = None if callable(journal) else journal
        self.run = os.urandom(8).hex()
        """Tells this run of the provider from those before."""
        self.refreshed: set[str] = set()
        """The connections that were read since the provider was configured: a plan that follows a
        refresh is a new plan, and not Terraform's check of a plan during apply."""
        self.known: set[str] = set()
        """The connections that Terraform's state has, or is about to have, as far as this run has
        met them: none of them is ever taken over."""
        self._creating: set[Name] = set()
        self.state_set: set[str] = set()
        """The connections whose state a resource set since then."""
        self.import_guard = ImportGuard()
        """Keeps a run from importing and destroying one connection."""
        self._claims: set[str] = set()
        self._claiming = Lock()
        self.state_restored: set[str] = set()
        """The connections whose state of before was put back since then."""
        self._reported: set[str] = set()
        """What was reported of the journal: each problem is reported once."""
        self.planned_effects = PlannedEffects()
        """What this run will have done with a connection."""
        self.locks = ConnectionLocks()
        """Whose turn it is at a connection."""
        self.read_before: dict[str, Any] = {}
        """What one step of a resource has read for the next one, by connection."""
        self.secrets: dict[str, list[str]] = {}
        """The secrets of a connection, as far as this run has seen them: its answers quote them."""

    @property
    def journal(self) -> Journal | None:
        """What keeps what a crash must not take away; None to keep nothing."""
        with self._claiming:
            if self._journal is None and self._begin_journal is not None:
                self._journal = self._begin_journal()
            return self._journal

    def claim_state(self, identifier: str) -> bool:
        """Return True for the first resource that is about to set the state of a connection."""
        with self._claiming:
            is_first = identifier not in self._claims
            self._claims.add(identifier)
            return is_first

    def claim_creation(self, name: Name) -> bool:
        """Return True for the first resource that is about to create a connection of a name."""
        with self._claiming:
            is_first = name not in self._creating
            self._creating.add(name)
            return is_first

    def confirm(self, identifier: str) -> None:
        """Note that Terraform's state has a connection: the journal need not keep its creation."""
        self.known.add(identifier)
        # A journal that was not used yet had no entries when this run began.
        if self._journal is not None:
            self._journal.creations.confirm(identifier)

    def release(self) -> None:
        """Release what the run holds in the journal: the next run may take it over."""
        if self._journal is not None:
            self._journal.creations.close()

    def note_activity(self) -> None:
        """Note that Terraform goes on planning: more reads of connections may follow."""
        if self._client is not None:
            self._client.batched_reader.note_activity()

    def warn_about_journal(self, diagnostics: Diagnostics) -> None:
        """Warn, once, of a journal or history that cannot be written."""
        if self._journal is None:
            return
        problems = {"No journal can be kept": (self._journal.problem, _NO_JOURNAL)}
        problems["No history can be kept"] = (self._journal.history_problem, _NO_HISTORY)
        for summary, (problem, meaning) in problems.items():
            if problem and summary not in self._reported:
                self._reported.add(summary)
                diagnostics.warning(summary, f"{problem}. {meaning}")


_PAUSE = 0.2
_PAUSE_FOR_OTHERS = 1.0


class ConnectionLocks:
    """The locks of one run: Terraform may apply several resources of a connection at once."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._looking = Lock()

    @contextmanager
    def hold(self, identifier: str, deadline: Deadline) -> Iterator[None]:
        """Hold the lock of the connection inside, once no other resource of this run holds it.

        :raises TimeLimitExceeded: if that takes too long
        :raises Interrupted: as soon as Terraform wants to stop
        """
        lock = self._lock(identifier)
        while not lock.acquire(blocking=False):
            deadline.poll(_PAUSE, f"another resource of this run, about connection {identifier},")
        try:
            yield
        finally:
            lock.release()

    def is_held(self, identifier: str) -> bool:
        """Return True while a resource of this run holds the lock of the connection."""
        return self._lock(identifier).locked()

    def _lock(self, identifier: str) -> Lock:
        with self._looking:
            return self._locks[identifier]


@contextmanager
def locked_for_write(
    account: Account, identifier: str, deadline: Deadline
) -> Iterator[JournalHandle | None]:
    """Hold the locks of a connection while it is written to.

    The first keeps the resources of this run apart. The second, that of the journal, does so for
    the runs and the commands in this working directory: the command ``state`` pauses a connection,
    too, and puts its flag back.

    :returns: the entry of the journal; None without a journal
    :raises TimeLimitExceeded: if the locks are not free in time
    :raises Interrupted: as soon as Terraform wants to stop
    """
    held: AbstractContextManager[JournalHandle | None] = nullcontext(None)
    if account.journal is not None:
        held = _held(account.journal, identifier, deadline)
    with account.locks.hold(identifier, deadline), held as handle:
        yield handle


@contextmanager
def _held(journal: Journal, identifier: str, deadline: Deadline) -> Iterator[JournalHandle]:
    """Hold the lock of the journal, as soon as no other run does."""
    from constructs_lib.backend.fivetran.journal.journal import HeldElsewhere

    with ExitStack() as stack:
        handle: JournalHandle | None = None
        while handle is None:
            try:
                handle = stack.enter_context(journal.hold(identifier))
            except HeldElsewhere as held:
                log.info(f"{held}; trying again in {_PAUSE_FOR_OTHERS:.0f} s")
                what = f"another run in this working directory, about connection {identifier},"
                deadline.poll(_PAUSE_FOR_OTHERS, what)
        yield handle
