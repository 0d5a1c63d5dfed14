"""The commands by their names, and the parser of all of them.

Each has a module of its own, which is imported when the command is named.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Collection
from importlib import import_module
from typing import Any, Final, NamedTuple, cast

from constructs_lib.cli.parsers import COMMAND, CommandParser


class Command(NamedTuple):
    """One command."""

    module: str
    """Has a ``main`` that takes the arguments and returns the exit status."""
    summary: str
    is_named: bool = False
    """True if its ``main`` also takes the name of the command."""
    parsers: str = ""
    """The module with its function ``parser``; by default the same."""
    only_prints: bool = False
    """True if it is of no use without a standard output, and does not say so itself."""


_INSTALL: Final = "constructs_lib.cli.install"
COMMANDS: Final = {
    "adopt": Command("constructs_lib.adopt.__main__", "write an account as HCL, Python or YAML"),
    "catalogue": Command(
        "constructs_lib.schemas.catalogue.__main__",
        "show, search and update the fields of services",
        only_prints=True,
    ),
    "completion": Command(
        "constructs_lib.cli.completion",
        "print the code for completion in a shell",
        only_prints=True,
    ),
    "doctor": Command(
        "constructs_lib.cli.doctor.command",
        "check whether this machine has what a deploy needs",
        only_prints=True,
    ),
    "install": Command(_INSTALL, "install the providers for Terraform without the CDK", True),
    "migrate": Command(
        "constructs_lib.adopt.migrate.__main__", "move from a state of Fivetran's own provider"
    ),
    "new-connection": Command(
        "constructs_lib.cli.new_connection",
        "write one connection with what its service needs",
        only_prints=True,
    ),
    "query": Command("constructs_lib.cli.query", "find existing objects with 'terraform query'"),
    "sandbox": Command("constructs_lib.sandbox.__main__", "serve stand-ins for the APIs"),
    "schema": Command(
        "constructs_lib.cli.schema",
        "write the schema of the environment files, for an editor",
        only_prints=True,
    ),
    "state": Command(
        "constructs_lib.backend.__main__",
        "show, move and restore the state of a connection",
        True,
        "constructs_lib.backend.fivetran.state_command.arguments",
    ),
    "status": Command(
        "constructs_lib.cli.status", "show which connections work; exit status 1 if one is broken"
    ),
    "uninstall": Command(_INSTALL, "remove the installed providers", True),
}
"""All commands, in the order in which the help names them."""


def parser_of(name: str) -> CommandParser:
    """Return the parser of a command, for which its module is imported."""
    command = COMMANDS[name]
    make: Callable[..., CommandParser] = import_module(command.parsers or command.module).parser
    is_shared = sum(each.module == command.module for each in COMMANDS.values()) > 1
    return make(name) if is_shared else make()


def whole_parser(names: Collection[str] | None = None) -> argparse.ArgumentParser:
    """Return a parser of the whole command line.

    :param names: the commands whose options it knows; of the others it knows the names. None for
        all of them
    """
    parser = argparse.ArgumentParser(prog=COMMAND)
    parser.add_argument("--version", action="store_true", help="print the version")

    def made(**options: Any) -> argparse.ArgumentParser:
        name = options["prog"].rpartition(" ")[2]
        known = names is None or name in names
        return parser_of(name) if known else argparse.ArgumentParser(**options)

    commands = parser.add_subparsers(
        title="commands", metavar="COMMAND", parser_class=cast(Any, made)
    )
    for name, command in COMMANDS.items():
        commands.add_parser(name, help=command.summary)
    return parser
