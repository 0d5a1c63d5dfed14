"""What is wrong with a schema configuration, by what the API has: found before anything is sent.

A name that the source does not have, a setting that the API does not let anybody change, and a
setting that a table does not support are errors, each with its place. Tables that are switched on
are worth a warning, because Fivetran loads their history again.

Source: https://fivetran.com/docs/rest-api/api-reference/connection-schema
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from constructs_lib.backend.fivetran.connection_schema.schema_config import (
    COLUMNS,
    TABLES,
    Level,
    Named,
    SchemaConfig,
    Tree,
    entries,
    is_locked,
    live_value,
    parts,
)
from constructs_lib.backend.http.redaction import truncated
from constructs_lib.backend.plugin.diagnostics import ProviderError, dotted
from constructs_lib.records import NamedTuple

_SHOWN = 20
"""How many errors of one resource are shown."""
_REASONS = {
    "SYSTEM_TABLE": "it is a system table",
    "SYSTEM_COLUMN": "it is a system column",
    "DELETED": "it was deleted in the source",
}
_SUMMARY = "The schema configuration cannot be set"


class Problem(NamedTuple):
    """One mistake."""

    path: tuple[str, ...]
    words: str
    """What is wrong, and what to do, as sentences."""
    is_missing: bool = False
    """True if the source lacks what is named."""


def find_problems(named: Any, config: SchemaConfig) -> Iterator[Problem]:
    """Yield each mistake of what is named.

    A column is missing only if all columns of its table are known.
    """
    for found in entries(named, config):
        if found.live is None:
            if found.level is not COLUMNS or config.has_read(found.names[0], found.names[1]):
                yield _missing(found, config)
        else:
            yield from _about(found, found.live)


def _about(found: Named, live: Tree) -> list[Problem]:
    problems = []
    for setting, value in found.differing:
        words = _refusal(found, setting, value, live)
        if words:
            problems.append(Problem((*found.path, setting), words))
    has_columns = found.level is TABLES and bool(found.entry.get("columns"))
    if has_columns and live.get("supports_columns_config") is False:
        words = "The columns of this table cannot be configured. Leave columns out."
        problems.append(Problem((*found.path, "columns"), words))
    return problems


def _refusal(found: Named, setting: str, value: Any, live: Tree) -> str:
    """Return why the API would not take a value, as sentences; empty if it may."""
    if setting == "enabled" and is_locked(live):
        now = "enabled" if live["enabled"] else "disabled"
        return (
            f"Fivetran does not allow this to be changed: {_reason(live)}. The {found.level.noun} "
            f"is {now}. Leave enabled out here."
        )
    if setting == "sync_mode" and live.get("sync_mode") is None:
        return "This connection has no sync modes to choose from. Leave sync_mode out."
    if value == "HISTORY" and live.get("supports_history_mode") is False:
        return "This table does not support the sync mode HISTORY. Choose another one."
    return ""


def _reason(live: Tree) -> str:
    settings = live["enabled_patch_settings"]
    told, code = settings.get("reason"), settings.get("reason_code")
    if isinstance(told, str) and told.strip():
        return truncated(told.strip().rstrip("."))
    return _REASONS.get(str(code), "Fivetran excludes it, and does not say why")


def _missing(found: Named, config: SchemaConfig) -> Problem:
    from constructs_lib.schemas.keywords import did_you_mean

    *around, name = found.names
    candidates = list(config.inside(tuple(around)))
    where = f" in {'.'.join(around)}" if around else ""
    hint = did_you_mean(name, candidates)
    hint = f"{hint[0].upper()}{hint[1:]}" if hint else _listed(found.level, candidates)
    return Problem(
        found.path, f"The source has no {found.level.noun} {name!r}{where}. {hint}", True
    )


def _listed(level: Level, candidates: Sequence[str]) -> str:
    if not candidates:
        return f"It has no {level.plural} there."
    more = len(candidates) - 5
    names = ", ".join(candidates[:5]) + (f" and {more} more" if more > 0 else "")
    return f"It has {names}."


_HOW_TO_GO_ON = (
    "Names are case-sensitive. If the source has it now, set reload to always, so that Fivetran "
    "reads the source before the apply."
)


def as_errors(problems: Sequence[Problem], subject: str) -> list[ProviderError]:
    """Return an error for each mistake; of many the first ones, and how many more there are.

    :param subject: such as ``connection pale_hydrogen``
    """
    found = []
    for problem in problems[:_SHOWN]:
        advice = f" {_HOW_TO_GO_ON}" if problem.is_missing else ""
        detail = f"{dotted(problem.path)} of {subject}: {problem.words}{advice}"
        # Terraform finds no line for a path that goes on inside of a dynamic value.
        found.append(ProviderError(_SUMMARY, f"{detail} Nothing was changed.", ("schemas",)))
    more = len(problems) - _SHOWN
    if more > 0:
        found.append(ProviderError(_SUMMARY, f"{subject} has {more} more mistakes.", ("schemas",)))
    return found


def switched_on(named: Any, config: SchemaConfig) -> list[str]:
    """Return the places of the tables and schemas that go from off to on."""
    return [
        dotted(found.path)
        for found in entries(named, config, TABLES)
        if found.live is not None
        if found.entry.get("enabled") is True and found.live["enabled"] is False
    ]


def tables_to_read(named: Any, config: SchemaConfig) -> list[tuple[str, str]]:
    """Return the tables of which columns are named that nobody has set, by schema and table."""
    wanted = []
    for found in entries(named, config, TABLES):
        if found.level is not TABLES or found.live is None:
            continue
        schema, table = found.names
        known = config.columns(schema, table)
        is_open = any(name not in known for name, _ in parts(found.entry.get("columns")))
        can = found.live.get("supports_columns_config") is not False
        if is_open and can and not config.has_read(schema, table):
            wanted.append((schema, table))
    return wanted


def not_taken(named: Any, config: SchemaConfig) -> list[str]:
    """Return what the API answers otherwise than it is named, each in words.

    A column that an answer does not have tells nothing.
    """
    return [
        f"{dotted((*found.path, setting))}: sent {_shown(value)}, returned "
        f"{_shown(live_value(setting, found.live or {}))}"
        for found in entries(named, config)
        if found.live is not None or found.level is not COLUMNS
        for setting, value in found.differing
    ]


def _shown(value: Any) -> str:
    return {True: "true", False: "false", None: "nothing"}.get(value, str(value))
