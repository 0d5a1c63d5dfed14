"""The command ``state``, forked from a process that has imported it once.

What a start of Python and the imports cost is four fifths of a command. The fork gets environment,
working directory, session and standard streams of its own, and ends as Python ends; what differs
from a process of its own is only that nothing is imported any more.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

PATIENCE: Final = 60.0
"""Seconds until a command is given up."""
_PROGRAM: Final = "constructs_lib.backend.__main__"
_IMPORTED: Final = (
    _PROGRAM,
    "requests",
    "constructs_lib.backend.fivetran.state_command.commands",
    "constructs_lib.backend.http.requests_adapter",
)
_OF_THE_START: Final = ("PYTHON", "LC_", "LANG")
"""How the variables begin that Python reads when it starts."""
_LONGEST: Final = 1 << 16


class ForkedCommands:
    """The process that commands are forked from; it is started with the first of them."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._started_with: Mapping[str, str] = {}

    def can_run(self, environment: Mapping[str, str]) -> bool:
        """Return whether a command in this environment starts as the process did."""
        started_with = self._started_with if self._server else environment
        return _of_the_start(environment) == _of_the_start(started_with)

    def run(
        self,
        arguments: Sequence[str],
        directory: Path,
        environment: Mapping[str, str],
        given: str | None,
    ) -> tuple[int, str, str]:
        """Run a command to its end.

        :param given: standard input; None for none
        :returns: its exit status as :mod:`subprocess` has it, and what it wrote to both outputs
        """
        channel = self._started(environment)
        asked = {"arguments": [*arguments], "directory": str(directory), "environ": {**environment}}
        with (
            tempfile.TemporaryFile() as input_,
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as err,
        ):
            input_.write((given or "").encode())
            input_.seek(0)
            streams = [stream.fileno() for stream in (input_, out, err)]
            socket.send_fds(channel, [json.dumps(asked).encode() + b"\n"], streams)
            status = int(channel.recv(_LONGEST))
            texts = [os.pread(one, os.fstat(one).st_size, 0).decode() for one in streams[1:]]
        return status, texts[0], texts[1]

    def end(self) -> None:
        """End the process; fail if it does not end by itself, or not well."""
        if self._channel is None or self._server is None:
            return
        self._channel.close()
        try:
            assert self._server.wait(PATIENCE) == 0
        finally:
            self._server.kill()

    def _started(self, environment: Mapping[str, str]) -> socket.socket:
        if self._channel is None:
            self._channel, other_end = socket.socketpair()
            self._channel.settimeout(PATIENCE)
            self._started_with = dict(environment)
            with other_end:
                self._server = subprocess.Popen(
                    [sys.executable, __file__, str(other_end.fileno())],
                    env=self._started_with,
                    stdin=subprocess.DEVNULL,
                    pass_fds=[other_end.fileno()],
                )
        return self._channel


def _of_the_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in environment.items() if name.startswith(_OF_THE_START)}


def _serve(channel: socket.socket) -> dict[str, Any] | None:
    """Fork a process for each request, and report how it ended.

    :returns: in a fork, what it is to do; None once there are no more requests
    """
    while received := _received(channel):
        text, streams = received
        process = os.fork()
        if process == 0:
            channel.close()
            for number, stream in enumerate(streams):
                os.dup2(stream, number)
                os.close(stream)
            asked: dict[str, Any] = json.loads(text)
            return asked
        for stream in streams:
            os.close(stream)
        status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        channel.sendall(str(status).encode())
    return None


def _received(channel: socket.socket) -> tuple[bytes, list[int]] | None:
    text, streams, _, _ = socket.recv_fds(channel, _LONGEST, 3)
    while text and not text.endswith(b"\n"):
        text += channel.recv(_LONGEST)
    return (text, streams) if text else None


def _run(asked: dict[str, Any]) -> int:
    """Be the command from here on; return its exit status."""
    os.setsid()
    os.chdir(asked["directory"])
    os.environ.clear()
    os.environ.update(asked["environ"])
    program = sys.modules[_PROGRAM]
    arguments = ["state", *asked["arguments"]]
    sys.argv = [str(program.__file__), *arguments]
    # By it the usage tells how the command was called.
    sys.modules["__main__"].__spec__ = program.__spec__
    return int(program.main(arguments))


def _main(descriptor: str) -> int:
    for name in _IMPORTED:
        import_module(name)
    asked = _serve(socket.socket(fileno=int(descriptor)))
    return 0 if asked is None else _run(asked)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1]))
