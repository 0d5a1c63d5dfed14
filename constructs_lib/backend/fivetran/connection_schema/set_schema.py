"""Set the schema configuration of a connection: read, compare, send once, verify.

Where Fivetran has not read the source yet, or is to read it again, the connection must be connected
first; that is waited for. If somebody else changes the configuration at the same time, the API
answers 409: then all is repeated, from the read on, until the time limit.

Source: https://fivetran.com/docs/rest-api/api-reference/connection-schema
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import (
    ApiError,
    Conflict,
    NotFound,
    TimeLimitExceeded,
)
from constructs_lib.backend.fivetran.connection.model import setup_state
from constructs_lib.backend.fivetran.connection_schema import checks
from constructs_lib.backend.fivetran.connection_schema.client import SchemaClient
from constructs_lib.backend.fivetran.connection_schema.schema_config import (
    SchemaConfig,
    Tree,
    ahead,
    changes,
)
from constructs_lib.backend.http.deadline import Deadline, pauses
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.records import NamedTuple

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
