"""A bar that shows how far a long work is: on a terminal, and nowhere else."""

from __future__ import annotations

from types import TracebackType
from typing import TextIO

_WIDTH = 30


class Progress:
    """One line that is written over and over, and wiped at the end.

    :param stream: where it is shown; nothing is, unless that is a terminal
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = stream.isatty()
        self._line = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._show("")

    def listed(self, number: int) -> None:
        """Shows how many connections were listed so far; how many there are is not known."""
        self._show(f"{number} connections listed")

    def read(self, done: int, total: int) -> None:
        """Shows how many connections were read, of how many."""
        filled = _WIDTH if total == 0 else _WIDTH * done // total
        bar = "#" * filled + "." * (_WIDTH - filled)
        self._show(f"[{bar}] {done} of {total} connections read")

    def _show(self, line: str) -> None:
        if self._is_shown and line != self._line:
            # What is left of the line before is wiped by blanks.
            self._stream.write("\r" + line.ljust(len(self._line)) + ("" if line else "\r"))
            self._stream.flush()
            self._line = line
