"""One request on its way through the sandbox: what an endpoint gets, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from constructs_lib.sandbox import clock
from constructs_lib.sandbox.answer import ApiRequest, ApiResponse
from constructs_lib.sandbox.elastic import errors
from constructs_lib.sandbox.elastic.records import ElasticConnector
from constructs_lib.sandbox.elastic.settings import ElasticSettings
from constructs_lib.sandbox.elastic.tables import ElasticTables

Fields = Mapping[str, type]
"""The fields that a body may have, with the types of their values; each may be null."""

_WORDS = {str: "VALUE_STRING", bool: "VALUE_BOOLEAN", dict: "START_OBJECT"}


@dataclass(frozen=True)
class ElasticCall:
    """A request that passed the checks of its headers, within a transaction."""

    request: ApiRequest
    parameters: Mapping[str, str]
    """What the placeholders of the path stand for, such as ``connector_id``, decoded."""
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

    def connector(self) -> ElasticConnector:
        """The connector that the path names.

        :raises ElasticError: 400, if the path names none; 404, if there is none
        """
        found = self.tables.connector(self.connector_id)
        if found is None:
            raise errors.no_such_connector(self.connector_id)
        return found

    def body(self, name: str, known: Fields, optional: bool = False) -> dict[str, Any]:
        """The JSON object of the body.

        :param name: what Elasticsearch calls this kind of body in its messages
        :param optional: True if a missing body counts as an empty object
        :raises ElasticError: 400, if it is missing, malformed or has other fields
        """
        if not self.request.body and optional:
            return {}
        body = self.json(name)
        for field, value in body.items():
            _check(name, field, value, known)
        return body

    def json(self, name: str) -> dict[str, Any]:
        """The JSON object of the body, whatever its fields are.

        :param name: as for :meth:`body`
        :raises ElasticError: 400, if it is missing or malformed
        """
        if not self.request.body:
            raise errors.body_missing()
        return _parsed(self.request.body, name)

    def at(self) -> str:
        """The present time, as documents have it (RFC 3339, UTC)."""
        return clock.to_text(self.now)

    def number(self, name: str, default: int) -> int:
        """A parameter of the query that is a whole number, 0 or more.

        :raises ElasticError: 400, if it is something else
        """
        text = self.request.query.get(name, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise errors.wrong_parameter(name)
        return int(text)

    def names(self, name: str) -> set[str]:
        """A parameter of the query that is a list with commas; empty if it is not there."""
        return {part for part in self.request.query.get(name, "").split(",") if part}


def stored(call: ElasticCall, before: ElasticConnector, after: ElasticConnector) -> ApiResponse:
    """Stores a changed connector, and answers whether anything changed."""
    if after == before:
        return ApiResponse(200, {"result": "noop"})
    call.tables.save(after)
    return ApiResponse(200, {"result": "updated"})


def _parsed(content: bytes, name: str) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        raise errors.unreadable(f"[{name}] the body is not JSON") from None
    if not isinstance(body, dict):
        raise errors.unreadable(f"[{name}] Expected START_OBJECT")
    return body


def _check(name: str, field: str, value: Any, known: Fields) -> None:
    if field not in known:
        raise errors.unreadable(f"[{name}] unknown field [{field}]")
    if value is not None and not isinstance(value, known[field]):
        expected = _WORDS[known[field]]
        raise errors.unreadable(f"[{name}] {field} doesn't support values other than {expected}")
