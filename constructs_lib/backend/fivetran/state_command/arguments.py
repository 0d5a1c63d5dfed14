"""The command line: its options, and the help for it."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from constructs_lib.backend.http import deadline
from constructs_lib.records import NamedTuple

PROGRAM = "python -m constructs_lib.backend state"
_ENVIRONMENT = """\
environment:
  FIVETRAN_APIKEY, FIVETRAN_APISECRET   the credentials; they are taken from nowhere else
  FIVETRAN_API_URL                      another address; sandbox or sandbox:FILE for the sandbox
  NO_COLOR                              no colours
"""
_LONGEST = 720 * 3600.0
_ABOUT = "Look at the state (cursor) of a connection, keep it, move it, and go back."
_EXAMPLES = f"""\
examples:
  {PROGRAM} get pale_hydrogen --output before.json
  {PROGRAM} diff pale_hydrogen wanted.json
  {PROGRAM} set pale_hydrogen wanted.json
  {PROGRAM} history pale_hydrogen
  {PROGRAM} set pale_hydrogen --from-history 7
  {PROGRAM} get invoices --group sandbox_warehouse

exit status:
  0  done; of diff: the states are equal
  2  of diff: they differ
  1  not done; the message says why and what to do
  130, 143, 129  interrupted before it was done (Ctrl-C, SIGTERM, the terminal is gone)

{_ENVIRONMENT}"""
_GET = "Print the state as JSON to standard output, and what surrounds it to standard error."
_GET_EXAMPLES = f"""\
examples:
  {PROGRAM} get pale_hydrogen
  {PROGRAM} get invoices --group sandbox_warehouse | jq .orders

  # into a file that only you can read
  {PROGRAM} get pale_hydrogen --output before.json

{_ENVIRONMENT}"""
_DIFF = "Say what would change if the state became that of FILE. Nothing is changed."
_DIFF_EXAMPLES = f"""\
examples:
  {PROGRAM} diff pale_hydrogen wanted.json
  jq '.orders = "2026-01-01"' before.json | {PROGRAM} diff pale_hydrogen -

exit status: 0 equal, 2 different, 1 not possible

{_ENVIRONMENT}"""
_SET = """\
Set the whole state. What changes is shown first, and you are asked. Then: pause the connection,
wait until no sync runs, set the state, read it back, and put the paused flag back as it was.

Ctrl-C stops it at any moment: it puts the paused flag back, and tells how far it got. If the
process is killed, the next run here, of this command or of Terraform, puts the flag back.
"""
_SET_EXAMPLES = f"""\
examples:
  {PROGRAM} set pale_hydrogen wanted.json

  # in a script
  {PROGRAM} set pale_hydrogen wanted.json --yes --timeout 2h

  # back to the state before change 7
  {PROGRAM} set pale_hydrogen --from-history 7

  # a reset: everything is synced from the start
  echo '{{}}' | {PROGRAM} set pale_hydrogen -

{_ENVIRONMENT}"""
_HISTORY = """\
List the states that were set from this machine and directory, by Terraform or by this command, the
newest first. Fivetran is not asked, unless --group is given.
"""
_HISTORY_EXAMPLES = f"""\
examples:
  {PROGRAM} history pale_hydrogen

  # whole: the state before change 7, and the one that it has set
  {PROGRAM} history pale_hydrogen --show 7
  {PROGRAM} history pale_hydrogen --show 7 --after

{_ENVIRONMENT}"""


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
    after: bool = False
    """True for the state that the change has set, False for the one before."""


def parsed(arguments: Sequence[str]) -> Options:
    """Return the options of a command line; end the process with status 1 if they make no sense."""
    parser, commands = _parser()
    found = vars(parser.parse_args(arguments))
    options = Options(**found)
    if options.command == "set" and (options.file is None) == (options.number is None):
        commands["set"].error("give either FILE, or - for standard input, or --from-history NUMBER")
    if options.after and options.number is None:
        commands[options.command].error("--after belongs to a NUMBER of the history")
    return options


class _Parser(argparse.ArgumentParser):
    """A parser that ends with status 1 on wrong usage, because 2 says that two states differ."""

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"{self.format_usage()}{self.prog}: {message}; --help shows examples\n")


def _parser() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog=PROGRAM,
        description=_ABOUT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    chosen = parser.add_subparsers(
        title="commands", dest="command", required=True, metavar="COMMAND"
    )
    get = _command(chosen, "get", "print the state", _GET, _GET_EXAMPLES)
    _add_output(get)
    diff = _command(chosen, "diff", "say what a change would do", _DIFF, _DIFF_EXAMPLES)
    diff.add_argument("file", metavar="FILE", help="the state as JSON; - for standard input")
    set_ = _command(chosen, "set", "set the state, with care", _SET, _SET_EXAMPLES)
    _add_setting(set_)
    history = _command(chosen, "history", "list what was set", _HISTORY, _HISTORY_EXAMPLES)
    text = "print one state whole: the one before the change of this number"
    history.add_argument("--show", dest="number", metavar="NUMBER", type=int, help=text)
    _add_after(history)
    return parser, {"get": get, "diff": diff, "set": set_, "history": history}


def _command(chosen: Any, name: str, help_: str, about: str, examples: str) -> _Parser:
    command: _Parser = chosen.add_parser(
        name,
        help=help_,
        description=about,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    text = "the identifier of the connection; with --group its schema name"
    command.add_argument("connection", metavar="CONNECTION", help=text)
    text = "the identifier of the group (destination) in which the schema name is looked for"
    command.add_argument("--group", metavar="GROUP_ID", help=text)
    text = (
        "the folder in which Terraform works, or the name of a stack of the CDK; found by itself "
        "in that folder, and beside a cdktf.out with one stack"
    )
    command.add_argument("--stack", metavar="DIR", type=Path, help=text)
    return command


def _add_output(command: _Parser) -> None:
    text = "write the state to a file that only you can read, instead of standard output"
    command.add_argument("--output", metavar="FILE", type=Path, help=text)
    command.add_argument("--force", action="store_true", help="overwrite that file")


def _add_setting(command: _Parser) -> None:
    text = "the whole state as JSON; - for standard input"
    command.add_argument("file", metavar="FILE", nargs="?", help=text)
    text = "the state before the change of this number, as 'history' lists it"
    command.add_argument("--from-history", dest="number", metavar="NUMBER", type=int, help=text)
    _add_after(command)
    command.add_argument("--yes", action="store_true", help="do not ask; for scripts")
    text = "the longest time, waiting for a running sync included, such as 20m; default 60m"
    command.add_argument(
        "--timeout", dest="seconds", metavar="TIME", type=_duration, default="60m", help=text
    )


def _add_after(command: _Parser) -> None:
    text = "the state that the change has set, instead of the one before"
    command.add_argument("--after", action="store_true", help=text)


def _duration(text: str) -> float:
    try:
        found = deadline.seconds(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if not 0 < found <= _LONGEST:
        raise argparse.ArgumentTypeError("it must be longer than 0s, and 720h at most")
    return found
