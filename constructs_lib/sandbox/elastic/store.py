"""The memory of a sandbox of Elastic's API: settings, connectors, sync jobs and the journal.

The settings say which server the sandbox imitates. They are in its database, so that all processes
on one file agree.

The setting ``faults`` takes the faults of :mod:`constructs_lib.sandbox.common.faults`, except their
events and the answers that only Fivetran has, and one event more::

    # The service finds the source unreachable between the reading and the writing of the status.
    store.configure(faults=[
        {"kind": "status_moves", "method": "PUT", "path": "/_connector/{id}/_status",
         "when": "before", "status": "error"},
    ])

The path of a fault is compared with the path as it was sent, percent-encoded.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar

from constructs_lib.sandbox.common.database import Layout, application_id_of
from constructs_lib.sandbox.common.errors import SandboxError
from constructs_lib.sandbox.common.faults import FAULT_KINDS, Fault, FaultKind, checked_faults
from constructs_lib.sandbox.common.store import CommonStore, CommonTables, moment_to_text
from constructs_lib.sandbox.elastic.records import ElasticConnector, SyncJob
from constructs_lib.schemas.connector_status import STATUSES, is_strict_version

STATUS_MOVES = "status_moves"
"""The event: the connector service sets the status."""
OF_FIVETRAN = ("refused", "sync_not_stopped")
"""The faults whose answers are those of Fivetran's API."""

_EVENT = FaultKind(True, "The connector service sets the status (status).", event=True)


@dataclass(frozen=True)
class ElasticFault(Fault):
    """A fault, and the requests that it strikes.

    :raises SandboxError: if a value is not allowed
    """

    KINDS: ClassVar[Mapping[str, FaultKind]] = {
        **{
            name: facts
            for name, facts in FAULT_KINDS.items()
            if not facts.event and name not in OF_FIVETRAN
        },
        STATUS_MOVES: _EVENT,
    }

    status: str = "error"
    """For ``status_moves``: the status that the service sets, in lower case."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status not in STATUSES:
            raise SandboxError(f"status of a fault must be one of {', '.join(STATUSES)}")


_FLAVORS = ("default", "serverless")


@dataclass(frozen=True)
class ElasticSettings:
    """The server that a sandbox imitates, and its faults."""

    version: str = "9.1.0"
    """The version of the server, such as ``8.14.3``. 8.13 and 8.14 let no status follow itself, and
    before 9.0 a deletion leaves nothing; all that differs is in ``docs/sandbox.md``."""
    build_flavor: str = "default"
    """``default``, or ``serverless``."""
    manage_connector: bool = True
    """False answers every write with 403, as if the credentials lacked this cluster privilege."""
    clock_ahead_seconds: float = 0.0
    """The seconds by which the sandbox's clock is ahead of the real one."""
    faults: tuple[ElasticFault, ...] = ()
    """Faults and the requests that they strike: each an :class:`ElasticFault`, or a mapping with
    its fields. Setting them restarts the counting of requests."""

    @property
    def strict(self) -> bool:
        """True if no status may follow itself. Serverless is always the newest server."""
        return self.build_flavor == "default" and is_strict_version(self.version)

    def at_least(self, major: int, minor: int) -> bool:
        """Return whether the server is of this version or a later one.

        Serverless is always the newest server.
        """
        first, second = self.version.split(".")[:2]
        return self.build_flavor == "serverless" or (int(first), int(second)) >= (major, minor)

    @property
    def major(self) -> int:
        """The first number of the version."""
        return int(self.version.partition(".")[0])

    def changed(self, **values: Any) -> ElasticSettings:
        """Return these settings with some values replaced.

        :raises SandboxError: if a name or a value is not allowed
        """
        known = {one.name for one in fields(self)}
        if unknown := sorted(set(values) - known):
            raise SandboxError(f"unknown settings: {', '.join(unknown)}")
        if "faults" in values:
            values["faults"] = checked_faults(values["faults"], ElasticFault)
        return _checked(replace(self, **values))

    def to_json(self) -> str:
        """Return the settings as they are stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ElasticSettings:
        """Return the settings that :meth:`to_json` wrote."""
        return cls().changed(**json.loads(text))


def _checked(settings: ElasticSettings) -> ElasticSettings:
    version: Any = settings.version
    if not isinstance(version, str) or not re.fullmatch(
        r"\d{1,3}\.\d{1,3}\.\d{1,3}(-\w+)?", version
    ):
        raise SandboxError("version must be that of a server, such as 8.14.3")
    if settings.build_flavor not in _FLAVORS:
        raise SandboxError(f"build_flavor must be {' or '.join(_FLAVORS)}")
    if not isinstance(settings.manage_connector, bool):
        raise SandboxError("manage_connector must be true or false")
    seconds = settings.clock_ahead_seconds
    if type(seconds) not in (int, float) or not 0 <= seconds < 1e9:
        raise SandboxError("clock_ahead_seconds must be a number of seconds, 0 or more")
    return settings


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
        """Return a connector; None if there is none.

        :param with_deleted: True finds one that is deleted, too
        """
        query = "SELECT document FROM connectors WHERE id = ?"
        row = self._link.execute(query, (connector_id,)).fetchone()
        found = ElasticConnector.from_json(row[0]) if row else None
        return None if found is None or (found.deleted and not with_deleted) else found

    def connectors(self, *, with_deleted: bool = False) -> list[ElasticConnector]:
        """Return all connectors, in the order in which they were made.

        :param with_deleted: True includes those that are deleted
        """
        rows = self._link.execute("SELECT document FROM connectors ORDER BY number").fetchall()
        found = (ElasticConnector.from_json(row[0]) for row in rows)
        return [connector for connector in found if with_deleted or not connector.deleted]

    def save(self, connector: ElasticConnector) -> None:
        """Add a connector, or replace the one with its identifier."""
        self._link.execute(
            "INSERT INTO connectors (id, document) VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            (connector.id, connector.to_json()),
        )

    def remove(self, connector_id: str) -> None:
        """Remove a connector for good."""
        self._link.execute("DELETE FROM connectors WHERE id = ?", (connector_id,))

    def sync_job(self, identifier: str) -> SyncJob | None:
        """Return a sync job; None if there is none."""
        query = "SELECT document FROM sync_jobs WHERE id = ?"
        row = self._link.execute(query, (identifier,)).fetchone()
        found: SyncJob | None = json.loads(row[0]) if row else None
        return found

    def sync_jobs(self) -> list[SyncJob]:
        """Return all sync jobs, in the order in which they were made."""
        rows = self._link.execute("SELECT document FROM sync_jobs ORDER BY number").fetchall()
        return [json.loads(row[0]) for row in rows]

    def save_sync_job(self, job: SyncJob) -> None:
        """Add a sync job, or replace the one with its identifier."""
        self._link.execute(
            "INSERT INTO sync_jobs (id, document) VALUES (?, ?) "
            "ON CONFLICT (id) DO UPDATE SET document = excluded.document",
            (job["id"], json.dumps(job)),
        )

    def remove_sync_job(self, identifier: str) -> None:
        """Remove a sync job."""
        self._link.execute("DELETE FROM sync_jobs WHERE id = ?", (identifier,))

    def reset(self, at: str) -> None:
        """Remove connectors, sync jobs and journal, and seed one connector.

        The journal's numbers and the requests that faults count begin at 1 again; settings stay.

        :param at: when the seeded connector is made (RFC 3339)
        """
        for table in ("connectors", "sync_jobs", "journal", "fault_counts"):
            self._link.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line.
        self._link.execute("DELETE FROM sqlite_sequence")
        self.save(replace(SEEDED_CONNECTOR, created_at=at))


def is_elastic(database: Path) -> bool:
    """Return whether a file is the database of a sandbox of Elastic's API.

    :raises SandboxError: if it cannot be read
    """
    try:
        return application_id_of(database) == ELASTIC.application_id
    except sqlite3.OperationalError as error:
        raise SandboxError(f"{database} cannot be opened: {error}") from None


class ElasticStore(CommonStore[ElasticTables, ElasticSettings]):
    """The memory of a sandbox of Elastic's API."""

    layout = ELASTIC
    tables_type = ElasticTables

    def add_connector(self, connector_id: str, **values: Any) -> ElasticConnector:
        """Add a connector; leave one that exists as it is.

        :param values: by the names of :class:`ElasticConnector`, such as ``service_type``
        :raises SandboxError: if the identifier is empty
        """
        if not connector_id:
            raise SandboxError("a connector needs an identifier")
        with self.transaction() as tables:
            found = tables.connector(connector_id)
            if found is None:
                made = {"created_at": moment_to_text(self.clock()), **values}
                found = ElasticConnector(connector_id, **made)
                tables.save(found)
            return found

    def set_status(self, connector_id: str, status: str, error: str | None = None) -> None:
        """Set a status as the connector service does, without a request.

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
        """Return a connector as it was last stored; None if there is none."""
        with self.transaction() as tables:
            return tables.connector(connector_id)

    def seed(self, tables: ElasticTables) -> None:
        """Remove all but the connector that every new sandbox has."""
        tables.reset(moment_to_text(self.clock()))
