"""The command line of the sandbox: ``python -m constructs_lib.sandbox``.

``serve`` starts a server for each API that is asked for; with ``--control``, each also has the page
of :mod:`constructs_lib.sandbox.watch`. The other commands read or change a database, whether or not
a server is using it.

Exit status: 0 done, 1 not possible (the message says why), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from constructs_lib.cli.parsers import NOT_POSSIBLE, STATUSES, WRONG_USAGE, CommandParser, program
from constructs_lib.sandbox.common.errors import SandboxError
from constructs_lib.sandbox.common.messages import Answers, dumps_exact
from constructs_lib.sandbox.common.server import SandboxServer
from constructs_lib.sandbox.elastic import ElasticApi, ElasticCredentials, ElasticStore
from constructs_lib.sandbox.elastic.store import is_elastic
from constructs_lib.sandbox.fivetran.api import Api
from constructs_lib.sandbox.fivetran.call import Credentials
from constructs_lib.sandbox.fivetran.store import Store
from constructs_lib.sandbox.watch import ADDRESS, View, WatchedApi

_POLL_SECONDS = 0.05


def serve(options: argparse.Namespace, servers: ExitStack) -> Iterator[str]:
    """Serve the APIs that the options name, until ``servers`` ends.

    :returns: lines that name the addresses, one for each API, and one for the page if there is one
    :raises SandboxError: if a database cannot be used
    :raises OSError: if a port cannot be used
    """
    fivetran = elastic = None
    if options.database is not None:
        fivetran = servers.enter_context(Store(options.database))
        fivetran.configure(**fivetran_settings(options))
    if options.elastic_database is not None:
        elastic = servers.enter_context(ElasticStore(options.elastic_database))
        elastic.configure(**elastic_settings(options))
    view = View(fivetran, elastic) if options.control else None
    urls = []
    if fivetran is not None:
        api = Api(fivetran, Credentials(options.api_key, options.api_secret), options.control)
        urls.append(servers.enter_context(_serving(api, options.port, view)))
        yield f"Serving the sandbox on {urls[-1]} (database {options.database})"
    if elastic is not None:
        elastic_api = ElasticApi(elastic, _elastic_credentials(options), options.control)
        urls.append(servers.enter_context(_serving(elastic_api, options.elastic_port, view)))
        database = options.elastic_database
        yield f"Serving the Elastic sandbox on {urls[-1]} (database {database})"
    if view is not None:
        yield f"Watch it on {urls[0]}{ADDRESS}"


def fivetran_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of Fivetran's sandbox that the options give."""
    return _given({"sync_seconds": options.sync_seconds, "auto_sync": options.auto_sync})


def elastic_settings(options: argparse.Namespace) -> dict[str, Any]:
    """Return the settings of Elastic's sandbox that the options give."""
    return _given({"version": options.elastic_version})


@contextmanager
def _serving(api: Answers, port: int, view: View | None) -> Iterator[str]:
    with SandboxServer(WatchedApi(api, view) if view else api, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,))
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


def _elastic_credentials(options: argparse.Namespace) -> ElasticCredentials:
    names = ("api_key", "username", "password", "bearer_token")
    given = {name: getattr(options, f"elastic_{name}") for name in names}
    return replace(ElasticCredentials(), **_given(given))


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (SandboxError, OSError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1


def _serve(options: argparse.Namespace) -> int:
    if options.database is None and options.elastic_database is None:
        options.wrong_usage("give --database, --elastic-database, or both")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ExitStack() as servers:
        for line in serve(options, servers):
            _say(line)
        while not stop.wait(_POLL_SECONDS):
            pass  # A signal that came just before a wait is heard after it.
    return 0


def _journal(options: argparse.Namespace) -> int:
    with _existing(options.database) as store:
        entries = store.journal(options.since)
    for entry in entries:
        if options.writes and not entry.writes:
            continue
        body = "" if entry.body is None else dumps_exact(entry.body)
        line = f"{entry.number:>5}  {entry.at}  {entry.status}  {entry.method:<6} {entry.path}"
        fault = "" if entry.fault is None else f"  (fault: {entry.fault})"
        _say(dumps_exact(entry.to_dict()) if options.json else f"{line}  {body}".rstrip() + fault)
    return 0


def _reset(options: argparse.Namespace) -> int:
    with _existing(options.database) as store:
        store.reset()
    _say(f"The sandbox in {options.database} has been reset")
    return 0


def _add_connector(options: argparse.Namespace) -> int:
    with ElasticStore(options.database) as store:
        store.add_connector(options.id, name=options.id, service_type=options.service_type)
    _say(f"The connector {options.id} is in the Elastic sandbox in {options.database}")
    return 0


def _add_group(options: argparse.Namespace) -> int:
    with Store(options.database) as store:
        store.add_group(options.id)
    _say(f"The group {options.id} is in the sandbox in {options.database}")
    return 0


def _generate(options: argparse.Namespace) -> int:
    from constructs_lib.sandbox.fivetran.generated import generate

    numbers = {"connections": options.connections, "services": options.services}
    with Store(options.database) as store:
        groups = {"groups": options.group} if options.group else {}
        made = generate(store, **numbers, **groups, seed=options.seed)
    _say(f"{len(made)} connections are in the sandbox in {options.database}")
    return 0


def _configure(options: argparse.Namespace) -> int:
    with Store(options.database) as store:
        settings = store.configure(**fivetran_settings(options))
    _say(settings.to_json())
    return 0


def _configure_elastic(options: argparse.Namespace) -> int:
    with ElasticStore(options.database) as store:
        settings = store.configure(**elastic_settings(options))
    _say(settings.to_json())
    return 0


def _existing(database: Path) -> Store | ElasticStore:
    # A mistyped name must not create an empty sandbox, which would look like lost data.
    if not database.is_file():
        raise SandboxError(f"there is no sandbox database {database}")
    return ElasticStore(database) if is_elastic(database) else Store(database)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def parser() -> CommandParser:
    """Return the parser of the command."""
    parser = CommandParser(
        prog=program("sandbox"),
        description="Serve local stand-ins for Fivetran's REST API and Elastic's connector API, "
        "and look at or change their databases.",
        examples="{prog} serve --control --database fivetran.sqlite3 --port 8080\n"
        "{prog} journal --database fivetran.sqlite3 --writes",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(
        _command(commands, "serve", _serve, "serve the APIs over HTTP, on 127.0.0.1 only", False)
    )
    _add_fivetran_settings(
        _command(commands, "configure", _configure, "change and show the settings")
    )
    text = "change and show the settings of an Elastic sandbox"
    _add_elastic_settings(_command(commands, "configure-elastic", _configure_elastic, text))
    journal = _command(commands, "journal", _journal, "print the journal of requests")
    journal.add_argument("--since", type=int, default=0, help="only requests after this number")
    journal.add_argument("--writes", action="store_true", help="only requests other than GET")
    journal.add_argument("--json", action="store_true", help="one JSON object per line")
    _command(commands, "reset", _reset, "delete everything except the settings")
    group = _command(commands, "add-group", _add_group, "add a group (destination)")
    group.add_argument("id", help="the identifier of the group")
    _add_generate(
        _command(commands, "generate", _generate, "add many connections of many services")
    )
    connector = _command(commands, "add-connector", _add_connector, "add an Elastic connector")
    connector.add_argument("id", help="the identifier of the connector")
    connector.add_argument("--service-type", help="the type of the connector, such as confluence")
    return parser


_STATUSES_OF_SERVE = {0: "ended by Ctrl-C or SIGTERM", 1: NOT_POSSIBLE, 2: WRONG_USAGE}
_EXAMPLES = {
    "serve": "--control --database fivetran.sqlite3 --port 8080",
    "configure": "--database fivetran.sqlite3 --sync-seconds 5",
    "configure-elastic": "--database elastic.sqlite3 --elastic-version 8.14.3",
    "journal": "--database fivetran.sqlite3 --writes --json",
    "reset": "--database fivetran.sqlite3",
    "add-group": "sandbox_lake --database fivetran.sqlite3",
    "generate": "--database fivetran.sqlite3 --connections 1000 --group sandbox_warehouse",
    "add-connector": "wiki --database elastic.sqlite3 --service-type confluence",
}


def _command(
    commands: Any, name: str, run: Any, text: str, needs_database: bool = True
) -> CommandParser:
    command: CommandParser = commands.add_parser(
        name,
        help=text,
        description=f"{text[0].upper()}{text[1:]}.",
        examples=f"{{prog}} {_EXAMPLES[name]}",
        statuses=_STATUSES_OF_SERVE if name == "serve" else STATUSES,
    )
    command.add_argument(
        "--database", metavar="FILE", type=Path, required=needs_database, help="the SQLite file"
    )
    command.set_defaults(run=run, wrong_usage=command.error)
    return command


def _add_generate(command: CommandParser) -> None:
    command.add_argument(
        "--connections", type=int, default=300, help="the number of connections (default: 300)"
    )
    command.add_argument(
        "--services", type=int, default=60, help="the number of services (default: 60)"
    )
    text = "a group to spread them over; may be given several times"
    command.add_argument("--group", action="append", metavar="ID", help=text)
    command.add_argument(
        "--seed", type=int, default=1, help="a number; each makes a different account"
    )


def _add_serve(command: CommandParser) -> None:
    command.add_argument("--port", type=int, default=0, help="the TCP port; 0 for a free one")
    command.add_argument("--api-key", default="sandbox", help="the API key (default: sandbox)")
    command.add_argument(
        "--api-secret", default="sandbox", help="the API secret (default: sandbox)"
    )
    text = "also serve the control page and the paths below /_sandbox"
    command.add_argument("--control", action="store_true", help=text)
    _add_fivetran_settings(command)
    text = "the SQLite file of Elastic's API"
    command.add_argument("--elastic-database", metavar="FILE", type=Path, help=text)
    command.add_argument(
        "--elastic-port",
        metavar="PORT",
        type=int,
        default=0,
        help="the TCP port of Elastic's API; 0 for a free one",
    )
    for name in ("api-key", "username", "password", "bearer-token"):
        text = "the API key (base64 of id:key)" if name == "api-key" else f"the {name}"
        metavar = name.rpartition("-")[2].upper()
        command.add_argument(f"--elastic-{name}", metavar=metavar, help=f"{text} of Elastic's API")
    _add_elastic_settings(command)


def _add_elastic_settings(command: CommandParser) -> None:
    text = "the version of the server, such as 8.14.3"
    command.add_argument("--elastic-version", metavar="VERSION", help=text)


def _add_fivetran_settings(command: CommandParser) -> None:
    command.add_argument("--sync-seconds", type=float, help="how long a sync runs, in seconds")
    command.add_argument(
        "--auto-sync",
        action=argparse.BooleanOptionalAction,
        help="whether connections sync by their schedule",
    )


if __name__ == "__main__":
    sys.exit(main())
