"""Threads for calls that block: as many as there are calls at once.

There is no limit here, because Terraform sets one itself (``-parallelism``), and a call that waited
for a thread could not notice that it is to stop.

The standard library's own pool does the same, and its import takes as long as a tenth of the start
of a provider, which Terraform pays for three to five times in each command.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

Job = Callable[[], object]


class Workers:
    """Does jobs in threads; they end with the process."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._changed = threading.Condition()
        self._threads = self._idle = 0

    def do(self, job: Job) -> None:
        """Have a job done, which must not raise.

        Where the system gives no more threads, the job waits for one that there is; where there is
        none at all, it is done here.
        """
        with self._changed:
            self._jobs.append(job)
            if self._idle < len(self._jobs) and start(self._work):
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


def start(action: Job) -> bool:
    """Start a thread of its own for an action, which ends with the process.

    :returns: False if the system gives no more threads; then nothing was started
    """
    try:
        threading.Thread(target=action, daemon=True).start()
    except RuntimeError:
        return False
    return True
