"""What the plan for a state says in words: where the state stands and where it goes, and what
happens to the connection meanwhile.
"""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.fivetran import choreography, state_words
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.connection_request import as_object
from constructs_lib.backend.fivetran.errors import NotFound
from constructs_lib.backend.fivetran.paused_flag import is_paused
from constructs_lib.backend.fivetran.seen import Seen, is_syncing
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.http.times import written
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values import Object, contains_unknown, same

_READ_LIMIT = 600.0
_FROM = "From where it stands now to what is to be:"
_ENFORCED = (
    'drift_policy is "enforce": what the connection has synced in between, it syncs again. With '
    '"on_change" its own progress is left alone.'
)


def explain(plan: Plan, operation: Operation) -> None:
    """Warns of what setting the state will do, as far as it is known by now.

    :raises ProviderError: if the service of the connection keeps no state
    """
    account: Account = operation.client
    identifier = plan.planned["connection_id"]
    if not isinstance(identifier, str) or not account.is_known:
        return
    deadline = Deadline(_READ_LIMIT, operation.stopping)
    with explained("plan", f"fivetranops_connection_state {identifier}"):
        connection = account.client.connection(identifier, deadline)
        choreography.require_state(connection, identifier)
        live = choreography.read_state(account.client, identifier, deadline, connection)
        paused = is_paused(connection, identifier)
    if plan.is_create and account.journal is not None:
        seen = Seen.of(live, written(account.client.server_time()))
        account.journal.note_plan(identifier, account.run, seen)
    wanted = plan.planned.get("state")
    if contains_unknown(wanted):
        return
    if live is not None and same(live, as_object(wanted)):
        _warn_of_pause(plan, connection, operation, paused=paused)
        return
    found = state_words.steps(live, as_object(wanted))
    parts = [_from_where(live) + "\n" + state_words.lines(found)]
    if plan.planned.get("drift_policy") == "enforce" and plan.is_update:
        parts.append(_ENFORCED)
    parts.append(_meanwhile(plan, connection, paused=paused))
    operation.diagnostics.warning(
        _summary(identifier, connection, found, as_object(wanted)), "\n\n".join(parts), ("state",)
    )


def explain_restoring(prior: Object, operation: Operation) -> None:
    """Warns of what destroying a state with ``on_destroy = "restore"`` will do."""
    account: Account = operation.client
    if not account.is_known:
        return
    identifier, deadline = prior["connection_id"], Deadline(_READ_LIMIT, operation.stopping)
    with explained("plan", f"fivetranops_connection_state {identifier}"):
        try:
            connection = account.client.connection(identifier, deadline)
            live = choreography.read_state(account.client, identifier, deadline, connection)
        except NotFound:
            return
    wanted = as_object(prior.get("previous_state"))
    found = state_words.steps(live, wanted)
    if found:
        text = f"Destroying restores the state of before.\n\n{_FROM}\n{state_words.lines(found)}"
        operation.diagnostics.warning(_summary(identifier, connection, found, wanted), text)


def _warn_of_pause(
    plan: Plan, connection: dict[str, Any], operation: Operation, *, paused: bool
) -> None:
    """The state is as configured, and nothing will be sent: so nothing sets a connection running
    that a run, cut off elsewhere, has left paused.
    """
    identifier = plan.planned["connection_id"]
    if paused and plan.planned.get("paused_after") == "restore":
        operation.diagnostics.warning(
            f"Connection {identifier} ({connection.get('schema')}) stands paused",
            "Its state is the configured one already, and it stays paused. If nobody paused it on "
            'purpose, an interrupted run may have left it so: set paused_after = "running" for '
            f'this apply, or send PATCH /v1/connections/{identifier} with {{"paused": false}}. '
            "What its state was before is not known then: previous_state is what is there now.",
            ("paused_after",),
        )


def _summary(
    identifier: str,
    connection: dict[str, Any],
    found: list[state_words.Step],
    wanted: dict[str, Any],
) -> str:
    verb = "moves BACKWARDS" if any(step.is_backwards for step in found) else "will be set"
    if not wanted:
        verb = "is RESET: everything is synced from the start"
    return f"The state of connection {identifier} ({connection.get('schema')}) {verb}"


def _from_where(live: dict[str, Any] | None) -> str:
    if live is None:
        return "No state was written yet. It will be:"
    return _FROM


def _meanwhile(plan: Plan, connection: dict[str, Any], *, paused: bool) -> str:
    after = plan.planned.get("paused_after")
    if paused:
        stays = "It will be running afterwards." if after == "running" else _STAYS_PAUSED
        return f"The connection is paused, so that nothing has to be paused for it. {stays}"
    waits = " A sync is in progress now and is waited for." if is_syncing(connection) else ""
    then = "stays paused" if after == "paused" else "is set running again"
    return f"The connection is running: it is paused meanwhile, and {then} afterwards.{waits}"


_STAYS_PAUSED = (
    "It stays paused afterwards. If nobody paused it on purpose, an interrupted run may have left "
    'it so: set paused_after = "running" for this apply.'
)
