"""The command line of the sandbox: ``python -m constructs_lib.sandbox``.

Exit status: 0 done, 1 not possible (the message says why), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from constructs_lib.sandbox.api import Api
from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.sandbox.headers import Credentials
from constructs_lib.sandbox.server import SandboxServer
from constructs_lib.sandbox.store import Store


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (SandboxError, OSError) as error:
        sys.stderr.write(f"sandbox: {error}\n")
        return 1


def _serve(options: argparse.Namespace) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    credentials = Credentials(options.api_key, options.api_secret)
    with Store(options.database) as store:
        store.configure(**_settings(options))
        with SandboxServer(Api(store, credentials, options.control), options.port) as server:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,))
            thread.start()
            _say(f"Serving the sandbox on {server.url} (database {options.database})")
            stop.wait()
            server.shutdown()
            thread.join()
    return 0


def _journal(options: argparse.Namespace) -> int:
    with _existing(options.database) as store:
        entries = store.journal(options.since)
    for entry in entries:
        if options.writes and not entry.writes:
            continue
        body = "" if entry.body is None else json.dumps(entry.body)
        line = f"{entry.number:>5}  {entry.at}  {entry.status}  {entry.method:<6} {entry.path}"
        fault = "" if entry.fault is None else f"  (fault: {entry.fault})"
        _say(json.dumps(entry.to_dict()) if options.json else f"{line}  {body}".rstrip() + fault)
    return 0


def _reset(options: argparse.Namespace) -> int:
    with _existing(options.database) as store:
        store.reset()
    _say(f"The sandbox in {options.database} has been reset")
    return 0


def _add_group(options: argparse.Namespace) -> int:
    with Store(options.database) as store:
        store.add_group(options.id)
    _say(f"The group {options.id} is in the sandbox in {options.database}")
    return 0


def _configure(options: argparse.Namespace) -> int:
    with Store(options.database) as store:
        settings = store.configure(**_settings(options))
    _say(settings.to_json())
    return 0


def _existing(database: Path) -> Store:
    # A mistyped name must not make an empty sandbox that looks like a lost one.
    if not database.is_file():
        raise SandboxError(f"there is no sandbox database {database}")
    return Store(database)


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    given = {"sync_seconds": options.sync_seconds, "auto_sync": options.auto_sync}
    return {name: value for name, value in given.items() if value is not None}


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m constructs_lib.sandbox",
        description="A local stand-in for Fivetran's REST API.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_serve(_command(commands, "serve", _serve, "answer over HTTP, on 127.0.0.1 only"))
    _add_behaviour(_command(commands, "configure", _configure, "change and show the behaviour"))
    journal = _command(commands, "journal", _journal, "print the requests that were answered")
    journal.add_argument("--since", type=int, default=0, help="only those after this number")
    journal.add_argument("--writes", action="store_true", help="only those other than GET")
    journal.add_argument("--json", action="store_true", help="one JSON object a line")
    _command(commands, "reset", _reset, "forget connections, groups and journal")
    group = _command(commands, "add-group", _add_group, "add a group (destination)")
    group.add_argument("id", help="identifier of the group")
    return parser


def _command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    command.add_argument("--database", type=Path, required=True, help="the SQLite file")
    command.set_defaults(run=run)
    return command


def _add_serve(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    command.add_argument("--api-key", default="sandbox", help="the API key (default: sandbox)")
    command.add_argument(
        "--api-secret", default="sandbox", help="the API secret (default: sandbox)"
    )
    command.add_argument("--control", action="store_true", help="offer the paths below /_sandbox")
    _add_behaviour(command)


def _add_behaviour(command: argparse.ArgumentParser) -> None:
    command.add_argument("--sync-seconds", type=float, help="how long a sync runs, in seconds")
    command.add_argument(
        "--auto-sync",
        action=argparse.BooleanOptionalAction,
        help="whether connections sync by their schedule",
    )


if __name__ == "__main__":
    sys.exit(main())
