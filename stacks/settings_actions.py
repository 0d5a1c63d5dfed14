"""What is done with connections: ``connection_tests``, ``connection_syncs``, ``connect_cards``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.schemas.shown import shown
from constructs_lib.schemas.suggestions import did_you_mean
from constructs_lib.validation import FilePlace, Finding, rules
from constructs_lib.validation.plain import UNRESOLVED
from constructs_lib.validation.pointers import pointer, steps
from stacks.settings_model import ConnectionActionSettings

TESTS, SYNCS, CARDS = "connection_tests", "connection_syncs", "connect_cards"
SECTIONS = {
    TESTS: "fivetranops_connection_test",
    SYNCS: "fivetranops_connection_sync",
    CARDS: "fivetranops_connect_card",
}
"""The sections, each with the resource whose parameters its entries have."""
_RULES = {TESTS: (), SYNCS: rules.SYNC, CARDS: ()}


def findings(values: dict[str, Any], found: list[Finding], place: FilePlace) -> Iterator[Finding]:
    """What the JSON Schema does not say: which connection is meant, and the rules of a sync.

    :param values: the merged environment in plain form
    :param found: what is known to be wrong already
    :param place: the place that each finding gets until its own is known
    """
    broken = {tuple(steps(finding.pointer)[:3]) for finding in found}
    connections = values.get("connections")
    known = connections if isinstance(connections, dict) else {}
    for section in SECTIONS:
        entries = values.get(section)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            if isinstance(entry, dict):
                at = pointer((section, name))
                wrong = frozenset(p[2] for p in broken if len(p) == 3 and p[:2] == (section, name))
                for each in _entry(entry, section, known, wrong, place):
                    yield each._replace(pointer=at + each.pointer)


def built(values: dict[str, Any], section: str) -> tuple[ConnectionActionSettings, ...]:
    """The typed entries of a section that was checked."""
    entries: dict[str, dict[str, Any]] = values.get(section, {})
    return tuple(_built(name, dict(entry)) for name, entry in entries.items())


def _built(name: str, parameters: dict[str, Any]) -> ConnectionActionSettings:
    return ConnectionActionSettings(name, parameters.pop("connection", None), parameters)


def _entry(
    entry: dict[str, Any],
    section: str,
    known: dict[str, Any],
    broken: frozenset[str],
    place: FilePlace,
) -> Iterator[Finding]:
    chosen, identifier = entry.get("connection"), entry.get("connection_id")
    if (chosen is None) == (identifier is None):
        found = "neither" if chosen is None else "connection and connection_id"
        allowed = "either the name of a connection of this file, or a connection_id"
        yield Finding("connection-or-id", "error", place, "", found, allowed)
    elif chosen is not None and chosen is not UNRESOLVED and "connection" not in broken:
        yield from _unknown(chosen, known, place)
    yield from rules.apply(_RULES[section], entry, place=place, broken=broken)


def _unknown(name: str, known: dict[str, Any], place: FilePlace) -> Iterator[Finding]:
    if name not in known:
        hint = did_you_mean(name, known) or "the connection of another file has a connection_id"
        allowed = "the name of a connection of this environment"
        at = "/connection"
        yield Finding("unknown-connection", "error", place, at, shown(name), allowed, hint)
