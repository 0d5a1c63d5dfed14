"""The terminal: what a person sees and answers, and what Ctrl-C, SIGTERM and a closed terminal do.

Before a state is being set, a signal ends the command at once. From then on it only asks for the
end: the work in progress is wound down, so that the connection is left as it was.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType
from typing import TextIO

from constructs_lib.backend.fivetran.api.errors import Interrupted
from constructs_lib.backend.plugin.diagnostics import Diagnostic, ProviderError
from constructs_lib.cli.waiting import read_line
from constructs_lib.schemas.redaction import escape_controls

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_FIRST = b"\nStopping: the paused flag of the connection is restored first.\n"
_AGAIN = b"\nStill stopping: an answer of the API is waited for. It ends by itself.\n"


class InterruptedBeforeChange(BaseException):
    """The command is interrupted before it has begun to set a state."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number
        super().__init__()


class Interruption:
    """A context in which signals are handled."""

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

    def defer(self) -> None:
        """Interrupt nothing from here on; only note that the end is asked for."""
        self._is_orderly = True

    def check(self) -> None:
        """Raise an error if the end is asked for. To be called before what cannot be undone.

        :raises Interrupted: if the end is asked for
        """
        if self.stopping.is_set():
            raise Interrupted("stopped before the state was sent")

    def _take(self, number: int, frame: FrameType | None) -> None:
        if not self._is_orderly:
            raise InterruptedBeforeChange(number)
        is_first = not self.stopping.is_set()
        self.status = self.status or 128 + number
        self.stopping.set()
        # A stream may be in the middle of a text of its own; the descriptor never is.
        with suppress(OSError, ValueError):
            if sys.stderr is not None:
                os.write(sys.stderr.fileno(), _FIRST if is_first else _AGAIN)


_RED, _YELLOW, _PLAIN = "\033[1;31m", "\033[1;33m", "\033[0m"
_TERMINAL = "/dev/tty"


class Terminal:
    """Standard output for results, standard error for messages."""

    def __init__(self) -> None:
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                # A letter that a terminal lacks must not keep the rest of a message back.
                stream.reconfigure(errors="backslashreplace")

    def out(self, text: str, *, is_alarming: bool = False) -> None:
        """Write the result of a command.

        :param is_alarming: True for red letters
        :raises BrokenPipeError: if nobody reads it any more
        :raises ProviderError: if it cannot be written
        """
        try:
            _write(sys.stdout, text, _RED if is_alarming else "")
        except BrokenPipeError:
            raise
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is closed"
            raise ProviderError("Cannot write to standard output", f"{reason}.") from None

    def report(self, text: str) -> None:
        """Write what was done. If nobody reads it, it is done all the same."""
        try:
            self.out(text)
        except (BrokenPipeError, ProviderError):
            self.reader_is_gone()
            self.say(text)

    def say(self, text: str, mark: str = "", colour: str = "") -> None:
        """Write a message. If nobody reads it, the command goes on.

        :param mark: a word that comes first
        :param colour: the colour of that word
        """
        with suppress(OSError, ValueError):
            if mark:
                _write(sys.stderr, mark, colour, end=" ")
            _write(sys.stderr, text)

    def warn(self, summary: str, detail: str) -> None:
        """Write a warning."""
        self.say(f"{summary}\n\n{detail}\n", "Warning:", _YELLOW)

    def error(self, summary: str, detail: str) -> None:
        """Write an error."""
        self.say(f"{summary}\n\n{detail}" if detail else summary, "Error:", _RED)

    def report_diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Write the diagnostics of the provider."""
        for one in diagnostics:
            (self.error if one.is_error else self.warn)(one.summary, one.detail)

    def can_ask(self, *, input_is_taken: bool) -> bool:
        """Return True if there is a person who sees the question, and can answer.

        :param input_is_taken: True if standard input is the document: then the terminal is asked
        """
        if _asked_at() is None:
            return False
        if _is_terminal(sys.stdin) or not input_is_taken:
            return _is_terminal(sys.stdin)
        try:
            os.close(os.open(_TERMINAL, os.O_RDWR | os.O_NOCTTY))
        except OSError:
            return False
        return True

    def show(self, text: str, *, is_alarming: bool = False) -> None:
        """Write what a question is about, where the question is seen.

        :param is_alarming: True for red letters
        """
        with suppress(OSError, ValueError):
            _write(_asked_at(), text, _RED if is_alarming else "")

    def ask(self, question: str) -> bool:
        """Return True if the answer is yes; anything else, and no answer at all, is no."""
        with suppress(OSError, ValueError):
            _write(_asked_at(), question, end=" ")
        if _is_terminal(sys.stdin):
            answer = read_line(sys.stdin)
        else:
            with open(_TERMINAL, encoding="utf-8", errors="replace") as terminal:
                answer = read_line(terminal)
        if not answer.endswith("\n"):
            self.show("")
        return answer.strip().lower() in ("y", "yes")

    def reader_is_gone(self) -> None:
        """Stop writing to standard output, which nobody reads any more, so that nothing fails at
        the end.
        """
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _asked_at() -> TextIO | None:
    """Return the stream on which a person sees a question; None if there is none."""
    return next((each for each in (sys.stderr, sys.stdout) if _is_terminal(each)), None)


def _write(stream: TextIO | None, text: str, colour: str = "", end: str = "\n") -> None:
    if stream is None:
        raise ValueError("the stream was closed before the start")
    # Names and messages of the API must not steer a terminal.
    stream.write(_coloured(escape_controls(text), colour, stream) + end)
    stream.flush()


def _coloured(text: str, colour: str, stream: TextIO) -> str:
    is_wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"{colour}{text}{_PLAIN}" if colour and is_wanted and _is_terminal(stream) else text


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and stream.isatty()
    except ValueError:
        return False
