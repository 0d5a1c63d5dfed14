"""The memory of a sandbox: settings, groups, connections and the request journal."""

from __future__ import annotations

from typing import Any

from constructs_lib.sandbox import clock, masking
from constructs_lib.sandbox.common_store import CommonStore
from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.sandbox.records import Connection, Group
from constructs_lib.sandbox.settings import Settings
from constructs_lib.sandbox.tables import FIVETRAN, Tables


class Store(CommonStore[Tables, Settings]):
    """The memory of a sandbox of Fivetran's API. It holds no secret in clear."""

    layout = FIVETRAN
    tables_type = Tables

    def add_group(self, group_id: str) -> None:
        """Adds a group; one that is there already stays as it is."""
        if not group_id:
            raise SandboxError("a group needs an identifier")
        with self.transaction() as tables:
            tables.add_group(Group(group_id, group_id, clock.to_text(self.clock())))

    def set_sync_seconds(self, connection_id: str, seconds: float) -> None:
        """Gives the next syncs of one connection their own length, in seconds.

        :raises SandboxError: if there is no such connection, or the length is negative
        """
        Settings().changed(sync_seconds=seconds)
        with self.transaction() as tables:
            if tables.connection(connection_id) is None:
                raise SandboxError(f"there is no connection {connection_id!r}")
            tables.save_span(connection_id, seconds)

    def connection(self, connection_id: str) -> Connection | None:
        """One connection as it was last stored; None if there is none."""
        with self.transaction() as tables:
            return tables.connection(connection_id)

    def holds_secret(self, connection_id: str, place: str, value: Any) -> bool:
        """True if this secret was the last that a connection received at this place.

        :param place: such as ``config.password``, ``config.secrets_list[0].value`` or
            ``auth.client_access.client_secret``
        """
        connection = self.connection(connection_id)
        stored = connection.digests.get(place) if connection else None
        return stored is not None and masking.equals(stored, value)

    def seed(self, tables: Tables) -> None:
        """Removes all but the groups that every new sandbox has."""
        tables.reset(clock.to_text(self.clock()))
