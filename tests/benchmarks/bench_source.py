"""The source of the connections of the bench API, and what of it is synced.

It has one schema, ``public``. Like the documents of connections, those about it are finished JSON:
only a ``PATCH`` and the first answer after it compute anything.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

_ENTRY = {"enabled": True, "enabled_patch_settings": {"allowed": True}}


class Source:
    """Tables of which nobody has set a column yet.

    :param tables: how many there are
    :param columns: how many columns each has
    """

    def __init__(self, tables: int = 0, columns: int = 0) -> None:
        self._names = [f"column_{number:03}" for number in range(columns)]
        self._tables = {f"table_{number:04}": _table(number) for number in range(tables)}

    @cached_property
    def document(self) -> bytes:
        """The configuration: all tables, and the columns that somebody has set."""
        public = {"name_in_destination": "public", "enabled": True, "tables": self._tables}
        return json.dumps(
            {
                "schema_change_handling": "ALLOW_ALL",
                "enable_new_by_default": True,
                "schemas": {"public": public},
            }
        ).encode()

    @cached_property
    def columns(self) -> bytes:
        """The columns of one table, as long as nobody has set any; they are the same in each."""
        return json.dumps({"columns": {name: _column(name) for name in self._names}}).encode()

    def modify(self, body: dict[str, Any]) -> bytes:
        """Set what a ``PATCH`` names; return the configuration."""
        for name, given in body["schemas"]["public"]["tables"].items():
            table = self._tables[name]
            for column, settings in given.pop("columns", {}).items():
                table["columns"].setdefault(column, _column(column)).update(settings)
            table.update(given)
        del self.__dict__["document"]
        return self.document


def _table(number: int) -> dict[str, Any]:
    more = {"supports_columns_config": True, "supports_history_mode": True}
    name = {"name_in_destination": f"table_{number:04}"}
    return {**_ENTRY, **name, **more, "sync_mode": "SOFT_DELETE", "columns": {}}


def _column(name: str) -> dict[str, Any]:
    return {**_ENTRY, "name_in_destination": name, "hashed": False}
