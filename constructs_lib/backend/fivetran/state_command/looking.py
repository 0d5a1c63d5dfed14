"""``state get`` and ``state diff``: what is there, and what a change would do."""

from __future__ import annotations

import sys
from typing import Any, Protocol

from constructs_lib.backend.fivetran import state_words
from constructs_lib.backend.fivetran.seen import is_syncing
from constructs_lib.backend.fivetran.state_command import documents, opening, place
from constructs_lib.backend.fivetran.state_command.interruption import Interruption
from constructs_lib.backend.fivetran.state_command.opening import Look
from constructs_lib.backend.fivetran.state_command.options import Options
from constructs_lib.backend.fivetran.state_command.screen import Screen
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.plugin.values import same

_DIFFERENT = 2
NOTHING_WRITTEN = "no state was written yet: {} is what the connector starts from"


class Writes(Protocol):
    """Writes a text for a person."""

    def __call__(self, text: str, *, is_alarming: bool = False) -> None:
        """Writes it, in red letters if it is alarming."""


def get(options: Options, screen: Screen, interruption: Interruption) -> int:
    """Prints the state, or keeps it in a file; returns the exit status.

    :raises ProviderError: if it cannot be read or kept
    """
    if options.output is not None:
        documents.require_free(options.output, force=options.force)
    found = _looked(options, screen)
    text = jsontext.pretty(found.state or {})
    screen.say(_surroundings(found))
    if options.output is None:
        screen.out(text)
    else:
        documents.keep(options.output, text + "\n", force=options.force)
        screen.say(f"The state is in {options.output}, which only you can read.")
    return 0


def diff(options: Options, screen: Screen, interruption: Interruption) -> int:
    """Says what would change; returns the exit status: 2 if something would.

    :raises ProviderError: if a state cannot be read
    """
    wanted = documents.read(str(options.file))
    found = _looked(options, screen)
    if is_equal(found, wanted):
        screen.out(f"{name(found)}: the states are equal")
        return 0
    show(found, wanted, screen.out, most=sys.maxsize)
    return _DIFFERENT


def show(found: Look, wanted: dict[str, Any], write: Writes, most: int) -> bool:
    """Shows what a change does, in the words of a plan.

    :param write: where it is shown
    :param most: how many values are shown
    :returns: True if it goes backwards, or resets
    """
    steps = state_words.steps(found.state, wanted)
    is_alarming = is_backwards(steps, wanted)
    summary = state_words.summary(found.identifier, found.connection, steps, wanted)
    write(summary, is_alarming=is_alarming)
    lines = state_words.lines(steps, most) or f"  {jsontext.dumps(wanted)}"
    write(f"\n{state_words.from_where(found.state)}\n{lines}\n", is_alarming=False)
    return is_alarming


def is_backwards(steps: list[state_words.Step], wanted: dict[str, Any]) -> bool:
    """True if a change goes backwards, or resets."""
    return not wanted or any(step.is_backwards for step in steps)


def is_equal(found: Look, wanted: dict[str, Any]) -> bool:
    """True if the state is the wanted one already."""
    return found.state is not None and same(found.state, wanted)


def name(found: Look) -> str:
    """The connection, as messages name it."""
    return f"connection {found.identifier} ({found.connection.get('schema')})"


def _looked(options: Options, screen: Screen) -> Look:
    folder = place.directory(options.stack, must_be_known=False)
    account = opening.account(folder, screen)
    return opening.look(account.client, opening.identifier(account.client, options))


def _surroundings(found: Look) -> str:
    of = found.connection
    sync = "a sync is in progress" if is_syncing(of) else "no sync is in progress"
    lines = [
        f"{name(found)}, {of.get('service')}: {'paused' if found.paused else 'running'}; {sync}",
        f"  last success: {of.get('succeeded_at') or 'never'}",
        f"  last failure: {of.get('failed_at') or 'never'}",
    ]
    return "\n".join(lines + ([] if found.state is not None else [f"  {NOTHING_WRITTEN}"]))
