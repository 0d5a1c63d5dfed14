"""The checks of one construct: first its JSON Schema, then the rules across attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from constructs_lib.schemas import limits
from constructs_lib.schemas.rules import CONNECTION_DATA, ELASTIC_PROVIDER, Rule
from constructs_lib.validation import rules, schema_check
from constructs_lib.validation.findings import Finding, IsToken, Place, never
from constructs_lib.validation.parameters import left_out, parameter_schema, parameter_validator
from constructs_lib.validation.plain import plain
from constructs_lib.validation.pointers import pointer


def check_provider(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """All findings about the parameters of a ``FivetranProvider``.

    :param values: the parameters by name; None at the top level means left out
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    return _check("fivetranops", values, (), place, is_token)


def check_elastic_provider(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """All findings about the parameters of an ``ElasticProvider``.

    :param values: the parameters by name; None at the top level means left out
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    return _check("elasticops", values, ELASTIC_PROVIDER, place, is_token)


def check_connector_status(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """All findings about the parameters of a ``ConnectorStatus``.

    :param values: the parameters by name; None at the top level means left out
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    return _check("elasticops_connector_status", values, (), place, is_token)


def check_connection(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """All findings about the parameters of a ``Connection``.

    :param values: the parameters by name (``secrets`` and ``auth_secrets`` for the write-only
        attributes); None at the top level means left out, but inside ``config`` it is a value
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    return _check("fivetranops_connection", values, rules.CONNECTION, place, is_token)


def check_connection_state(
    values: Mapping[str, Any],
    *,
    service: str | None,
    place: Place,
    is_token: IsToken = never,
) -> list[Finding]:
    """All findings about the parameters of a ``ConnectionState``.

    :param values: the parameters by name; None at the top level means left out
    :param service: the service of the connection, or None if it is not known
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    findings = _check("fivetranops_connection_state", values, (), place, is_token)
    return findings + _state_findings(service, place, is_token)


def check_parameters(
    name: str, values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """All findings about the parameters of a construct that has no rules across attributes.

    :param name: name of its schema, such as ``fivetranops_connect_card``
    :param values: the parameters by name; None at the top level means left out
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    return _check(name, values, (), place, is_token)


def check_connection_data(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """All findings about the parameters of a ``ConnectionData``.

    :param values: the parameters by name; None at the top level means left out
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    found = _check("data.fivetranops_connection", values, (), place, is_token)
    return found + rules.of_given(CONNECTION_DATA, values, place)


def check_connection_state_data(
    values: Mapping[str, Any],
    *,
    service: str | None,
    place: Place,
    is_token: IsToken = never,
) -> list[Finding]:
    """All findings about the parameters of a ``ConnectionStateData``.

    :param values: the parameters by name; None at the top level means left out
    :param service: the service of the connection, or None if it is not known
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    found = _check("data.fivetranops_connection_state", values, (), place, is_token)
    return found + _state_findings(service, place, is_token)


def _state_findings(service: str | None, place: Place, is_token: IsToken) -> list[Finding]:
    if service is None or is_token(service):
        return []
    return rules.state_findings(service, place)


def check_connection_test(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """All findings about the parameters of a ``ConnectionTest``.

    :param values: the parameters by name; None at the top level means left out
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    return _check("fivetranops_connection_test", values, (), place, is_token)


def check_connection_sync(
    values: Mapping[str, Any], *, place: Place, is_token: IsToken = never
) -> list[Finding]:
    """All findings about the parameters of a ``ConnectionSync``.

    :param values: the parameters by name (``tables`` for the attribute ``scope``); None at the top
        level means left out
    :param place: where the construct stands
    :param is_token: says whether a value is known only later, and so satisfies any check
    """
    return _check("fivetranops_connection_sync", values, rules.SYNC, place, is_token)


def _check(
    name: str,
    values: Mapping[str, Any],
    table: Iterable[Rule],
    place: Place,
    is_token: IsToken,
) -> list[Finding]:
    known, findings = plain(left_out(name, values), place=place, is_token=is_token)
    findings += _texts_beyond_the_limits(name, known, place)
    findings += schema_check.findings(parameter_validator(name), known, place=place)
    return findings + rules.apply(table, known, place=place, broken=schema_check.roots(findings))


def _texts_beyond_the_limits(name: str, known: Mapping[str, Any], place: Place) -> list[Finding]:
    """Return a finding for each JSON text, in place of an object, that is too deep or too long."""
    rules_ = parameter_schema(name)["properties"]
    found = []
    for parameter, value in known.items():
        if isinstance(value, str) and rules_.get(parameter, {}).get("type") == ["object", "string"]:
            excess = limits.excess_of_text(value)
            if excess is not None:
                at = pointer((parameter, *excess.path))
                found.append(Finding("limit", "error", place, at, excess.found, excess.allowed))
    return found
