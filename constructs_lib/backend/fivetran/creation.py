"""Creates a connection so that none is ever lost.

A creation is never sent twice if the API may have done it. When its answer is lost (the connection
broke, a gateway answered instead, the answer made no sense), the connection is looked for: by its
group, the name of its destination schema, its service, and the time at which it was created, by
the API's own clock. If it is found, it is the one. If it is not, a :class:`Trace` stays in private
state, and the next run looks again before anything else.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/list-connections
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.connection_request import DESTINATION_SCHEMA_KEYS, as_object
from constructs_lib.backend.fivetran.errors import (
    Conflict,
    Interrupted,
    OutOfTime,
    VendorError,
)
from constructs_lib.backend.http import log, retry
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.times import moment
from constructs_lib.backend.plugin.values import Object

_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds between two looks: a creation that runs its setup tests may take its time."""
_TOLERANCE = timedelta(seconds=5)


class Trace(NamedTuple):
    """What is known of a connection whose creation was sent, but not confirmed."""

    group_id: str
    service: str
    schema: str
    since: str
    """When the request was sent, by the API's clock (RFC 3339)."""

    def fits(self, connection: dict[str, Any]) -> bool:
        """True if this is the connection: one of the same name that is older is somebody else's."""
        created = moment(connection.get("created_at"))
        since = moment(self.since)
        return (
            isinstance(connection.get("id"), str)
            and connection.get("service") == self.service
            and str(connection.get("schema")).casefold() == self.schema.casefold()
            and created is not None
            and since is not None
            and created >= since - _TOLERANCE
        )


class LostCreation(VendorError):
    """The answer to a creation is lost, and the connection was not found so far.

    :param cause: how the answer was lost
    :param trace: how to look for it
    """

    def __init__(self, cause: VendorError, trace: Trace) -> None:
        self.cause, self.trace = cause, trace
        self.tried = cause.tried
        self.remedy = (
            f"A connection with the destination schema {trace.schema} in group {trace.group_id} "
            "was looked for, and is not there so far. It may still appear. Run the command again: "
            "it is looked for first, and taken over if it is there."
        )
        super().__init__(str(cause))


def create(
    client: Client, body: dict[str, Any], deadline: Deadline, secrets: Collection[str]
) -> tuple[dict[str, Any], bool]:
    """The answer about the new connection, and whether it had to be looked for.

    :raises LostCreation: if the answer is lost and the connection is not found
    :raises VendorError: if it was certainly not created
    """
    begun = time.monotonic()
    try:
        return client.create_connection(body, deadline, secrets), False
    except VendorError as error:
        name = _schema(body)
        if name is None or not retry.may_have_worked(error):
            raise
        log.warning(f"{error}; looking for the connection")

        def trace() -> Trace:
            """By the API's clock, which an answer tells: so it is made after each look."""
            since = client.server_time() - timedelta(seconds=time.monotonic() - begun)
            return Trace(body["group_id"], body["service"], name, since.isoformat())

        found = _look_patiently(client, trace, deadline)
        if found is None:
            raise LostCreation(error, trace()) from None
        return found, True


def advice(planned: Object) -> Callable[[VendorError], str]:
    """What to do after a creation that failed, by how it failed; empty where the error itself
    says it.
    """
    config = as_object(planned.get("config"))
    parts = [config[key] for key in DESTINATION_SCHEMA_KEYS if key in config]
    name = ".".join(map(str, parts))
    place = f"a connection with the destination schema {name} in group {planned.get('group_id')}"

    def note(error: VendorError) -> str:
        if isinstance(error, Conflict):
            return (
                f"There is {place} already, or was until just now. Choose another schema, or "
                "import that connection: terraform import ADDRESS IDENTIFIER."
            )
        if retry.may_have_worked(error):
            return (
                f"The connection may exist all the same. Look for {place}: if it is there, import "
                "it (terraform import ADDRESS IDENTIFIER) before the next apply."
            )
        return ""

    return note


def find(client: Client, trace: Trace, deadline: Deadline) -> dict[str, Any] | None:
    """The whole connection that a trace leads to; None if it is not there."""
    return _find(client, lambda: trace, deadline)


def _find(client: Client, trace: Callable[[], Trace], deadline: Deadline) -> dict[str, Any] | None:
    items = client.connections_of(trace().group_id, trace().schema, deadline)
    fitting = [item for item in items if trace().fits(item)]
    return client.connection(fitting[0]["id"], deadline) if len(fitting) == 1 else None


def _look_patiently(
    client: Client, trace: Callable[[], Trace], deadline: Deadline
) -> dict[str, Any] | None:
    """Looks several times, and gives up quietly: the error that led here is the one to tell."""
    for pause in _waits():
        until = datetime.now(timezone.utc) + timedelta(seconds=pause)
        log.information(
            f"looking in {pause:.1f} s, at {until:%H:%M:%SZ}, for a connection whose creation was "
            "not confirmed"
        )
        try:
            deadline.wait(pause, "a connection whose creation was not confirmed")
            found = _find(client, trace, deadline)
        except (Interrupted, OutOfTime):
            return None
        except VendorError as error:
            log.warning(f"{error}")
            continue
        if found is not None:
            return found
    return None


def _waits() -> Iterator[float]:
    yield 0.0
    yield from _PAUSES


def _schema(body: dict[str, Any]) -> str | None:
    """The joined name of the destination schema that a request asks for."""
    config = body.get("config") or {}
    parts = [config[key] for key in DESTINATION_SCHEMA_KEYS if key in config]
    return ".".join(parts) if parts and all(isinstance(p, str) for p in parts) else None
