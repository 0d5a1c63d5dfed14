"""``connections``: the command of the package; ``python -m constructs_lib`` is the same.

The older ways to start a command, such as ``python -m constructs_lib.sandbox``, go on working.

Exit status: that of the command; 2 for a wrong usage; 130 after Ctrl-C; 1 if the output cannot be
written, and the command has no status of its own for that.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from constructs_lib.cli import drop_output
from constructs_lib.cli.commands import COMMANDS
from constructs_lib.version import __version__

_OUTPUT_ERRORS: Final = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EDQUOT, errno.EFBIG)
_COMPLETING: Final = "_ARGCOMPLETE"
"""The environment variable by which a shell asks to complete a line."""


def main(arguments: Sequence[str]) -> int:
    """Run the command that is named; return the exit status."""
    if sys.stdout is None and arguments[:1] in (["--version"], ["-h"], ["--help"]):
        sys.stderr.write("connections: the standard output is closed\n")
        return 1
    if arguments[:1] == ["--version"]:
        sys.stdout.write(f"connections {__version__}\n")
        return 0
    if arguments[:1] in (["-h"], ["--help"]):
        sys.stdout.write(_usage())
        return 0
    name = arguments[0] if arguments else ""
    command = COMMANDS.get(name)
    if command is None:
        sys.stderr.write(f"{_unknown(name)}{_usage()}")
        return 2
    if sys.stdout is None and command.only_prints:
        sys.stderr.write(f"{name}: the standard output is closed\n")
        return 1
    module = import_module(command.module)
    return int(module.main([*arguments] if command.is_named else [*arguments[1:]]))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line names; return the exit status.

    :param arguments: the name of a command, and its arguments; None for those of the process

    Whatever the command does not say itself of Ctrl-C and of an output that cannot be written is
    said here, in one line.
    """
    if arguments is None and _COMPLETING in os.environ:
        import_module("constructs_lib.cli.completion").complete()
    try:
        status = main(sys.argv[1:] if arguments is None else arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("connections: interrupted\n")
        return 130
    except BrokenPipeError:
        drop_output()
        return 1
    except OSError as error:
        if error.filename is not None or error.errno not in _OUTPUT_ERRORS:
            raise
        drop_output()
        sys.stderr.write(f"connections: the output cannot be written: {error.strerror}\n")
        return 1
    return status


def _usage() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"{name.ljust(width)}  {each.summary}\n" for name, each in COMMANDS.items()]
    head = "usage: connections COMMAND [--help]\n       connections --version\n\n"
    return f"{head}{''.join(lines)}\n{_MORE}"


_MORE: Final = """\
example:
  connections status --broken

exit status:
  that of the command; see its --help
  2    wrong usage
  130  interrupted by Ctrl-C
"""


def _unknown(name: str) -> str:
    if not name:
        return ""
    from constructs_lib.schemas.keywords import did_you_mean
    from constructs_lib.schemas.redaction import display

    hint = did_you_mean(name, COMMANDS)
    return f"connections: there is no command {display(name)}{f'; {hint}' if hint else ''}\n\n"


if __name__ == "__main__":
    sys.exit(run())
