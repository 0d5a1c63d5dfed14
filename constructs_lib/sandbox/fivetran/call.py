"""A request inside the sandbox: checks of its headers, and what an endpoint needs to answer it."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.messages import ApiRequest, ApiResponse
from constructs_lib.sandbox.fivetran import checks, syncs
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.sandbox.fivetran.store import Settings, Tables


@dataclass(frozen=True)
class Credentials:
    """The API key and secret that a sandbox accepts."""

    key: str = field(default="sandbox", repr=False)
    secret: str = field(default="sandbox", repr=False)


def check_credentials(headers: Mapping[str, str], credentials: Credentials) -> None:
    """Accept only HTTP basic auth with the right key and secret.

    :raises ApiError: 401
    """
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded.strip(), validate=True)
    except (ValueError, binascii.Error):
        raise errors.unauthorized() from None
    expected = f"{credentials.key}:{credentials.secret}".encode()
    if scheme.lower() != "basic" or not hmac.compare_digest(given, expected):
        raise errors.unauthorized()


def check_accept(headers: Mapping[str, str]) -> None:
    """Accept a client that takes JSON, in version 2 if it names a version; no header means any.

    :raises ApiError: 406
    """
    ranges = headers.get("accept", "*/*").split(",")
    if not any(_accepts(media_range) for media_range in ranges):
        raise errors.not_acceptable()


def check_content_type(headers: Mapping[str, str], body: bytes) -> None:
    """Accept a JSON body, or none.

    :raises ApiError: 415
    """
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if body and media_type != "application/json":
        raise errors.unsupported_media_type()


def _accepts(media_range: str) -> bool:
    name, *rest = [part.strip().lower() for part in media_range.split(";")]
    parameters = dict(part.partition("=")[::2] for part in rest)
    if name not in ("application/json", "application/*", "*/*"):
        return False
    return parameters.get("version", "2") == "2" and _weight(parameters.get("q", "1")) > 0


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


_DEFAULT_LIMIT = 100
_LARGEST_LIMIT = 1000


@dataclass(frozen=True)
class Call:
    """A request that passed the checks of its headers, within a transaction."""

    request: ApiRequest
    parameters: Mapping[str, str]
    """The values of the placeholders in the path, such as ``connection_id``."""
    tables: Tables
    settings: Settings
    now: datetime

    def body(self, optional: bool = False) -> dict[str, Any]:
        """Return the JSON object of the body.

        :param optional: True if a missing body counts as an empty object
        :raises ApiError: 400, if it is missing or malformed
        """
        if not self.request.body and optional:
            return {}
        if not self.request.body:
            raise errors.invalid("The request body is missing")
        return checks.parse_object(self.request.body)

    def sync_seconds(self, connection_id: str) -> float:
        """Return how long a sync of a connection runs, in seconds."""
        own = self.tables.span(connection_id)
        return self.settings.sync_seconds if own is None else own

    def connection(self) -> Connection:
        """Return the connection that the path names, brought up to date with the clock.

        :raises ApiError: 404
        """
        connection_id = self.parameters["connection_id"]
        found = self.tables.connection(connection_id)
        if found is None:
            raise errors.no_such_connection(connection_id)
        return self.up_to_date(found)

    def up_to_date(self, connection: Connection) -> Connection:
        """Bring a connection up to date with the clock, and store it if that changed it."""
        seconds = self.sync_seconds(connection.id)
        held = any(fault.kind == "sync_never_ends" for fault in self.settings.faults)
        if syncs.update_sync(connection, self.now, seconds, self.settings.auto_sync, held):
            self.tables.update(connection)
        return connection

    def page(self) -> tuple[int, int]:
        """Return the number after which a page of a list begins (``cursor``), and its ``limit``.

        :raises ApiError: 400, if one of them is wrong
        """
        limit = _whole(self.request.query.get("limit", str(_DEFAULT_LIMIT)))
        if limit is None or not 1 <= limit <= _LARGEST_LIMIT:
            raise errors.invalid(f"Invalid value for 'limit': it must be 1 to {_LARGEST_LIMIT}")
        cursor = self.request.query.get("cursor")
        after = 0 if cursor is None else _number(cursor)
        if after is None:
            raise errors.invalid("Invalid value for 'cursor'")
        return after, limit


def success(message: str, data: Any = None, status: int = 200) -> ApiResponse:
    """Return a successful answer; without data, the envelope has none."""
    envelope: dict[str, Any] = {"code": "Success", "message": message}
    return ApiResponse(status, envelope if data is None else {**envelope, "data": data})


def listed(message: str, numbered: list[tuple[int, Any]], limit: int) -> ApiResponse:
    """Return a page of a list.

    :param numbered: up to ``limit + 1`` items with their numbers; the one too many shows that
        there is another page
    """
    data: dict[str, Any] = {"items": [item for _, item in numbered[:limit]]}
    if len(numbered) > limit:
        data["next_cursor"] = _cursor(numbered[limit - 1][0])
    return success(message, data)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(b"after:%d" % number).decode()


def _number(cursor: str) -> int | None:
    try:
        decoded = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (ValueError, binascii.Error):
        return None
    prefix, _, number = decoded.partition(":")
    return _whole(number) if prefix == "after" else None
