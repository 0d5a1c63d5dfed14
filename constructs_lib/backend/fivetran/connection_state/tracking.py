"""What the resource of a state knows of it: what was seen last, and what it has set itself.

It stands in private state (:class:`.StatePrivateState`); what Terraform's state may not have learnt
stands in the journal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateChangedElsewhere,
    StateDiffers,
    describe_progress,
)
from constructs_lib.backend.fivetran.connection_state.state_value import to_terraform
from constructs_lib.backend.fivetran.private_state import StatePrivateState
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object


def confirm_attempt(identifier: str, operation: Operation) -> None:
    """Remove from the journal what private state shows to be in Terraform's state."""
    account: Account = operation.provider_data
    if account.journal is not None:
        account.journal.confirm_set(identifier, StatePrivateState(operation.private).attempt)


def learn_attempt(
    identifier: str, live: dict[str, Any] | None, operation: Operation, *, imported: bool
) -> Object:
    """Return what a read takes over of an attempt that Terraform does not know of: once its state
    is read as set, no apply will ask for it again. An import only learns that there was one.
    """
    account: Account = operation.provider_data
    if account.journal is None:
        return {}
    private = StatePrivateState(operation.private)
    unknown = account.journal.unknown_to(identifier, account.client.account, private.attempt)
    if unknown is None or not equivalence.is_fingerprint(unknown.stored, live):
        return {}
    private.attempt = unknown.attempt
    if imported:
        return {}
    private.last_set = Snapshot.of(live, unknown.at)
    return {"previous_state": to_terraform(unknown.found)}


def is_own_work(
    own: Snapshot | None, connection: dict[str, Any], live: dict[str, Any] | None
) -> bool:
    """Return True if this resource has set the state, or syncs have moved it on since."""
    try:
        # Earlier versions only noted that they have set the state: then it cannot be told.
        if own is not None:
            describe_progress(str(connection.get("id")), own, connection, live)
    except StateChangedElsewhere:
        return False
    return True


@contextmanager
def stored_form_noted(operation: Operation) -> Iterator[None]:
    """Note as this resource's work what the API stored in another form than it was sent."""
    try:
        yield
    except StateDiffers as error:
        moment = format_timestamp(operation.provider_data.client.server_time())
        StatePrivateState(operation.private).last_set = Snapshot.of(error.stored, moment)
        raise


def note_seen(state: dict[str, Any] | None, operation: Operation) -> None:
    """Note the state as it is known to be now."""
    moment = format_timestamp(operation.provider_data.client.server_time())
    StatePrivateState(operation.private).seen = Snapshot.of(state, moment)


def seen_by_plan(identifier: str, operation: Operation) -> Snapshot | None:
    """Return what the plan saw: the last refresh, or for a new resource the plan itself."""
    account: Account = operation.provider_data
    seen = StatePrivateState(operation.private).seen
    if identifier in account.state_restored:
        return None  # What the plan saw was undone by this very run.
    if seen is not None:
        return seen
    return None if account.journal is None else account.journal.planned(identifier, account.run)
