"""Ctrl-C, SIGTERM, and the terminal that is gone: what they do depends on what is under way.

Before a state is being set, they end the command at once. From then on they only ask for the end:
what is under way is wound down, so that the connection is left as it was.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType

from constructs_lib.backend.fivetran.errors import Interrupted

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FIRST = b"\nStopping: the paused flag of the connection is put back first.\n"
_AGAIN = b"\nStill stopping: an answer of the API is waited for. It ends by itself.\n"


class Stopped(BaseException):
    """The command is interrupted before it has begun to set a state."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number
        super().__init__()


class Interruption:
    """Takes the signals while it is entered."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        """Is set when what is under way is to end early."""
        self.status = 0
        """The exit status for what was interrupted; 0 if nothing was."""
        self._is_orderly = False
        self._former: dict[int, object] = {}

    def __enter__(self) -> Interruption:
        for number in _SIGNALS:
            # What was started to outlive its terminal (nohup, &) does.
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._former[number] = signal.signal(number, self._take)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, former in self._former.items():
            signal.signal(number, former)  # type: ignore[arg-type]

    def be_orderly(self) -> None:
        """From here on nothing is broken off."""
        self._is_orderly = True

    def check(self) -> None:
        """Called before what cannot be taken back.

        :raises Interrupted: if the end is asked for
        """
        if self.stopping.is_set():
            raise Interrupted("stopped before the state was sent")

    def _take(self, number: int, frame: FrameType | None) -> None:
        if not self._is_orderly:
            raise Stopped(number)
        is_first = not self.stopping.is_set()
        self.status = self.status or 128 + number
        self.stopping.set()
        # A stream may be in the middle of a text of its own; the descriptor never is.
        with suppress(OSError, ValueError):
            if sys.stderr is not None:
                os.write(sys.stderr.fileno(), _FIRST if is_first else _AGAIN)
