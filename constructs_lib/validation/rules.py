"""How the rules across attributes are applied before synth.

The rules themselves are the tables of :mod:`constructs_lib.schemas.rules`, which the provider
applies, too. A rule is not applied if one of the parameters that it reads is known only at
deployment, or has an error of its own already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from constructs_lib.schemas import SERVICES_WITH_STATE
from constructs_lib.schemas.rules import (
    PYTHON,
    Problem,
    Rule,
    applied,
    connection_rules,
    sync_rules,
)
from constructs_lib.schemas.suggestions import did_you_mean
from constructs_lib.validation.findings import Finding, Place
from constructs_lib.validation.plain import UNRESOLVED
from constructs_lib.validation.pointers import pointer

CONNECTION = connection_rules(PYTHON, lambda value: value is UNRESOLVED)
"""The rules of a connection."""

SYNC = sync_rules(PYTHON)
"""The rules of a sync."""


def apply(
    table: Iterable[Rule],
    values: dict[str, Any],
    *,
    place: Place,
    broken: frozenset[str] = frozenset(),
) -> list[Finding]:
    """All findings of the rules of a table.

    :param values: the parameters of one construct in plain form (see ``plain``)
    :param place: the place that each finding gets
    :param broken: the parameters that have an error already
    """
    passed = broken.union(name for name in values if values[name] is UNRESOLVED)
    return [_finding(rule.id, problem, place) for rule, problem in applied(table, values, passed)]


def of_given(rules: Iterable[Rule], values: Mapping[str, Any], place: Place) -> list[Finding]:
    """All findings of rules to which a token is a value like any other.

    :param values: the parameters by name; None means left out
    :param place: the place that each finding gets
    """
    return [_finding(rule.id, problem, place) for rule, problem in applied(rules, values, ())]


def state_findings(service: str, place: Place) -> list[Finding]:
    """The rule ``state-service``: only some services have a state that can be set.

    :param service: the service of the connection
    :param place: the place that the finding gets
    """
    return [_finding("state-service", problem, place) for problem in _state_service(service)]


def _state_service(service: str) -> Iterator[Problem]:
    if service not in SERVICES_WITH_STATE:
        found = f"a connection of the service {service!r}, which has no state to set"
        allowed = "a connection of one of the services " + ", ".join(SERVICES_WITH_STATE)
        hint = did_you_mean(service, SERVICES_WITH_STATE)
        yield Problem(("connection_id",), found, allowed, hint)


def _finding(rule: str, problem: Problem, place: Place) -> Finding:
    return Finding(
        rule,
        problem.severity,
        place,
        pointer(problem.path),
        problem.found,
        problem.allowed,
        problem.hint,
    )
