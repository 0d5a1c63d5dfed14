"""A provider in debug mode, to which terraform attaches instead of launching one per command.

A launch costs a Python start and a TLS handshake, three to five times for each command; attached, a
command takes a tenth of the time. What is lost is that each command meets a new process. Little can
hide in that: terraform configures the provider anew in each command, and with it come a new client
and all that is noted about one run (``Session.use``). What remains is read-only: schemas, and the
key derived from an API secret. So the tests of one folder share processes, too, one for each
environment; after a test that interrupts terraform the next one gets a new one. The tests marked
``launched`` take the real way.
"""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

_COMMAND = (sys.executable, "-m", "constructs_lib.backend")
_PATIENCE = 20.0
_MOST_RUNNING = 3
"""The most processes of one test, or of one folder, that run at a time."""


class ProviderProcess:
    """The providers that a test attaches to: one process for each environment that it wants.

    The few that were used last keep running, because tests come back to the same environments.

    :param directory: where the processes run, and where they look for relative files of the sandbox
    :param log: takes what the processes write to their standard error
    :param provider: the name of the provider
    """

    def __init__(self, directory: Path, log: Path, provider: str = "fivetranops") -> None:
        self._directory, self._log, self._provider = directory, log, provider
        self._running: list[_Running] = []
        self._checked = 0
        self._is_to_end = False

    def reattach(self, environment: Mapping[str, str]) -> str:
        """The value of ``TF_REATTACH_PROVIDERS`` for a provider with this environment."""
        # What concerns terraform alone is no reason for another process; where it is, neither.
        wanted = {name: text for name, text in environment.items() if not name.startswith("TF_")}
        fitting = [one for one in self._running if one.fits(wanted)]
        running = fitting[0] if fitting else self._started(wanted)
        self._running = [*(one for one in self._running if one is not running), running]
        for one in self._running[:-_MOST_RUNNING]:
            self._end(one)
        self._running = self._running[-_MOST_RUNNING:]
        return running.reattach

    def end_after_test(self) -> None:
        """Has the processes end with the test, because they may still be at work then."""
        self._is_to_end = True

    def end_test(self) -> None:
        """Fails if a process crashed or wrote a traceback during a test; ends all if asked to."""
        if self._is_to_end:
            self.end()
            return
        assert all(one.process.poll() is None for one in self._running), self._log.read_text()
        self._check_log()

    def end(self) -> None:
        """Ends the processes; fails if one does not end by itself, or leaves something behind."""
        self._is_to_end = False
        while self._running:
            self._end(self._running.pop())

    def _end(self, running: _Running) -> None:
        process = running.process
        process.terminate()
        try:
            status = process.wait(_PATIENCE)
        finally:
            process.kill()
            process.communicate()
        (reattach,) = json.loads(running.reattach).values()
        assert status == 0, self._log.read_text()
        self._check_log()
        assert not Path(reattach["Addr"]["String"]).parent.exists()

    def _check_log(self) -> None:
        """Looks only at what is new, so that each test answers for itself alone."""
        log = self._log.read_text() if self._log.exists() else ""
        before, self._checked = self._checked, len(log)
        assert "Traceback" not in log[before:], log[before:]

    def _started(self, environment: dict[str, str]) -> _Running:
        with self._log.open("a") as log:
            process = subprocess.Popen(
                (*_COMMAND, self._provider, "--debug"),
                cwd=self._directory,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, self._log.read_text()
        return _Running(process, environment, shlex.split(line)[0].partition("=")[2])


class _Running(NamedTuple):
    """A process that runs."""

    process: subprocess.Popen[str]
    environment: Mapping[str, str]
    reattach: str
    """What terraform attaches to it with."""

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Returns whether it has this environment, wherever programs are looked for."""
        names = (self.environment.keys() | environment.keys()) - {"PATH"}
        return all(self.environment.get(name) == environment.get(name) for name in names)


class SharedProcess:
    """The process that the tests of a folder attach to, one after the other.

    :param folder: an empty directory; the process works in ``work`` below it
    :param provider: the name of the provider
    """

    def __init__(self, folder: Path, provider: str) -> None:
        self._work = folder / "work"
        self._work.mkdir()
        self._process = ProviderProcess(self._work, folder / "provider.log", provider)

    @contextmanager
    def attached(self, node: pytest.Item, path: Path) -> Iterator[ProviderProcess | None]:
        """The process that terraform attaches to in a test; None for tests marked ``launched``.

        :param node: the test
        :param path: the folder of the test, whose ``work`` is where the process works: it is empty
        """
        if node.get_closest_marker("launched"):
            yield None
            return
        _empty(self._work)
        (path / "work").symlink_to(self._work, target_is_directory=True)
        try:
            yield self._process
        finally:
            self._process.end_test()

    def end(self) -> None:
        """Ends the process; fails if it does not end by itself, or leaves something behind."""
        self._process.end()


def _empty(folder: Path) -> None:
    """Takes everything out of a folder that must remain, because a process works in it."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
