"""How busy Terraform keeps the provider: which calls run, and when the last one came or ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Activity:
    """The calls of one process of the provider.

    An operation that waits for what the others find out marks its wait with :meth:`waiting`, and
    goes on when :meth:`is_quiet` says that there is nothing left to wait for.

    :param clock: seconds that only ever grow; None for the clock of the machine
    """

    def __init__(self, clock: Callable[[], float] | None = None) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._running = 0
        self._changed_at = self._now()

    @contextmanager
    def call(self) -> Iterator[None]:
        """Count a call as running."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Leave the own call out of the count while it waits for other calls."""
        with self._lock:
            self._running -= 1
        try:
            yield
        finally:
            with self._lock:
                self._running += 1

    def is_quiet(self, seconds: float) -> bool:
        """Return True if no call runs, and none came or ended for so long."""
        with self._lock:
            return self._running <= 0 and self._now() - self._changed_at >= seconds

    def _count(self, change: int) -> None:
        with self._lock:
            self._running += change
            self._changed_at = self._now()

    def _now(self) -> float:
        # The clock is looked up at each use, so that a test can put another one in its place.
        return time.monotonic() if self._clock is None else self._clock()
