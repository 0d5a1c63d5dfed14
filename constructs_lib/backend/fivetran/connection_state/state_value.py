"""What Terraform knows of the state of a connection: its value, and who has set it.

Terraform normalizes all texts and keys to Unicode NFC, and refuses an object whose keys are equal
after that. A connector may store any JSON, such as the names of files as macOS writes them. A state
that Terraform would change, or refuse, is carried as JSON text with ASCII escapes, which passes
through unchanged; wherever a state is expected, such a text stands for the object in it.

What the resource saw last, and what it has set itself, is in private state
(:class:`.StatePrivateState`); what Terraform's state may not have learnt is in the journal. The
data source of a state is here as well.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-state
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import require_identifier
from constructs_lib.backend.fivetran.connection_state.set_state import read_state
from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateChangedElsewhere,
    StateDiffers,
    describe_progress,
)
from constructs_lib.backend.fivetran.private_state import StatePrivateState
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.plugin.resource import DataSource, Operation
from constructs_lib.backend.plugin.values.value import MAX_LEVELS, Dynamic, Object, levels, same
from constructs_lib.schemas import limits

State = dict[str, Any]
_MAX_MARKS: Final = 29
"""Combining characters in a row that Terraform's library leaves as they are (its stream-safe form).
"""


def to_terraform(state: State | None) -> Dynamic | None:
    """Return a state as Terraform can carry it; None if there is none."""
    if state is None:
        return None
    if levels(state) <= MAX_LEVELS and all(map(_is_kept, _parts(state))):
        return Dynamic.of(state)
    return Dynamic.of(jsontext.dumps(state))


def from_terraform(value: Any) -> State | None:
    """Return the state that a value of Terraform's stands for; None if it stands for none."""
    inner = value.value if isinstance(value, Dynamic) else value
    if isinstance(inner, str):
        try:
            inner = jsontext.loads(inner)
        except (ValueError, ArithmeticError, RecursionError):
            return None
    return inner if isinstance(inner, dict) else None


def is_same_state(one: Any, other: Any) -> bool:
    """Return True if two values of Terraform's stand for the same state, in whichever form."""
    states = from_terraform(one), from_terraform(other)
    return same(*states) if None not in states else same(one, other)


def _parts(state: State) -> Iterator[Any]:
    """Yield all keys, texts and numbers of a state, without recursion."""
    left: list[Any] = [state]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            yield from value
            left.extend(value.values())
        elif isinstance(value, list):
            left.extend(value)
        else:
            yield value


def _is_kept(part: Any) -> bool:
    if isinstance(part, str):
        return _is_kept_text(part)
    if isinstance(part, (int, Decimal)) and not isinstance(part, bool):
        return not (limits.has_too_many_places(part) or limits.has_too_many_digits(part))
    return True


def _is_kept_text(text: str) -> bool:
    """Return True if Terraform leaves a text as it is."""
    if text.isascii():
        return "\0" not in text
    if "\0" in text or not unicodedata.is_normalized("NFC", text):
        return False
    # Halves of surrogate pairs are no text, and of characters that are newer than our tables of
    # Unicode nobody here knows what composing makes of them.
    if any(unicodedata.category(char) in ("Cs", "Cn") for char in text):
        return False
    return _marks_in_a_row(text) <= _MAX_MARKS


def _marks_in_a_row(text: str) -> int:
    longest = row = 0
    for char in text:
        row = row + 1 if unicodedata.combining(char) else 0
        longest = max(longest, row)
    return longest


class ConnectionStateDataSource(DataSource):
    """The data source of the state of one connection."""

    schema = schemas.load("data.fivetranops_connection_state")

    def read(self, config: Object, operation: Operation) -> Object:
        """Read the state; null if none was written yet.

        :raises ProviderError: if there is no such connection, or its service keeps no state
        """
        account: Account = operation.provider_data
        identifier = require_identifier(config["connection_id"])
        deadline = Deadline(READ_LIMIT, operation.stopping)
        with explain_errors("read the state of", f"connection {identifier}"):
            state = read_state(account.client, identifier, deadline)
        return {"state": to_terraform(state)}


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
            # Nobody sees the error, which would name the connection.
            describe_progress("", own, connection, live)
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
