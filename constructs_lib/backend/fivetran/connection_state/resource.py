"""The resource ``fivetranops_connection_state``: the state (cursor) of one connection.

A connector rewrites its state at each checkpoint. So the state in Fivetran differing from the
configuration is normal, and with ``drift_policy = "on_change"`` it is not even read: the state is
set when the *configured* value changes. ``enforce`` compares with what is there.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-state
"""

from __future__ import annotations

import os
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection.model import (
    check_identifier,
    import_identifier,
    require_identifier,
)
from constructs_lib.backend.fivetran.connection_state import set_state
from constructs_lib.backend.fivetran.connection_state.journal_writer import Attempt
from constructs_lib.backend.fivetran.connection_state.plan import (
    explain,
    explain_restoring,
    note_paused,
)
from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateDiffers,
)
from constructs_lib.backend.fivetran.connection_state.state_value import (
    confirm_attempt,
    from_terraform,
    is_own_work,
    is_same_state,
    learn_attempt,
    note_seen,
    seen_by_plan,
    stored_form_noted,
    to_terraform,
)
from constructs_lib.backend.fivetran.private_state import StatePrivateState
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.redaction import values_shown
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.managed_object.checks import (
    is_imported,
    unsent_changes,
    warn_about_unsent_changes,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object, same

_NOT_RESTORED = "The previous state is not restored"
_SETTINGS = ("drift_policy", "paused_after", "on_destroy")


class ConnectionStateResource(Resource):
    """The resource that sets the state of a connection, follows it and, if asked, restores it."""

    schema = schemas.load("fivetranops_connection_state")

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check that a text is the JSON text of an object."""
        state = config.get("state")
        if (
            isinstance(state, Dynamic)
            and isinstance(state.value, str)
            and from_terraform(state) is None
        ):
            diagnostics.error(
                "Invalid value of state",
                "It is text that is not a JSON object. Give an object, such as { cursor = "
                '"2026-01-01" }, or its JSON text.',
                ("state",),
            )

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Plan the identifier, and explain what setting the state will do."""
        check_identifier(plan.planned["connection_id"])
        plan.planned["id"] = plan.planned["connection_id"]
        # Destroying knows the state only: limits that are no longer configured must leave it.
        plan.planned["timeouts"] = plan.config.get("timeouts")
        plan.planned["explain_values"] = plan.config.get("explain_values")
        if plan.prior is not None:
            confirm_attempt(plan.prior["connection_id"], operation)
        sets = plan.prior is None or not is_same_state(plan.prior["state"], plan.planned["state"])
        if plan.prior is not None and not sets:
            # Another form of the same state is no change.
            plan.planned["state"] = plan.prior["state"]
        sets = sets or _begins_to_enforce(plan.prior, plan.planned)
        steered = ("state", "paused_after") if sets else ()
        names = unsent_changes(plan, self.schema.attributes, steered)
        subject = f"the state of connection {plan.planned['connection_id']}"
        warn_about_unsent_changes(names, subject, operation.diagnostics)
        if sets:
            plan.planned["previous_state"] = UNKNOWN
            is_known = plan.planned["connection_id"] is not UNKNOWN
            if is_known and not _is_refused(plan, operation):
                with values_shown(_explains(plan.planned)):
                    explain(plan, operation)
                note_paused(plan, operation)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Set the state for the first time."""
        with values_shown(_explains(planned)):
            return self._set(planned, None, "create", operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Check that the connection exists; read its state only if it is enforced or imported."""
        account: Account = operation.provider_data
        if not account.is_known and state.get("state") is not None:
            return state
        deadline = Deadline(READ_LIMIT, operation.stopping)
        identifier = state["connection_id"]
        with explain_errors("read", _subject(identifier)):
            try:
                live = set_state.read_state(account.client, identifier, deadline)
            except NotFound as error:
                if not is_imported(state):
                    account.presence.confirm_gone(identifier, error, deadline, operation)
                return None
        account.presence.exists(identifier)
        result = {**state, "id": identifier}
        for name in _SETTINGS:
            if result.get(name) is None:
                result[name] = self.schema.attributes[name].default
        confirm_attempt(identifier, operation)
        note_seen(live, operation)
        imported = state.get("state") is None
        if imported or result["drift_policy"] == "enforce":
            result["state"] = _live(state.get("state"), live)
            result |= learn_attempt(identifier, live, operation, imported=imported)
        return result

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Set the state if it changes; the other attributes need no request."""
        if is_same_state(prior["state"], planned["state"]) and not _begins_to_enforce(
            prior, planned
        ):
            return {}
        with values_shown(_explains(planned)):
            return self._set(planned, prior, "update", operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        """Forget the resource, or restore the previous state, as ``on_destroy`` says."""
        account: Account = operation.provider_data
        identifier = prior["connection_id"]
        confirm_attempt(identifier, operation)
        if not _restores(prior, operation):
            return
        if identifier in account.state_set:
            operation.diagnostics.warning(
                _NOT_RESTORED,
                f"The state of connection {identifier} was set again in the same run, by the "
                "resource that replaces this one. It is left as it is.",
            )
            return
        deadline = Deadline.of(
            prior.get("timeouts"), "delete", self.schema.time_limit("delete"), operation.stopping
        )
        explaining = explain_errors("restore the previous state of", _subject(identifier))
        with explaining, values_shown(_explains(prior)):
            try:
                with account.locks.hold(identifier, deadline):
                    self._restore(account, prior, deadline, operation)
            except NotFound as error:
                # It may wait for others, and must not hold the lock of the connection meanwhile.
                account.presence.confirm_deleted(identifier, error, deadline, operation)

    def plan_destroy(self, prior: Object, operation: Operation) -> None:
        """Explain what restoring the previous state will do."""
        confirm_attempt(prior["connection_id"], operation)
        if _restores(prior, operation):
            with values_shown(_explains(prior)):
                explain_restoring(prior, operation)

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Import by the identifier of the connection."""
        known = import_identifier(identifier, "the state of a connection")
        return {"id": known, "connection_id": known}

    def _restore(
        self, account: Account, prior: Object, deadline: Deadline, operation: Operation
    ) -> None:
        client, identifier = account.client, prior["connection_id"]
        private = StatePrivateState(operation.private)
        try:
            connection = client.connection(identifier, deadline)
            account.presence.exists(identifier)
            live = set_state.read_state(client, identifier, deadline, connection)
            # Where no state was written before, {} is what the connector starts from.
            wanted = from_terraform(prior.get("previous_state")) or {}
            is_back = live is not None and same(live, wanted)
            if not is_back and not is_own_work(private.last_set, connection, live):
                operation.diagnostics.warning(
                    _NOT_RESTORED,
                    f"Somebody else has set the state of connection {identifier} since this "
                    "resource did: no sync explains the current state. It is left as it is.",
                )
                return
            set_state.set_state(
                client,
                identifier,
                wanted,
                paused_after="restore",
                deadline=deadline,
                journal=account.journal,
                seen=Snapshot.of(live, format_timestamp(client.server_time())),
            )
            account.state_restored.add(identifier)
        except StateDiffers as error:
            # The API took it, and would answer the same again: an error would block for ever.
            operation.diagnostics.warning(
                "The previous state was restored, but differs", str(error)
            )

    def _set(
        self, planned: Object, prior: Object | None, action: str, operation: Operation
    ) -> Object:
        account: Account = operation.provider_data
        identifier = require_identifier(planned["connection_id"])
        deadline = Deadline.of(
            planned.get("timeouts"), action, self.schema.time_limit(action), operation.stopping
        )
        before = (prior or {}).get("previous_state")
        private = StatePrivateState(operation.private)
        is_again = private.is_unfinished

        def previous(found: dict[str, Any] | None) -> Any:
            """Return the previous state. After a failed attempt, what is found is our own half-done
            work.
            """
            return before if is_again else to_terraform(found)

        if not account.claim_state(identifier):
            raise _set_twice(identifier)

        attempt = Attempt(os.urandom(8).hex(), private.attempt)

        def save(found: dict[str, Any] | None) -> None:
            """Save the previous state, which from here on is stored nowhere else."""
            own = Snapshot.of(_wanted(planned), format_timestamp(account.client.server_time()))
            private.last_set, private.is_unfinished = own, True
            account.state_set.add(identifier)
            kept = {"previous_state": previous(found)}
            operation.save(kept if prior is not None else {**planned, **kept})

        turn = account.locks.hold(identifier, deadline)
        with explain_errors(action, _subject(identifier)), turn, stored_form_noted(operation):
            outcome = set_state.set_state(
                account.client,
                identifier,
                _wanted(planned),
                paused_after=planned["paused_after"],
                deadline=deadline,
                journal=account.journal,
                seen=seen_by_plan(identifier, operation),
                on_set=save,
                attempt=attempt,
            )
        private.is_unfinished = False
        account.presence.exists(identifier)
        if outcome.changed:
            # Also if an earlier attempt has set it, of which Terraform does not know.
            own = Snapshot.of(_wanted(planned), format_timestamp(account.client.server_time()))
            private.last_set, private.attempt = own, attempt.name
        note_seen(_wanted(planned), operation)
        _warn_about_progress(identifier, outcome.progress, operation)
        account.warn_about_journal(operation.diagnostics)
        kept = previous(outcome.found)
        if not outcome.changed and prior is not None:
            kept = kept if before is None else before
        return {"id": identifier, "previous_state": kept}


def _is_refused(plan: Plan, operation: Operation) -> bool:
    """Return True if this plan fails anyway, because another account seems to answer."""
    identifier = plan.planned["connection_id"]
    account: Account = operation.provider_data
    deadline = Deadline(READ_LIMIT, operation.stopping)
    with explain_errors("plan", _subject(identifier)):
        return account.presence.is_refused(identifier, deadline, operation)


def _begins_to_enforce(prior: Object | None, planned: Object) -> bool:
    """Return True if the state is enforced from now on: it may have moved meanwhile."""
    before = (prior or {}).get("drift_policy")
    return planned.get("drift_policy") == "enforce" and before != "enforce"


def _live(known: Any, live: dict[str, Any] | None) -> Any:
    """Return the live state, in the known form where it is the same."""
    if live is None:
        return known if known is None else Dynamic.of({})
    before = from_terraform(known)
    return known if before is not None and same(before, live) else to_terraform(live)


def _explains(values: Object) -> bool:
    """Return True if messages may show all values of the state."""
    return values.get("explain_values") is True


def _subject(identifier: str) -> str:
    return f"fivetranops_connection_state {identifier}"


def _wanted(planned: Object) -> dict[str, Any]:
    """Return the state to set.

    :raises ProviderError: if it is no object, which would otherwise reset the connector
    """
    state = from_terraform(planned["state"])
    if state is None:
        raise ProviderError(
            "state has no value",
            "It must be an object, or the JSON text of one; nothing was changed.",
            ("state",),
        )
    return state


def _restores(prior: Object, operation: Operation) -> bool:
    """Return True if destroying restores the previous state. If this resource never set the state
    (after an import, or because it was equal), it must not restore one.
    """
    return prior.get("on_destroy") == "restore" and StatePrivateState(operation.private).has_set


def _set_twice(identifier: str) -> ProviderError:
    return ProviderError(
        f"Two resources set the state of connection {identifier}",
        "Another fivetranops_connection_state set it in this run. Keep one of them. If a resource "
        'was renamed, add a block: moved { from = "OLD ADDRESS" to = "NEW ADDRESS" }.',
        ("connection_id",),
    )


def _warn_about_progress(identifier: str, words: str, operation: Operation) -> None:
    if words:
        operation.diagnostics.warning(
            f"The state of connection {identifier} moved on between plan and apply",
            f"{words.strip()} The planned state has replaced that; previous_state is the state "
            "that its syncs had reached.",
            ("state",),
        )
