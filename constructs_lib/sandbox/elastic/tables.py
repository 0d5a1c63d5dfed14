"""What one transaction of the sandbox of Elastic's API can read and write."""

from __future__ import annotations

import json
from dataclasses import replace

from constructs_lib.sandbox.common_tables import CommonTables
from constructs_lib.sandbox.database import Layout
from constructs_lib.sandbox.elastic.records import ElasticConnector
from constructs_lib.sandbox.elastic.settings import ElasticSettings
from constructs_lib.sandbox.elastic.sync_job_records import SyncJob

ELASTIC = Layout(
    application_id=0x5342454C,  # SBEL
    version=1,
    tables="""
CREATE TABLE connectors (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL);
""",
    added_tables="""
CREATE TABLE IF NOT EXISTS sync_jobs (
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

    def connector(
        self, connector_id: str, *, with_deleted: bool = False
    ) -> ElasticConnector | None:
        """One connector.

        :param with_deleted: True finds one that is deleted, too
        """
        query = "SELECT document FROM connectors WHERE id = ?"
        row = self._link.execute(query, (connector_id,)).fetchone()
        found = ElasticConnector.from_json(row[0]) if row else None
        return None if found is None or (found.deleted and not with_deleted) else found

    def connectors(self, *, with_deleted: bool = False) -> list[ElasticConnector]:
        """All connectors, in the order in which they were made.

        :param with_deleted: True includes those that are deleted
        """
        rows = self._link.execute("SELECT document FROM connectors ORDER BY number").fetchall()
        found = (ElasticConnector.from_json(row[0]) for row in rows)
        return [connector for connector in found if with_deleted or not connector.deleted]

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

    def sync_job(self, identifier: str) -> SyncJob | None:
        """One sync job."""
        query = "SELECT document FROM sync_jobs WHERE id = ?"
        row = self._link.execute(query, (identifier,)).fetchone()
        found: SyncJob | None = json.loads(row[0]) if row else None
        return found

    def sync_jobs(self) -> list[SyncJob]:
        """All sync jobs, in the order in which they were made."""
        rows = self._link.execute("SELECT document FROM sync_jobs ORDER BY number").fetchall()
        return [json.loads(row[0]) for row in rows]

    def save_sync_job(self, job: SyncJob) -> None:
        """Adds a sync job, or replaces the one with its identifier."""
        self._link.execute(
            "INSERT INTO sync_jobs (id, document) VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            (job["id"], json.dumps(job)),
        )

    def remove_sync_job(self, identifier: str) -> None:
        """Removes a sync job."""
        self._link.execute("DELETE FROM sync_jobs WHERE id = ?", (identifier,))

    def reset(self, at: str) -> None:
        """Removes connectors, sync jobs and journal, and seeds one connector.

        The journal's numbers and the requests that faults count begin at 1 again; settings stay.

        :param at: when the seeded connector is made (RFC 3339)
        """
        for table in ("connectors", "sync_jobs", "journal", "fault_counts"):
            self._link.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line.
        self._link.execute("DELETE FROM sqlite_sequence")
        self.save(replace(SEEDED_CONNECTOR, created_at=at))
