"""The resource ``fivetranops_connection_state``: the state (cursor) of one connection.

A connector rewrites its state at each checkpoint. So the state in Fivetran differing from the
configuration is normal, and with ``drift_policy = "on_change"`` it is not even read: the state is
set when the *configured* value changes. ``enforce`` compares with what is there.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-state
"""

from __future__ import annotations

from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran import choreography, jsontext
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.connection_request import as_object
from constructs_lib.backend.fivetran.deadline import Deadline
from constructs_lib.backend.fivetran.errors import NotFound
from constructs_lib.backend.fivetran.explanation import explained
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.values import UNKNOWN, Dynamic, Object, same

_READ_LIMIT = 600.0
_DEFAULT = "60m"
_SETTINGS = ("drift_policy", "paused_after", "on_destroy")
_SHOWN = 300


class ConnectionStateResource(Resource):
    """Sets, follows and, if asked, puts back the state of a connection."""

    schema = schemas.load("fivetranops_connection_state")

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Knows the identifier beforehand, checks the service, and says what enforcing rewinds."""
        plan.planned["id"] = plan.planned["connection_id"]
        # Destroying knows the state only: limits that are no longer configured must leave it.
        plan.planned["timeouts"] = plan.config.get("timeouts")
        if plan.is_create:
            self._check_service(plan, operation)
        elif plan.changed("state"):
            plan.planned["previous_state"] = UNKNOWN
            self._warn_of_enforcing(plan, operation)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Sets the state for the first time."""
        return self._set(planned, None, "create", operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Whether the connection is there; its state only where it is enforced, or imported."""
        account: Account = operation.client
        deadline = Deadline(_READ_LIMIT, operation.stopping)
        identifier = state["connection_id"]
        with explained("read", _subject(identifier)):
            try:
                live = choreography.read_state(account.client, identifier, deadline)
            except NotFound:
                return None
        result = {**state, "id": identifier}
        for name in _SETTINGS:
            if result.get(name) is None:
                result[name] = self.schema.attributes[name].default
        imported = state.get("state") is None
        if imported or result["drift_policy"] == "enforce":
            result["state"] = _live(state.get("state"), live)
        return result

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Sets the state if it is to change; the other attributes need no request."""
        if same(prior["state"], planned["state"]):
            return {}
        return self._set(planned, prior, "update", operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        """Forgets the resource, or sets the state that was found before, as ``on_destroy`` says."""
        if prior.get("on_destroy") != "restore":
            return
        account: Account = operation.client
        identifier = prior["connection_id"]
        deadline = Deadline.of(prior.get("timeouts"), "delete", _DEFAULT, operation.stopping)
        with explained("restore the state before", _subject(identifier)):
            try:
                # Where no state was written before, {} is what the connector starts from.
                choreography.set_state(
                    account.client,
                    identifier,
                    as_object(prior.get("previous_state")),
                    paused_after="restore",
                    deadline=deadline,
                )
            except NotFound:
                return

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Imports by the identifier of the connection."""
        return {"id": identifier, "connection_id": identifier}

    def _set(
        self, planned: Object, prior: Object | None, action: str, operation: Operation
    ) -> Object:
        account: Account = operation.client
        identifier = planned["connection_id"]
        deadline = Deadline.of(planned.get("timeouts"), action, _DEFAULT, operation.stopping)

        def save(found: dict[str, Any] | None) -> None:
            """From here on the state before stands nowhere else."""
            kept = {"previous_state": None if found is None else Dynamic.of(found)}
            operation.save(kept if prior is not None else {**planned, **kept})

        with explained(action, _subject(identifier)):
            outcome = choreography.set_state(
                account.client,
                identifier,
                as_object(planned["state"]),
                paused_after=planned["paused_after"],
                deadline=deadline,
                on_set=save,
            )
        found = None if outcome.found is None else Dynamic.of(outcome.found)
        if not outcome.changed and prior is not None:
            found = prior.get("previous_state") or found
        return {"id": identifier, "previous_state": found}

    def _check_service(self, plan: Plan, operation: Operation) -> None:
        """Reports at plan a connection whose service has no state, where it is known by then."""
        identifier = plan.planned["connection_id"]
        if not isinstance(identifier, str):
            return
        account: Account = operation.client
        with explained("plan", _subject(identifier)):
            connection = account.client.connection(identifier, Deadline(_READ_LIMIT))
            choreography.require_state(connection, identifier)

    def _warn_of_enforcing(self, plan: Plan, operation: Operation) -> None:
        prior = plan.prior or {}
        if plan.planned.get("drift_policy") != "enforce" or prior.get("drift_policy") != "enforce":
            return
        operation.diagnostics.warning(
            "drift_policy enforce sets the state of a connection again",
            f"Connection {prior.get('connection_id')} stands at {_short(prior.get('state'))} and "
            f"will be set to {_short(plan.planned.get('state'))}. What it has synced in between, "
            'it syncs again. With drift_policy "on_change" its own progress is left alone.',
            ("state",),
        )


def _live(known: Any, live: dict[str, Any] | None) -> Any:
    """The live state, in the known form where it is the same."""
    if live is None:
        return known if known is None else Dynamic.of({})
    return known if known is not None and same(as_object(known), live) else Dynamic.of(live)


def _subject(identifier: str) -> str:
    return f"fivetranops_connection_state {identifier}"


def _short(state: Any) -> str:
    text = "a value known at apply" if state is UNKNOWN else _text(state)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def _text(state: Any) -> str:
    try:
        return jsontext.dumps(as_object(state), sort_keys=True)
    except TypeError:
        return "a value known at apply"
