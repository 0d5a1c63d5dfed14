"""The checks of one merged environment: its JSON Schema and the rules of its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from constructs_lib.schemas.rules import ELASTIC_PROVIDER
from constructs_lib.validation import FilePlace, Finding, rules, schema_check
from constructs_lib.validation.plain import plain
from constructs_lib.validation.pointers import pointer, steps
from stacks import settings_actions, settings_backend, settings_claims, settings_text
from stacks.settings_model import Variable
from stacks.settings_schema import environment_validator


def findings(values: dict[str, Any], place: FilePlace) -> list[Finding]:
    """All findings about a merged environment; their pointers start at its top.

    :param values: the values, with a ``Variable`` for each secret
    :param place: the place that each finding gets until its own is known
    """
    known, found = plain(values, place=place, is_token=lambda value: isinstance(value, Variable))
    found += schema_check.findings(environment_validator(), known, place=place)
    found += settings_backend.findings(_mapping(known, "backend"), place)
    found += settings_text.findings(known, place)
    found += list(settings_actions.findings(known, found, place))
    # A variable of an environment is never null, so that it counts as given.
    found += _elastic(_mapping(values, "elastic"), found, place)
    connections = _mapping(known, "connections")
    broken = _broken(found)
    for name, connection in connections.items():
        if isinstance(connection, dict):
            prefix = pointer(("connections", name))
            for finding in _connection(connection, place, broken.get(name, frozenset())):
                found.append(finding._replace(pointer=prefix + finding.pointer))
    found += settings_claims.findings(known, place)
    return found


def _mapping(values: dict[str, Any], name: str) -> dict[str, Any]:
    value = values.get(name)
    return value if isinstance(value, dict) else {}


def _broken(found: list[Finding]) -> dict[str, frozenset[str]]:
    """For each connection the parameters that have an error already."""
    broken: dict[str, frozenset[str]] = {}
    for finding in found:
        if finding.pointer.startswith("/connections/"):
            _, _, name, *below = finding.pointer.split("/")
            broken[name] = broken.get(name, frozenset()) | frozenset(below[:1])
    return broken


def _connection(
    connection: dict[str, Any], place: FilePlace, broken: frozenset[str]
) -> Iterator[Finding]:
    yield from rules.apply(rules.CONNECTION, connection, place=place, broken=broken)
    service = connection.get("service")
    if "managed_state" in connection and isinstance(service, str):
        for finding in rules.state_findings(service, place):
            yield finding._replace(pointer="/managed_state")


def _elastic(elastic: dict[str, Any], found: Sequence[Finding], place: FilePlace) -> list[Finding]:
    wrong = (steps(finding.pointer) for finding in found)
    broken = frozenset(path[1] for path in wrong if path[:1] == ("elastic",) and len(path) > 1)
    return [
        finding._replace(pointer="/elastic" + finding.pointer)
        for finding in rules.apply(ELASTIC_PROVIDER, elastic, place=place, broken=broken)
    ]
