"""Time limits: durations as text, and the deadline of one operation."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from constructs_lib.backend.http.errors import Interrupted, TimeLimitExceeded

_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(h|ms|m|s)")
_FOR_THE_LAST_LOOK = 0.2
READ_LIMIT: Final = 600.0
"""Seconds that a read may take, repetitions included: no attribute sets a limit for reads."""
LONGEST: Final = 366 * 86_400.0
"""Seconds of the longest operation. Who asks for more means no limit, and neither a wait of this
machine nor the calendar reaches as far as a limit can be written."""
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def seconds(duration: str) -> float:
    """Return the seconds of a duration such as ``20m``, ``1h30m`` or ``500ms``.

    :raises ValueError: if the text is not a duration
    """
    if not duration or _PART.sub("", duration):
        raise ValueError(f"{duration!r} is not a duration such as 20m or 1h30m")
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(duration))


def pauses(first: float, longest: float) -> Iterator[float]:
    """Yield the seconds between two polls of an object: short at first, then ever longer."""
    pause = first
    while True:
        yield pause
        pause = min(longest, pause * 1.5)


class Deadline:
    """The end of one operation, and the way to wait within it.

    :param limit: seconds from now; what is longer than :data:`LONGEST` counts as that
    :param stopping: is set when Terraform wants the operation to end early; None: never
    :param name: what ``timeouts`` calls the limit, such as ``create``; empty if nothing sets it
    """

    def __init__(
        self, limit: float, stopping: threading.Event | None = None, name: str = ""
    ) -> None:
        self.limit, self.name = min(limit, LONGEST), name
        self._end = time.monotonic() + self.limit
        self._stopping = stopping or threading.Event()
        self.on_wait: Callable[[str], None] | None = None
        """Is told before each wait what is waited for; None if nobody wants to know."""

    @classmethod
    def of(
        cls, timeouts: Mapping[str, Any] | None, name: str, default: str, stopping: threading.Event
    ) -> Deadline:
        """Make the deadline that the attribute ``timeouts`` sets for an operation.

        :param timeouts: the value of the attribute; None if it is left out
        :param name: ``create``, ``update``, ``delete`` or ``invoke``
        :param default: the duration that holds when none is set
        """
        chosen = (timeouts or {}).get(name)
        return cls(seconds(chosen if isinstance(chosen, str) else default), stopping, name)

    def __str__(self) -> str:
        known_as = f"{self.name}, " if self.name else ""
        return f"the time limit of this operation ({known_as}{self.limit:g} s)"

    @property
    def advice(self) -> str:
        """What gives the operation more time, as a sentence; empty if no attribute does."""
        return f"Raise timeouts.{self.name} to give it more time." if self.name else ""

    @property
    def is_stopping(self) -> bool:
        """True as soon as Terraform wants the operation to end early."""
        return self._stopping.is_set()

    @property
    def remaining(self) -> float:
        """Seconds that are left; never negative."""
        return max(0.0, self._end - time.monotonic())

    def wait(self, pause: float, reason: str) -> None:
        """Wait for some seconds.

        :param pause: seconds
        :param reason: what is waited for, for the message
        :raises TimeLimitExceeded: at once, if the deadline comes first
        :raises Interrupted: as soon as Terraform wants to stop
        """
        left = self.remaining
        if pause > left:
            raise TimeLimitExceeded(
                f"waiting for {reason} would take {pause:.0f} s more, but {self} leaves "
                f"{left:.0f} s"
            )
        self._pause(pause, reason)

    def poll(self, pause: float, reason: str) -> None:
        """Wait before the next look, but no longer than until just before the deadline, when the
        last look is due.

        :param pause: seconds
        :param reason: what is waited for, for the message
        :raises TimeLimitExceeded: if no time is left
        :raises Interrupted: as soon as Terraform wants to stop
        """
        left = self.remaining - _FOR_THE_LAST_LOOK
        if left <= 0:
            name = f" ({self.name})" if self.name else ""
            raise TimeLimitExceeded(
                f"waiting for {reason} took longer than the limit of {self.limit:g} s{name}"
            )
        self._pause(min(pause, left), reason)

    def _pause(self, pause: float, reason: str) -> None:
        if self.on_wait is not None:
            self.on_wait(reason)
        if self._stopping.wait(pause):
            raise Interrupted(f"stopped while waiting for {reason}")
