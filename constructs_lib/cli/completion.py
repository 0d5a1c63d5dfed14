"""``connections completion SHELL``: what makes a shell complete the command line.

The package argcomplete of the extra ``cli`` does it: the shell starts the command with a variable
set, and gets the words that fit. Only the parser of the command that the line names is made.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from constructs_lib.cli.commands import COMMANDS, whole_parser
from constructs_lib.cli.parsers import COMMAND, CommandParser, program
from constructs_lib.schemas import services

_SERVICES: Final = ("S", "SERVICE")
"""How the help calls a value that names a service."""
SHELLS: Final = ("bash", "zsh", "fish")
_EXAMPLES: Final = """\
# for this shell
eval "$({prog} bash)"

# for each new one
echo 'eval "$({prog} bash)"' >> ~/.bashrc
{prog} fish > ~/.config/fish/completions/connections.fish"""
MISSING: Final = (
    "the package {package} is missing. Install the extra: pip install 'connections-as-code[cli]'"
)
"""Says what a command needs of the extra ``cli``."""


def main(arguments: Sequence[str]) -> int:
    """Print the code for a shell; return the exit status.

    :param arguments: the name of the shell
    """
    options = parser().parse_args(arguments)
    try:
        from argcomplete.shell_integration import shellcode
    except ImportError:
        sys.stderr.write(f"completion: {MISSING.format(package='argcomplete')}\n")
        return 1
    sys.stdout.write(shellcode([COMMAND], shell=options.shell))
    return 0


def parser() -> CommandParser:
    """Return the parser of the command."""
    parser = CommandParser(
        prog=program("completion"),
        description="Print the code with which a shell completes commands and options.",
        examples=_EXAMPLES,
    )
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help="bash, zsh or fish")
    return parser


def complete() -> NoReturn:
    """Answer the shell with the words that fit, and end the process."""
    try:
        import argcomplete
    except ImportError:
        sys.exit(1)
    named = [word for word in _words(os.environ.get("COMP_LINE", "")) if word in COMMANDS]
    parser = whole_parser(named[:1])
    _offer_services(parser)
    argcomplete.autocomplete(parser, always_complete_options="long")
    sys.exit(1)


def _offer_services(parser: argparse.ArgumentParser) -> None:
    """Complete the names of services by the catalogue, at each depth of a parser."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for below in action.choices.values():
                _offer_services(below)
        elif action.metavar in _SERVICES:
            setattr(action, "completer", lambda **_: services())  # noqa: B010 (argcomplete's own)


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # A quotation mark is open yet.
        return line.split()
