"""The command line: its options, and the help for it."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from constructs_lib.backend.http import deadline
from constructs_lib.cli.parsers import DONE, FIVETRAN_VARIABLES, CommandParser, Status, program
from constructs_lib.records import NamedTuple

_WRONG_USAGE = 1
"""The exit status of a wrong usage, because 2 says that two states differ."""
_NO_COLOR = "  NO_COLOR                              no colours\n"
_LONGEST = 720 * 3600.0
_ABOUT = "Show, save, set and restore the state (cursor) of a connection."
_EXAMPLES = """\
{prog} get pale_hydrogen --output before.json
{prog} diff pale_hydrogen wanted.json
{prog} set pale_hydrogen wanted.json
{prog} history pale_hydrogen
{prog} set pale_hydrogen --from-history 7
{prog} get invoices --group sandbox_warehouse"""
_NOT_DONE = "not done, or wrong usage; the message says why, and what to do"
_CUT_OFF = "interrupted before it was done (Ctrl-C, SIGTERM, the terminal is gone)"
_STATUSES: Mapping[Status, str] = {0: DONE, 1: _NOT_DONE, "130, 143, 129": _CUT_OFF}
_STATUSES_OF_DIFF: Mapping[Status, str] = {
    0: "equal",
    2: "different",
    1: _NOT_DONE,
    "130, 143, 129": _CUT_OFF,
}
_STATUSES_OF_ALL: Mapping[Status, str] = {
    0: "done; of diff: the states are equal",
    2: "of diff: they differ",
    1: _NOT_DONE,
    "130, 143, 129": _CUT_OFF,
}
_GET = (
    "Print the state as JSON to standard output, and facts about the connection to standard error."
)
_GET_EXAMPLES = """\
{prog} pale_hydrogen
{prog} invoices --group sandbox_warehouse | jq .orders

# into a file that only you can read
{prog} pale_hydrogen --output before.json"""
_DIFF = "Show what would change if the state of FILE were set. Nothing is changed."
_DIFF_EXAMPLES = """\
{prog} pale_hydrogen wanted.json
jq '.orders = "2026-01-01"' before.json | {prog} pale_hydrogen -"""
_SET = """\
Set the whole state. The command first shows what changes, and asks for confirmation. Then it pauses
the connection, waits until no sync runs, sets the state, reads it back, and restores the paused
flag.

Ctrl-C stops it at any time: it restores the paused flag, and says how far it got. If the process is
killed, the next run of this command or of Terraform in the same directory restores the flag.
"""
_SET_EXAMPLES = """\
{prog} pale_hydrogen wanted.json

# in a script
{prog} pale_hydrogen wanted.json --yes --timeout 2h

# back to the state before change 7
{prog} pale_hydrogen --from-history 7

# a reset: everything is synced from the start
echo '{}' | {prog} pale_hydrogen -"""
_HISTORY = """\
List the states that Terraform or this command has set from this machine and directory, the newest
first. Without --group, no request is sent to Fivetran.
"""
_HISTORY_EXAMPLES = """\
{prog} pale_hydrogen
{prog} pale_hydrogen --json | jq '.[0].number'

# whole: the state before change 7, and the one that it has set
{prog} pale_hydrogen --show 7
{prog} pale_hydrogen --show 7 --after"""


class Options(NamedTuple):
    """The options of a command line."""

    command: str
    """``get``, ``diff``, ``set`` or ``history``."""
    connection: str
    """The identifier, or with a group the schema name."""
    group: str | None
    stack: Path | None
    """Where Terraform works, as it was given."""
    file: str | None = None
    """The document; ``-`` for standard input, None if it comes from the history."""
    output: Path | None = None
    force: bool = False
    yes: bool = False
    seconds: float = 0.0
    """The time limit of ``set``."""
    number: int | None = None
    """The number of a change in the history."""
    json: bool = False
    """True for the history, or the differences, as JSON."""
    after: bool = False
    """True for the state that the change has set, False for the one before."""


def parsed(arguments: Sequence[str]) -> Options:
    """Return the options of a command line; end the process with status 1 if they make no sense."""
    parser, commands = _parsers()
    found = vars(parser.parse_args(arguments))
    options = Options(**found)
    if options.command == "set" and (options.file is None) == (options.number is None):
        commands["set"].error("give either FILE, or - for standard input, or --from-history NUMBER")
    if options.after and options.number is None:
        commands[options.command].error("--after needs a NUMBER of the history")
    if options.json and options.number is not None:
        commands[options.command].error("--json is for the list; --show prints JSON by itself")
    return options


def parser() -> CommandParser:
    """Return the parser of the command."""
    return _parsers()[0]


def _parsers() -> tuple[CommandParser, dict[str, CommandParser]]:
    """Return the parser, and that of each of its commands."""
    parser = CommandParser(
        prog=program("state"),
        description=_ABOUT,
        examples=_EXAMPLES,
        statuses=_STATUSES_OF_ALL,
        notes=f"{FIVETRAN_VARIABLES}{_NO_COLOR}",
        wrong_usage=_WRONG_USAGE,
        allow_abbrev=False,
    )
    chosen = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    get = _command(chosen, "get", "print the state", _GET, _GET_EXAMPLES)
    _add_output(get)
    diff = _command(chosen, "diff", "show what a change would do", _DIFF, _DIFF_EXAMPLES)
    diff.add_argument("file", metavar="FILE", help="the state as JSON; - for standard input")
    text = "print JSON: whether the states are equal, whether it goes backwards, and each change"
    diff.add_argument("--json", action="store_true", help=text)
    set_ = _command(chosen, "set", "set the state safely", _SET, _SET_EXAMPLES)
    _add_setting(set_)
    history = _command(
        chosen, "history", "list the states that were set", _HISTORY, _HISTORY_EXAMPLES
    )
    text = "print one whole state: the one before the change with this number"
    history.add_argument("--show", dest="number", metavar="NUMBER", type=int, help=text)
    _add_after(history)
    text = "print the list as JSON, with whole states"
    history.add_argument("--json", action="store_true", help=text)
    return parser, {"get": get, "diff": diff, "set": set_, "history": history}


def _command(chosen: Any, name: str, help_: str, about: str, examples: str) -> CommandParser:
    command: CommandParser = chosen.add_parser(
        name,
        help=help_,
        description=about,
        examples=examples,
        statuses=_STATUSES_OF_DIFF if name == "diff" else _STATUSES,
        notes=f"{FIVETRAN_VARIABLES}{_NO_COLOR}",
        wrong_usage=_WRONG_USAGE,
        allow_abbrev=False,
    )
    text = "the identifier of the connection; with --group, its schema name"
    command.add_argument("connection", metavar="CONNECTION", help=text)
    text = "the identifier of the group (destination) that has a connection with the schema name"
    command.add_argument("--group", metavar="GROUP_ID", help=text)
    text = (
        "Terraform's working directory, or the name of a CDK stack; not needed in that directory, "
        "or next to a cdktf.out with one stack"
    )
    command.add_argument("--stack", metavar="DIR", type=Path, help=text)
    return command


def _add_output(command: CommandParser) -> None:
    text = "write the state to a file that only you can read, instead of standard output"
    command.add_argument("--output", metavar="FILE", type=Path, help=text)
    command.add_argument("--force", action="store_true", help="overwrite that file")


def _add_setting(command: CommandParser) -> None:
    text = "the whole state as JSON; - for standard input"
    command.add_argument("file", metavar="FILE", nargs="?", help=text)
    text = "the state before the change with this number in 'history'"
    command.add_argument("--from-history", dest="number", metavar="NUMBER", type=int, help=text)
    _add_after(command)
    command.add_argument("--yes", action="store_true", help="do not ask; for scripts")
    text = "the time limit, including the wait for a running sync, such as 20m (default: 60m)"
    command.add_argument(
        "--timeout", dest="seconds", metavar="TIME", type=_duration, default="60m", help=text
    )


def _add_after(command: CommandParser) -> None:
    text = "the state that the change set, instead of the one before"
    command.add_argument("--after", action="store_true", help=text)


def _duration(text: str) -> float:
    try:
        found = deadline.seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not 0 < found <= _LONGEST:
        raise argparse.ArgumentTypeError("it must be longer than 0s, and 720h at most")
    return found
