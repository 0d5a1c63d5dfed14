"""The rules across attributes: the table of them, and how they are applied.

A rule is one small function. It gets the parameters of a construct in plain form and yields a
``Problem`` for each thing that is wrong. The table says which parameters it reads: a rule is not
applied if one of them is known only at deployment, or has an error of its own already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from constructs_lib.schemas import SERVICES_WITH_STATE
from constructs_lib.schemas.rules import PYTHON, catalogue_rules
from constructs_lib.schemas.suggestions import did_you_mean
from constructs_lib.validation.findings import Finding, Place
from constructs_lib.validation.plain import UNRESOLVED
from constructs_lib.validation.pointers import pointer
from constructs_lib.validation.rules_elastic import (
    AUTHENTICATION,
    one_authentication,
    sandbox_alone,
)
from constructs_lib.validation.rules_network import private_link, proxy_agent
from constructs_lib.validation.rules_schedule import (
    daily_sync_time,
    data_delay_threshold,
    setup_tests,
    trust_needs_tests,
)
from constructs_lib.validation.rules_secrets import mask, secret_twice
from constructs_lib.validation.rules_sync import forced_sync, resync_extent, tables_to_resync
from constructs_lib.validation.rules_types import Problem, Rule

CATALOGUE = catalogue_rules(PYTHON, lambda value: value is UNRESOLVED)
"""The rules that hold a connection against the catalogue of services."""

CONNECTION = (
    Rule(
        "daily-sync-time",
        ("daily_sync_time", "sync_frequency"),
        daily_sync_time,
        "daily_sync_time",
    ),
    Rule(
        "data-delay-threshold",
        ("data_delay_threshold", "data_delay_sensitivity"),
        data_delay_threshold,
        "data_delay_threshold",
    ),
    Rule("private-link", ("private_link_id", "networking_method"), private_link),
    Rule("proxy-agent", ("proxy_agent_id", "networking_method"), proxy_agent),
    Rule(
        "setup-tests",
        ("require_setup_tests", "run_setup_tests"),
        setup_tests,
        "require_setup_tests",
    ),
    Rule(
        "trust-needs-tests",
        ("trust_certificates", "trust_fingerprints", "run_setup_tests"),
        trust_needs_tests,
        "run_setup_tests",
    ),
    Rule("secret-twice", ("config", "secrets"), secret_twice, "secrets"),
    Rule("secret-twice", ("auth", "auth_secrets"), secret_twice, "auth_secrets"),
    Rule("mask", ("config",), mask, "config"),
    Rule("mask", ("secrets",), mask, "secrets"),
    Rule("mask", ("auth",), mask, "auth"),
    Rule("mask", ("auth_secrets",), mask, "auth_secrets"),
    *CATALOGUE,
)
"""The rules of a connection."""

SYNC = (
    Rule("sync-mode", ("tables", "mode"), tables_to_resync),
    Rule("sync-mode", ("force", "mode"), forced_sync),
    Rule("resync-extent", ("mode", "tables", "resync_everything"), resync_extent),
)
"""The rules of a sync."""

ELASTIC_PROVIDER = (
    Rule("one-authentication", AUTHENTICATION, one_authentication),
    Rule("sandbox-alone", ("endpoints",), sandbox_alone),
)
"""The rules of the provider of Elastic connectors."""


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
    value = values.get
    passed = broken.union(name for name in values if values[name] is UNRESOLVED)
    return [
        _finding(rule.id, problem, place)
        for rule in table
        if (not rule.about or value(rule.about) is not None) and passed.isdisjoint(rule.inputs)
        for problem in rule.check({name: value(name) for name in rule.inputs})
    ]


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
