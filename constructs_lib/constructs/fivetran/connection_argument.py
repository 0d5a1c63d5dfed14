"""The connection that a construct is about: a construct itself, or an identifier."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, TypeAlias

from constructs_lib.constructs.fivetran.connection import (
    Connection,
    ConnectionInstance,
    ConnectionReference,
)
from constructs_lib.constructs.fivetran.connection_data import (
    ConnectionData,
    ConnectionDataInstance,
)
from constructs_lib.toolkit import is_token
from constructs_lib.validation import ConstructPlace, Finding

AnyConnection: TypeAlias = (
    Connection | ConnectionInstance | ConnectionReference | ConnectionData | ConnectionDataInstance
)
"""What constructs take as their ``connection``."""

_KNOWN = (
    Connection,
    ConnectionInstance,
    ConnectionReference,
    ConnectionData,
    ConnectionDataInstance,
)
PARAMETERS = ("connection", "connection_id")
"""The parameters that name it."""
_ID = "/connection_id"
_SOME_REFERENCE = "${connection.id}"


class ConnectionArgument:
    """What was given as ``connection`` and as ``connection_id``."""

    def __init__(self, connection: Any, connection_id: Any) -> None:
        self._connection = connection
        self._connection_id = connection_id
        self._found = _wrong(connection, connection_id)
        # What is wrong is reported here alone: a reference satisfies all other checks.
        self.identifier = _SOME_REFERENCE if self._found else connection_id
        """The value of the attribute ``connection_id``."""
        self.service: str | None = None
        """The service of the connection, if it is known."""
        self.pointer = "/connection_id" if connection is None else "/connection"
        """JSON pointer to the parameter that was given."""
        if isinstance(connection, _KNOWN) and not self._found:
            self.service = connection.known_service
            self.identifier = connection.id

    @property
    def identity(self) -> Hashable | None:
        """Tells this connection from others; None if only Terraform knows which one it is."""
        if isinstance(self._connection, (Connection, ConnectionData)):
            return self._connection.place
        if isinstance(self._connection, (ConnectionInstance, ConnectionDataInstance)):
            return self._connection.identity
        return None if is_token(self.identifier) else str(self.identifier)

    def with_named_parameter(self, findings: list[Finding], place: ConstructPlace) -> list[Finding]:
        """Return findings, at the parameter that was given, together with those of ``check``.

        :param findings: the findings of the rules, which know attributes only: whoever gave a
            connection has not written ``connection_id``
        """
        named = [f._replace(pointer=self.pointer) if f.pointer == _ID else f for f in findings]
        return named + self.check(place)

    def check(self, place: ConstructPlace) -> list[Finding]:
        """Return the finding about a wrong argument; none if it is right."""
        if not self._found:
            return []
        allowed = "either a connection or a connection_id"
        is_text = isinstance(self._connection, str) and self._connection_id is None
        hint = f"write connection_id={self._connection!r}" if is_text else ""
        return [
            Finding("connection-or-id", "error", place, self.pointer, self._found, allowed, hint)
        ]


def _wrong(connection: Any, connection_id: Any) -> str:
    """Return what was given if it is not exactly one connection; otherwise the empty text."""
    if connection is None:
        return "nothing" if connection_id is None else ""
    if connection_id is not None:
        return "connection and connection_id"
    if isinstance(connection, _KNOWN):
        return ""
    return f"a value of type {type(connection).__name__} as connection"
