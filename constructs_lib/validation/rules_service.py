"""Rules about what the service of a connection expects in ``config``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib import schemas
from constructs_lib.validation.findings import Severity
from constructs_lib.validation.plain import UNRESOLVED
from constructs_lib.validation.rules_types import Inputs, Problem
from constructs_lib.validation.shown import shown
from constructs_lib.validation.suggestions import did_you_mean

_FORM_KEYS = ("schema", "schema_prefix", "table", "table_group_name")
# For these services the key is a setting of the source, beside the destination schema.
_SOURCE_SETTINGS = {"db2luw": ("schema",)}


def unknown_service(inputs: Inputs) -> Iterator[Problem]:
    """A service that is not known is suspicious; but new ones appear between releases."""
    name = inputs["service"]
    if isinstance(name, str) and schemas.service(name) is None:
        near = did_you_mean(name, schemas.services())
        hint = near or "a service newer than this release is sent as it is"
        allowed = f"one of the {len(schemas.services())} known services"
        yield Problem(("service",), repr(name), allowed, hint, "warning")


def destination_schema(inputs: Inputs) -> Iterator[Problem]:
    """The destination schema is named in ``config``, in the form of the service."""
    name, config = inputs["service"], inputs["config"]
    facts = schemas.service(name) if isinstance(name, str) else None
    if facts is None or not isinstance(config, dict):
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
        yield from _unnamed(key, config.get(key))


def _unnamed(key: str, value: Any) -> Iterator[Problem]:
    if value is None or value is UNRESOLVED or (isinstance(value, str) and value):
        return
    yield Problem(("config", key), shown(value), "text that is not empty")


def _wrong_keys(facts: schemas.Service) -> list[str]:
    also = _SOURCE_SETTINGS.get(facts.name, ())
    return [key for key in _FORM_KEYS if key not in (*facts.destination_schema, *also)]


def _wrong(facts: schemas.Service, key: str, missing: list[str]) -> Problem:
    # With the right form complete, the other key is superfluous, but may be meant for the source.
    hint = f"write {' and '.join(missing)} instead" if missing else f"leave {key} out"
    severity: Severity = "error" if missing else "warning"
    return Problem(("config", key), repr(key), _form(facts), hint, severity)


def _form(facts: schemas.Service) -> str:
    return f"{' and '.join(facts.destination_schema)} for the service {facts.name}"


def read_only_setting(inputs: Inputs) -> Iterator[Problem]:
    """Some settings are set by Fivetran alone and come back in every answer."""
    name, config = inputs["service"], inputs["config"]
    facts = schemas.service(name) if isinstance(name, str) else None
    if facts is None or not isinstance(config, dict):
        return
    for key in facts.read_only:
        if config.get(key) is not None:
            allowed = f"settings of {facts.name} that can be set"
            hint = "leave it out: only Fivetran sets it"
            yield Problem(("config", key), repr(key), allowed, hint, "warning")
