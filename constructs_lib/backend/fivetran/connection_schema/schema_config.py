"""The schema configuration that the API answers, and what is managed of it.

The API answers all schemas and tables, but of the columns only those that somebody has set. The
others are known once the columns of their table were read; :class:`SchemaConfig` tells the two
apart. What is *named* is a tree of the same form as ``schemas`` of the resource: each part is
optional, and null is as if it were left out.

Terraform composes all texts and keys (Unicode NFC), and a source may have names that are not
composed. They are known by their composed form, and sent as the API spells them.

Source: https://fivetran.com/docs/rest-api/api-reference/connection-schema
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic
from constructs_lib.records import NamedTuple

Tree = dict[str, Any]
"""Schemas by name, or tables, or columns."""


class Level(NamedTuple):
    """One level of the configuration: schemas, tables or columns."""

    noun: str
    plural: str
    settings: tuple[str, ...]
    """What an entry of the level itself can set."""
    inner: Level | None
    """The level inside an entry; None for columns."""


COLUMNS = Level("column", "columns", ("enabled", "hashed", "is_primary_key"), None)
TABLES = Level("table", "tables", ("enabled", "sync_mode"), COLUMNS)
SCHEMAS = Level("schema", "schemas", ("enabled",), TABLES)


class SchemaConfig:
    """The schema configuration of one connection, as the API has answered it.

    :param policy: ``schema_change_handling``
    :param schemas: the schemas, with all tables, and the columns that somebody has set
    """

    def __init__(self, policy: str, schemas: Tree) -> None:
        self._spelled: dict[tuple[str, ...], str] = {}
        self._others: dict[tuple[str, str], Tree] = {}
        self.policy, self.schemas = policy, self._composed(schemas, SCHEMAS, ())

    @classmethod
    def of(cls, data: dict[str, Any]) -> SchemaConfig:
        """Return what an answer of the API has.

        :raises ValueError: if it is not what the contract promises; the message says where
        """
        policy = data.get("schema_change_handling")
        if not isinstance(policy, str) or not policy:
            raise ValueError("no text under data.schema_change_handling")
        return cls(policy, _checked(data.get("schemas"), SCHEMAS, "data.schemas"))

    def columns(self, schema: str, table: str) -> Tree:
        """Return the columns of a table that are known: those set, and those that were read."""
        return {**self._others.get((schema, table), {}), **self._columns_set(schema, table)}

    def has_read(self, schema: str, table: str) -> bool:
        """Return True if all columns of a table are known."""
        return (schema, table) in self._others

    def add_columns(self, schema: str, table: str, columns: Tree) -> None:
        """Add all columns of a table, as the API has answered them."""
        self._others[schema, table] = self._composed(columns, COLUMNS, (schema, table))

    def is_set(self, schema: str, table: str, column: str) -> bool:
        """Return True if somebody has set a column, so that each answer has it."""
        return column in self._columns_set(schema, table)

    def inside(self, path: tuple[str, ...]) -> Tree:
        """Return what is below the names of a schema, or of a schema and a table."""
        if len(path) == 2:
            return self.columns(*path)
        tree = self.schemas
        for name in path:
            tree = tree.get(name, {}).get("tables") or {}
        return tree

    def spelled(self, names: tuple[str, ...]) -> str:
        """Return the last of the names of an entry as the API spells it."""
        return self._spelled.get(names, names[-1])

    def _composed(self, tree: Tree, level: Level, around: tuple[str, ...]) -> Tree:
        """Return a tree with composed names; a name that is there composed as well stays."""
        result: Tree = {}
        for name, entry in tree.items():
            known = name if name.isascii() else unicodedata.normalize("NFC", name)
            if known != name and known in tree:
                known = name
            names = (*around, known)
            if known != name:
                self._spelled[names] = name
            if level.inner is not None and (inside := entry.get(level.inner.plural)):
                inside = self._composed(inside, level.inner, names)
                entry = {**entry, level.inner.plural: inside}
            result[known] = entry
        return result

    def _columns_set(self, schema: str, table: str) -> Tree:
        tables = self.schemas.get(schema, {}).get("tables") or {}
        return tables.get(table, {}).get("columns") or {}


def _checked(tree: Any, level: Level, place: str) -> Tree:
    if not isinstance(tree, dict):
        raise ValueError(f"no object under {place}")
    for name, entry in tree.items():
        here = f"{place}.{name}"
        if not isinstance(entry, dict) or not isinstance(entry.get("enabled"), bool):
            raise ValueError(f"no boolean under {here}.enabled")
        inner = level.inner
        # Where there is nothing inside, some APIs say null, and some nothing.
        if inner is not None and entry.get(inner.plural) is not None:
            _checked(entry[inner.plural], inner, f"{here}.{inner.plural}")
    return tree


def checked_columns(columns: Any) -> Tree:
    """Return the columns of one table in an answer.

    :raises ValueError: if they are not what the contract promises
    """
    return _checked(columns, COLUMNS, "data.columns")


class Named(NamedTuple):
    """One entry that is named, and what the API has of it."""

    level: Level
    names: tuple[str, ...]
    """The names of the schema, the table and the column, as far as it has them."""
    entry: Tree
    live: Tree | None
    """What the API has; None if it has no such entry."""

    @property
    def path(self) -> tuple[str, ...]:
        """Where the entry is, such as ``("schemas", "public", "tables", "orders")``."""
        return path_of(self.names)

    @property
    def settings(self) -> list[tuple[str, Any]]:
        """The settings that are named, and known."""
        given = ((setting, self.entry.get(setting)) for setting in self.level.settings)
        return [pair for pair in given if pair[1] is not None and pair[1] is not UNKNOWN]

    @property
    def differing(self) -> list[tuple[str, Any]]:
        """The settings that are named, known, and not what the API has."""
        entry, live = self.entry, self.live or {}
        return [
            (setting, value)
            for setting in self.level.settings
            if setting in entry and (value := entry[setting]) is not None
            if value is not UNKNOWN and value != live_value(setting, live)
        ]


def path_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the path of the entry with these names."""
    steps: list[str] = []
    for plural, name in zip(("schemas", "tables", "columns"), names, strict=False):
        steps += [plural, name]
    return tuple(steps)


def entries(named: Any, config: SchemaConfig, innermost: Level = COLUMNS) -> Iterator[Named]:
    """Yield each entry that is named, outer ones before those inside of them.

    What is inside of an entry that the API does not have is left out.

    :param innermost: the level to end with
    """
    return _entries(named, config, innermost, SCHEMAS, ())


def _entries(
    named: Any, config: SchemaConfig, innermost: Level, level: Level, names: tuple[str, ...]
) -> Iterator[Named]:
    live = config.inside(names) if named else {}
    inner = None if level is innermost else level.inner
    for name, entry in parts(named):
        found = Named(level, (*names, name), entry, live.get(name))
        yield found
        if inner is not None and found.live is not None:
            yield from _entries(entry.get(inner.plural), config, innermost, inner, found.names)


def parts(tree: Any) -> Iterator[tuple[str, Tree]]:
    """Yield the entries of a tree that are there, by name: neither null nor unknown ones."""
    if isinstance(tree, dict):
        for name, entry in tree.items():
            if isinstance(entry, dict):
                yield name, entry


def live_value(setting: str, live: Tree) -> Any:
    """Return the value that the API has of a setting; None if it says nothing of it.

    A boolean that an answer leaves out is false: the contract does not require all of them.
    """
    value = live.get(setting)
    return False if value is None and setting != "sync_mode" else value


def named_values(
    named: Any, config: SchemaConfig, level: Level = SCHEMAS, names: tuple[str, ...] = ()
) -> Any:
    """Return what is named with the values that the API has; without what it does not have."""
    if not isinstance(named, dict):
        return named
    live, result = config.inside(names), {}
    for name, entry in named.items():
        if not isinstance(entry, dict):
            result[name] = entry
        elif name in live:
            result[name] = _entry_values(entry, live[name], config, level, (*names, name))
    return result


def _entry_values(
    entry: Tree, live: Tree, config: SchemaConfig, level: Level, names: tuple[str, ...]
) -> Tree:
    values: Tree = {}
    for key, value in entry.items():
        if level.inner is not None and key == level.inner.plural:
            values[key] = named_values(value, config, level.inner, names)
        else:
            values[key] = None if value is None else live_value(key, live)
    return values


def changes(
    named: Any, config: SchemaConfig, level: Level = SCHEMAS, names: tuple[str, ...] = ()
) -> Tree:
    """Return the branches to send: what is named and differs, with ``enabled`` of each entry on
    the way, which the API requires.

    A column that nobody has set yet is sent even where its values are right: from then on each
    answer has it.
    """
    live, result = config.inside(names) if named else {}, {}
    for name, entry in parts(named):
        found = Named(level, (*names, name), entry, live.get(name))
        body = dict(_to_send(found, config))
        if level.inner is not None:
            inside = changes(entry.get(level.inner.plural), config, level.inner, found.names)
            body |= {level.inner.plural: inside} if inside else {}
        if body:
            enabled = {"enabled": (found.live or {}).get("enabled", True), **_enabled(entry)}
            result[config.spelled(found.names)] = {**enabled, **body}
    return result


def has_changes(
    named: Any, config: SchemaConfig, level: Level = SCHEMAS, names: tuple[str, ...] = ()
) -> bool:
    """Return True if :func:`changes` returns any; stop at the first that is found."""
    live = config.inside(names) if named else {}
    for name, entry in parts(named):
        found, inner = Named(level, (*names, name), entry, live.get(name)), level.inner
        if _to_send(found, config):
            return True
        if inner is not None and has_changes(entry.get(inner.plural), config, inner, found.names):
            return True
    return False


def _to_send(found: Named, config: SchemaConfig) -> list[tuple[str, Any]]:
    """Return the settings of one entry to send."""
    is_unset = found.level is COLUMNS and not config.is_set(*found.names)
    return found.settings if found.live is None or is_unset else found.differing


def _enabled(entry: Tree) -> Tree:
    enabled = entry.get("enabled")
    return {"enabled": enabled} if isinstance(enabled, bool) else {}


def ahead(named: Any, level: Level = SCHEMAS) -> Tree:
    """Return what is named as a body for a source that nobody has read yet; what does not say
    ``enabled`` is enabled.
    """
    result: Tree = {}
    for name, entry in parts(named):
        found = Named(level, (name,), entry, None)
        result[name] = {"enabled": True, **dict(found.settings)}
        inside = ahead(entry.get(level.inner.plural), level.inner) if level.inner else {}
        if level.inner is not None and inside:
            result[name][level.inner.plural] = inside
    return result


def imported_values(config: SchemaConfig) -> Tree:
    """Return the attributes of a configuration that is imported: what differs from the policy."""
    found = deviations(config)
    return {
        "schema_change_handling": config.policy,
        "schemas": Dynamic.of(found) if found else None,
    }


_ENABLED_BY = {"ALLOW_ALL": (True, True, True), "ALLOW_COLUMNS": (False, False, True)}
"""Whether a policy enables new schemas, tables and columns; any other one enables none."""
_MODES = ("SOFT_DELETE", "HISTORY", "LIVE")
_USUAL_MODE = _MODES[0]


def deviations(config: SchemaConfig) -> Tree:
    """Return what differs from the policy: what it would not have enabled or disabled, tables with
    another sync mode than SOFT_DELETE, and hashed columns.

    What cannot be changed is left out.
    """
    return _deviations(config.schemas, SCHEMAS, _ENABLED_BY.get(config.policy, (False,) * 3))


def _deviations(tree: Tree, level: Level, enabled: tuple[bool, ...]) -> Tree:
    result: Tree = {}
    for name, live in tree.items():
        found = _differing(live, level, enabled[0])
        if level.inner is not None:
            inside = _deviations(live.get(level.inner.plural) or {}, level.inner, enabled[1:])
            found |= {level.inner.plural: inside} if inside else {}
        if found:
            result[name] = found
    return result


def _differing(live: Tree, level: Level, is_enabled: bool) -> Tree:
    found: Tree = {}
    if live["enabled"] is not is_enabled and not is_locked(live):
        found["enabled"] = live["enabled"]
    mode = live.get("sync_mode")
    if level is TABLES and mode in _MODES and mode != _USUAL_MODE:
        found["sync_mode"] = mode
    if level is COLUMNS and live.get("hashed") is True:
        found["hashed"] = True
    return found


def is_locked(live: Tree) -> bool:
    """Return True if the API does not let anybody enable or disable an entry."""
    settings = live.get("enabled_patch_settings")
    return isinstance(settings, dict) and settings.get("allowed") is False
