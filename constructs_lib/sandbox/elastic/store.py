"""The memory of a sandbox of Elastic's API: settings, connectors and the request journal."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

from constructs_lib.sandbox import clock, database_file
from constructs_lib.sandbox.common_store import CommonStore
from constructs_lib.sandbox.elastic.records import ElasticConnector
from constructs_lib.sandbox.elastic.settings import ElasticSettings
from constructs_lib.sandbox.elastic.tables import ELASTIC, ElasticTables
from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.schemas.connector_status import STATUSES


def is_elastic(database: Path) -> bool:
    """True if a file is the database of a sandbox of Elastic's API.

    :raises SandboxError: if it cannot be read
    """
    try:
        return database_file.mark(database) == ELASTIC.application_id
    except sqlite3.OperationalError as error:
        raise SandboxError(f"{database} cannot be opened: {error}") from None


class ElasticStore(CommonStore[ElasticTables, ElasticSettings]):
    """The memory of a sandbox of Elastic's API."""

    layout = ELASTIC
    tables_type = ElasticTables

    def add_connector(self, connector_id: str, **values: Any) -> ElasticConnector:
        """Adds a connector; one that is there already stays as it is.

        :param values: by the names of :class:`ElasticConnector`, such as ``service_type``
        :raises SandboxError: if the identifier is empty
        """
        if not connector_id:
            raise SandboxError("a connector needs an identifier")
        with self.transaction() as tables:
            found = tables.connector(connector_id)
            if found is None:
                made = {"created_at": clock.to_text(self.clock()), **values}
                found = ElasticConnector(connector_id, **made)
                tables.save(found)
            return found

    def set_status(self, connector_id: str, status: str, error: str | None = None) -> None:
        """Sets a status as the connector service does, past the API.

        :raises SandboxError: if there is no such connector or no such status
        """
        if status not in STATUSES:
            raise SandboxError(f"status must be one of {', '.join(STATUSES)}")
        with self.transaction() as tables:
            found = tables.connector(connector_id)
            if found is None:
                raise SandboxError(f"there is no connector {connector_id!r}")
            tables.save(replace(found, status=status, error=error))

    def connector(self, connector_id: str) -> ElasticConnector | None:
        """One connector as it was last stored; None if there is none."""
        with self.transaction() as tables:
            return tables.connector(connector_id)

    def seed(self, tables: ElasticTables) -> None:
        """Removes all but the connector that every new sandbox has."""
        tables.reset(clock.to_text(self.clock()))
