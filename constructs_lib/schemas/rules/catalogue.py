"""The rules that check a connection by the catalogue of services: its service, and its settings.

Settings that are named in ``unchecked``, each with a reason, are exempt.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from constructs_lib.schemas.catalogue import service_facts
from constructs_lib.schemas.catalogue.service_facts import (
    DESTINATION_SCHEMA_KEYS,
    ITEM,
    Service,
    service,
    services,
)
from constructs_lib.schemas.keywords import did_you_mean
from constructs_lib.schemas.redaction import display
from constructs_lib.schemas.rules.fields import (
    SettingVisit,
    unknown_field,
    value_not_allowed,
    visit_settings,
    wrong_type,
)
from constructs_lib.schemas.rules.rule import (
    HCL,
    Inputs,
    IsUnknown,
    Names,
    Problem,
    Rule,
    SettingsAttribute,
    Severity,
    settings_attributes,
)
from constructs_lib.schemas.rules.secrets import secret_in_clear

FieldRule = Callable[[SettingVisit], Problem | None]
"""A rule about one value; None if it has nothing to say."""


def field_problems(
    rule: FieldRule, scope: SettingsAttribute, is_unknown: IsUnknown, inputs: Inputs
) -> Iterator[Problem]:
    """Apply a rule to the settings of one attribute that are not unchecked."""
    for visit in _visits(scope, is_unknown, inputs):
        problem = rule(visit)
        if problem is not None and visit.setting not in _mapping(inputs["unchecked"]):
            yield problem


def unchecked_reason(is_unknown: IsUnknown, inputs: Inputs) -> Iterator[Problem]:
    """Report an unchecked setting without a reason, which the next reader cannot guess."""
    for setting, reason in _mapping(inputs["unchecked"]).items():
        if not is_unknown(reason) and (not isinstance(reason, str) or not reason.strip()):
            found = f"{setting} without a reason"
            hint = "such as 'new in December, ticket 4711'"
            yield Problem(("unchecked", setting), found, "text that says why", hint)


def unchecked_unneeded(
    rules: tuple[FieldRule, ...],
    attributes: tuple[SettingsAttribute, ...],
    is_unknown: IsUnknown,
    inputs: Inputs,
) -> Iterator[Problem]:
    """Report an unchecked setting that needs no exemption, because it would hide the next mistake.

    It may be needed where the service, or the value of the setting, is not known.
    """
    name, unchecked = inputs["service"], _mapping(inputs["unchecked"])
    if not unchecked or not isinstance(name, str) or service(name) is None:
        return
    seen = [visit for scope in attributes for visit in _visits(scope, is_unknown, inputs)]
    needed = _settings_in_need(rules, seen)
    open_ = [visit.setting for visit in seen if not visit.is_known]
    for setting, reason in unchecked.items():
        # One without a reason has a finding already.
        if not reason or setting in needed:
            continue
        if not any(_is_at_or_below(setting, each) for each in open_):
            is_there = any(visit.setting == setting for visit in seen)
            yield _unneeded(setting, is_there, needed - unchecked.keys())


def settings_in_need(
    rules: tuple[FieldRule, ...],
    attributes: tuple[SettingsAttribute, ...],
    is_unknown: IsUnknown,
    inputs: Inputs,
) -> set[str]:
    """Return the settings with which a rule finds fault, such as ``config.new_field``."""
    seen = [visit for scope in attributes for visit in _visits(scope, is_unknown, inputs)]
    return _settings_in_need(rules, seen)


def _settings_in_need(rules: tuple[FieldRule, ...], seen: Sequence[SettingVisit]) -> set[str]:
    return {visit.setting for visit in seen if any(rule(visit) for rule in rules)}


def _unneeded(setting: str, is_there: bool, candidates: set[str]) -> Problem:
    found = f"{setting}, which no check rejects"
    hint = "leave it out: its name, type and value are valid, and a secret is never exempt"
    if not is_there:
        hint = did_you_mean(setting, candidates) or "leave it out: there is no such setting here"
    allowed = "settings that a check rejects"
    return Problem(("unchecked", setting), found, allowed, hint, "warning")


def _is_at_or_below(setting: str, other: str) -> bool:
    return setting == other or setting.startswith((other + ".", other + ITEM))


class _LastWalk(threading.local):
    """The settings that were walked through last: a dozen rules look at each of them in turn."""

    settings: Any = None
    about: tuple[Service, SettingsAttribute, IsUnknown] | None = None
    visits: Sequence[SettingVisit] = ()


_LAST = _LastWalk()


def _visits(
    scope: SettingsAttribute, is_unknown: IsUnknown, inputs: Inputs
) -> Sequence[SettingVisit]:
    name, settings = inputs["service"], inputs[scope.attribute]
    facts = service(name) if settings and isinstance(name, str) else None
    if facts is None:
        return ()
    about = (facts, scope, is_unknown)
    # Each check makes its own copy of the settings, so the same object holds the same settings.
    if _LAST.settings is not settings or _LAST.about != about:
        _LAST.visits = visit_settings(facts, scope, settings, is_unknown)
        _LAST.settings, _LAST.about = settings, about
    return _LAST.visits


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


REASON_OF_IMPORT = "imported as Fivetran answered it"
"""Why ``unchecked`` names a setting of a connection that was imported."""
SECRET_IN = "secret-in-"  # noqa: S105
"""How the identifiers of the rules begin that find a secret in clear."""
_FIELD_RULES: dict[str, tuple[FieldRule, str]] = {
    "unknown-field": (unknown_field, "Unknown setting"),
    "field-type": (wrong_type, "A setting of the wrong type"),
    "field-value": (value_not_allowed, "A setting with a value that is not allowed"),
}
"""The rules about single settings by identifier, each with its title."""


def catalogue_rules(names: Names, is_unknown: IsUnknown) -> tuple[Rule, ...]:
    """Return the rules, in the order in which they are applied.

    A rule is applied if each of its inputs is known as a whole; what is unknown inside of them it
    leaves alone.

    :param names: how the attributes for secrets are called
    :param is_unknown: says of a value whether it is known only later
    """
    every = settings_attributes(names)
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
            title="The destination schema is not named as the service requires",
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
    :param config: its settings in JSON form, all of them known
    :returns: such as ``{"config.new_field", "config.files[].mode"}``
    """
    inputs = {"service": service, "config": config, "unchecked": None}
    of_config = tuple(scope for scope in settings_attributes(HCL) if scope.attribute == "config")
    rules = tuple(rule for rule, _ in _FIELD_RULES.values())
    return settings_in_need(rules, of_config, lambda value: False, inputs)


def _secret_rules(every: tuple[SettingsAttribute, ...]) -> Iterator[Rule]:
    for scope in every:
        if not scope.is_secret:
            check = partial(secret_in_clear, scope)
            inputs = ("service", scope.attribute)
            title = f"A secret in {scope.root}"
            yield Rule(f"{SECRET_IN}{scope.root}", inputs, check, scope.attribute, title)


def _field_rules(every: tuple[SettingsAttribute, ...], is_unknown: IsUnknown) -> Iterator[Rule]:
    for scope in every:
        for name, (rule, title) in _FIELD_RULES.items():
            check = partial(field_problems, rule, scope, is_unknown)
            inputs = ("service", scope.attribute, "unchecked")
            yield Rule(name, inputs, check, scope.attribute, title)


_REFRESH = "connections catalogue refresh --live"


def services_file_problem(inputs: Inputs) -> Iterator[Problem]:
    """Report a file of the project that cannot be used, as its facts are not checked."""
    _, problem = service_facts.project_file()
    if problem:
        allowed = "a file that the command refresh wrote"
        hint = f"write it again, for example with {_REFRESH} {inputs['service']}, or delete it"
        yield Problem(("service",), problem, allowed, hint)


def unknown_service(inputs: Inputs) -> Iterator[Problem]:
    """Warn of a service that is not known; it may be new, as services appear between releases."""
    name = inputs["service"]
    if isinstance(name, str) and service(name) is None:
        near = did_you_mean(name, services())
        hint = f"{near} {'If' if near else 'if'} it is new, run {_REFRESH} {name}".lstrip()
        allowed = f"one of the {len(services())} known services; its settings are not checked"
        yield Problem(("service",), repr(name), allowed, hint, "warning")


def destination_schema(is_unknown: IsUnknown, inputs: Inputs) -> Iterator[Problem]:
    """Report a destination schema that ``config`` does not name in the form of the service."""
    config = inputs["config"]
    facts = _facts(inputs)
    if facts is None or not facts.destination_schema or not isinstance(config, dict):
        return
    form = facts.destination_schema
    missing = [key for key in form if config.get(key) is None]
    wrong = [key for key in _wrong_keys(facts) if config.get(key) is not None]
    for key in wrong:
        yield _wrong(facts, key, missing)
    if missing and not wrong:
        found = "nothing" if len(missing) == len(form) else f"no {' and no '.join(missing)}"
        yield Problem(("config",), found, _form(facts), f"add {' and '.join(missing)} to config")
    for key in form:
        if not is_unknown(config.get(key)):
            yield from _unnamed(key, config.get(key))


def read_only_setting(inputs: Inputs) -> Iterator[Problem]:
    """Warn of settings that only Fivetran sets, and which come back in every response."""
    config, facts = inputs["config"], _facts(inputs)
    if facts is None or not isinstance(config, dict):
        return
    for key in facts.read_only:
        if config.get(key) is not None:
            allowed = f"settings of {facts.name} that can be set"
            hint = "leave it out: only Fivetran sets it"
            yield Problem(("config", key), repr(key), allowed, hint, "warning")


def _facts(inputs: Inputs) -> Service | None:
    name = inputs["service"]
    return service(name) if isinstance(name, str) else None


def _unnamed(key: str, value: Any) -> Iterator[Problem]:
    if value is None or (isinstance(value, str) and value):
        return
    yield Problem(("config", key), display(value), "text that is not empty")


def _wrong_keys(facts: Service) -> list[str]:
    # A key of another form may be a setting of the source, as schema is for db2luw.
    return [
        key
        for key in DESTINATION_SCHEMA_KEYS
        if key not in facts.destination_schema and key not in facts.config
    ]


def _wrong(facts: Service, key: str, missing: list[str]) -> Problem:
    # With the right form complete, the other key is superfluous, but may be meant for the source.
    hint = f"write {' and '.join(missing)} instead" if missing else f"leave {key} out"
    severity: Severity = "error" if missing else "warning"
    return Problem(("config", key), repr(key), _form(facts), hint, severity)


def _form(facts: Service) -> str:
    return f"{' and '.join(facts.destination_schema)} for the service {facts.name}"
