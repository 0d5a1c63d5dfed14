"""Time that passes only when somebody waits."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timezone

import pytest

_SHORTEST = 0.001


class FakeTime:
    """A clock that starts at the present moment, and that each wait puts forward.

    By it the provider's limits and pauses, delays, and the syncs of a sandbox whose clock it is
    take as long as ever; for who watches they take no time.
    """

    def __init__(self) -> None:
        self._moment = time.time()

    def time(self) -> float:
        """Seconds since 1970; stands in for ``time.time`` and ``time.monotonic``."""
        return self._moment

    def sleep(self, seconds: float) -> None:
        """Lets time pass; stands in for ``time.sleep``."""
        # A wait that is too short for a float to show would never come to its end.
        self._moment += max(seconds, _SHORTEST)

    def now(self) -> datetime:
        """The moment, in UTC: the clock for a sandbox."""
        return datetime.fromtimestamp(self._moment, timezone.utc)

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Puts this clock in the place of the real one, wherever a thread waits for some time."""
        wait_for_ever = threading.Event.wait

        def wait(event: threading.Event, timeout: float | None = None) -> bool:
            if timeout is None:
                return wait_for_ever(event)
            if not event.is_set():
                self.sleep(timeout)
            return event.is_set()

        monkeypatch.setattr(threading.Event, "wait", wait)
        for name, stand_in in (
            ("sleep", self.sleep),
            ("time", self.time),
            ("monotonic", self.time),
        ):
            monkeypatch.setattr(time, name, stand_in)
