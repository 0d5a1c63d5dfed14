"""The command line of the catalogue: ``refresh``, ``show`` and ``search``.

``refresh`` writes a file with facts about services, sorted, with one line for each field; the other
two print what the catalogue knows, as text or as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from constructs_lib.cli import tables
from constructs_lib.cli.parsers import CommandParser, program
from constructs_lib.schemas.catalogue import service_facts
from constructs_lib.schemas.catalogue.service_facts import Field, Service, service, services
from constructs_lib.schemas.catalogue.sources import (
    Account,
    Facts,
    LiveError,
    UnreadableMetadata,
    facts_of_metadata,
    services_of_contract,
)
from constructs_lib.schemas.keywords import did_you_mean
from constructs_lib.schemas.redaction import escape_controls


def file_text(services: Mapping[str, Facts]) -> str:
    """Return the content of a file: JSON in which each service begins a line with its name.

    :param services: the facts by the name of the service
    """
    entries = (f"{json.dumps(name)}: {_entry(services[name])}" for name in sorted(services))
    return "{\n" + ",\n".join(entries) + "\n}\n"


def load_services(path: Path) -> dict[str, Facts]:
    """Return all services of a file; none if there is no file.

    :raises OSError: if it cannot be read
    :raises ValueError: if it is no such file
    """
    if not path.exists():
        return {}
    file = service_facts.read_services_file(path)
    found = {name: file.entry(name) or {} for name in file.names()}
    if json.loads(path.read_text(encoding="utf-8")) != found:
        raise ValueError("it is not a file of services")
    return found


def write_services(path: Path, services: Mapping[str, Facts]) -> None:
    """Write a file as a whole, or leave the former one as it is.

    :raises OSError: if it cannot be written
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(file_text(services))
        # A temporary file is for its owner only; this one belongs to the project.
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _entry(facts: Facts) -> str:
    lines = (f" {json.dumps(path)}: {json.dumps(fact)}" for path, fact in facts.items())
    return "{\n" + ",\n".join(lines) + "\n}"


_HEADER = ("field", "type", "belongs in", "allowed")
_SHOWN = 8


def field_table(service: Service) -> str:
    """Return the fields of a service as a table, with a line break at its end."""
    return f"{_title(service)}\n\n" + _aligned([_HEADER, *_rows(service)])


def _title(service: Service) -> str:
    form = " and ".join(service.destination_schema) or "not known"
    return f"{service.name}, destination schema: {form}"


def _rows(service: Service, most: int = _SHOWN) -> Iterator[tuple[str, str, str, str]]:
    """Yield the cells of each field.

    :param most: how many of the allowed values are shown
    """
    for key in service.destination_schema:
        yield f"config.{key}", "string", "config, required", ""
    for root, fields in (("config", service.config), ("auth", service.auth)):
        for field in fields.values():
            yield from (_row(root, path, leaf, most) for path, leaf in field.leaves())


def as_json(service: Service) -> str:
    """Return the same as JSON: ``service``, ``destination_schema``, and the ``fields`` in order.

    A field has its ``path``, its ``type``, the construct's ``parameter`` (null if it is read-only),
    the ``allowed`` values (empty if any is), and the marks ``required``, ``secret``, ``read_only``.
    """
    fields = [
        {
            "path": f"config.{key}",
            "type": "string",
            "parameter": "config",
            "allowed": [],
            "required": True,
            "secret": False,
            "read_only": False,
        }
        for key in service.destination_schema
    ]
    for root, part in (("config", service.config), ("auth", service.auth)):
        for field in part.values():
            fields += [_facts(root, path, leaf) for path, leaf in field.leaves()]
    head = {"service": service.name, "destination_schema": service.destination_schema}
    return _json({**head, "fields": fields})


def _facts(root: str, path: str, field: Field) -> dict[str, Any]:
    return {
        "path": f"{root}.{path}",
        "type": field.kind.value,
        "parameter": None if field.read_only else _parameter(root, field),
        "allowed": field.allowed,
        "required": False,
        "secret": field.secret,
        "read_only": field.read_only,
    }


def _parameter(root: str, field: Field) -> str:
    """Return the parameter of the construct that takes a field."""
    if not field.secret:
        return root
    return "secrets" if root == "config" else "auth_secrets"


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def matching_services(word: str) -> list[str]:
    """Return the names of the services that contain a word, whatever its case."""
    wanted = word.casefold().replace(" ", "_").replace("-", "_")
    return [name for name in services() if wanted in name]


def unknown_service(word: str) -> str:
    """Return the message that there is no such service."""
    near = did_you_mean(word, services())
    return f"no service {word!r} in the catalogue" + (f"; {near}" if near else "")


def _row(root: str, path: str, field: Field, most: int) -> tuple[str, str, str, str]:
    where = "nowhere: read-only" if field.read_only else _parameter(root, field)
    return f"{root}.{path}", field.kind.value, where, _some(field.allowed, most)


def _some(values: Sequence[str], most: int) -> str:
    more = len(values) - most
    return ", ".join(values[:most]) + (f" and {more} more" if more > 0 else "")


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join(_line(row, widths) for row in rows)


def _line(row: Iterable[str], widths: Iterable[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip() + "\n"


_REFRESH = (
    "update the file of services of a project",
    "{prog} --live brand_new_service\n{prog} --openapi fivetran-openapi.json",
)
_SHOW = (
    "print the fields of a service",
    "{prog} postgres\n{prog} postgres --json | jq '.fields[] | select(.secret) | .path'",
)
_SEARCH = ("find services by part of their name", "{prog} sheets")


class _Failed(Exception):
    """The command ends with this message."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    :param arguments: as in ``sys.argv``, without the program; None takes them from there
    :returns: the exit status: 0, or 1 after a message to stderr
    """
    options = parser().parse_args(arguments)
    try:
        sys.stdout.write(options.run(options))
    except (_Failed, LiveError) as error:
        sys.stderr.write(f"catalogue: {escape_controls(str(error))}\n")
        return 1
    return 0


def parser() -> CommandParser:
    """Return the parser of the command."""
    about = "Show, search and update the fields of Fivetran's services."
    parser = CommandParser(
        prog=program("catalogue"), description=about, examples="{prog} show postgres"
    )
    commands = parser.add_subparsers(
        title="commands", dest="command", metavar="COMMAND", required=True
    )
    _add_refresh(_command(commands, "refresh", *_REFRESH))
    show = _command(commands, "show", *_SHOW)
    show.add_argument("word", metavar="SERVICE", help="the name of the service, such as postgres")
    show.set_defaults(run=_show)
    search = _command(commands, "search", *_SEARCH)
    search.add_argument("word", metavar="WORD", help="part of the name, in upper or lower case")
    search.set_defaults(run=_search)
    for command in (show, search):
        command.add_argument("--json", action="store_true", help="print JSON, for programs")
    return parser


def _command(commands: Any, name: str, about: str, examples: str) -> CommandParser:
    command: CommandParser = commands.add_parser(
        name, help=about, description=f"{about[0].upper()}{about[1:]}.", examples=examples
    )
    return command


def _add_refresh(refresh: CommandParser) -> None:
    source = refresh.add_mutually_exclusive_group(required=True)
    help_ = "read Fivetran's OpenAPI document; the file then has only its services"
    source.add_argument("--openapi", metavar="FILE", type=Path, help=help_)
    help_ = "ask the account about these services; the file keeps its other ones"
    source.add_argument("--live", metavar="SERVICE", nargs="+", help=help_)
    output = Path(service_facts.PROJECT_NAME)
    help_ = f"the file to write (default: {output} in the working directory)"
    refresh.add_argument("--output", metavar="FILE", type=Path, default=output, help=help_)
    refresh.set_defaults(run=_refresh)


def _show(options: argparse.Namespace) -> str:
    facts = service(options.word)
    if facts is None:
        raise _Failed(unknown_service(options.word))
    if options.json:
        return as_json(facts)
    if console := tables.terminal():
        rows = list(_rows(facts, most=sys.maxsize))
        tables.show_table(console, _HEADER, rows, title=_title(facts))
        return ""
    return field_table(facts)


def _search(options: argparse.Namespace) -> str:
    names = matching_services(options.word)
    if not names:
        raise _Failed(unknown_service(options.word))
    return _json(names) if options.json else "".join(f"{name}\n" for name in names)


def _refresh(options: argparse.Namespace) -> str:
    output: Path = options.output
    try:
        before = load_services(output)
    except (OSError, ValueError) as error:
        raise _Failed(
            f"{output} cannot be read: {_reason(error)}; delete it to start again"
        ) from None
    after = (
        _from_openapi(options.openapi) if options.openapi else _from_account(options.live, before)
    )
    try:
        write_services(output, after)
    except OSError as error:
        raise _Failed(
            f"{output} cannot be written: {_reason(error)}; name another file with --output"
        ) from None
    return f"{output}: {_changes(before, after)}\n"


def _from_openapi(path: Path) -> dict[str, Facts]:
    try:
        return services_of_contract(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise _Failed(
            f"{path} cannot be used: {_reason(error)}; give Fivetran's OpenAPI document as JSON"
        ) from None


def _from_account(names: Sequence[str], before: Mapping[str, Facts]) -> dict[str, Facts]:
    account = Account(os.environ)
    found = dict(before)
    for name in names:
        try:
            found[name] = facts_of_metadata(account.metadata(name), service(name))
        except UnreadableMetadata as error:
            raise _Failed(f"the response about {name!r} cannot be used: {error}") from None
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
    return "it is not JSON" if isinstance(error, json.JSONDecodeError) else str(error)


if __name__ == "__main__":
    sys.exit(main())
