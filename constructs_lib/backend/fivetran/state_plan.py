"""What the plan for a state says in words: where the state stands and where it goes, and what
happens to the connection meanwhile.
"""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.fivetran import choreography, state_words
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.carried_state import state_of
from constructs_lib.backend.fivetran.errors import NotFound
from constructs_lib.backend.fivetran.paused_flag import is_paused
from constructs_lib.backend.fivetran.seen import Seen
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.http.times import written
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values import Object, contains_unknown, same

_READ_LIMIT = 600.0
_TO_RUN = 'set paused_after = "running" for this apply'
_RESTORES = (
    "Destroying restores the state of before. If this run destroys the connection itself, too, its "
    "state goes with it, and nothing is synced again."
)
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
    if contains_unknown(plan.planned.get("state")):
        return
    wanted = state_of(plan.planned.get("state")) or {}
    if live is not None and same(live, wanted):
        _tell_of_no_change(identifier, connection, operation)
        _warn_of_pause(plan, connection, operation, paused=paused)
        return
    found = state_words.steps(live, wanted)
    parts = [state_words.from_where(live) + "\n" + state_words.lines(found)]
    if plan.planned.get("drift_policy") == "enforce" and plan.is_update:
        parts.append(_ENFORCED)
    after = str(plan.planned.get("paused_after"))
    parts.append(state_words.meanwhile(connection, _TO_RUN, paused=paused, after=after))
    summary = state_words.summary(identifier, connection, found, wanted)
    operation.diagnostics.warning(summary, "\n\n".join(parts), ("state",))


def note_flag(plan: Plan, operation: Operation) -> None:
    """Notes the paused flag that setting the state leaves, for a sync that comes after it."""
    identifier, after = plan.planned["connection_id"], plan.planned.get("paused_after")
    if isinstance(identifier, str) and after in ("running", "paused"):
        account: Account = operation.client
        account.intents.note_flag(identifier, after == "paused")


def explain_restoring(prior: Object, operation: Operation) -> None:
    """Warns of what destroying a state with ``on_destroy = "restore"`` will do."""
    account: Account = operation.client
    identifier = prior["connection_id"]
    if not account.is_known or account.intents.is_destroyed(identifier):
        return
    deadline = Deadline(_READ_LIMIT, operation.stopping)
    with explained("plan", f"fivetranops_connection_state {identifier}"):
        try:
            connection = account.client.connection(identifier, deadline)
            live = choreography.read_state(account.client, identifier, deadline, connection)
        except NotFound:
            return
    wanted = state_of(prior.get("previous_state")) or {}
    found = state_words.steps(live, wanted)
    if found:
        parts = [_RESTORES, "", state_words.FROM, state_words.lines(found)]
        summary = state_words.summary(identifier, connection, found, wanted)
        summary += ", unless the connection is destroyed, too"
        operation.diagnostics.warning(summary, "\n".join(parts))


def _tell_of_no_change(identifier: str, connection: dict[str, Any], operation: Operation) -> None:
    operation.diagnostics.warning(
        f"The state of connection {identifier} ({connection.get('schema')}) is there already",
        "It is the configured one: unless it moves before the apply, no state is sent.",
        ("state",),
    )


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
