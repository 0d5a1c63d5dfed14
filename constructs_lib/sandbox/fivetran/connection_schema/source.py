"""The source of a connection, and what Fivetran has read of it.

Each connection has a made-up source, the same for all, until a test gives it another one::

    store.set_source(identifier, {"public": {"orders": {"columns": {"id": {}, "email": {}}}}})

===================  ===========================================================================
fact of a table      meaning
===================  ===========================================================================
``columns``          its columns by name, each with ``locked`` and ``reason`` as below
``locked``           ``SYSTEM_TABLE``, ``DELETED`` or ``OTHER``: nobody can enable or disable it
``reason``           why, with ``OTHER``
``enabled``          whether it is enabled at first; true if left out
``sync_mode``        its sync mode; null if it has none, ``SOFT_DELETE`` if left out
``history``          false if it does not support the sync mode HISTORY
``columns_config``   false if its columns cannot be configured
===================  ===========================================================================

Until Fivetran reads the source, which a reload and the first sync do, there is no configuration,
except for what was sent ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.errors import ApiError, SandboxError
from constructs_lib.sandbox.common.messages import dumps_exact, loads_exact

Tree = dict[str, Any]

KIND = "fivetranops_connection_schema"
"""Under which a store keeps the source of a connection, and the configuration of its schema."""
_LOCKS = ("SYSTEM_TABLE", "SYSTEM_COLUMN", "DELETED", "OTHER")
_FACTS = ("columns", "locked", "reason", "enabled", "sync_mode", "history", "columns_config")
_COLUMN_FACTS = ("locked", "reason", "enabled")
_SETTINGS = ("enabled", "sync_mode", "hashed", "is_primary_key")


def _columns(*names: str) -> Tree:
    return {name: {} for name in names}


SOURCE: Tree = {
    "public": {
        "orders": {"columns": _columns("id", "customer_id", "email", "total", "created_at")},
        "customers": {"columns": _columns("id", "email", "phone", "name")},
        "events": {"columns": _columns("id", "payload"), "history": False},
        "migrations": {"columns": _columns("version"), "locked": "SYSTEM_TABLE", "enabled": False},
    },
    "internal": {"sessions": {"columns": _columns("id", "token"), "columns_config": False}},
}
"""The source of a connection to which no test gave another one."""


def checked_source(source: Any) -> Tree:
    """Return a source that a test gives.

    :raises SandboxError: if it is none
    """
    if not isinstance(source, dict) or not all(isinstance(one, dict) for one in source.values()):
        raise SandboxError("a source is an object of schemas, and each of them one of tables")
    for tables in source.values():
        for table, facts in tables.items():
            _check_facts(table, facts, _FACTS)
            for column, inner in facts.get("columns", {}).items():
                _check_facts(column, inner, _COLUMN_FACTS)
    return source


def _check_facts(name: str, facts: Any, known: tuple[str, ...]) -> None:
    if not isinstance(facts, dict) or not set(facts) <= set(known):
        raise SandboxError(f"{name!r} of a source is an object with {', '.join(known)}")
    if facts.get("locked") not in (None, *_LOCKS):
        raise SandboxError(f"locked of {name!r} must be one of {', '.join(_LOCKS)}")


_parsed = lru_cache(maxsize=4)(loads_exact)
"""A large source is read many times in a row: once for each table."""


class SourceRecord:
    """What is stored of the source of one connection, and of the configuration of its schema.

    :param stored: the document; None for a connection of which nothing is stored
    :param is_changed: False if it is only read: then it may share its parts with others
    """

    def __init__(self, stored: str | None, *, is_changed: bool = True) -> None:
        document = (loads_exact(stored) if is_changed else _parsed(stored)) if stored else {}
        self.source: Tree = document.get("source", SOURCE)
        self.policy: str = document.get("policy", "ALLOW_ALL")
        self.is_type_locked: bool = document.get("is_type_locked", False)
        self.schemas: Tree | None = document.get("schemas")
        """What Fivetran has read, with the settings; None if it has read nothing yet."""
        self.ahead: Tree | None = document.get("ahead")
        """What was sent before that."""

    def to_json(self) -> str:
        """Return the record as it is stored."""
        return dumps_exact(vars(self))

    @property
    def is_known(self) -> bool:
        """True if there is a configuration that can be answered."""
        return self.schemas is not None or self.ahead is not None

    def reload(self, exclude_mode: str) -> None:
        """Read the source: keep the settings, and add what is new by the policy.

        :param exclude_mode: ``PRESERVE``; ``INCLUDE`` or ``EXCLUDE`` set all schemas and tables
        """
        before = self.schemas
        is_new = before is None or self.policy == "ALLOW_ALL"
        known, columns_too = before or {}, is_new or self.policy == "ALLOW_COLUMNS"
        self.schemas = {
            name: _schema(tables, known.get(name), is_new, columns_too)
            for name, tables in self.source.items()
        }
        for entry, facts in self._entries():
            if exclude_mode != "PRESERVE" and not facts.get("locked"):
                entry["enabled"] = exclude_mode == "INCLUDE"
        if self.ahead is not None:
            ahead, self.ahead = self.ahead, None
            self.apply(ahead, skips=True)

    def _entries(self) -> Iterator[tuple[Tree, Tree]]:
        for schema in (self.schemas or {}).values():
            yield schema, {}
            for table in schema["tables"].values():
                yield table, table["facts"]

    def apply(self, schemas: Tree, *, skips: bool = False) -> None:
        """Apply the settings of a request.

        :param skips: True to skip what the source does not have, and what cannot be changed
        :raises ApiError: 404 for what the source does not have, 400 for what cannot be changed
        """
        if self.schemas is None:
            self.ahead = _merged(self.ahead or {}, schemas)
            return
        _apply(self.schemas, schemas, ("schema", "tables", "columns"), skips=skips)

    def answer(self) -> Tree:
        """Return the configuration as the contract has it."""
        return {
            "schema_change_handling": self.policy,
            "enable_new_by_default": self.policy == "ALLOW_ALL",
            "schemas": _answered_ahead(self.ahead or {})
            if self.schemas is None
            else {name: _answered_schema(name, one) for name, one in self.schemas.items()},
        }

    def columns(self, schema: str, table: str) -> Tree:
        """Return all columns of a table, as the contract has them.

        :raises ApiError: 404
        """
        found = (self.schemas or {}).get(schema, {}).get("tables", {}).get(table)
        if found is None:
            raise no_such("table", f"{schema}.{table}")
        return {name: _answered_column(name, one) for name, one in found["columns"].items()}


def _schema(tables: Tree, before: Tree | None, is_new: bool, columns_too: bool) -> Tree:
    known = before or {"enabled": is_new, "tables": {}}
    kept = known["tables"]
    found = {
        name: _table(facts, kept.get(name), is_new, columns_too) for name, facts in tables.items()
    }
    return {**known, "tables": found}


def _table(facts: Tree, before: Tree | None, is_new: bool, columns_too: bool) -> Tree:
    mode = facts.get("sync_mode", "SOFT_DELETE")
    first = {"enabled": facts.get("enabled", is_new), "sync_mode": mode, "columns": {}}
    known = before or first
    columns = {
        name: {"enabled": inner.get("enabled", columns_too), "hashed": False, "is_set": False}
        | known["columns"].get(name, {})
        | {"facts": inner}
        for name, inner in facts.get("columns", {}).items()
    }
    kept = {name: value for name, value in facts.items() if name != "columns"}
    return {**known, "facts": kept, "columns": columns}


def _apply(found: Tree, given: Tree, words: tuple[str, ...], *, skips: bool) -> None:
    """Apply the settings of one level and what is below.

    :param words: what an entry is called, and the keys of what is below
    """
    for name, wanted in given.items():
        entry = found.get(name)
        if entry is None:
            if skips:
                continue
            raise no_such(words[0], name)
        locked = entry.get("facts", {}).get("locked")
        if locked and wanted["enabled"] != entry["enabled"] and not skips:
            raise errors.invalid(f"The {words[0]} '{name}' cannot be changed: {locked}")
        for setting in _SETTINGS:
            if setting in wanted and not (setting == "enabled" and locked):
                _check_mode(setting, wanted[setting], name, entry)
                entry[setting] = wanted[setting]
        entry["is_set"] = True
        if len(words) > 1:
            inner = (words[1].removesuffix("s"), *words[2:])
            _apply(entry[words[1]], wanted.get(words[1], {}), inner, skips=skips)


def _check_mode(setting: str, value: Any, name: str, entry: Tree) -> None:
    facts = entry.get("facts", {})
    is_refused = value == "HISTORY" and facts.get("history") is False
    if setting == "sync_mode" and (entry.get("sync_mode") is None or is_refused):
        raise errors.invalid(f"The table '{name}' does not support the sync mode {value}")


def _merged(before: Tree, given: Tree) -> Tree:
    result = dict(before)
    for name, value in given.items():
        old = result.get(name)
        both = isinstance(old, dict) and isinstance(value, dict)
        result[name] = _merged(old or {}, value) if both else value
    return result


def _lock(facts: Tree) -> Tree:
    if not facts.get("locked"):
        return {"allowed": True}
    told = {"reason": facts["reason"]} if facts.get("reason") else {}
    return {"allowed": False, "reason_code": facts["locked"], **told}


def _answered_schema(name: str, schema: Tree) -> Tree:
    tables = {table: _answered_table(table, one) for table, one in schema["tables"].items()}
    return {"name_in_destination": name, "enabled": schema["enabled"], "tables": tables}


def _answered_table(name: str, table: Tree) -> Tree:
    facts = table["facts"]
    mode = {} if table.get("sync_mode") is None else {"sync_mode": table["sync_mode"]}
    return {
        "name_in_destination": name,
        "enabled": table["enabled"],
        "enabled_patch_settings": _lock(facts),
        "supports_columns_config": facts.get("columns_config", True),
        "supports_history_mode": facts.get("history", True),
        **mode,
        "columns": {
            column: _answered_column(column, one)
            for column, one in table["columns"].items()
            if one["is_set"]
        },
    }


def _answered_column(name: str, column: Tree) -> Tree:
    key = {"is_primary_key": column["is_primary_key"]} if "is_primary_key" in column else {}
    return {
        "name_in_destination": name,
        "enabled": column["enabled"],
        "hashed": column["hashed"],
        "enabled_patch_settings": _lock(column["facts"]),
        **key,
    }


def _answered_ahead(ahead: Tree) -> Tree:
    """Return what was sent ahead in the form of an answer."""
    return {
        name: {
            "name_in_destination": name,
            "enabled": schema["enabled"],
            "tables": {
                table: _answered_table(table, _of_request(one))
                for table, one in schema.get("tables", {}).items()
            },
        }
        for name, schema in ahead.items()
    }


def _of_request(table: Tree) -> Tree:
    columns = {
        name: {"hashed": False, **one, "facts": {}, "is_set": True}
        for name, one in table.get("columns", {}).items()
    }
    return {**table, "facts": {}, "columns": columns}


def no_such(noun: str, name: str) -> ApiError:
    """Return a 404: the source does not have this."""
    return ApiError(404, "NotFound", f"There is no {noun} '{name}'")
