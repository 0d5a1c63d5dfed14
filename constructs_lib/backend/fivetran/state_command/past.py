"""``state history``: the states that were set from here, and taking one of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from constructs_lib.backend.fivetran import history, state_words
from constructs_lib.backend.fivetran.history import Change, History
from constructs_lib.backend.fivetran.identifiers import require_identifier
from constructs_lib.backend.fivetran.journal import Journal
from constructs_lib.backend.fivetran.state_command import looking, opening, place
from constructs_lib.backend.fivetran.state_command.interruption import Interruption
from constructs_lib.backend.fivetran.state_command.options import Options
from constructs_lib.backend.fivetran.state_command.screen import Screen
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.plugin.diagnostics import ProviderError

_STEPS = 3
"""Values of one change that the list shows."""
_RESULTS = {
    history.SENT: "sent; whether it was set is not known, because the run was cut off",
    history.SET: "set",
    history.DIFFERS: "set, and stored in another form",
}


def list_(options: Options, screen: Screen, interruption: Interruption) -> int:
    """Lists the changes, or prints one state; returns the exit status.

    :raises ProviderError: if the history cannot be read, or has no such change
    """
    folder = place.directory(options.stack, must_be_known=True)
    past = _history(options, folder, screen)
    if options.number is not None:
        screen.out(jsontext.pretty(state(past, options, screen)))
        return 0
    changes = _changes(past)
    for change in changes:
        screen.out(_words(change))
    if changes:
        screen.say("\nBack to the state before one of them: state set … --from-history NUMBER")
    else:
        screen.say(f"No state of this connection was set from here: there is no {past.file}")
    return 0


def state(past: History, options: Options, screen: Screen) -> dict[str, Any]:
    """The state of the change that was asked for: the one before, or the one after.

    :raises ProviderError: if there is no such change
    """
    changes = _changes(past)
    chosen = next((change for change in changes if change.number == options.number), None)
    if chosen is None:
        there = ", ".join(str(change.number) for change in changes) or "none"
        raise ProviderError(
            f"The history has no change {options.number}",
            f"Those of this connection in {past.file}: {there}.",
        )
    if options.after:
        return chosen.after
    if chosen.before is None:
        screen.say(f"Before change {chosen.number} {looking.NOTHING_WRITTEN}.")
    return chosen.before or {}


def _history(options: Options, folder: Path, screen: Screen) -> History:
    """The history; the API is asked only for the identifier that a schema name stands for."""
    if options.group is None:
        identifier = require_identifier(options.connection, "")
    else:
        account = opening.account(folder, screen)
        identifier = opening.identifier(account.client, options)
    return Journal.of_working_directory(folder).history(identifier)


def _changes(past: History) -> list[Change]:
    try:
        return past.changes()
    except OSError as error:
        raise ProviderError(f"Cannot read {past.file}", f"{error.strerror}.") from None


def _words(change: Change) -> str:
    steps = state_words.steps(change.before, change.after)
    result = _RESULTS.get(change.result, change.result)
    if not change.after:
        result += ", RESET"
    elif looking.is_backwards(steps, change.after):
        result += ", BACKWARDS"
    begin = f"{change.number:>4}  {change.at}  by {change.by}: {result}"
    told = state_words.lines(steps, _STEPS) or f"  {jsontext.dumps(change.after)}"
    return begin + "".join(f"\n      {line}" for line in told.split("\n"))
