"""The table of the rules that hold a connection against the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from constructs_lib.schemas.rules.fields import unknown_field, value_not_allowed, wrong_type
from constructs_lib.schemas.rules.secrets import secret_in_clear
from constructs_lib.schemas.rules.service import (
    destination_schema,
    read_only_setting,
    services_file_problem,
    unknown_service,
)
from constructs_lib.schemas.rules.types import HCL, IsUnknown, Names, Rule, Scope, scopes
from constructs_lib.schemas.rules.unchecked import (
    FieldRule,
    field_problems,
    in_need,
    unchecked_reason,
    unchecked_unneeded,
)

_FIELD_RULES: dict[str, tuple[FieldRule, str]] = {
    "unknown-field": (unknown_field, "Unknown setting"),
    "field-type": (wrong_type, "A setting of the wrong type"),
    "field-value": (value_not_allowed, "A setting with a value that is not allowed"),
}
"""The rules about single settings by identifier, each with its title."""


def catalogue_rules(names: Names, is_unknown: IsUnknown) -> tuple[Rule, ...]:
    """The rules, in the order in which they are applied.

    A rule is applied if each of its inputs is known as a whole; what is unknown inside of them it
    leaves alone.

    :param names: how the attributes for secrets are called
    :param is_unknown: says of a value whether it is known only later
    """
    every = scopes(names)
    attributes = tuple(scope.attribute for scope in every)
    rules = tuple(rule for rule, _ in _FIELD_RULES.values())
    return (
        Rule(
            "services-file",
            ("service",),
            services_file_problem,
            title="The file of services cannot be used",
        ),
        Rule("unknown-service", ("service",), unknown_service, title="Unknown service"),
        Rule(
            "destination-schema",
            ("service", "config"),
            partial(destination_schema, is_unknown),
            title="The destination schema is not named as the service wants it",
        ),
        Rule(
            "read-only-setting",
            ("service", "config"),
            read_only_setting,
            title="A setting that only Fivetran sets",
        ),
        *_secret_rules(every),
        *_field_rules(every, is_unknown),
        Rule(
            "unchecked-reason",
            ("unchecked",),
            partial(unchecked_reason, is_unknown),
            "unchecked",
            "A setting is unchecked without a reason",
        ),
        Rule(
            "unchecked-unneeded",
            ("service", *attributes, "unchecked"),
            partial(unchecked_unneeded, rules, every, is_unknown),
            "unchecked",
            "A setting is unchecked without need",
        ),
    )


def settings_at_fault(service: str, config: dict[str, Any]) -> set[str]:
    """Return the settings of ``config`` that have to be named in ``unchecked`` to be taken.

    :param service: the service of the connection
    :param config: its settings in plain form, all of them known
    :returns: such as ``{"config.new_field", "config.files[].mode"}``
    """
    inputs = {"service": service, "config": config, "unchecked": None}
    of_config = tuple(scope for scope in scopes(HCL) if scope.attribute == "config")
    rules = tuple(rule for rule, _ in _FIELD_RULES.values())
    return in_need(rules, of_config, lambda value: False, inputs)


def _secret_rules(every: tuple[Scope, ...]) -> Iterator[Rule]:
    for scope in every:
        if not scope.is_secret:
            check = partial(secret_in_clear, scope)
            inputs = ("service", scope.attribute)
            title = f"A secret in {scope.root}"
            yield Rule(f"secret-in-{scope.root}", inputs, check, scope.attribute, title)


def _field_rules(every: tuple[Scope, ...], is_unknown: IsUnknown) -> Iterator[Rule]:
    for scope in every:
        for name, (rule, title) in _FIELD_RULES.items():
            check = partial(field_problems, rule, scope, is_unknown)
            inputs = ("service", scope.attribute, "unchecked")
            yield Rule(name, inputs, check, scope.attribute, title)
