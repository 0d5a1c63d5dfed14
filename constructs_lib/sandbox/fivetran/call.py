"""A request inside the sandbox: checks of its headers and body, and what an endpoint needs.

Bodies are checked by the JSON Schema of the connection resource. The schema gives types, enums and
patterns, and says which request has which fields: the resource also has attributes that the API
does not know.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.errors import ApiError, invalid, required
from constructs_lib.sandbox.common.messages import (
    MAX_DEPTH,
    ApiRequest,
    ApiResponse,
    loads_exact,
)
from constructs_lib.sandbox.fivetran import syncs
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.sandbox.fivetran.store import Settings, Tables
from constructs_lib.schemas import Attribute, Kind, keywords


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
        return parse_object(self.request.body)

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
        return after, min(limit, self.settings.page_items)


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


_SCHEMA = schemas.load("fivetranops_connection")
TEST_CONTROLS = _SCHEMA.controls
"""Fields that steer the setup tests of one request and are not kept."""
TEST_FIELDS = _SCHEMA.sent("test")
"""The fields of the request that runs the setup tests alone: what they shall trust."""
CREATE_FIELDS = _SCHEMA.sent("create")
"""The fields of the request that creates a connection."""
UPDATE_FIELDS = _SCHEMA.sent("update")
"""The fields of the request that modifies a connection."""


def parse_object(content: bytes) -> dict[str, Any]:
    """Return the JSON object of a body.

    :raises ApiError: 400, if it is malformed or something other than an object
    """
    try:
        body = loads_exact(content)
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object")
    _check_storable(body, MAX_DEPTH)
    return body


def checked_fields(body: Mapping[str, Any], allowed: Collection[str]) -> dict[str, Any]:
    """Check and return the fields of a request about a connection.

    The contract does not say what happens to unknown fields. They are refused here, because a
    client that sends one has made a mistake that should show. Null is refused like any other
    value of a wrong type, but for the fields that it clears.

    :returns: the fields, with null for those that are to be cleared
    :raises ApiError: 400, for the first field that is wrong
    """
    attributes = _SCHEMA.attributes
    refuse_unknown(body, allowed)
    for name, value in body.items():
        if value is not None or not attributes[name].clearable:
            _check(name, value, attributes[name])
    return {name: _stored(value, attributes[name]) for name, value in body.items()}


def refuse_unknown(body: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Refuse a body with other fields than the allowed ones.

    :raises ApiError: 400
    """
    for name in body:
        if name not in allowed:
            raise invalid(f"Unknown field '{name}'; allowed are {', '.join(sorted(allowed))}")


def boolean(body: Mapping[str, Any], name: str) -> bool:
    """Return a boolean of a body; false if it is left out.

    :raises ApiError: 400, if it is not a boolean
    """
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise _wrong(name, "must be boolean")
    return value


def connect_card(body: Mapping[str, Any]) -> dict[str, Any]:
    """Check and return the ``connect_card_config`` of a body.

    :raises ApiError: 400, if it is missing or wrong
    """
    if body.get("connect_card_config") is None:
        raise required("connect_card_config")
    checked = checked_fields(body, ("connect_card_config",))["connect_card_config"]
    return dict(checked)


def _check_storable(value: Any, levels: int) -> None:
    if levels == 0:
        raise invalid(f"The request body is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise invalid("The request body holds text that is not valid Unicode")
    if isinstance(value, dict):
        _check_storable(list(value), levels)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _check_storable(item, levels - 1)


def _check(name: str, value: Any, attribute: Attribute) -> None:
    for violation in keywords.violations(attribute.rule, _given(value, attribute), path=(name,)):
        path = ".".join(map(str, violation.path))
        if violation.keyword == "required":
            raise required(f"{path}.{violation.demand}")
        raise _wrong(path, f"must be {violation.allowed}")
    _check_not_empty(name, value, attribute)


def _given(value: Any, attribute: Attribute) -> Any:
    """Return a value without the nulls inside it that clear a field, or leave out a required
    one.
    """
    if not attribute.attributes or not isinstance(value, dict):
        return value
    inside = attribute.attributes
    may_be_null = {name for name, one in inside.items() if one.clearable or one.required}
    return {
        name: _given(inner, inside[name]) if name in inside else inner
        for name, inner in value.items()
        if inner is not None or name not in may_be_null
    }


def _check_not_empty(path: str, value: Any, attribute: Attribute) -> None:
    if attribute.clearable and value == "":
        raise _wrong(path, "must not be empty")
    for name, inner in attribute.attributes.items():
        _check_not_empty(f"{path}.{name}", value.get(name), inner)


def _stored(value: Any, attribute: Attribute) -> Any:
    if attribute.kind is Kind.INTEGER:
        return int(value)
    # The contract lists schema_status in lower case, but writes it in upper case in its example.
    return attribute.spelled(value) if attribute.ignores_case else value


def _wrong(path: str, rule: str) -> ApiError:
    return invalid(f"Invalid value for field '{path}': it {rule}")
