"""Threads for calls that block: as many as there are calls at once, up to a limit.

The standard library's own pool does the same, and its import takes as long as a tenth of the start
of a provider, which Terraform pays for three to five times in each command.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

Job = Callable[[], object]


class Workers:
    """Does jobs in threads; they end with the process.

    :param most: how many threads there are at most; further jobs wait for one
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._threads = self._idle = 0

    def do(self, job: Job) -> None:
        """Has a job done, which must not raise."""
        with self._changed:
            self._jobs.append(job)
            if self._idle < len(self._jobs) and self._threads < self._most:
                self._threads += 1
                threading.Thread(target=self._work, daemon=True).start()
            self._changed.notify()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._jobs:
                    self._idle += 1
                    self._changed.wait()
                    self._idle -= 1
                job = self._jobs.popleft()
            job()
