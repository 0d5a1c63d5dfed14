"""Rules about the service of a connection as a whole."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib.schemas.catalogue import service_facts
from constructs_lib.schemas.catalogue.service_facts import (
    DESTINATION_SCHEMA_KEYS,
    Service,
    service,
    services,
)
from constructs_lib.schemas.redaction import display
from constructs_lib.schemas.rules.rule import Inputs, IsUnknown, Problem, Severity
from constructs_lib.schemas.suggestions import did_you_mean

_REFRESH = "python -m constructs_lib.schemas.catalogue refresh --live"


def services_file_problem(inputs: Inputs) -> Iterator[Problem]:
    """Report a file of the project that cannot be used, as its facts are not checked."""
    _, problem = service_facts.project_file()
    if problem:
        allowed = "a file that the command refresh has written"
        hint = f"write it again, as with {_REFRESH} {inputs['service']}, or delete it"
        yield Problem(("service",), problem, allowed, hint)


def unknown_service(inputs: Inputs) -> Iterator[Problem]:
    """Warn of a service that is not known; it may be new, as services appear between releases."""
    name = inputs["service"]
    if isinstance(name, str) and service(name) is None:
        near = did_you_mean(name, services())
        hint = f"{near} {'If' if near else 'if'} it is new: {_REFRESH} {name}".lstrip()
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
