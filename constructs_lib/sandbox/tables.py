"""What one transaction of the sandbox of Fivetran's API can read and write."""

from __future__ import annotations

from constructs_lib.sandbox.common_tables import CommonTables
from constructs_lib.sandbox.database import Layout
from constructs_lib.sandbox.records import Connection, Group
from constructs_lib.sandbox.settings import Settings

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
        """One group."""
        query = "SELECT id, name, created_at FROM groups WHERE id = ?"
        row = self._link.execute(query, (group_id,)).fetchone()
        return Group(*row) if row else None

    def groups(self, after: int, limit: int) -> list[tuple[int, Group]]:
        """Up to ``limit`` groups with their numbers, from the one that follows ``after``."""
        query = (
            "SELECT number, id, name, created_at FROM groups WHERE number > ? "
            "ORDER BY number LIMIT ?"
        )
        rows = self._link.execute(query, (after, limit)).fetchall()
        return [(row[0], Group(*row[1:])) for row in rows]

    def add_group(self, group: Group) -> None:
        """Adds a group, unless there is one with this identifier."""
        self._link.execute(
            "INSERT OR IGNORE INTO groups (id, name, created_at) VALUES (?, ?, ?)",
            (group.id, group.name, group.created_at),
        )

    def connection(self, connection_id: str) -> Connection | None:
        """One connection."""
        query = "SELECT document FROM connections WHERE id = ?"
        row = self._link.execute(query, (connection_id,)).fetchone()
        return Connection.from_json(row[0]) if row else None

    def connections(
        self, after: int, limit: int, group_id: str | None = None, schema: str | None = None
    ) -> list[tuple[int, Connection]]:
        """Up to ``limit`` connections with their numbers, from the one that follows ``after``."""
        query = (
            "SELECT number, document FROM connections WHERE number > :after "
            "AND (:group_id IS NULL OR group_id = :group_id) "
            "AND (:schema IS NULL OR schema = :schema) ORDER BY number LIMIT :limit"
        )
        values = {"after": after, "limit": limit, "group_id": group_id, "schema": schema}
        rows = self._link.execute(query, values).fetchall()
        return [(row[0], Connection.from_json(row[1])) for row in rows]

    def insert(self, connection: Connection) -> bool:
        """Adds a connection; False if the group has one of this schema already."""
        values = (connection.id, connection.group_id, connection.schema, connection.to_json())
        cursor = self._link.execute(
            "INSERT INTO connections (id, group_id, schema, document) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (group_id, schema) DO NOTHING",
            values,
        )
        return cursor.rowcount == 1

    def update(self, connection: Connection) -> None:
        """Stores a changed connection."""
        values = (connection.to_json(), connection.id)
        self._link.execute("UPDATE connections SET document = ? WHERE id = ?", values)

    def delete(self, connection_id: str) -> bool:
        """Removes a connection; False if there was none."""
        self._link.execute("DELETE FROM spans WHERE connection_id = ?", (connection_id,))
        query = "DELETE FROM connections WHERE id = ?"
        return self._link.execute(query, (connection_id,)).rowcount == 1

    def span(self, connection_id: str) -> float | None:
        """The length of the syncs of one connection, in seconds, if it has its own."""
        query = "SELECT seconds FROM spans WHERE connection_id = ?"
        row = self._link.execute(query, (connection_id,)).fetchone()
        return float(row[0]) if row else None

    def save_span(self, connection_id: str, seconds: float) -> None:
        """Gives the syncs of one connection their own length, in seconds."""
        self._link.execute("REPLACE INTO spans VALUES (?, ?)", (connection_id, seconds))

    def requests_since(self, moment: str, most: int) -> int:
        """How many requests were answered after a moment (RFC 3339), other than by 429.

        :param most: where to stop counting
        """
        query = "SELECT 1 FROM journal WHERE at > ? AND status != 429 LIMIT ?"
        row = self._link.execute(f"SELECT count(*) FROM ({query})", (moment, most)).fetchone()  # noqa: S608 - the query from the line above.
        return int(row[0])

    def oldest_request_since(self, moment: str) -> str | None:
        """When the first of those requests was answered; None if there was none."""
        query = "SELECT min(at) FROM journal WHERE at > ? AND status != 429"
        row = self._link.execute(query, (moment,)).fetchone()
        return str(row[0]) if row[0] else None

    def reset(self, at: str) -> None:
        """Removes connections, groups and journal, and seeds the groups.

        The journal's numbers and the requests that faults count begin at 1 again; settings stay.

        :param at: when the seeded groups were made (RFC 3339)
        """
        for table in ("connections", "groups", "journal", "spans", "fault_counts"):
            self._link.execute(f"DELETE FROM {table}")  # noqa: S608 - names from this line.
        self._link.execute("DELETE FROM sqlite_sequence")
        for group_id in SEEDED_GROUPS:
            self.add_group(Group(group_id, group_id, at))
