"""``python -m constructs_lib status``: how the connections of an account are doing.

It reads the lists of the API alone, 1,000 connections in a request, and shows a line for each
connection, what needs somebody first.

Exit status: 0 if no connection is broken; 1 if one is; 2 if nothing could be read or shown (the
message says why), or for wrong usage; 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time, timedelta, timezone
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.cli import drop_output, tables
from constructs_lib.cli.parsers import (
    FIVETRAN_VARIABLES,
    INTERRUPTED,
    WRONG_USAGE,
    CommandParser,
    program,
)
from constructs_lib.schemas.redaction import escape_controls_in_line

_ORDER: Final = (
    "broken",
    "incomplete",
    "delayed",
    "rescheduled",
    "syncing",
    "on schedule",
    "paused",
)
"""The states, those first that need somebody."""
_EXAMPLES: Final = """\
{prog} --broken
{prog} --group sandbox_warehouse --service postgres
{prog} --json | jq '.[] | select(.state == "broken") | .id'"""
_ITEMS: Final = "data.fivetranops_connections"
_HEADINGS: Final = ("CONNECTION", "SERVICE", "STATE", "SUCCEEDED", "FAILED", "NEXT SYNC")
_TASKS: Final = "WHAT TO DO"
_LONGEST: Final = 60
"""The most characters of a name in the table."""
_DAILY: Final = 1440
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


def main(arguments: Sequence[str]) -> int:
    """Run the command; return the exit status.

    :param arguments: its options
    """
    options = parser().parse_args(arguments)
    if sys.stdout is None:
        sys.stderr.write("status: the standard output is closed\n")
        return 2
    try:
        return _show(options)
    except KeyboardInterrupt:
        sys.stderr.write("status: interrupted\n")
        return 130


def _show(options: argparse.Namespace) -> int:
    # The API's client takes its time to load, and a wrong option need not wait for it.
    from constructs_lib.backend.plugin.diagnostics import ProviderError

    try:
        found = read(options.group, options.service)
    except ProviderError as error:
        sys.stderr.write(f"status: {error.summary}\n{error.detail}\n")
        return 2
    if unknown := _without_connections(options, found):
        sys.stderr.write(f"status: {unknown}\n")
        return 2
    shown = [one for one in found if state_of(one) == "broken"] if options.broken else found
    try:
        _print(shown, as_json=options.json)
    except BrokenPipeError:
        # Whoever reads has seen enough, as head has.
        drop_output()
    except OSError as error:
        drop_output()
        sys.stderr.write(f"status: the output cannot be written: {error.strerror or error}\n")
        return 2
    if not options.json:
        sys.stderr.write(f"{_summary(found)}\n")
    return 1 if any(state_of(one) == "broken" for one in found) else 0


def _without_connections(options: argparse.Namespace, found: Sequence[Mapping[str, Any]]) -> str:
    """Return a message about a filter that leaves nothing, most likely by a typing error."""
    for name, attribute in (("group", "group_id"), ("service", "service")):
        there = {one[attribute] for one in found}
        if missing := [value for value in getattr(options, name) if value not in there]:
            return f"no connection has the --{name} {' or '.join(missing)}; check the name"
    return ""


def _print(shown: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    now = datetime.now(timezone.utc)
    if as_json:
        json.dump([_as_json(one) for one in shown], sys.stdout, indent=2, default=float)
        sys.stdout.write("\n")
    elif console := tables.terminal():
        rows = [(*_row(one, now), "\n".join(_tasks(one))) for one in shown]
        headings = (*_HEADINGS, _TASKS) if any(row[-1] for row in rows) else _HEADINGS
        tables.show_table(console, headings, [row[: len(headings)] for row in rows])
    else:
        sys.stdout.writelines(f"{line}\n" for line in table(shown, now))
    sys.stdout.flush()


def read(groups: Sequence[str] = (), services: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return what the API tells of the connections, what needs somebody first.

    :param groups: only the connections of these groups (destinations); none for all
    :param services: only connections of these types; none for all
    :returns: the attributes of the items of the data source ``fivetranops_connections``
    :raises ProviderError: if the API does not answer
    """
    from constructs_lib.backend.fivetran.connection.data_sources import readable_attributes
    from constructs_lib.backend.fivetran.inventory import open_inventory

    attributes = schemas.load(_ITEMS).attributes["connections"].attributes
    found = [
        readable_attributes(item, attributes)
        for page in open_inventory({}).listed(groups)
        for item in page
        if not services or item.get("service") in services
    ]
    return sorted(found, key=_place)


def state_of(connection: Mapping[str, Any]) -> str:
    """Return how a connection is doing, in a word or two.

    :param connection: its attributes
    """
    if connection["setup_state"] in ("broken", "incomplete"):
        return str(connection["setup_state"])
    if connection["paused"]:
        return "paused"
    if connection["sync_state"] in ("syncing", "rescheduled"):
        return str(connection["sync_state"])
    return "delayed" if connection["update_state"] == "delayed" else "on schedule"


def next_sync(connection: Mapping[str, Any], now: datetime) -> str:
    """Return about when the next sync begins, as the API does not tell it: by the schedule.

    :param connection: its attributes
    """
    if connection["paused"]:
        return "when unpaused"
    if connection["sync_state"] == "syncing":
        return "running"
    if (until := _moment(connection["rescheduled_for"])) is not None:
        return _until(until, now)
    if connection["schedule_type"] == "manual":
        return "when asked for"
    ends = [_moment(connection[name]) for name in ("succeeded_at", "failed_at")]
    last, minutes = max((end for end in ends if end), default=None), connection["sync_frequency"]
    if last is None or minutes is None:
        return "due"
    if minutes == _DAILY and (at := _daily(connection["daily_sync_time"], now)) is not None:
        return _until(at, now)
    return _until(last + timedelta(minutes=minutes), now)


def table(connections: Sequence[Mapping[str, Any]], now: datetime) -> Iterator[str]:
    """Yield the lines: one for each connection, with its tasks below it.

    :param now: the moment from which times are told
    """
    rows = [_row(one, now) for one in connections]
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    yield _line(_HEADINGS, widths)
    for one, row in zip(connections, rows, strict=True):
        yield _line(row, widths)
        yield from (f"    {task}" for task in _tasks(one))


def _tasks(connection: Mapping[str, Any]) -> Iterator[str]:
    for task in connection["tasks"] or ():
        said = [task[name] for name in ("message", "details") if task[name]]
        yield escape_controls_in_line(": ".join(said))


def _row(connection: Mapping[str, Any], now: datetime) -> tuple[str, ...]:
    name = _cell(str(connection["schema"] or connection["id"]))
    ends = (_ago(_moment(connection[each]), now) for each in ("succeeded_at", "failed_at"))
    service = _cell(str(connection["service"]))
    return (name, service, state_of(connection), *ends, next_sync(connection, now))


def _cell(text: str) -> str:
    """Return a name such that no character of it, and no length, widens the other lines."""
    shown = escape_controls_in_line(text).replace("\t", "\\t")
    return shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()


def _summary(connections: Sequence[Mapping[str, Any]]) -> str:
    counts = Counter(map(state_of, connections))
    told = ", ".join(f"{counts[state]} {state}" for state in _ORDER if counts[state])
    return f"{len(connections)} connections{': ' if told else ''}{told}"


def _place(connection: Mapping[str, Any]) -> tuple[int, str, str]:
    name = str(connection["schema"] or "")
    return _ORDER.index(state_of(connection)), name, str(connection["id"])


def _as_json(connection: Mapping[str, Any]) -> dict[str, Any]:
    return {**connection, "state": state_of(connection)}


def _moment(text: Any) -> datetime | None:
    from constructs_lib.backend.http.response_values import parse_timestamp

    return parse_timestamp(text)


def _daily(text: Any, now: datetime) -> datetime | None:
    """Return when the time of a daily sync comes next; None if there is none."""
    try:
        at = datetime.combine(now.date(), time.fromisoformat(str(text)), timezone.utc)
    except ValueError:
        return None
    return at if at > now else at + timedelta(days=1)


def _ago(moment: datetime | None, now: datetime) -> str:
    return "never" if moment is None else f"{_length(now - moment)} ago"


def _until(moment: datetime, now: datetime) -> str:
    return "due" if moment <= now else f"in {_length(moment - now)}"


def _length(length: timedelta) -> str:
    seconds = max(0, int(length.total_seconds()))
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "1 min" if seconds else "0 min"


def parser() -> CommandParser:
    """Return the parser of the command."""
    parser = CommandParser(
        prog=program("status"),
        description="Show which Fivetran connections work, those that need attention first.",
        examples=_EXAMPLES,
        statuses={
            0: "no connection is broken",
            1: "a connection is broken",
            2: f"the connections could not be read, or {WRONG_USAGE}",
            130: INTERRUPTED,
        },
        notes=FIVETRAN_VARIABLES,
        allow_abbrev=False,
    )
    text = "only connections of this group (destination); may be given several times"
    parser.add_argument("--group", metavar="ID", action="append", default=[], help=text)
    text = "only connections of this type, such as postgres; may be given several times"
    parser.add_argument("--service", metavar="S", action="append", default=[], help=text)
    parser.add_argument("--broken", action="store_true", help="show only those that are broken")
    text = "print everything that the API returns as JSON, with the state in one word"
    parser.add_argument("--json", action="store_true", help=text)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
