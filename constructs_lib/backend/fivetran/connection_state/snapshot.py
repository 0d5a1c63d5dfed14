"""A snapshot of a state as the plan saw it, so that the apply notices what happened since.

The state of a connection moves by itself: its syncs rewrite it. So a state that differs from what
the plan saw is somebody else's work only if no sync explains it. The errors about a state are here
as well.
"""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.fivetran.api.errors import VendorError
from constructs_lib.backend.fivetran.connection.model import is_syncing, last_syncs
from constructs_lib.backend.fivetran.private_state import stored_fields
from constructs_lib.backend.http.redaction import display_state, display_text
from constructs_lib.backend.http.response_values import CLOCK_TOLERANCE, parse_timestamp
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.records import NamedTuple
from constructs_lib.schemas import SERVICES_WITH_STATE


class StateNotSupported(VendorError):
    """The state of a connection of this service cannot be changed."""

    remedy = "Remove the state of this connection from the configuration."

    def __init__(self, identifier: str, service: str) -> None:
        super().__init__(
            f"connection {identifier} has the service {service!r}, whose state cannot be changed; "
            f"it can be changed for the services {', '.join(SERVICES_WITH_STATE)}"
        )


class StateDiffers(VendorError):
    """The API accepted the state, and stored something else."""

    remedy = (
        "Compare the two, and configure the state in the form in which the connector stores it. "
        "previous_state has the earlier state. If this was the creation of the resource, "
        "Terraform marks it as tainted and sets the state again with the next apply."
    )

    def __init__(self, identifier: str, wanted: Any, stored: Any) -> None:
        self.stored = stored
        super().__init__(
            f"the state of connection {identifier} reads back differently: sent "
            f"{display_state(wanted)}, stored {display_state(stored)}"
        )


class StateChangedElsewhere(VendorError):
    """Somebody else has set the state since it was read, and no sync explains it."""

    remedy = (
        "Nothing was changed. Find out who else sets this state; then plan again, with refresh: "
        "the plan starts from what is there."
    )

    def __init__(self, identifier: str, when: str, before: str, now: str) -> None:
        super().__init__(
            f"the state of connection {identifier} was changed by somebody else since {when}: then "
            f"it was {before}, now it is {now}"
        )


_NOT_WRITTEN = "not written yet"


class Snapshot(NamedTuple):
    """The state of a connection at one moment."""

    print: str
    """Its fingerprint."""
    text: str
    """In short, as much of it as messages show."""
    at: str
    """The moment, by the API's clock (RFC 3339)."""

    @classmethod
    def of(cls, state: dict[str, Any] | None, at: str) -> Snapshot:
        """Return the snapshot of a state, or of its absence, at a moment."""
        return cls(equivalence.fingerprint(state), _words(state), at)

    @classmethod
    def loaded(cls, stored: Any) -> Snapshot | None:
        """Return a snapshot from private state; None if it holds no whole one."""
        found = stored_fields(stored, cls._fields) or {}
        texts = [text for name in cls._fields if isinstance(text := found.get(name), str)]
        return cls(*texts) if len(texts) == len(cls._fields) else None


def describe_progress(
    identifier: str, seen: Snapshot, connection: dict[str, Any], state: dict[str, Any] | None
) -> str:
    """Describe how the connector moved the state since the snapshot; empty if it did not.

    :param connection: the connection as it is now
    :param state: its state as it is now
    :raises StateChangedElsewhere: if the state moved without a sync
    """
    if equivalence.is_fingerprint(seen.print, state):
        return ""
    # An earlier version, or one that was to show values, may have kept more of it.
    text = seen.text if seen.text == _NOT_WRITTEN else display_text(seen.text)
    now = _words(state)
    if not is_syncing(connection) and not _has_synced_since(connection, seen):
        raise StateChangedElsewhere(identifier, f"it was last read ({seen.at})", text, now)
    return f"It was {text} at {seen.at}; since then its syncs have moved it to {now}."


def _words(state: dict[str, Any] | None) -> str:
    return _NOT_WRITTEN if state is None else display_state(state)


def _has_synced_since(connection: dict[str, Any], seen: Snapshot) -> bool:
    begin = parse_timestamp(seen.at)
    ends = [parse_timestamp(text) for text in last_syncs(connection)]
    if begin is None:
        return True
    earliest = begin - CLOCK_TOLERANCE
    return any(end is not None and end >= earliest for end in ends)
