"""A request inside the sandbox: checks of its headers, and what an endpoint needs to answer it.

A client shows an API key, a user with a password, or a token. It may be of one major version and
talk to a server of the next: it names its own version in ``Accept`` and ``Content-Type``, and the
answer repeats it. Source: Elasticsearch's documentation, "REST API compatibility".
"""

from __future__ import annotations

import base64
import hmac
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from constructs_lib.sandbox.common.messages import (
    MAX_DEPTH,
    ApiRequest,
    ApiResponse,
    refuse_constant,
)
from constructs_lib.sandbox.common.store import moment_to_text
from constructs_lib.sandbox.elastic import errors
from constructs_lib.sandbox.elastic.parser import Parser
from constructs_lib.sandbox.elastic.records import ElasticConnector, SyncJob
from constructs_lib.sandbox.elastic.store import ElasticSettings, ElasticTables


@dataclass(frozen=True)
class ElasticCredentials:
    """The credentials that a sandbox accepts; any one of the three."""

    api_key: str = field(default=base64.b64encode(b"sandbox:sandbox").decode("ascii"), repr=False)
    """Base64 of ``id:key``; by default ``c2FuZGJveDpzYW5kYm94``."""
    username: str = "sandbox"
    password: str = field(default="sandbox", repr=False)
    bearer_token: str = field(default="sandbox", repr=False)

    def _by_scheme(self) -> dict[str, str]:
        login = f"{self.username}:{self.password}".encode()
        return {
            "apikey": self.api_key,
            "basic": base64.b64encode(login).decode("ascii"),
            "bearer": self.bearer_token,
        }

    def check(self, headers: Mapping[str, str], path: str, anonymous: bool) -> None:
        """Accept a request with one of these credentials.

        :param headers: those of the request, with names in lower case
        :param anonymous: True accepts a request without any, too
        :raises ElasticError: 401
        """
        given = headers.get("authorization")
        if given is None and anonymous:
            return
        scheme, _, secret = (given or "").strip().partition(" ")
        expected = self._by_scheme().get(scheme.lower())
        if not scheme:
            raise errors.no_credentials(path)
        if expected is None or not hmac.compare_digest(secret.strip().encode(), expected.encode()):
            raise errors.bad_credentials(path)


_PLAIN = "application/json"
_VENDOR = "application/vnd.elasticsearch+json"
_COMPATIBLE = re.compile(r"compatible-with\s*=\s*(\d{1,3})")


def check_media_types(headers: Mapping[str, str], body: bytes, major: int) -> None:
    """Accept JSON in the major version of the server, or in the one before.

    :param headers: those of the request, with names in lower case
    :param major: the major version of the server
    :raises ElasticError: 406 for another type of body, 400 for another version
    """
    given = headers.get("content-type", "")
    media_type = given.partition(";")[0].strip().lower()
    if body and media_type not in (_PLAIN, _VENDOR):
        raise errors.unsupported_media_type(given)
    for name in ("Accept", "Content-Type"):
        found = _version(headers.get(name.lower(), ""))
        if found is not None and found not in (major, major - 1):
            raise errors.wrong_version(name, (major, major - 1), found)


def content_type_of(headers: Mapping[str, str]) -> str:
    """Return the ``Content-Type`` of the answer to a request with these headers."""
    version = _version(headers.get("accept", ""))
    return _PLAIN if version is None else f"{_VENDOR};compatible-with={version}"


def _version(media_type: str) -> int | None:
    found = _COMPATIBLE.search(media_type) if _VENDOR in media_type.lower() else None
    return int(found[1]) if found else None


@dataclass(frozen=True)
class ElasticCall:
    """A request that passed the checks of its headers, within a transaction."""

    request: ApiRequest
    parameters: Mapping[str, str]
    """The values of the placeholders in the path, such as ``connector_id``, decoded."""
    tables: ElasticTables
    settings: ElasticSettings
    now: datetime

    @property
    def connector_id(self) -> str:
        """The identifier in the path.

        :raises ElasticError: 400, if it is empty
        """
        identifier = self.parameters["connector_id"]
        if not identifier:
            raise errors.invalid('[connector_id] cannot be [null] or [""].')
        return identifier

    def connector(self, *, with_deleted: bool = False) -> ElasticConnector:
        """Return the connector that the path names.

        :param with_deleted: True finds one that is deleted, too
        :raises ElasticError: 400, if the path names none; 404, if there is none
        """
        found = self.tables.connector(self.connector_id, with_deleted=with_deleted)
        if found is None:
            raise errors.no_such_connector(self.connector_id)
        return found

    def sync_job(self) -> SyncJob:
        """Return the sync job that the path names.

        :raises ElasticError: 400, if the path names none; 404, if there is none
        """
        identifier = self.parameters["connector_sync_job_id"]
        if not identifier:
            raise errors.invalid(
                "[connector_sync_job_id] of the connector sync job cannot be null or empty."
            )
        found = self.tables.sync_job(identifier)
        if found is None:
            raise errors.no_such_sync_job(identifier)
        return found

    def body(self, parser: Parser, *, optional: bool = False) -> dict[str, Any]:
        """Return the fields of the body, as they are stored.

        :param parser: of this kind of body
        :param optional: True if a missing body counts as an empty object
        :raises ElasticError: 400, if it is missing or malformed, or a field is wrong
        """
        if not self.request.body and optional:
            return {}
        return parser.parse(self.json(parser.name))

    def json(self, name: str) -> dict[str, Any]:
        """Return the JSON object of the body, whatever its fields are.

        :param name: what Elasticsearch calls this kind of body in its messages
        :raises ElasticError: 400, if it is missing or malformed
        """
        if not self.request.body:
            raise errors.body_missing()
        return _parsed(self.request.body, name)

    def at(self) -> str:
        """Return the present time, as documents have it (RFC 3339, UTC)."""
        return moment_to_text(self.now)

    def number(self, name: str, default: int) -> int:
        """Return a parameter of the query that is a whole number, 0 or more.

        :raises ElasticError: 400, if it is something else
        """
        text = self.request.query.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise errors.wrong_parameter(name)
        return int(text)

    def flag(self, name: str) -> bool:
        """Return a parameter of the query that is true or false; false if it is not there.

        :raises ElasticError: 400, if it is something else
        """
        text = self.request.query.get(name, "false")
        # Elasticsearch takes a parameter without a value for true.
        if text not in ("true", "false", ""):
            raise errors.wrong_flag(text)
        return text != "false"

    def names(self, name: str) -> set[str]:
        """Return a parameter of the query that is a list with commas; empty if it is not there."""
        return {part for part in self.request.query.get(name, "").split(",") if part}


def save_changed(
    call: ElasticCall, before: ElasticConnector, after: ElasticConnector, *, always: bool = False
) -> ApiResponse:
    """Store a changed connector, and answer whether anything changed.

    :param always: True answers that it changed even if it did not
    """
    if after == before and not always:
        return ApiResponse(200, {"result": "noop"})
    call.tables.save(after)
    return ApiResponse(200, {"result": "updated"})


def merged(before: Any, after: Any) -> Any:
    """Return a value as Elasticsearch's partial update leaves it: objects are merged."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return after
    inner = {name: merged(before.get(name), value) for name, value in after.items()}
    return {**before, **inner}


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    try:
        body = json.loads(content, parse_constant=refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        raise errors.unreadable(f"[{name}] the body is not JSON") from None
    if not isinstance(body, dict):
        raise errors.unreadable(f"[{name}] Expected START_OBJECT")
    if _is_deeper(body, MAX_DEPTH):
        raise errors.unreadable(f"[{name}] the body is nested deeper than {MAX_DEPTH} levels")
    if not _is_unicode(body):
        raise errors.unreadable(f"[{name}] the body holds text that is not valid Unicode")
    return body


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits)
    return number


def _is_unicode(body: dict[str, Any]) -> bool:
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, (dict, list)):
        return False
    items = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper(item, levels - 1) for item in items)
