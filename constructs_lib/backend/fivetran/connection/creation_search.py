"""Search for a connection whose creation was sent and not confirmed, and the errors of a creation.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/list-connections
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.fivetran.api.errors import Conflict, NotFound, VendorError
from constructs_lib.backend.fivetran.connection.model import DESTINATION_SCHEMA_KEYS
from constructs_lib.backend.fivetran.journal.creations import CreationEntry, Name
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.response_values import CLOCK_TOLERANCE, parse_timestamp
from constructs_lib.backend.managed_object.model import as_object
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.records import NamedTuple

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.api.client import Client
    from constructs_lib.backend.http.deadline import Deadline


_ASKED = ("group_id", "service")
_TOKEN = re.compile(rb'("(?:[^"\\]|\\.)*")\s*(:?)|[{}\[\]]', re.DOTALL)


class Trace(NamedTuple):
    """What is known of a connection whose creation was sent, but not confirmed."""

    group_id: str
    service: str
    schema: str
    since: str
    """When the request was sent, by the API's clock (RFC 3339)."""
    until: str = ""
    """When it was over at the latest, by the API's clock; empty if it may still go on."""

    @classmethod
    def of(cls, stored: Any) -> Trace | None:
        """Return the trace in a private state, in which earlier versions stored a list."""
        if isinstance(stored, list) and len(stored) == len(cls._fields) - 1:
            stored = dict(zip(cls._fields, stored, strict=False))
        values = stored if isinstance(stored, dict) else {}
        known = {name: values[name] for name in cls._fields if isinstance(values.get(name), str)}
        is_whole = known.keys() >= set(cls._fields) - set(cls._field_defaults)
        return cls(**known) if is_whole else None

    def fits(self, connection: dict[str, Any]) -> bool:
        """Return True if this is the connection: an older one of the same name belongs to somebody
        else.
        """
        created = parse_timestamp(connection.get("created_at"))
        since, until = parse_timestamp(self.since), parse_timestamp(self.until)
        return (
            isinstance(connection.get("id"), str)
            # Who answers for the API may not know the filter by group.
            and connection.get("group_id") in (None, self.group_id)
            and connection.get("service") == self.service
            and str(connection.get("schema")).casefold() == self.schema.casefold()
            and created is not None
            and since is not None
            and created >= since - CLOCK_TOLERANCE
            and (until is None or created <= until)
        )


def find(client: Client, trace: Trace, deadline: Deadline) -> dict[str, Any] | None:
    """Return the whole connection that a trace leads to; None if there is none."""
    items = client.connections_of(trace.group_id, trace.schema, deadline)
    fitting = [item for item in items if trace.fits(item)]
    return client.connection(fitting[0]["id"], deadline) if len(fitting) == 1 else None


def find_interrupted(
    client: Client, left: CreationEntry, deadline: Deadline
) -> dict[str, Any] | None:
    """Return the connection that a run that died has created; None if it is not there."""
    if left.connection:
        with suppress(NotFound):
            return client.connection(left.connection, deadline)
        return None
    items = client.connections_of(left.group_id, left.schema, deadline)
    trace = trace_of(client, left)  # Only now the API's clock is known for sure.
    fitting = [item for item in items if trace.fits(item)]
    return client.connection(fitting[0]["id"], deadline) if len(fitting) == 1 else None


def trace_of(client: Client, left: CreationEntry) -> Trace:
    """Return how to look for what an entry is about, by the API's clock."""
    since, until = left.since, left.until
    if not left.is_api_time:
        shift = client.server_time() - datetime.now(timezone.utc)
        since, until = (_shifted(text, shift) for text in (since, until))
    return Trace(left.group_id, left.service, left.schema, since, until)


def planned_name(account: str, planned: Object) -> Name | None:
    """Return the name of a connection that is to be created; None if it is not known yet."""
    config = as_object(planned.get("config"))
    values = {name: planned.get(name) for name in ("group_id", "service")}
    return creation_name(account, {**values, "config": config})


def identifier_in(content: bytes, asked: Mapping[str, Any]) -> str | None:
    """Return the identifier under ``data.id`` of an answer to a creation; None if there is none, or
    if the answer is about another group or service than the one that was asked for.

    It takes no recursion, no module and no file, and reads what is there of an answer that was cut
    short or is nested so deeply that nothing else can read it.

    :param asked: the body of the request
    """
    found = _texts_of_data(content)
    identifier = found.get("id")
    is_about_it = all(found.get(name, asked.get(name)) == asked.get(name) for name in _ASKED)
    return identifier if identifier and identifier.isprintable() and is_about_it else None


def _texts_of_data(content: bytes) -> dict[str, str]:
    """Return the texts right below ``data``, by their names."""
    found: dict[str, str] = {}
    depth, section, key = 0, b"", b""
    for token in _TOKEN.finditer(content):
        text, colon = token.group(1), token.group(2)
        if text is None:
            depth += 1 if token.group() in (b"{", b"[") else -1
        elif colon and depth == 1:
            section, key = text, b""
        elif colon and depth == 2:
            key = text
        elif depth == 2 and section == b'"data"':
            with suppress(ValueError):
                found.setdefault(json.loads(key), json.loads(text))
    return found


def is_over(client: Client, left: CreationEntry) -> bool:
    """Return True if nothing that the run of an entry has sent can still take effect."""
    until = parse_timestamp(trace_of(client, left).until)
    return until is not None and client.server_time() > until


def _shifted(text: str, shift: timedelta) -> str:
    at = parse_timestamp(text)
    return text if at is None else (at + shift).isoformat()


def creation_name(account: str, body: dict[str, Any]) -> Name | None:
    """Return the name that a request asks for: its group, service, and destination schema."""
    values = (
        body.get("group_id"),
        body.get("service"),
        joined_schema_name(body.get("config") or {}),
    )
    group, service, schema = values
    if isinstance(group, str) and isinstance(service, str) and schema:
        return Name(account, group, service, schema)
    return None


def joined_schema_name(config: dict[str, Any]) -> str:
    """Return the joined name of a destination schema; empty if it is not given as text."""
    parts = [config[key] for key in DESTINATION_SCHEMA_KEYS if key in config]
    return ".".join(parts) if all(isinstance(part, str) for part in parts) else ""


class LostCreation(VendorError):
    """The answer to a creation is lost, and the connection was not found so far.

    :param cause: how the answer was lost
    :param trace: how to look for it
    """

    def __init__(self, cause: VendorError, trace: Trace) -> None:
        self.cause, self.trace = cause, trace
        self.tried = cause.tried
        self.remedy = (
            f"No connection with the destination schema {trace.schema} was found in group "
            f"{trace.group_id} yet. It may still appear. Run the command again: it first looks "
            "for the connection, and adopts it if it exists."
        )
        super().__init__(str(cause))


class NameTaken(VendorError):
    """Another connection has the name already.

    :param cause: the API's refusal
    :param name: the name
    :param there: the connection that has it, as a list of the API tells it
    """

    def __init__(self, cause: Conflict, name: Name, there: dict[str, Any]) -> None:
        self.tried = cause.tried
        identifier = there["id"]
        self.remedy = (
            f"Connection {identifier} (service {there.get('service')}, created "
            f"{there.get('created_at')}) already has the destination schema {name.schema} in "
            f"group {name.group_id}. To manage that connection: terraform import ADDRESS "
            f"{identifier}, with the address of this resource. Otherwise choose another "
            "destination schema."
        )
        super().__init__(str(cause))


class UnreadCreation(VendorError):
    """The connection was created, and what else the API answered could not be read.

    :param cause: what was wrong with the answer
    :param identifier: that of the new connection
    """

    def __init__(self, cause: VendorError, identifier: str) -> None:
        self.tried = cause.tried
        self.remedy = (
            f"Connection {identifier} was created, and is in state. Terraform marks it as tainted "
            "and would replace it: to keep it, run 'terraform untaint' on its address before the "
            "next apply."
        )
        super().__init__(str(cause))


def advice(planned: Object) -> Callable[[VendorError], str]:
    """Return what to do after a failed creation; empty where the error itself says it."""
    name = joined_schema_name(as_object(planned.get("config")))
    place = f"a connection with the destination schema {name} in group {planned.get('group_id')}"

    def note(error: VendorError) -> str:
        if isinstance(error, Conflict):
            return (
                f"There is {place}, or there was until just now. Choose another schema, or import "
                "that connection: terraform import ADDRESS IDENTIFIER."
            )
        if attempts.may_have_taken_effect(error):
            return (
                f"The connection may exist nevertheless. Look for {place}: if it is there, import "
                "it (terraform import ADDRESS IDENTIFIER) before the next apply."
            )
        return ""

    return note
