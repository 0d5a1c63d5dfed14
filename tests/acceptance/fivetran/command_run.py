"""Runs ``python -m constructs_lib.backend state`` as a process, as a person or a script would.

What only runs to its end is forked from a process that has imported it already; what a test starts,
interrupts or types to is a process of its own.
"""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

from forked_command import PATIENCE, ForkedCommands
from sandbox_server import KEY, SECRET

COMMAND = (sys.executable, "-m", "constructs_lib.backend", "state")
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
_BECOME = """
import fcntl, os, sys, termios
terminal = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
for stream in sys.argv[2].split(","):
    os.dup2(terminal, int(stream))
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Makes a terminal that of the process, and becomes the command; a fork in a process with threads
could hang."""
_AT_TERMINAL = (sys.executable, "-c", _BECOME)


class Ended(NamedTuple):
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        """All that was printed."""
        return self.out + self.err


class Commands:
    """The command, in a working directory and a clean environment.

    :param directory: where it is run
    :param api_url: where it finds the API
    :param forked: what commands are forked from
    """

    def __init__(self, directory: Path, api_url: str, forked: ForkedCommands) -> None:
        self.directory, self._forked = directory, forked
        directory.mkdir(parents=True, exist_ok=True)
        self.environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.environment |= {"FIVETRAN_API_URL": api_url}
        self.environment |= {"FIVETRAN_APIKEY": KEY, "FIVETRAN_APISECRET": SECRET}

    def file(self, state: Any, name: str = "wanted.json") -> str:
        """Writes a state into a file; returns its name."""
        text = state if isinstance(state, str) else json.dumps(state)
        (self.directory / name).write_text(text)
        return name

    def start(self, *arguments: str, **more: Any) -> subprocess.Popen[str]:
        """Starts a command that has no terminal."""
        options: dict[str, Any] = {"stdin": subprocess.DEVNULL, **more}
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.directory,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )

    def ended(self, process: subprocess.Popen[str], given: str | None = None) -> Ended:
        """Waits for its end, and checks what no output may hold."""
        out, err = process.communicate(given, timeout=PATIENCE)
        return _checked(Ended(process.returncode, out or "", err))

    def run(self, *arguments: str, given: str | None = None, status: int = 0) -> Ended:
        """Runs a command without a terminal.

        :param given: standard input; None for none
        :param status: the exit status that it must have
        """
        if not self._forked.can_run(self.environment):
            return self.launch(*arguments, given=given, status=status)
        end = self._forked.run(arguments, self.directory, self.environment, given)
        return _with_status(_checked(Ended(*end)), status)

    def launch(self, *arguments: str, given: str | None = None, status: int = 0) -> Ended:
        """Runs a command as :meth:`run` does, but in a process that begins with it."""
        stdin = subprocess.DEVNULL if given is None else subprocess.PIPE
        return _with_status(self.ended(self.start(*arguments, stdin=stdin), given), status)

    def set(self, connection: str, state: Any, *arguments: str, status: int = 0) -> Ended:
        """Sets a state without a question."""
        return self.run("set", connection, self.file(state), "--yes", *arguments, status=status)


class Terminal:
    """A command with a terminal of its own, at which a test types.

    :param given: what is piped into the command; None if the terminal is its standard input
    :param streams: the standard streams that are the terminal; what is written to others is lost
    """

    def __init__(
        self,
        commands: Commands,
        *arguments: str,
        given: str | None = None,
        streams: str = "0,1,2",
    ) -> None:
        self._shown = ""
        self._terminal, other_end = pty.openpty()
        streams = streams if given is None else "1,2"
        self.process = subprocess.Popen(
            [*_AT_TERMINAL, os.ttyname(other_end), streams, *COMMAND, *arguments],
            cwd=commands.directory,
            env=commands.environment,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        if given is not None:
            assert self.process.stdin is not None
            self.process.stdin.write(given)
            self.process.stdin.close()
        self._other_end: int | None = other_end

    def wait_for(self, text: str) -> None:
        """Waits until a text is shown."""
        end = time.monotonic() + PATIENCE
        while text not in self._shown:
            assert self._read(end), f"{text!r} is not in {self._shown!r}"

    def type(self, text: str) -> None:
        """Types a text."""
        os.write(self._terminal, text.encode("utf-8", "surrogateescape"))

    def ended(self) -> Ended:
        """Waits for its end; all that the terminal has shown is ``out``."""
        status = self.process.wait(PATIENCE)
        if self._other_end is not None:
            os.close(self._other_end)
        end = time.monotonic() + PATIENCE
        while self._read(end):
            pass
        os.close(self._terminal)
        return _checked(Ended(status, self._shown.replace("\r\n", "\n"), ""))

    def _read(self, end: float) -> bool:
        """Takes what is shown next; False if nobody can show anything any more."""
        left = end - time.monotonic()
        assert left > 0, self._shown
        if not select.select([self._terminal], [], [], left)[0]:
            return True
        try:
            found = os.read(self._terminal, 65536)
        except OSError:
            return False
        self._shown += found.decode("utf-8", "replace")
        return bool(found)


def _checked(ended: Ended) -> Ended:
    assert "Traceback" not in ended.text, ended.text
    assert KEY not in ended.text, ended.text
    assert SECRET not in ended.text, ended.text
    return ended


def _with_status(ended: Ended, status: int) -> Ended:
    assert ended.status == status, ended.text
    return ended
