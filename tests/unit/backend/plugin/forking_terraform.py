"""A process that starts providers, as Terraform does, and a toy provider with a fork server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from constructs_lib.backend.plugin import fork_request

ROOT = Path(__file__).resolve().parents[4]
CERTIFICATE = fork_request.CERTIFICATE
PROVIDER = """
import os, sys, time
from constructs_lib.backend.plugin import fork_request, fork_server
{before}
ARGUMENTS = ["--handshake=3"]

def say(output, words):
    os.write(output, (words + chr(10)).encode())

def serve(output, is_terraform_gone):
    say(output, f"fork {{os.getpid()}} {{sorted(fork_request.terraform_variables().items())}}")
    {serve}
    return 7

if fork_request.is_possible(ARGUMENTS):
    status = fork_request.run_in_fork("toy", ARGUMENTS)
    if status is not None:
        os._exit(status)
    fork_server.start("toy", {preload}, serve, lambda: os.close(3))
say(3, f"self {{os.getpid()}}")
"""
"""A provider: it says who serves, and ends with the status 7 where a fork does."""
TERRAFORM = """
import os, sys
for line in sys.stdin:
    folder, umask, environment, code = eval(line)
    if not code:
        pid, status = os.waitpid(umask, os.WNOHANG)
        print(os.waitstatus_to_exitcode(status) if pid else "", flush=True)
        continue
    os.umask(umask)
    pid = os.fork()
    if pid == 0:
        os.chdir(folder)
        output = os.open("output", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        errors = os.open("errors", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        for source, target in ((output, 3), (errors, 1), (errors, 2)):
            os.dup2(source, target)
        os.set_inheritable(3, True)
        os.execve(sys.executable, [sys.executable, "-c", code], environment)
    print(pid, flush=True)
"""
"""A process that starts providers, as Terraform does."""


def wait_for(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true value of a condition, or its last false one."""
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return found


def state_of(process: int) -> str:
    """The letter of a process's state; empty if there is none."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


class Terraform:
    """A process that starts providers in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.temporary = folder / "stack", folder / "tmp"
        self.folder.mkdir()
        self.temporary.mkdir()
        self.number = 0
        self.process = subprocess.Popen(
            [sys.executable, "-c", TERRAFORM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(
        self,
        *,
        serve: str = "pass",
        before: str = "",
        preload: tuple[str, ...] = (),
        umask: int = 0o22,
        folder: Path | None = None,
        **environment: str,
    ) -> int:
        """Starts a provider, and returns its process id."""
        self.number += 1
        code = PROVIDER.format(serve=serve, before=before, preload=preload)
        variables = {
            "PYTHONPATH": str(ROOT),
            "TMPDIR": str(self.temporary),
            CERTIFICATE: f"certificate {self.number}",
            **environment,
        }
        return int(self._ask(str(folder or self.folder), umask, variables, code))

    def _ask(self, folder: str, number: int, environment: dict[str, str], code: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{(folder, number, environment, code)!r}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()

    @property
    def output(self) -> list[str]:
        """The lines that came in place of a handshake."""
        return [line for file in self.folder.rglob("output") for line in lines_of(file)]

    def first(self, **more: Any) -> None:
        """Starts the first provider, which starts the fork server, and waits for its end."""
        pid = self.start(**more)
        assert wait_for(lambda: self.output == [f"self {pid}"]), self.errors
        assert self.exit_status(pid) == 0

    def next(self, **more: Any) -> tuple[int, str]:
        """Starts another provider; returns its process id, and the line about who serves."""
        earlier = self.output
        pid = self.start(**more)
        assert wait_for(lambda: len(self.output) > len(earlier)), self.errors
        (line,) = set(self.output) - set(earlier)
        return pid, line

    def exit_status(self, pid: int) -> int:
        """Waits for the end of a provider, and returns its exit status."""
        found = wait_for(lambda: self._ask("", pid, {}, "").strip())
        assert found, f"{pid} goes on"
        return int(found)

    @property
    def errors(self) -> str:
        """What the providers have written to standard error."""
        return "\n".join(lines_of(self.folder / "errors"))

    @property
    def directories(self) -> list[Path]:
        """The directories of fork servers."""
        return list(self.temporary.iterdir())

    def fork_server(self) -> int:
        """The process id of the fork server: it holds the lock of its directory."""
        (directory,) = self.directories
        found = [
            int(entry.name)
            for entry in Path("/proc").glob("[0-9]*")
            if str(directory) in opened_by(entry)
        ]
        assert len(found) == 1, found
        return found[0]

    def end(self) -> None:
        """Kills Terraform."""
        self.process.kill()
        self.process.communicate()


def lines_of(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def opened_by(process: Path) -> set[str]:
    try:
        return {os.readlink(each) for each in (process / "fd").iterdir()}
    except OSError:
        return set()  # It has ended.
