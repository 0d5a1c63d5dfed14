"""The threads that run calls, and how busy the calls keep the provider.

The number of threads has no limit here, because Terraform sets one itself (``-parallelism``), and a
call that waits for a thread cannot notice that it should stop. The standard library's own pool does
the same, but importing it takes a tenth of the start of a provider, which each Terraform command
pays for three to five times.
"""

from __future__ import annotations

import threading
import time
from collections import deque
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


Job = Callable[[], object]


class Workers:
    """Threads that run jobs, and end with the process."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._threads = self._idle = 0

    def do(self, job: Job) -> None:
        """Run a job in a thread; it must not raise.

        Where the system gives no more threads, the job waits for one that there is; where there is
        none at all, it is done here.
        """
        with self._changed:
            self._jobs.append(job)
            if self._idle < len(self._jobs) and start_thread(self._work):
                self._threads += 1
            self._changed.notify()
            if self._threads:
                return
            self._jobs.remove(job)
        job()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._jobs:
                    self._idle += 1
                    self._changed.wait()
                    self._idle -= 1
                job = self._jobs.popleft()
            job()


def start_thread(action: Job) -> bool:
    """Run an action in a thread of its own, which ends with the process.

    :returns: False if the system gives no more threads; then nothing was started
    """
    try:
        threading.Thread(target=action, daemon=True).start()
    except RuntimeError:
        return False
    return True
