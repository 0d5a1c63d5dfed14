"""The requests about the schema configuration of a connection, and how it is set: read, compare,
send once, verify.

A connection whose source nobody has read yet has none: the API answers 404 with a code of its own.
That code is in no published contract; public reports show it. To have Fivetran read the source, for
the first time or again, the connection must be connected; that is waited for. If somebody else
changes the configuration at the same time, the API answers 409: then all is repeated, from the read
on, until the time limit.

Source: https://fivetran.com/docs/rest-api/api-reference/connection-schema
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import (
    ApiError,
    Conflict,
    NotFound,
    TimeLimitExceeded,
)
from constructs_lib.backend.fivetran.api.exchange import Request
from constructs_lib.backend.fivetran.connection.model import setup_state
from constructs_lib.backend.fivetran.connection_schema import checks
from constructs_lib.backend.fivetran.connection_schema.schema_config import (
    SchemaConfig,
    Tree,
    ahead,
    changes,
    checked_columns,
    has_changes,
)
from constructs_lib.backend.http.deadline import Deadline, pauses
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.values.value import Object
from constructs_lib.records import NamedTuple
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
    return is_shown and not checks.not_taken(sent.get("schemas"), found)


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


_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
_AT_ONCE = 4
"""How many tables are asked for their columns at the same time. Fivetran asks the source for each,
and allows 500 such requests a minute."""

_NOT_NOW = (400, 405, 409)
"""How the API may answer that it cannot ask the source for the columns of a table now."""


class Wanted(NamedTuple):
    """What a configuration demands."""

    policy: str | None
    """``schema_change_handling``; None if it is not managed."""
    named: Any
    """``schemas``; None if nothing is named."""
    is_type_locked: bool | None
    """None if it need not be sent."""
    reload: str
    """``never``, ``if_missing`` or ``always``."""

    def body(self, config: SchemaConfig) -> Tree:
        """Return the body of the PATCH with what differs; empty if nothing does."""
        body: Tree = {}
        if self.policy is not None and self.policy != config.policy:
            body["schema_change_handling"] = self.policy
        if schemas := changes(self.named, config):
            body["schemas"] = schemas
        if self.is_type_locked is not None:
            body["is_type_locked"] = self.is_type_locked
        return body

    def attributes_to_send(self, config: SchemaConfig) -> set[str]:
        """Return the attributes of which :meth:`body` has something."""
        body = self._replace(named=None).body(config)
        return {*body, *(["schemas"] if has_changes(self.named, config) else [])}

    def body_ahead(self) -> Tree:
        """Return the body of the POST for a source that Fivetran has not read yet."""
        policy = {} if self.policy is None else {"schema_change_handling": self.policy}
        return {"schemas": ahead(self.named), **policy}


def add_columns(api: SchemaClient, named: Any, config: SchemaConfig) -> None:
    """Read the columns of the tables of which columns are named that no answer has yet."""
    tables = checks.tables_to_read(named, config)
    if not tables:
        return
    from constructs_lib.backend.fivetran.inventory import in_parallel

    def read(table: tuple[str, str]) -> tuple[tuple[str, str], Tree]:
        return table, api.columns(config.spelled(table[:1]), config.spelled(table))

    for table, columns in in_parallel(read, tables, _AT_ONCE):
        config.add_columns(*table, columns)


def add_columns_if_possible(
    api: SchemaClient, named: Any, config: SchemaConfig, reload: str
) -> bool:
    """Read these columns; return False if the API cannot read them now.

    :param reload: ``never`` if the source may not have been read yet, so that the table is unknown
    """
    try:
        add_columns(api, named, config)
    except NotFound:
        raise
    except ApiError as error:
        if error.status not in _NOT_NOW and (error.status != 404 or reload != "never"):
            raise
        log.info(f"the columns are not checked: {error}")
        return False
    return True


class SchemaSetter:
    """One schema configuration that is being set.

    :param client: the account
    :param identifier: the connection
    :param deadline: the limit of the operation
    :param diagnostics: gets the errors, if there are several
    """

    def __init__(
        self, client: Client, identifier: str, deadline: Deadline, diagnostics: Diagnostics
    ) -> None:
        self._client, self._identifier = client, identifier
        self._deadline, self._diagnostics = deadline, diagnostics
        self._api = SchemaClient(client, identifier, deadline)
        self._has_reloaded = self._is_connected = False

    def run(
        self,
        wanted: Wanted,
        read: Callable[[], SchemaConfig | None],
        on_sent: Callable[[SchemaConfig], None],
    ) -> SchemaConfig:
        """Set it, and return what the API has then.

        :param read: returns the configuration as it was read for the first attempt
        :param on_sent: is called with the answer to what was sent
        :raises ProviderError: if it cannot be set
        """
        waits = pauses(_FIRST_PAUSE, _LONGEST_PAUSE)
        while True:
            try:
                return self._attempt(wanted, read(), on_sent)
            except Conflict as conflict:
                read = self._api.read
                log.info(f"{conflict}; reading it again")
                what = f"the schema configuration of connection {self._identifier} to be free"
                self._deadline.poll(next(waits), what)

    def _attempt(
        self,
        wanted: Wanted,
        found: SchemaConfig | None,
        on_sent: Callable[[SchemaConfig], None],
    ) -> SchemaConfig:
        if found is None and wanted.reload == "never":
            answer = self._api.create(wanted.body_ahead())
            on_sent(answer)
            return self._locked_after_creation(wanted, answer)
        config = found
        if config is None or (wanted.reload == "always" and not self._has_reloaded):
            self._wait_until_connected()
            config = self._api.reload(is_first=found is None)
            self._has_reloaded = True
        self._add_columns(wanted, config)
        self._refuse(wanted, config)
        body = wanted.body(config)
        if not body:
            return config
        answer = self._api.modify(body)
        on_sent(answer)
        self._verify(wanted, answer)
        return answer

    def _locked_after_creation(self, wanted: Wanted, answer: SchemaConfig) -> SchemaConfig:
        """Send what the POST does not take."""
        if wanted.is_type_locked is None:
            return answer
        return self._api.modify({"is_type_locked": wanted.is_type_locked})

    def _add_columns(self, wanted: Wanted, config: SchemaConfig) -> None:
        if wanted.reload == "never":
            add_columns_if_possible(self._api, wanted.named, config, wanted.reload)
        elif checks.tables_to_read(wanted.named, config):
            self._wait_until_connected()
            add_columns(self._api, wanted.named, config)

    def _refuse(self, wanted: Wanted, config: SchemaConfig) -> None:
        problems = [
            problem
            for problem in checks.find_problems(wanted.named, config)
            if not (problem.is_missing and wanted.reload == "never")
        ]
        if problems:
            *others, last = checks.as_errors(problems, f"connection {self._identifier}")
            for error in others:
                self._diagnostics.error(error.summary, error.detail, error.path)
            raise last

    def _verify(self, wanted: Wanted, answer: SchemaConfig) -> None:
        found = checks.not_taken(wanted.named, answer)
        if wanted.policy is not None and wanted.policy != answer.policy:
            found.append(f"schema_change_handling: sent {wanted.policy}, returned {answer.policy}")
        if found:
            raise ProviderError(
                "Fivetran did not apply all of the schema configuration",
                f"Connection {self._identifier}, according to the response:\n\n"
                + "\n".join(found[:20])
                + "\n\nRemove what Fivetran cannot do from the configuration, or check it in the "
                "dashboard, and apply again.",
                ("schemas",),
            )

    def _wait_until_connected(self) -> None:
        """Wait until the connection is connected: only then can Fivetran read its source."""
        if self._is_connected:
            return
        waits, state = pauses(_FIRST_PAUSE, _LONGEST_PAUSE), ""
        try:
            while True:
                connection = self._client.connection(self._identifier, self._deadline)
                state = setup_state(connection)
                if state == "connected":
                    self._is_connected = True
                    return
                what = f"the setup of connection {self._identifier} ({state}) to be complete"
                self._deadline.poll(next(waits), what)
        except TimeLimitExceeded as error:
            raise ProviderError(
                f"Connection {self._identifier} is not connected",
                f"{error}. Its setup_state is {state or 'not known'}, and Fivetran reads a source "
                "only when it is connected. Nothing was changed. Complete the setup with a "
                "connect card or in the dashboard, or run its setup tests first (depends_on a "
                'fivetranops_connection_test). Then apply again. Or set reload = "never" to '
                "send the configuration before Fivetran has read the source. "
                f"{self._deadline.advice}",
                ("connection_id",),
            ) from None
