"""The rules of each resource, data source and provider that has any: connections, syncs,
Elastic. The rules of what belongs to a connection have modules of their own, which the schemas name
by ``x-rules``.

Sources: https://fivetran.com/docs/rest-api/api-reference/connections (create, modify, sync and
re-sync); Elasticsearch's REST APIs, "Authentication".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from typing import Any

from constructs_lib.schemas.model import load
from constructs_lib.schemas.redaction import Path
from constructs_lib.schemas.rules.catalogue import catalogue_rules
from constructs_lib.schemas.rules.rule import (
    PYTHON,
    Inputs,
    IsUnknown,
    Names,
    Problem,
    Rule,
    needs,
    only_with,
)
from constructs_lib.schemas.rules.secrets import mask, secret_twice

_FORMS = (["connection_id"], ["group_id", "schema"])
_NAMING = ("connection_id", "group_id", "schema")


@cache
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
    """Report a connection that is not named in exactly one of the two ways."""
    given = [name for name in _NAMING if inputs[name] is not None]
    if given not in _FORMS:
        path = (given[-1],) if given else ()
        allowed = "connection_id alone, or group_id together with schema"
        yield Problem(path, " and ".join(given) or "nothing", allowed)


def _networking_and_schedule() -> Iterator[Rule]:
    yield _counts_only(
        "daily-sync-time", "daily_sync_time", "A daily sync time without a daily sync"
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
    """Return the rule that an attribute is set only with the one that makes it count."""
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
    """Report tests that are required and not run."""
    if inputs["require_setup_tests"] is True and inputs["run_setup_tests"] is False:
        found = "require_setup_tests true, run_setup_tests false"
        hint = "leave run_setup_tests out, or set require_setup_tests to false"
        yield Problem(
            ("require_setup_tests",),
            found,
            "run_setup_tests true, because required tests must run",
            hint,
        )


def _trust_needs_tests(name: str, inputs: Inputs) -> Iterator[Problem]:
    """Report trust in a certificate or fingerprint where no setup tests run, which would use it."""
    if inputs[name] is True and inputs["run_setup_tests"] is False:
        allowed = f"{name} true only when the setup tests run"
        hint = f"leave run_setup_tests out, or set {name} to false"
        yield Problem((name,), f"{name} true, run_setup_tests false", allowed, hint)


def _secrets(names: Names, is_unknown: IsUnknown) -> Iterator[Rule]:
    pairs = (("config", names.secrets), ("auth", names.auth_secrets))
    # Before synth a secret is nearly always a token, which counts as a text.
    passes = _never if names == PYTHON else is_unknown
    for pair in pairs:
        check = partial(secret_twice, passes)
        yield Rule("secret-twice", pair, check, pair[1], "A setting in two places")
    for pair in pairs:
        for name in pair:
            yield Rule("mask", (name,), mask, name, "A mask in place of a secret")


def _never(_value: Any) -> bool:
    return False


def sync_rules(names: Names) -> tuple[Rule, ...]:
    """Return the rules of the resource ``fivetranops_connection_sync``.

    :param names: what the attribute for the tables is called
    """
    tables = names.tables
    check = partial(only_with, tables, "mode", "resync")
    inputs = ("mode", tables, "resync_everything")
    return (
        Rule("sync-mode", (tables, "mode"), check, tables, "Tables without a re-sync"),
        Rule("sync-mode", ("force", "mode"), _forced_sync, "force", "A re-sync cannot be forced"),
        Rule(
            "resync-extent",
            inputs,
            partial(_everything, tables),
            "resync_everything",
            "resync_everything without a re-sync of everything",
        ),
        Rule(
            "resync-extent",
            inputs,
            partial(_extent_of_mode_is_open, tables),
            "mode",
            "The extent of the re-sync is missing",
        ),
    )


def resync_action_rules(names: Names) -> tuple[Rule, ...]:
    """Return the rules of the action ``fivetranops_connection_resync``.

    :param names: what the attribute for the tables is called
    """
    tables = names.tables
    inputs = (tables, "resync_everything")
    return (
        Rule(
            "resync-extent",
            inputs,
            partial(_everything_and_tables, tables),
            "resync_everything",
            "Two extents of a re-sync",
        ),
        Rule(
            "resync-extent",
            inputs,
            partial(_extent_is_open, tables, (), f"neither {tables} nor resync_everything"),
            title="The extent of the re-sync is missing",
        ),
    )


def pause_action_rules() -> tuple[Rule, ...]:
    """Return the rules of the action ``fivetranops_connection_pause``."""
    title = "A wait without a pause"
    return (Rule("pause-wait", ("wait", "paused"), _wait_without_pause, "wait", title),)


def _wait_without_pause(inputs: Inputs) -> Iterator[Problem]:
    """Report a wait for the end of the running sync where the connection is let run."""
    if inputs["wait"] is True and inputs["paused"] is False:
        hint = "leave wait out, or set paused to true"
        yield Problem(("wait",), "wait true, paused false", "wait only with paused true", hint)


def _everything(tables: str, inputs: Inputs) -> Iterator[Problem]:
    """Report a re-sync of everything without a re-sync, or together with single tables."""
    if inputs["resync_everything"] is True and inputs["mode"] != "resync":
        hint = "set mode to resync, or leave resync_everything out"
        allowed = "resync_everything only together with mode resync"
        yield Problem(("resync_everything",), "resync_everything, no re-sync", allowed, hint)
    else:
        yield from _everything_and_tables(tables, inputs)


def _everything_and_tables(tables: str, inputs: Inputs) -> Iterator[Problem]:
    """Report a re-sync of everything together with single tables."""
    if inputs["resync_everything"] is True and inputs[tables]:
        hint = f"leave out {tables} to re-sync all of them, or resync_everything to re-sync some"
        found = f"resync_everything together with {tables}"
        yield Problem(("resync_everything",), found, "one of the two", hint)


def _extent_of_mode_is_open(tables: str, inputs: Inputs) -> Iterator[Problem]:
    """Report the mode re-sync without an extent."""
    if inputs["mode"] == "resync":
        found = f"mode resync, {tables} left out"
        yield from _extent_is_open(tables, ("mode",), found, inputs)


def _extent_is_open(tables: str, path: Path, found: str, inputs: Inputs) -> Iterator[Problem]:
    """Report a re-sync without an extent: what is left out must not load a whole history."""
    if inputs["resync_everything"] is not True and inputs[tables] is None:
        allowed = "the tables to re-sync, or resync_everything"
        hint = (
            "name the tables by schema; or set resync_everything to true, which loads all rows of "
            "the whole history again"
        )
        yield Problem(path, found, allowed, hint)


def _forced_sync(inputs: Inputs) -> Iterator[Problem]:
    """Report a forced re-sync: it waits for the end of a running sync, and cannot stop it."""
    if inputs["force"] is True and inputs["mode"] == "resync":
        hint = "leave force out, or set mode to sync"
        yield Problem(("force",), "force true, mode resync", "force only with mode sync", hint)


_WAYS = {
    "api_key": "api_key",
    "username": "username and password",
    "password": "username and password",
    "bearer_token": "bearer_token",
}


def one_authentication(inputs: Inputs) -> Iterator[Problem]:
    """Report two ways to authenticate: a request carries one header for it.

    None is no mistake: then the environment of Terraform has the credentials.
    """
    given = [name for name in _WAYS if inputs[name] is not None]
    ways = list(dict.fromkeys(_WAYS[name] for name in given))
    if len(ways) > 1:
        allowed = "one of api_key, username with password, bearer_token"
        hint = f"keep one of them, and leave out {', '.join(given[1:])} or {given[0]}"
        yield Problem((given[-1],), " and ".join(given), allowed, hint)


def sandbox_alone(inputs: Inputs) -> Iterator[Problem]:
    """Report the embedded sandbox next to other endpoints: its connectors are invented."""
    endpoints = inputs["endpoints"]
    if not isinstance(endpoints, list) or len(endpoints) < 2:
        return
    for index, endpoint in enumerate(endpoints):
        if isinstance(endpoint, str) and endpoint.partition(":")[0] == "sandbox":
            found, allowed = "the sandbox together with other endpoints", "the sandbox alone"
            yield Problem(("endpoints", index), found, allowed, "leave it out, or the others")


ELASTIC_PROVIDER = (
    Rule("one-authentication", tuple(_WAYS), one_authentication, title="Two ways to authenticate"),
    Rule(
        "sandbox-alone",
        ("endpoints",),
        sandbox_alone,
        "endpoints",
        "The sandbox and other endpoints",
    ),
)
"""The rules of the provider of Elastic connectors."""
