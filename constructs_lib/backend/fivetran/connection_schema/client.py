"""The requests about the schema configuration of a connection.

A connection whose source nobody has read yet has none: the API answers 404 with a code of its own.
That code is in no published contract; public reports show it.

Source: https://fivetran.com/docs/rest-api/api-reference/connection-schema
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import Request
from constructs_lib.backend.fivetran.connection_schema.checks import not_taken
from constructs_lib.backend.fivetran.connection_schema.schema_config import (
    SchemaConfig,
    Tree,
    checked_columns,
)
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.schemas import is_identifier

_NEVER_READ = "NotFound_SchemaConfig"
"""The code of a 404 by which the API says that it has not read the source yet."""


class SchemaClient:
    """The requests about the schema configuration of one connection.

    :param client: the account
    :param identifier: the connection
    :param deadline: the limit of the operation
    """

    def __init__(self, client: Client, identifier: str, deadline: Deadline) -> None:
        if not is_identifier(identifier, "fivetranops_connection"):
            raise errors.InvalidIdentifier(identifier)
        self._client, self._deadline = client, deadline
        self._path = f"/v1/connections/{quote(identifier, safe='')}/schemas"

    def read(self) -> SchemaConfig | None:
        """Send ``GET …/schemas``; return None if Fivetran has not read the source yet.

        :raises NotFound: only if the API itself says that there is no such connection
        """
        return self._read(self._client.send)

    def columns(self, schema: str, table: str) -> Tree:
        """Send ``GET …/columns``, for which Fivetran asks the source; return all columns.

        :param schema: its name as the API spells it; so is that of the table
        """
        steps = (quote(schema, safe=""), "tables", quote(table, safe=""))
        request = Request("GET", "/".join((self._path, *steps, "columns")))

        def checked(data: Object) -> Object:
            _check_answer(lambda: checked_columns(data.get("columns")), request)
            return data

        columns: Tree = self._client.send(request, self._deadline, checked)["columns"]
        return columns

    def reload(self, *, is_first: bool) -> SchemaConfig:
        """Send ``POST …/reload``, by which Fivetran reads the source. All settings stay.

        :param is_first: True if it was never read: after a lost answer, a read shows that it was
        """
        body = {"exclude_mode": "PRESERVE"}
        request = Request("POST", f"{self._path}/reload", body)
        return self._config(request, {} if is_first else None)

    def create(self, body: Object) -> SchemaConfig:
        """Send ``POST …/schemas``: what is to hold once Fivetran has read the source."""
        return self._config(Request("POST", self._path, body), body)

    def modify(self, body: Object) -> SchemaConfig:
        """Send ``PATCH …/schemas``. If the answer is lost, a read shows whether it took effect; if
        that shows nothing, send it again.
        """
        return self._config(Request("PATCH", self._path, body), body)

    def _config(self, request: Request, sent: Object | None) -> SchemaConfig:
        """Send a request, and return the configuration in its answer.

        :param sent: what an answer shows if the request took effect; None if nothing does
        """

        def check_effect() -> Object | None:
            found = self._read(self._send_once)
            is_shown = found is not None and _shows(found, sent or {})
            return _data(found) if found is not None and is_shown else None

        effect = None if sent is None else check_effect
        data = self._client.send(request, self._deadline, _checked(request), effect)
        return SchemaConfig.of(data)

    def _read(self, send: Callable[..., Object]) -> SchemaConfig | None:
        request = Request("GET", self._path)
        try:
            return SchemaConfig.of(send(request, self._deadline, _checked(request)))
        except errors.SomethingElseMissing as error:
            if error.code != _NEVER_READ:
                raise
            return None

    def _send_once(self, request: Request, deadline: Deadline, checked: Any) -> Object:
        return dict(checked(self._client.send_once(request, deadline)))


def _shows(found: SchemaConfig, sent: Object) -> bool:
    """Return True if an answer shows all that was sent; not if it holds what no answer has."""
    policy = sent.get("schema_change_handling", found.policy)
    is_shown = "is_type_locked" not in sent and policy == found.policy
    return is_shown and not not_taken(sent.get("schemas"), found)


def _data(found: SchemaConfig) -> Object:
    return {"schema_change_handling": found.policy, "schemas": found.schemas}


def _checked(request: Request) -> Callable[[Object], Object]:
    """Return the check that an answer holds what the contract promises."""

    def checked(data: Object) -> Object:
        _check_answer(lambda: SchemaConfig.of(data), request)
        return data

    return checked


def _check_answer(check: Callable[[], object], request: Request) -> None:
    """Run a check of an answer.

    :raises IncompleteResponse: if it raises a ValueError
    """
    try:
        check()
    except ValueError as error:
        raise errors.IncompleteResponse(str(request), 200, str(error)) from None
