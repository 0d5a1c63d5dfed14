"""A lock for each connection: every write to a connection holds it, so that writes never
interleave.

Setting a state, and at times changing a connection, pauses it for a while. No sync can begin
meanwhile, and putting the paused flag back would undo what somebody else made of it. So every write
to a connection holds its lock, and reads the connection only then. Issuing a connect card needs no
lock: it changes nothing that another write reads or puts back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from threading import Lock
from typing import TYPE_CHECKING

from constructs_lib.backend.fivetran.journal.journal import HeldElsewhere, Journal, JournalHandle
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin import log

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.provider_data import Account

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
