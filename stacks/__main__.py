"""The command line of the app: ``python -m stacks``.

Without a command it synthesises the stacks of all environments; ``cdktf.json`` runs it so.
``new-connection SERVICE`` writes the settings of a new connection instead, and
``adopt --environment NAME`` those of the connections that the account has.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Sequence
from functools import partial

from constructs_lib import schemas
from constructs_lib.adopt.description import add_belongings
from constructs_lib.schemas.keywords import did_you_mean
from stacks.settings.loader import ENVIRONMENTS, EnvironmentFileError, environment_file
from stacks.settings.yaml_writer import (
    InsertError,
    connection_template,
    insert,
    refuse_merging,
)

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def run_command(arguments: Sequence[str]) -> int:
    """Run one command.

    :param arguments: as in ``sys.argv``, without the program
    :returns: the exit status: 0, or another one after a message to stderr
    """
    options = _parser().parse_args(arguments)
    if options.command == "adopt":
        # The API's client takes its time to load.
        from stacks.adopt.command import AdoptOptions, adopt

        chosen = AdoptOptions(
            options.environment, options.group, options.service, options.dry_run, options.along
        )
        return adopt(chosen, os.environ)
    try:
        sys.stdout.write(_new_connection(options))
    except (InsertError, EnvironmentFileError) as error:
        sys.stderr.write(f"new-connection: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    description = (
        "Add connections to the file of an environment. Without a command, synthesise the stacks "
        "of all environments."
    )
    parser = argparse.ArgumentParser(prog="python -m stacks", description=description)
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new-connection", help="write the settings of a new connection")
    new.add_argument("service", metavar="SERVICE", help="the connector type, such as postgres")
    new.add_argument(
        "--name", metavar="NAME", help="the name of the connection (default: the service)"
    )
    new.add_argument(
        "--group",
        metavar="ID",
        default="",
        help="the identifier of the group (default: that in defaults)",
    )
    help_ = (
        "add it to the file of this environment, such as sandbox, or base for all; or to the file "
        "at this path "
    )
    help_ += "; without this option, it is printed"
    new.add_argument("--environment", metavar="NAME|FILE", help=help_)
    _add_adopt(
        commands.add_parser(
            "adopt", help="write the settings of the connections that the account has"
        )
    )
    return parser


def _add_adopt(command: argparse.ArgumentParser) -> None:
    help_ = (
        "add the connections to the file of this environment, such as production, or to the file "
        "at "
    )
    help_ += "this path"
    command.add_argument("--environment", metavar="NAME|FILE", required=True, help=help_)
    help_ = "only connections of this group; may be given several times"
    command.add_argument("--group", metavar="ID", action="append", default=[], help=help_)
    help_ = "only connections of this service, such as postgres; may be given several times"
    command.add_argument("--service", metavar="S", action="append", default=[], help=help_)
    add_belongings(command)
    command.add_argument("--dry-run", action="store_true", help="print what would be written")


def _new_connection(options: argparse.Namespace) -> str:
    service, name = options.service, options.name
    facts = schemas.service(service)
    if facts is None:
        refresh = f"if it is new, run connections catalogue refresh --live {service}"
        near = did_you_mean(service, schemas.services())
        raise InsertError(f"the catalogue has no service {service!r}; {near or refresh}")
    key = name if name is not None else _name(service)
    if not _NAME.fullmatch(key):
        allowed = "lower-case letters, digits and underscores, beginning with a letter"
        raise InsertError(f"{key!r} is not a valid name of a connection; allowed are {allowed}")
    template = partial(connection_template, facts, key, group=options.group)
    if options.environment is None:
        return template()
    file = environment_file(options.environment, ENVIRONMENTS)
    refuse_merging(file, key)
    insert(file, key, template)
    return f"{file}: added {key}\nNext: uncomment the settings that it needs, and run make plan\n"


def _name(service: str) -> str:
    return service if service[:1].isalpha() else f"source_{service}"


def main() -> int:
    """Synthesise, or run the given command; return the exit status."""
    if len(sys.argv) > 1:
        return run_command(sys.argv[1:])
    # The CDK starts a Node process when it is imported, which only the synth needs.
    from stacks import stack

    stack.synthesise()
    return 0


if __name__ == "__main__":
    sys.exit(main())
