"""A provider in debug mode, to which terraform attaches instead of launching one per command.

A launch costs a Python start and a TLS handshake, three to five times for each command; attached, a
command takes a tenth of the time. What is lost is that each command meets a new process. Little can
hide in that: terraform configures the provider anew in each command, and with it come a new client
and all that is noted about one run (``Session.use``). What remains is read-only: schemas, and the
key derived from an API secret. So the tests of one folder share a process, too, as long as they
want the same environment; after a test that interrupts terraform the next one gets a new one. The
tests marked ``launched`` take the real way.
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

import pytest

_COMMAND = (sys.executable, "-m", "constructs_lib.backend")
_PATIENCE = 20.0


class ProviderProcess:
    """One provider process at a time: started at first use, and anew for another environment.

    :param directory: where the process runs, and where relative files of the sandbox are looked for
    :param log: takes what the process writes to its standard error
    :param provider: the name of the provider
    """

    def __init__(self, directory: Path, log: Path, provider: str = "fivetranops") -> None:
        self._directory, self._log, self._provider = directory, log, provider
        self._process: subprocess.Popen[str] | None = None
        self._environment: dict[str, str] = {}
        self._reattach = ""
        self._checked = 0
        self._is_to_end = False

    def reattach(self, environment: Mapping[str, str]) -> str:
        """The value of ``TF_REATTACH_PROVIDERS`` for a provider with this environment."""
        # What concerns terraform alone is no reason for another process; where it is, neither.
        wanted = {name: text for name, text in environment.items() if not name.startswith("TF_")}
        if self._process is not None and _without_path(wanted) != _without_path(self._environment):
            self.end()
        if self._process is None:
            self._start(wanted)
        return self._reattach

    def end_after_test(self) -> None:
        """Has the process end with the test, because it may still be at work then."""
        self._is_to_end = True

    def end_test(self) -> None:
        """Fails if the process crashed or wrote a traceback during a test; ends it if asked to."""
        if self._is_to_end or self._process is None:
            self.end()
            return
        assert self._process.poll() is None, self._log.read_text()
        self._check_log()

    def end(self) -> None:
        """Ends the process; fails if it does not end by itself, or leaves something behind."""
        self._is_to_end = False
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            status = process.wait(_PATIENCE)
        finally:
            process.kill()
            process.communicate()
        (reattach,) = json.loads(self._reattach).values()
        assert status == 0, self._log.read_text()
        self._check_log()
        assert not Path(reattach["Addr"]["String"]).parent.exists()

    def _check_log(self) -> None:
        """Looks only at what is new, so that each test answers for itself alone."""
        log = self._log.read_text()
        before, self._checked = self._checked, len(log)
        assert "Traceback" not in log[before:], log[before:]

    def _start(self, environment: dict[str, str]) -> None:
        with self._log.open("a") as log:
            process = subprocess.Popen(
                (*_COMMAND, self._provider, "--debug"),
                cwd=self._directory,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._process, self._environment = process, environment
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, self._log.read_text()
        self._reattach = shlex.split(line)[0].partition("=")[2]


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


def _without_path(environment: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if name != "PATH"}


def _empty(folder: Path) -> None:
    """Takes everything out of a folder that must remain, because a process works in it."""
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
