"""The checks of one construct: first its JSON Schema, then the rules across attributes.

The rules are the tables of :mod:`constructs_lib.schemas.rules`, which the provider applies, too. A
rule is not applied if one of the parameters that it reads is known only at deployment, or has an
error already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from constructs_lib.schemas import SERVICES_WITH_STATE
from constructs_lib.schemas.keywords import did_you_mean, find_excess
from constructs_lib.schemas.rules import (
    CONNECTION_DATA,
    ELASTIC_PROVIDER,
    PYTHON,
    Problem,
    Rule,
    applied,
    connection_rules,
    own_rules,
    pause_action_rules,
    resync_action_rules,
    sync_rules,
)
from constructs_lib.validation import schema_check
from constructs_lib.validation.findings import Finding, IsToken, Place, never, pointer
from constructs_lib.validation.json_values import UNKNOWN, as_json_values
from constructs_lib.validation.schema_check import (
    parameter_schema,
    parameter_validator,
    without_none,
)

CONNECTION_RULES = connection_rules(PYTHON, lambda value: value is UNKNOWN)
"""The rules of a connection."""

SYNC_RULES = sync_rules(PYTHON)
"""The rules of a sync."""


def apply_rules(
    table: Iterable[Rule],
    values: dict[str, Any],
    *,
    place: Place,
    broken: frozenset[str] = frozenset(),
) -> list[Finding]:
    """Return all findings of the rules of a table.

    :param values: the parameters of one construct in JSON form (see ``as_json_values``)
    :param place: the place that each finding gets
    :param broken: the parameters that have an error already
    """
    passed = broken.union(name for name in values if values[name] is UNKNOWN)
    return [
        _as_finding(rule.id, problem, place) for rule, problem in applied(table, values, passed)
    ]


def apply_rules_to_given(
    rules: Iterable[Rule], values: Mapping[str, Any], place: Place
) -> list[Finding]:
    """Return all findings of rules to which a token is a value like any other.

    :param values: the parameters by name; None means left out
    :param place: the place that each finding gets
    """
    return [_as_finding(rule.id, problem, place) for rule, problem in applied(rules, values, ())]


def check_state_service(service: str, place: Place) -> list[Finding]:
    """Apply the rule ``state-service``: only some services have a state that can be set.

    :param service: the service of the connection
    :param place: the place that the finding gets
    """
    return [_as_finding("state-service", problem, place) for problem in _state_service(service)]


def _state_service(service: str) -> Iterator[Problem]:
    if service not in SERVICES_WITH_STATE:
        found = f"a connection of the service {service!r}, which has no state to set"
        allowed = "a connection of one of the services " + ", ".join(SERVICES_WITH_STATE)
        hint = did_you_mean(service, SERVICES_WITH_STATE)
        yield Problem(("connection_id",), found, allowed, hint)


def _as_finding(rule: str, problem: Problem, place: Place) -> Finding:
    return Finding(
        rule,
        problem.severity,
        place,
        pointer(problem.path),
        problem.found,
        problem.allowed,
        problem.hint,
    )


_RULES: dict[str, tuple[Rule, ...]] = {
    "action.fivetranops_connection_pause": pause_action_rules(),
    "action.fivetranops_connection_resync": resync_action_rules(PYTHON),
    "elasticops": ELASTIC_PROVIDER,
    "fivetranops_connection": CONNECTION_RULES,
    "fivetranops_connection_sync": SYNC_RULES,
}
"""The rules across attributes by the name of the schema, of which the schema itself names no
module by ``x-rules``.
"""


def rules_of(name: str) -> tuple[Rule, ...]:
    """Return the rules across attributes of a schema; none if it has none.

    :param name: such as ``fivetranops_connection_sync``
    """
    return _RULES.get(name) or own_rules(name)


def check_parameters(
    name: str,
    values: Mapping[str, Any],
    *,
    place: Place,
    is_token: IsToken = never,
    with_library: bool = True,
) -> list[Finding]:
    """Return all findings about the parameters of a construct.

    :param name: name of its schema, such as ``fivetranops_connect_card``
    :param values: the parameters by name (``secrets``, ``auth_secrets`` and ``tables`` in place of
        ``config_wo``, ``auth_wo`` and ``scope``); None at the top level means left out, but inside
        ``config`` it is a value
    :param place: the place of the construct
    :param is_token: says whether a value is known only later, and so satisfies any check
    :param with_library: False to do without the library ``jsonschema``, which comes with a CDK
    """
    known, findings = as_json_values(without_none(name, values), place=place, is_token=is_token)
    findings += _texts_beyond_the_limits(name, known, place)
    if with_library:
        findings += schema_check.check_schema(parameter_validator(name), known, place=place)
    else:
        findings += schema_check.check_by_keywords(parameter_schema(name), known, place=place)
    broken = schema_check.parameters_with_errors(findings)
    return findings + apply_rules(rules_of(name), known, place=place, broken=broken)


check_connector_status = partial(check_parameters, "elasticops_connector_status")
"""Returns all findings about the parameters of a ``ConnectorStatus``."""
check_connection = partial(check_parameters, "fivetranops_connection")
"""Returns all findings about the parameters of a ``Connection``."""
check_connection_test = partial(check_parameters, "fivetranops_connection_test")
"""Returns all findings about the parameters of a ``ConnectionTest``."""
check_connection_sync = partial(check_parameters, "fivetranops_connection_sync")
"""Returns all findings about the parameters of a ``ConnectionSync``."""


def check_connection_data(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """Return all findings about the parameters of a ``ConnectionData``, as ``check_parameters``."""
    found = check_parameters("data.fivetranops_connection", values, place=place, is_token=is_token)
    return found + apply_rules_to_given(CONNECTION_DATA, values, place)


def _check_with_state(
    name: str,
    values: Mapping[str, Any],
    *,
    service: str | None,
    place: Place,
    is_token: IsToken = never,
) -> list[Finding]:
    """Return all findings about the parameters of a construct with the state of a connection.

    :param service: the service of the connection, or None if it is not known
    """
    found = check_parameters(name, values, place=place, is_token=is_token)
    if service is None or is_token(service):
        return found
    return found + check_state_service(service, place)


check_connection_state = partial(_check_with_state, "fivetranops_connection_state")
"""Returns all findings about the parameters of a ``ConnectionState``."""
check_connection_state_data = partial(_check_with_state, "data.fivetranops_connection_state")
"""Returns all findings about the parameters of a ``ConnectionStateData``."""


def _texts_beyond_the_limits(name: str, known: Mapping[str, Any], place: Place) -> list[Finding]:
    """Return a finding for each JSON text, in place of an object, that is too deep or too long."""
    rules_ = parameter_schema(name)["properties"]
    found = []
    for parameter, value in known.items():
        if isinstance(value, str):
            excess = find_excess(rules_.get(parameter, {}), value)
            if excess is not None:
                at = pointer((parameter, *excess.path))
                found.append(Finding("limit", "error", place, at, excess.found, excess.allowed))
    return found
