"""The memory of a sandbox of Fivetran's API: settings, groups, connections and the journal.

The settings say how the sandbox behaves. They are in its database, so that all processes on one
file agree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from constructs_lib.sandbox.common import messages
from constructs_lib.sandbox.common.database import Layout
from constructs_lib.sandbox.common.errors import SandboxError
from constructs_lib.sandbox.common.faults import Fault, checked_faults
from constructs_lib.sandbox.common.store import CommonStore, CommonTables, moment_to_text
from constructs_lib.sandbox.fivetran import answers
from constructs_lib.sandbox.fivetran.distortions import checked_conditions, checked_distortions
from constructs_lib.sandbox.fivetran.records import Connection, Group


@dataclass(frozen=True)
class Settings:
    """The behaviour of a sandbox where the contract leaves a choice or a test needs a variant."""

    sync_seconds: float = 5.0
    """The length of a sync, in seconds; 0 or more."""
    clock_ahead_seconds: float = 0.0
    """The seconds by which the sandbox's clock is ahead of the real one: a test lets time pass by
    raising it, for all processes on one file at once."""
    auto_sync: bool = False
    """True lets connections sync by their schedule. Off, because tests need quiet."""
    list_config: bool = False
    """True puts ``config`` into the items of lists. By the contract it may be there or not."""
    page_items: int = 1000
    """The most items of a page of a list, 1 to 1000, if a request asks for more. The contract says
    how many one may ask for, not that so many come."""
    unsupported_state_status: int = 400
    """Status for the state of a service that has none: 400 (by the contract), or 405 (an older)."""
    update_while_syncing_status: int = 200
    """Status for a change of a connection, other than of ``paused`` alone, while a sync runs: 200,
    or, as the API sometimes answers, 409, or 400 after it tried to stop the sync."""
    setup_tests_every_update: bool = True
    """True runs the setup tests after every update that does not say ``run_setup_tests`` false, as
    the contract says. False runs them only after a change of ``config`` or ``auth``, as a public
    report says of the API."""
    state_must_exist: bool = False
    """True refuses to set a state where none was written yet (400). The contract names this as a
    possible cause of a 400 without saying when; accepted by default, because a connection could
    otherwise never be given a state before its first sync."""
    merge_state: bool = False
    """True merges a new state over the old at the top level. The contract does not say whether the
    API merges or replaces; replacing is the default."""
    counts_with: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Settings of ``config`` and ``auth`` that are dropped in silence unless others have given
    values; see :mod:`constructs_lib.sandbox.fivetran.distortions`. None by default, because the
    contract does not say that they are."""
    rate_limit: int = 20000
    """Requests in one window of time, as the ``X-Rate-Limit`` header says."""
    rate_window_seconds: float = 3600.0
    """The window of the rate limit, in seconds, rolling."""
    enforce_rate_limit: bool = False
    """True answers 429 when the limit is used up."""
    distortions: Mapping[str, str] = field(default_factory=dict)
    """Ways in which answers differ from what is stored: paths of fields to names of distortions;
    both in :mod:`constructs_lib.sandbox.fivetran.distortions`."""
    faults: tuple[Fault, ...] = ()
    """Faults and the requests that they strike: each a :class:`Fault`, or a mapping with
    its fields. Setting them restarts the counting of requests."""

    def changed(self, **values: Any) -> Settings:
        """Return these settings with some values replaced.

        :raises SandboxError: if a name or a value is not allowed
        """
        known = {one.name for one in fields(self)}
        if unknown := sorted(set(values) - known):
            raise SandboxError(f"unknown settings: {', '.join(unknown)}")
        if "counts_with" in values:
            values["counts_with"] = checked_conditions(values["counts_with"])
        if "distortions" in values:
            given = values["distortions"]
            values["distortions"] = checked_distortions(given, answers.FIELDS)
        if "faults" in values:
            values["faults"] = checked_faults(values["faults"], Fault)
        return _checked(replace(self, **values))

    def to_json(self) -> str:
        """Return the settings as they are stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """Return the settings that :meth:`to_json` wrote."""
        return cls().changed(**json.loads(text))


def _checked(settings: Settings) -> Settings:
    for name in ("sync_seconds", "clock_ahead_seconds", "rate_window_seconds"):
        seconds = getattr(settings, name)
        if type(seconds) not in (int, float) or not 0 <= seconds < 1e9:
            raise SandboxError(f"{name} must be a number of seconds, 0 or more")
    if settings.unsupported_state_status not in (400, 405):
        raise SandboxError("unsupported_state_status must be 400 or 405")
    if settings.update_while_syncing_status not in (200, 400, 409):
        raise SandboxError("update_while_syncing_status must be 200, 400 or 409")
    if type(settings.page_items) is not int or not 1 <= settings.page_items <= 1000:
        raise SandboxError("page_items must be a whole number, 1 to 1000")
    if type(settings.rate_limit) is not int or settings.rate_limit < 0:
        raise SandboxError("rate_limit must be a whole number, 0 or more")
    return _with_checked_flags(settings)


def _with_checked_flags(settings: Settings) -> Settings:
    for name in (
        "auto_sync",
        "list_config",
        "setup_tests_every_update",
        "state_must_exist",
        "merge_state",
        "enforce_rate_limit",
    ):
        if not isinstance(getattr(settings, name), bool):
            raise SandboxError(f"{name} must be true or false")
    return settings


FIVETRAN = Layout(
    application_id=0x53424F58,  # SBOX
    version=2,
    tables="""
CREATE TABLE groups (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, created_at TEXT NOT NULL);
CREATE TABLE connections (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE, group_id TEXT NOT NULL, schema TEXT NOT NULL, document TEXT NOT NULL,
    UNIQUE (group_id, schema));
CREATE TABLE spans (connection_id TEXT PRIMARY KEY, seconds REAL NOT NULL);
""",
)
"""The database of the sandbox of Fivetran's API."""

SEEDED_GROUPS = ("sandbox_warehouse", "sandbox_lake")
"""The groups that every new sandbox has."""


class Tables(CommonTables[Settings]):
    """The tables of the sandbox, within one transaction."""

    settings_type = Settings

    def group(self, group_id: str) -> Group | None:
        """Return a group; None if there is none."""
        query = "SELECT id, name, created_at FROM groups WHERE id = ?"
        row = self._link.execute(query, (group_id,)).fetchone()
        return Group(*row) if row else None

    def groups(self, after: int, limit: int) -> list[tuple[int, Group]]:
        """Return up to ``limit`` groups with their numbers, from the one after ``after``."""
        query = (
            "SELECT number, id, name, created_at FROM groups WHERE number > ? "
            "ORDER BY number LIMIT ?"
        )
        rows = self._link.execute(query, (after, limit)).fetchall()
        return [(row[0], Group(*row[1:])) for row in rows]

    def add_group(self, group: Group) -> None:
        """Add a group, unless there is one with this identifier."""
        self._link.execute(
            "INSERT OR IGNORE INTO groups (id, name, created_at) VALUES (?, ?, ?)",
            (group.id, group.name, group.created_at),
        )

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection; None if there is none."""
        query = "SELECT document FROM connections WHERE id = ?"
        row = self._link.execute(query, (connection_id,)).fetchone()
        return Connection.from_json(row[0]) if row else None

    def connections(
        self, after: int, limit: int, group_id: str | None = None, schema: str | None = None
    ) -> list[tuple[int, Connection]]:
        """Return up to ``limit`` connections with their numbers, from the one after ``after``."""
        query = (
            "SELECT number, document FROM connections WHERE number > :after "
            "AND (:group_id IS NULL OR group_id = :group_id) "
            "AND (:schema IS NULL OR schema = :schema) ORDER BY number LIMIT :limit"
        )
        values = {"after": after, "limit": limit, "group_id": group_id, "schema": schema}
        rows = self._link.execute(query, values).fetchall()
        return [(row[0], Connection.from_json(row[1])) for row in rows]

    def insert(self, connection: Connection) -> bool:
        """Add a connection; return False if the group already has one with this schema."""
        values = (connection.id, connection.group_id, connection.schema, connection.to_json())
        cursor = self._link.execute(
            "INSERT INTO connections (id, group_id, schema, document) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (group_id, schema) DO NOTHING",
            values,
        )
        return cursor.rowcount == 1

    def update(self, connection: Connection) -> None:
        """Store a changed connection."""
        values = (connection.to_json(), connection.id)
        self._link.execute("UPDATE connections SET document = ? WHERE id = ?", values)

    def delete(self, connection_id: str) -> bool:
        """Remove a connection; return False if there was none."""
        self._link.execute("DELETE FROM spans WHERE connection_id = ?", (connection_id,))
        for kind in self._kinds():
            self.drop_document(kind, connection_id)
        query = "DELETE FROM connections WHERE id = ?"
        return self._link.execute(query, (connection_id,)).rowcount == 1

    def span(self, connection_id: str) -> float | None:
        """Return the length of a connection's syncs, in seconds, if it has its own."""
        query = "SELECT seconds FROM spans WHERE connection_id = ?"
        row = self._link.execute(query, (connection_id,)).fetchone()
        return float(row[0]) if row else None

    def save_span(self, connection_id: str, seconds: float) -> None:
        """Give the syncs of a connection their own length, in seconds."""
        self._link.execute("REPLACE INTO spans VALUES (?, ?)", (connection_id, seconds))

    def document(self, kind: str, identifier: str) -> str | None:
        """Return what is stored of an object that is not a connection; None if nothing is.

        :param kind: the type of its resource, such as ``fivetranops_example``
        """
        if kind not in self._kinds():
            return None
        query = f"SELECT document FROM {kind} WHERE id = ?"  # noqa: S608 - the name of a table.
        row = self._link.execute(query, (identifier,)).fetchone()
        return str(row[0]) if row else None

    def store_document(self, kind: str, identifier: str, document: str) -> None:
        """Store an object that is not a connection; what is stored by the identifier of a
        connection goes with it.

        :param kind: the type of its resource, whose table is made when it is first needed
        """
        columns = "id TEXT PRIMARY KEY, document TEXT NOT NULL"
        self._link.execute(f"CREATE TABLE IF NOT EXISTS {kind} ({columns})")
        self._link.execute(f"REPLACE INTO {kind} VALUES (?, ?)", (identifier, document))  # noqa: S608

    def drop_document(self, kind: str, identifier: str) -> bool:
        """Remove an object that is not a connection; return False if there was none."""
        if kind not in self._kinds():
            return False
        query = f"DELETE FROM {kind} WHERE id = ?"  # noqa: S608 - the name of a table.
        return self._link.execute(query, (identifier,)).rowcount == 1

    def _kinds(self) -> list[str]:
        """Return the types of resources of which anything was ever stored."""
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'fivetranops%'"
        return [str(row[0]) for row in self._link.execute(query)]

    def requests_since(self, moment: str, limit: int) -> int:
        """Count the requests that were answered after a moment (RFC 3339), other than by 429.

        :param limit: where to stop counting
        """
        query = "SELECT 1 FROM journal WHERE at > ? AND status != 429 LIMIT ?"
        row = self._link.execute(f"SELECT count(*) FROM ({query})", (moment, limit)).fetchone()  # noqa: S608 - the query from the line above.
        return int(row[0])

    def oldest_request_since(self, moment: str) -> str | None:
        """Return when the first of those requests was answered; None if there was none."""
        query = "SELECT min(at) FROM journal WHERE at > ? AND status != 429"
        row = self._link.execute(query, (moment,)).fetchone()
        return str(row[0]) if row[0] else None

    def reset(self, at: str) -> None:
        """Remove connections, groups and journal, and seed the groups.

        The journal's numbers and the requests that faults count begin at 1 again; settings stay.

        :param at: when the seeded groups were made (RFC 3339)
        """
        tables = ("connections", "groups", "journal", "spans", "fault_counts")
        for table in (*self._kinds(), *tables):
            self._link.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line.
        self._link.execute("DELETE FROM sqlite_sequence")
        for group_id in SEEDED_GROUPS:
            self.add_group(Group(group_id, group_id, at))


class Store(CommonStore[Tables, Settings]):
    """The memory of a sandbox of Fivetran's API. It holds no secret in clear."""

    layout = FIVETRAN
    tables_type = Tables

    def add_group(self, group_id: str) -> None:
        """Add a group; leave one that exists as it is."""
        if not group_id:
            raise SandboxError("a group needs an identifier")
        with self.transaction() as tables:
            tables.add_group(Group(group_id, group_id, moment_to_text(self.clock())))

    def set_sync_seconds(self, connection_id: str, seconds: float) -> None:
        """Give the next syncs of a connection their own length, in seconds.

        :raises SandboxError: if there is no such connection, or the length is negative
        """
        Settings().changed(sync_seconds=seconds)
        with self.transaction() as tables:
            if tables.connection(connection_id) is None:
                raise SandboxError(f"there is no connection {connection_id!r}")
            tables.save_span(connection_id, seconds)

    def set_source(self, connection_id: str, source: Any) -> None:
        """Give a connection a source of its own, with schemas, tables and columns.

        :raises SandboxError: if there is no such connection, or the source is none
        """
        self.control(f"connections/{connection_id}/source", {"schemas": source})

    def control(self, path: str, body: Any) -> None:
        """Do what a test does from outside by a ``POST`` to a path of control.

        :param path: what follows ``/_sandbox/``
        :param body: JSON values
        :raises SandboxError: if it is refused, with the words of the answer
        """
        # The API is built on this module.
        from constructs_lib.sandbox.fivetran.api import control

        control(self, path, body)

    def connection(self, connection_id: str) -> Connection | None:
        """Return a connection as it was last stored; None if there is none."""
        with self.transaction() as tables:
            return tables.connection(connection_id)

    def holds_secret(self, connection_id: str, place: str, value: Any) -> bool:
        """Return whether this secret is the last that a connection received at this place.

        :param place: such as ``config.password``, ``config.secrets_list[0].value`` or
            ``auth.client_access.client_secret``
        """
        connection = self.connection(connection_id)
        stored = connection.digests.get(place) if connection else None
        return stored is not None and messages.equals_masked(stored, value)

    def seed(self, tables: Tables) -> None:
        """Remove all but the groups that every new sandbox has."""
        tables.reset(moment_to_text(self.clock()))
