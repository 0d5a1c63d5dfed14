"""Tell of the progress of something that takes long, while it runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from queue import SimpleQueue

from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.concurrency import start_thread

_EVERY = 10.0
"""Seconds after which a wait that goes on is told again."""


Report = Callable[[str], None]
"""Takes a sentence about the progress."""


def reported(work: Callable[[Report], None], deadline: Deadline) -> Iterator[str]:
    """Do something in a thread of its own, and yield what it reports, and each wait of it.

    A wait is reported when it begins, and then every ten seconds: what is waited for, since when,
    and until when at most.

    :param work: waits by ``deadline`` alone; whatever it raises is raised
    """
    running = _Work(work, deadline)
    if not start_thread(running.run):
        running.run()  # The system gives no more threads: then all is reported at the end.
    try:
        while (sentence := running.sentences.get()) is not None:
            yield sentence
    finally:
        # What was begun ends by itself, also when nobody reads any more how it goes.
        running.ended.wait()
    if running.error is not None:
        raise running.error


class _Work:
    """Something that runs, and the sentences about it; None is the last of them."""

    def __init__(self, work: Callable[[Report], None], deadline: Deadline) -> None:
        self._work, self._deadline = work, deadline
        self.sentences: SimpleQueue[str | None] = SimpleQueue()
        self.ended = threading.Event()
        self.error: BaseException | None = None
        self._reason = ""
        self._since = _now()
        self._reported_at = 0.0
        self._until = self._since + timedelta(seconds=deadline.remaining)

    def run(self) -> None:
        """Do it."""
        self._deadline.on_wait = self._report_wait
        try:
            self._work(self.sentences.put)
        except BaseException as error:
            self.error = error
        finally:
            self._deadline.on_wait = None
            self.sentences.put(None)
            self.ended.set()

    def _report_wait(self, reason: str) -> None:
        if reason != self._reason:
            self._reason, self._since = reason, _now()
        elif time.monotonic() - self._reported_at < _EVERY:
            return
        self._reported_at = time.monotonic()
        self.sentences.put(
            f"Waiting for {reason.removesuffix(',')} (since {self._since:%H:%M:%S} UTC, until "
            f"{_moment(self._until, self._since)} at most)."
        )


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _moment(end: datetime, now: datetime) -> str:
    """Return an end with its day, unless it is today."""
    return f"{end:%H:%M:%S} UTC" if end.date() == now.date() else f"{end:%Y-%m-%d %H:%M:%S} UTC"
