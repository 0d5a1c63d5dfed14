"""Whose turn it is at a connection: setting a state pauses it, and meanwhile no sync can begin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from constructs_lib.backend.http.deadline import Deadline

_PAUSE = 0.2


class Turns:
    """The turns of one run: the resources of a connection that Terraform applies at once."""

    def __init__(self) -> None:
        self._locks: defaultdict[str, Lock] = defaultdict(Lock)
        self._looking = Lock()

    @contextmanager
    def turn(self, identifier: str, deadline: Deadline) -> Iterator[None]:
        """Waits until no other resource of this run is at work on the connection, and takes turn.

        :raises OutOfTime: if that takes too long
        :raises Interrupted: as soon as Terraform wants to stop
        """
        lock = self._lock(identifier)
        while not lock.acquire(blocking=False):
            deadline.poll(_PAUSE, f"another resource of this run, about connection {identifier},")
        try:
            yield
        finally:
            lock.release()

    def is_taken(self, identifier: str) -> bool:
        """True while a resource of this run is at work on the connection."""
        return self._lock(identifier).locked()

    def _lock(self, identifier: str) -> Lock:
        with self._looking:
            return self._locks[identifier]
