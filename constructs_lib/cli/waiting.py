"""Waits of the main thread that a signal always interrupts.

Python runs the handler of a signal between two steps of its own code. A signal that comes just
before a wait without a limit would be heard when that wait ends, which may be never.
"""

from __future__ import annotations

import select
from contextlib import suppress
from typing import TYPE_CHECKING, Final, TextIO

if TYPE_CHECKING:
    import subprocess

_PAUSE: Final = 1.0
"""Seconds after which such a signal is heard."""


def read_line(stream: TextIO) -> str:
    """Return the line that somebody types, with its end; an empty text if there are no more.

    :param stream: of which only whole lines were read before
    :raises OSError: if the terminal is gone
    :raises ValueError: if the stream is closed
    """
    with suppress(OSError, ValueError):  # Not everything can be waited for; reading says why.
        while not select.select([stream], [], [], _PAUSE)[0]:
            pass
    return stream.readline()


def wait_for(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of a process, and return its exit status."""
    from subprocess import TimeoutExpired

    while True:
        with suppress(TimeoutExpired):
            return process.wait(_PAUSE)
