"""The rules of a connection: across its attributes, and against the catalogue of services.

Source: https://fivetran.com/docs/rest-api/api-reference/connections (create and modify).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from constructs_lib.schemas.model import load
from constructs_lib.schemas.rules.secrets import mask, secret_twice
from constructs_lib.schemas.rules.table import catalogue_rules
from constructs_lib.schemas.rules.types import (
    PYTHON,
    Inputs,
    IsUnknown,
    Names,
    Problem,
    Rule,
    needs,
    only_with,
)

_FORMS = (["connection_id"], ["group_id", "schema"])
_NAMING = ("connection_id", "group_id", "schema")


def connection_rules(names: Names, is_unknown: IsUnknown) -> tuple[Rule, ...]:
    """Return the rules of the resource ``fivetranops_connection``, in the order of their findings.

    :param names: what the attributes for secrets are called
    :param is_unknown: says of a value whether it is known only later
    """
    return (
        *_networking_and_schedule(),
        *_setup_tests(),
        *_secrets(names, is_unknown),
        *catalogue_rules(names, is_unknown),
    )


CONNECTION_DATA = (
    Rule(
        "connection-form",
        _NAMING,
        lambda inputs: connection_form(inputs),
        title="A connection is read by connection_id, or by group_id and schema",
    ),
)
"""The rules of the data source ``fivetranops_connection``."""


def connection_form(inputs: Inputs) -> Iterator[Problem]:
    """A connection is named in exactly one of two ways."""
    given = [name for name in _NAMING if inputs[name] is not None]
    if given not in _FORMS:
        path = (given[-1],) if given else ()
        allowed = "connection_id alone, or group_id together with schema"
        yield Problem(path, " and ".join(given) or "nothing", allowed)


def _networking_and_schedule() -> Iterator[Rule]:
    yield _counts_only(
        "daily-sync-time", "daily_sync_time", "A time of the daily sync without a daily sync"
    )
    yield _counts_only(
        "data-delay-threshold", "data_delay_threshold", "A threshold that is not used"
    )
    for name, attribute, title in (
        ("private-link", "private_link_id", "A private link and another networking method"),
        ("proxy-agent", "proxy_agent_id", "A proxy agent and another networking method"),
    ):
        yield _counts_only(name, attribute, title)
        other, value = _only_with(attribute)
        title = f"The networking method {value} without {attribute}"
        check = partial(needs, other, value, attribute)
        yield Rule(name, (attribute, other), check, other, title)


def _counts_only(name: str, attribute: str, title: str) -> Rule:
    """Return the rule that an attribute stands only with the one that makes it count."""
    other, value = _only_with(attribute)
    check = partial(only_with, attribute, other, value)
    return Rule(name, (attribute, other), check, attribute, title)


def _only_with(attribute: str) -> tuple[str, Any]:
    found = load("fivetranops_connection").attributes[attribute].only_with
    if found is None:
        raise KeyError(f"x-only-with of {attribute}")
    return found


def _setup_tests() -> Iterator[Rule]:
    yield Rule(
        "setup-tests",
        ("require_setup_tests", "run_setup_tests"),
        _required_tests_run,
        "run_setup_tests",
        "Setup tests that are required, and not run",
    )
    for name in ("trust_certificates", "trust_fingerprints"):
        check = partial(_trust_needs_tests, name)
        title = "Trust in setup tests that are not run"
        yield Rule("trust-needs-tests", (name, "run_setup_tests"), check, "run_setup_tests", title)


def _required_tests_run(inputs: Inputs) -> Iterator[Problem]:
    """Tests that are not run cannot be required."""
    if inputs["require_setup_tests"] is True and inputs["run_setup_tests"] is False:
        found = "require_setup_tests true, run_setup_tests false"
        hint = "leave run_setup_tests out, or set require_setup_tests to false"
        yield Problem(("require_setup_tests",), found, "required tests must be run", hint)


def _trust_needs_tests(name: str, inputs: Inputs) -> Iterator[Problem]:
    """Certificates and fingerprints are trusted during the setup tests, and only then."""
    if inputs[name] is True and inputs["run_setup_tests"] is False:
        allowed = f"{name} true only when the setup tests run"
        hint = f"leave run_setup_tests out, or set {name} to false"
        yield Problem((name,), f"{name} true, run_setup_tests false", allowed, hint)


def _secrets(names: Names, is_unknown: IsUnknown) -> Iterator[Rule]:
    pairs = (("config", names.secrets), ("auth", names.auth_secrets))
    # Before synth a secret is nearly always a token, which then stands for a text.
    passes = _never if names == PYTHON else is_unknown
    for pair in pairs:
        check = partial(secret_twice, passes)
        yield Rule("secret-twice", pair, check, pair[1], "A setting in two places")
    for pair in pairs:
        for name in pair:
            yield Rule("mask", (name,), mask, name, "A mask in place of a secret")


def _never(_value: Any) -> bool:
    return False
