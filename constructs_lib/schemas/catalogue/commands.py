"""The command line of the catalogue."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from constructs_lib.schemas import services_file
from constructs_lib.schemas.catalogue import files, listing, live, metadata, openapi
from constructs_lib.schemas.catalogue.facts import Facts
from constructs_lib.schemas.services import service
from constructs_lib.visible import visible

PROGRAM = "python -m constructs_lib.schemas.catalogue"


class _Failed(Exception):
    """The command ends with this message."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    :param arguments: as in ``sys.argv``, without the program; None takes them from there
    :returns: the exit status: 0, or 1 after a message to stderr
    """
    options = _parser().parse_args(arguments)
    try:
        sys.stdout.write(options.run(options))
    except (_Failed, live.LiveError) as error:
        sys.stderr.write(f"catalogue: {visible(str(error))}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=PROGRAM, description="The catalogue of services.")
    commands = parser.add_subparsers(dest="command", required=True)
    refresh = commands.add_parser("refresh", help="take newer facts into a file of the project")
    source = refresh.add_mutually_exclusive_group(required=True)
    help_ = "read Fivetran's OpenAPI document; the file then has its services and no others"
    source.add_argument("--openapi", metavar="FILE", type=Path, help=help_)
    help_ = "ask the account for these services; others of the file stay"
    source.add_argument("--live", metavar="SERVICE", nargs="+", help=help_)
    output = Path(services_file.PROJECT_NAME)
    help_ = f"the file to write; default {output} in the working directory"
    refresh.add_argument("--output", metavar="FILE", type=Path, default=output, help=help_)
    refresh.set_defaults(run=_refresh)
    show = commands.add_parser("show", help="print the fields of a service")
    show.add_argument("word", metavar="SERVICE")
    show.set_defaults(run=_show)
    search = commands.add_parser("search", help="find services by a part of their name")
    search.add_argument("word", metavar="WORD")
    search.set_defaults(run=_search)
    return parser


def _show(options: argparse.Namespace) -> str:
    facts = service(options.word)
    if facts is None:
        raise _Failed(listing.not_found(options.word))
    return listing.table(facts)


def _search(options: argparse.Namespace) -> str:
    names = listing.found(options.word)
    if not names:
        raise _Failed(listing.not_found(options.word))
    return "".join(f"{name}\n" for name in names)


def _refresh(options: argparse.Namespace) -> str:
    output: Path = options.output
    try:
        before = files.load(output)
    except (OSError, ValueError) as error:
        raise _Failed(
            f"{output} cannot be read: {_reason(error)}; delete it to begin anew"
        ) from None
    after = (
        _from_openapi(options.openapi) if options.openapi else _from_account(options.live, before)
    )
    try:
        files.write(output, after)
    except OSError as error:
        raise _Failed(f"{output} cannot be written: {_reason(error)}") from None
    return f"{output}: {_changes(before, after)}\n"


def _from_openapi(path: Path) -> dict[str, Facts]:
    try:
        return openapi.services(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise _Failed(f"{path} cannot be used: {_reason(error)}") from None


def _from_account(names: Sequence[str], before: Mapping[str, Facts]) -> dict[str, Facts]:
    account = live.Account(os.environ)
    found = dict(before)
    for name in names:
        try:
            found[name] = metadata.facts(account.metadata(name), service(name))
        except metadata.Unreadable as error:
            raise _Failed(f"the answer about {name!r} cannot be used: {error}") from None
    return found


def _changes(before: Mapping[str, Facts], after: Mapping[str, Facts]) -> str:
    both = before.keys() & after.keys()
    changed = sum(before[name] != after[name] for name in both)
    added, removed = len(after) - len(both), len(before) - len(both)
    counts = f"{added} added, {changed} changed, {removed} removed"
    return f"{len(after)} service{'' if len(after) == 1 else 's'} ({counts})"


def _reason(error: Exception) -> str:
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return "it is no JSON" if isinstance(error, json.JSONDecodeError) else str(error)
