"""How Terraform carries the state of a connection, and the data source that reads it.

Terraform normalizes all texts and keys to Unicode NFC, and refuses an object whose keys are equal
after that. A connector may store any JSON, such as the names of files as macOS writes them. A state
that Terraform would change, or refuse, is carried as JSON text with ASCII escapes, which passes
through unchanged; wherever a state is expected, such a text stands for the object in it.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-state
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection_state.set_state import read_state
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.managed_object.identifiers import require_identifier
from constructs_lib.backend.plugin.data_source import DataSource
from constructs_lib.backend.plugin.resource import Operation
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


_READ_LIMIT = 600.0


class ConnectionStateDataSource(DataSource):
    """The data source of the state of one connection."""

    schema = schemas.load("data.fivetranops_connection_state")

    def read(self, config: Object, operation: Operation) -> Object:
        """Read the state; null if none was written yet.

        :raises ProviderError: if there is no such connection, or its service keeps no state
        """
        account: Account = operation.provider_data
        identifier = require_identifier(config["connection_id"])
        deadline = Deadline(_READ_LIMIT, operation.stopping)
        with explain_errors("read the state of", f"connection {identifier}"):
            state = read_state(account.client, identifier, deadline)
        return {"state": to_terraform(state)}
