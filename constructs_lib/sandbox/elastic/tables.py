"""What one transaction of the sandbox of Elastic's API can read and write."""

from __future__ import annotations

from constructs_lib.sandbox.common_tables import CommonTables
from constructs_lib.sandbox.database import Layout
from constructs_lib.sandbox.elastic.records import ElasticConnector
from constructs_lib.sandbox.elastic.settings import ElasticSettings

ELASTIC = Layout(
    application_id=0x5342454C,  # SBEL
    version=1,
    tables="""
CREATE TABLE connectors (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL);
""",
)
"""The database of the sandbox of Elastic's API."""

SEEDED_CONNECTOR = ElasticConnector(
    id="sandbox_wiki", name="Wiki", index_name="search-wiki", service_type="confluence"
)
"""The connector that every new sandbox has."""


class ElasticTables(CommonTables[ElasticSettings]):
    """The tables of the sandbox, within one transaction."""

    settings_type = ElasticSettings

    def connector(self, connector_id: str) -> ElasticConnector | None:
        """One connector; a deleted one is not found."""
        query = "SELECT document FROM connectors WHERE id = ?"
        row = self._link.execute(query, (connector_id,)).fetchone()
        found = ElasticConnector.from_json(row[0]) if row else None
        return None if found is None or found.deleted else found

    def connectors(self) -> list[ElasticConnector]:
        """All connectors but the deleted ones, in the order in which they were made."""
        rows = self._link.execute("SELECT document FROM connectors ORDER BY number").fetchall()
        found = (ElasticConnector.from_json(row[0]) for row in rows)
        return [connector for connector in found if not connector.deleted]

    def save(self, connector: ElasticConnector) -> None:
        """Adds a connector, or replaces the one with its identifier."""
        self._link.execute(
            "INSERT INTO connectors (id, document) VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            (connector.id, connector.to_json()),
        )

    def remove(self, connector_id: str) -> None:
        """Removes a connector for good."""
        self._link.execute("DELETE FROM connectors WHERE id = ?", (connector_id,))

    def reset(self) -> None:
        """Removes connectors and journal, and seeds one connector.

        The journal's numbers and the requests that faults count begin at 1 again; settings stay.
        """
        for table in ("connectors", "journal", "fault_counts"):
            self._link.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line.
        self._link.execute("DELETE FROM sqlite_sequence")
        self.save(SEEDED_CONNECTOR)
