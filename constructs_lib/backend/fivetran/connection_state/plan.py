"""Explain a planned state: from where to where it goes, whether that is backwards, and what happens
to the connection meanwhile.

Two values are compared if both are numbers, or both are dates or times in the form of ISO 8601.
Other values only differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Context, Decimal
from typing import Any

from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection.model import is_syncing
from constructs_lib.backend.fivetran.connection.paused_flag import is_paused
from constructs_lib.backend.fivetran.connection_state import set_state
from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.connection_state.state_value import from_terraform
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.redaction import MOMENT, display_value, shows_values
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import Object, contains_unknown, same
from constructs_lib.records import NamedTuple

MAX_LINES = 12
"""Steps that :func:`lines` shows, unless it is asked for more or fewer."""
FROM = "From the current state to the new one:"
_ABSENT: Any = object()
_SECOND = timedelta(seconds=1)
_EXACT = Context(prec=1000)
"""More digits than the difference of two numbers of a state can have."""
_NUMBER = re.compile(r"-?\d{1,38}(\.\d{1,38})?")


class ValueChange(NamedTuple):
    """One value of a state that changes."""

    path: str
    """Where it stands, such as ``tables.orders.cursor``."""
    words: str
    """From where to where."""
    is_backwards: bool
    """True if it certainly goes backwards."""


def value_changes(before: dict[str, Any] | None, after: dict[str, Any]) -> list[ValueChange]:
    """Return the values in which two states differ, in the order of their paths.

    :param before: the state as it is; None if none was written yet
    :param after: the state to be set
    """
    return sorted(_differences(before or {}, after, ""))


def lines(found: list[ValueChange], most: int = MAX_LINES) -> str:
    """Return the changes, one a line, up to a limit; the last line counts those left out."""
    listed = [f"  {step.path}: {step.words}" for step in found[:most]]
    more = len(found) - most
    return "\n".join(listed + ([f"  and {more} more"] if more > 0 else []))


def change_summary(
    identifier: str, connection: dict[str, Any], found: list[ValueChange], wanted: dict[str, Any]
) -> str:
    """Return in one sentence what setting a state does.

    :param connection: the connection as it is
    :param found: the steps from its state to the one that is wanted
    """
    verb = "moves BACKWARDS" if any(step.is_backwards for step in found) else "will be set"
    if not wanted:
        verb = "is RESET: everything is synced from the start"
    return f"The state of connection {identifier} ({connection.get('schema')}) {verb}"


def starting_point(live: dict[str, Any] | None) -> str:
    """Return the line above the changes.

    :param live: the state as it is; None if none was written yet
    """
    return "There is no state yet. It will be:" if live is None else FROM


def pause_notice(connection: dict[str, Any], to_run: str, *, paused: bool, after: str) -> str:
    """Return what happens to the connection while its state is set.

    :param connection: the connection as it is
    :param to_run: what to do so that a paused connection is running afterwards
    :param paused: its paused flag
    :param after: what becomes of the flag: ``restore``, ``running`` or ``paused``
    """
    if paused:
        stays = (
            "It stays paused afterwards. If nobody paused it on purpose, an interrupted run may "
            f"have left it so: {to_run}."
        )
        then = "It will be running afterwards." if after == "running" else stays
        return f"The connection is already paused, so it need not be paused for this change. {then}"
    waits = " A sync is in progress now and is waited for." if is_syncing(connection) else ""
    then = "stays paused" if after == "paused" else "is unpaused"
    return f"The connection is running: it is paused for the change, and {then} afterwards.{waits}"


def _differences(before: Any, after: Any, path: str) -> Iterator[ValueChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before.keys() | after.keys():
            inner = f"{path}.{key}" if path else key
            yield from _differences(before.get(key, _ABSENT), after.get(key, _ABSENT), inner)
    elif before is _ABSENT:
        yield ValueChange(path, f"{display_value(path, after)} is added", False)
    elif after is _ABSENT:
        yield ValueChange(path, f"{display_value(path, before)} is removed", False)
    elif not same(before, after):
        distance, is_backwards = _distance(before, after)
        words = f"{display_value(path, before)} -> {display_value(path, after)}{distance}"
        yield ValueChange(path, words, is_backwards)


def _distance(before: Any, after: Any) -> tuple[str, bool]:
    """Return how far two values are apart, in words, and whether the change goes backwards."""
    distance: Any = None
    one, other = _number(before), _number(after)
    if one is not None and other is not None:
        distance = _EXACT.subtract(other, one)
        words = f"{distance.copy_abs():f}"
    begin, end = _moment(before), _moment(after)
    if begin is not None and end is not None:
        distance, words = (end - begin) / _SECOND, _time(abs(end - begin))
    if not distance:
        return "", False
    is_backwards = distance < 0
    direction = "backwards" if is_backwards else "forwards"
    # With one value known, as 0 often is, the distance of two numbers in texts tells the other.
    may_name = shows_values() or begin is not None or not isinstance(before, str)
    return f" ({direction} by {words})" if may_name else f" ({direction})", is_backwards


def _number(value: Any) -> Decimal | None:
    if isinstance(value, str):
        return Decimal(value) if _NUMBER.fullmatch(value) else None
    is_number = isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        return None
    text = re.sub(r"\.\d+", lambda found: f"{found[0]:0<7}"[:7], value.replace("Z", "+00:00"))
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)


def _time(distance: timedelta) -> str:
    if distance.days:
        return f"{distance.days} day{'s' if distance.days > 1 else ''}"
    return str(distance)


_TO_RUN = 'set paused_after = "running" for this apply'
_RESTORES = (
    "Destroying restores the previous state. If this run destroys the connection as well, its "
    "state is deleted with it, and nothing is synced again."
)
_ENFORCED = (
    'drift_policy is "enforce": the connection syncs again what it has synced since then. With '
    '"on_change" its own progress is left alone.'
)


def explain(plan: Plan, operation: Operation) -> None:
    """Warn of what setting the state of a known connection will do, as far as that is known by now.

    :raises ProviderError: if the service of the connection keeps no state
    """
    account: Account = operation.provider_data
    identifier = plan.planned["connection_id"]
    if not account.is_known:
        return
    deadline = Deadline(READ_LIMIT, operation.stopping)
    with explain_errors("plan", f"fivetranops_connection_state {identifier}"):
        connection = account.client.connection(identifier, deadline)
        set_state.require_state(connection, identifier)
        live = set_state.read_state(account.client, identifier, deadline, connection)
        paused = is_paused(connection, identifier)
    if plan.is_create and account.journal is not None:
        seen = Snapshot.of(live, format_timestamp(account.client.server_time()))
        account.journal.note_plan(identifier, account.run, seen)
    if contains_unknown(plan.planned.get("state")):
        return
    wanted = from_terraform(plan.planned.get("state")) or {}
    if live is not None and same(live, wanted):
        _tell_of_no_change(identifier, connection, operation)
        _warn_of_pause(plan, connection, operation, paused=paused)
        return
    found = value_changes(live, wanted)
    parts = [starting_point(live) + "\n" + lines(found)]
    if plan.planned.get("drift_policy") == "enforce" and plan.is_update:
        parts.append(_ENFORCED)
    after = str(plan.planned.get("paused_after"))
    parts.append(pause_notice(connection, _TO_RUN, paused=paused, after=after))
    summary = change_summary(identifier, connection, found, wanted)
    operation.diagnostics.warning(summary, "\n\n".join(parts), ("state",))


def note_paused(plan: Plan, operation: Operation) -> None:
    """Note the paused flag of a known connection after its state is set, for a sync that comes
    after it.
    """
    identifier, after = plan.planned["connection_id"], plan.planned.get("paused_after")
    if after in ("running", "paused"):
        account: Account = operation.provider_data
        account.planned_effects.note_paused(identifier, after == "paused")


def explain_restoring(prior: Object, operation: Operation) -> None:
    """Warn of what destroying a state with ``on_destroy = "restore"`` will do."""
    account: Account = operation.provider_data
    identifier = prior["connection_id"]
    if not account.is_known or account.planned_effects.is_destroyed(identifier):
        return
    deadline = Deadline(READ_LIMIT, operation.stopping)
    with explain_errors("plan", f"fivetranops_connection_state {identifier}"):
        try:
            connection = account.client.connection(identifier, deadline)
            live = set_state.read_state(account.client, identifier, deadline, connection)
        except NotFound:
            return
    wanted = from_terraform(prior.get("previous_state")) or {}
    found = value_changes(live, wanted)
    if found:
        parts = [_RESTORES, "", FROM, lines(found)]
        summary = change_summary(identifier, connection, found, wanted)
        summary += ", unless the connection is destroyed, too"
        operation.diagnostics.warning(summary, "\n".join(parts))


def _tell_of_no_change(identifier: str, connection: dict[str, Any], operation: Operation) -> None:
    operation.diagnostics.warning(
        f"The state of connection {identifier} ({connection.get('schema')}) is already set",
        "It is already the configured one. Unless it moves before the apply, nothing is sent.",
        ("state",),
    )


def _warn_of_pause(
    plan: Plan, connection: dict[str, Any], operation: Operation, *, paused: bool
) -> None:
    """Warn that a connection that an interrupted run elsewhere has left paused stays so: the state
    is as configured, so nothing will be sent.
    """
    identifier = plan.planned["connection_id"]
    if paused and plan.planned.get("paused_after") == "restore":
        operation.diagnostics.warning(
            f"Connection {identifier} ({connection.get('schema')}) is paused",
            "Its state is already the configured one, and it stays paused. If nobody paused it "
            'on purpose, an interrupted run may have left it so: set paused_after = "running" '
            f"for this apply, or send PATCH /v1/connections/{identifier} with "
            f'{{"paused": false}}. The earlier state is unknown in that case: previous_state '
            "has the current one.",
            ("paused_after",),
        )
