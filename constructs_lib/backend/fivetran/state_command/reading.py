"""``state get``, ``state diff`` and ``state history``: read a state, compare it, list the states
that were set from here.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Protocol

from constructs_lib.backend.fivetran.connection.model import is_syncing, require_identifier
from constructs_lib.backend.fivetran.connection_state import plan
from constructs_lib.backend.fivetran.journal import history
from constructs_lib.backend.fivetran.journal.history import Change, History
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.state_command import inputs
from constructs_lib.backend.fivetran.state_command.arguments import Options
from constructs_lib.backend.fivetran.state_command.inputs import ConnectionSnapshot
from constructs_lib.backend.fivetran.state_command.terminal import Interruption, Terminal
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.values.value import same

_DIFFERENT = 2
NOTHING_WRITTEN = "no state was written yet: the connector starts from {}"


class Writes(Protocol):
    """A function that writes a text for a person."""

    def __call__(self, text: str, *, is_alarming: bool = False) -> None:
        """Write a text, in red if it is alarming."""


def run_get(options: Options, terminal: Terminal, interruption: Interruption) -> int:
    """Print the state, or save it in a file; return the exit status.

    :raises ProviderError: if it cannot be read or kept
    """
    if options.output is not None:
        inputs.require_free(options.output, force=options.force)
    found = _looked(options, terminal)
    text = jsontext.pretty(found.state or {})
    terminal.say(_surroundings(found))
    if options.output is None:
        terminal.out(text)
    else:
        inputs.save(options.output, text + "\n", force=options.force)
        terminal.say(f"The state is in {options.output}, which only you can read.")
    return 0


def run_diff(options: Options, terminal: Terminal, interruption: Interruption) -> int:
    """Show what would change; return the exit status: 2 if something would.

    :raises ProviderError: if a state cannot be read
    """
    wanted = inputs.read(str(options.file))
    found = _looked(options, terminal)
    if options.json:
        terminal.out(jsontext.pretty(_as_json(found, wanted)))
        return 0 if is_equal(found, wanted) else _DIFFERENT
    if is_equal(found, wanted):
        terminal.out(f"{name(found)}: the states are equal")
        return 0
    show(found, wanted, terminal.out, most=sys.maxsize)
    return _DIFFERENT


def _as_json(found: ConnectionSnapshot, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return what a change does, for a program."""
    steps = plan.value_changes(found.state, wanted)
    return {
        "connection": found.identifier,
        "is_equal": is_equal(found, wanted),
        "is_reset": not wanted,
        "is_backwards": is_backwards(steps, wanted),
        "changes": [{"path": step.path, "change": step.words} for step in steps],
    }


def show(found: ConnectionSnapshot, wanted: dict[str, Any], write: Writes, most: int) -> bool:
    """Show what a change does, in the words of a plan.

    :param write: where it is shown
    :param most: how many values are shown
    :returns: True if it goes backwards, or resets
    """
    steps = plan.value_changes(found.state, wanted)
    is_alarming = is_backwards(steps, wanted)
    summary = plan.change_summary(found.identifier, found.connection, steps, wanted)
    write(summary, is_alarming=is_alarming)
    lines = plan.lines(steps, most) or f"  {jsontext.dumps(wanted)}"
    write(f"\n{plan.starting_point(found.state)}\n{lines}\n", is_alarming=False)
    return is_alarming


def is_backwards(steps: list[plan.ValueChange], wanted: dict[str, Any]) -> bool:
    """Return True if a change goes backwards, or resets."""
    return not wanted or any(step.is_backwards for step in steps)


def is_equal(found: ConnectionSnapshot, wanted: dict[str, Any]) -> bool:
    """Return True if the state is the wanted one already."""
    return found.state is not None and same(found.state, wanted)


def name(found: ConnectionSnapshot) -> str:
    """Return the name of the connection for messages."""
    return f"connection {found.identifier} ({found.connection.get('schema')})"


def _looked(options: Options, terminal: Terminal) -> ConnectionSnapshot:
    folder = inputs.directory(options.stack, must_be_known=False)
    account = inputs.account(folder, terminal)
    return inputs.look(account.client, inputs.identifier(account.client, options))


def _surroundings(found: ConnectionSnapshot) -> str:
    of = found.connection
    sync = "a sync is in progress" if is_syncing(of) else "no sync is in progress"
    lines = [
        f"{name(found)}, {of.get('service')}: {'paused' if found.paused else 'running'}; {sync}",
        f"  last success: {of.get('succeeded_at') or 'never'}",
        f"  last failure: {of.get('failed_at') or 'never'}",
    ]
    return "\n".join(lines + ([] if found.state is not None else [f"  {NOTHING_WRITTEN}"]))


_STEPS = 3
"""Values of one change that the list shows."""
_RESULTS = {
    history.SENT: "sent; whether it was set is not known, because the run was interrupted",
    history.SET: "set",
    history.DIFFERS: "set, and stored in another form",
}


def run_history(options: Options, terminal: Terminal, interruption: Interruption) -> int:
    """List the changes, or print one state; return the exit status.

    :raises ProviderError: if the history cannot be read, or has no such change
    """
    folder = inputs.directory(options.stack, must_be_known=True)
    past = _history(options, folder, terminal)
    if options.number is not None:
        terminal.out(jsontext.pretty(state(past, options, terminal)))
        return 0
    changes = _changes(past)
    if options.json:
        terminal.out(jsontext.pretty([change._asdict() for change in changes]))
        return 0
    for change in changes:
        terminal.out(_words(change))
    if changes:
        terminal.say("\nBack to the state before one of them: state set … --from-history NUMBER")
    else:
        terminal.say(f"No state of this connection was set from here: there is no {past.file}")
    return 0


def state(past: History, options: Options, terminal: Terminal) -> dict[str, Any]:
    """Return the state before or after the change that was asked for.

    :raises ProviderError: if there is no such change
    """
    changes = _changes(past)
    chosen = next((change for change in changes if change.number == options.number), None)
    if chosen is None:
        there = ", ".join(str(change.number) for change in changes) or "none"
        raise ProviderError(
            f"The history has no change {options.number}",
            f"The changes of this connection in {past.file}: {there}.",
        )
    if options.after:
        return chosen.after
    if chosen.before is None:
        terminal.say(f"Before change {chosen.number} {NOTHING_WRITTEN}.")
    return chosen.before or {}


def _history(options: Options, folder: Path, terminal: Terminal) -> History:
    """Return the history; the API is asked only for the identifier of a connection that is given by
    its schema name.
    """
    if options.group is None:
        identifier = require_identifier(options.connection, "")
    else:
        account = inputs.account(folder, terminal)
        identifier = inputs.identifier(account.client, options)
    return Journal.of_working_directory(folder).history(identifier)


def _changes(past: History) -> list[Change]:
    try:
        return past.changes()
    except OSError as error:
        raise ProviderError(f"Cannot read {past.file}", f"{error.strerror}.") from None


def _words(change: Change) -> str:
    steps = plan.value_changes(change.before, change.after)
    result = _RESULTS.get(change.result, change.result)
    if not change.after:
        result += ", RESET"
    elif is_backwards(steps, change.after):
        result += ", BACKWARDS"
    begin = f"{change.number:>4}  {change.at}  by {change.by}: {result}"
    listed = plan.lines(steps, _STEPS) or f"  {jsontext.dumps(change.after)}"
    return begin + "".join(f"\n      {line}" for line in listed.split("\n"))
