"""Secrets that are configured without a value: nothing is sent, nothing is lost, and it is said."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.backend.fivetran.connection.request import update_body
from constructs_lib.backend.fivetran.connection.secrets import check_unset_secrets
from constructs_lib.backend.fivetran.provider_data import ImportGuard
from constructs_lib.backend.managed_object.secret_tracking import (
    SecretHasher,
    SecretTracking,
    secrets_of,
    secrets_with_values,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import Dynamic

PRIOR = {"id": "abc", "schema": "orders"}


def warnings_of(
    secrets: dict[str, Any], before: Any = None, after: Any = None, scope: str = "config"
) -> list[Diagnostic]:
    """The warnings about a plan."""
    config = {f"{scope}_wo": Dynamic.of(secrets)}
    state = {**PRIOR, scope: Dynamic.of(before or {})} if before is not None else None
    plan = Plan(config, state, {scope: Dynamic.of(after or before or {})})
    tracking, diagnostics = SecretTracking({}, SecretHasher("key", "secret")), Diagnostics()
    check_unset_secrets(plan, tracking, diagnostics)
    return list(diagnostics)


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        ({"a": None, "b": "x"}, {"b": "x"}),
        ({"a": {"b": None, "c": "x"}}, {"a": {"c": "x"}}),
        ({"a": {"b": {"c": None}}}, {}),
        ({"a": {}, "b": [None, {"c": None}]}, {"a": {}, "b": [None, {"c": None}]}),
    ],
)
def test_a_secret_that_is_null_is_none_at_any_depth_of_objects(
    secrets: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert secrets_with_values(secrets) == expected
    names = secrets_of({"config_wo": Dynamic.of(secrets)})
    assert names == {f"config.{key}": value for key, value in expected.items()}


def test_a_null_inside_of_an_object_is_never_sent() -> None:
    prior = {"config": Dynamic.of({"login": {"host": "a"}})}
    planned = {"config": Dynamic.of({"login": {"host": "b"}})}
    config = {"config_wo": Dynamic.of({"login": {"key": None}})}

    assert update_body(prior, planned, config, [], {}) == {"config": {"login": {"host": "b"}}}


def test_nothing_is_said_where_every_secret_has_a_value() -> None:
    assert warnings_of({"password": "x"}, {}) == []


def test_what_is_kept_is_named() -> None:
    secrets = {"password": None, "login": {"key": None, "user": None}}

    assert warnings_of(secrets, {"host": "a"}) == [
        Diagnostic(
            False,
            "Secrets without a value are left as they are at Fivetran",
            "Connection abc (orders): config.password, config.login.key, config.login.user. Once "
            "they have a value they are sent, and managed from then on.",
            (),
        )
    ]


def test_a_creation_says_that_there_is_nothing_to_keep() -> None:
    detail = "The connection will be created without config.password, config.login.key."

    assert warnings_of({"password": None, "login": {"key": None}}) == [
        Diagnostic(False, "Secrets have no value", detail, ())
    ]


@pytest.mark.parametrize("scope", ["config", "auth"])
@pytest.mark.parametrize(
    ("secrets", "before", "after", "name"),
    [
        ({"login": {"key": None}}, {"login": {"host": "a"}}, {"login": {"host": "b"}}, "login.key"),
        ({"login": None}, {"login": {"host": "a"}}, {"login": {"host": "b"}}, "login"),
        ({"login": {"key": None}}, {"host": "a"}, {"login": {"host": "b"}}, "login.key"),
        ({"login": {"key": None, "user": "x"}}, {"host": "a"}, {"host": "a"}, "login.key"),
    ],
)
def test_an_object_is_not_sent_while_a_secret_in_it_has_no_value(
    secrets: dict[str, Any], before: dict[str, Any], after: dict[str, Any], name: str, scope: str
) -> None:
    with pytest.raises(ProviderError) as failed:
        warnings_of(secrets, before, after, scope)

    assert failed.value.summary == "A setting would be sent without its secret"
    assert failed.value.detail == (
        f"login in {scope} changes, but {scope}.{name} has no value, so Fivetran might lose that "
        "secret. Give the secret its value, or undo the change. Nothing was changed."
    )
    assert failed.value.path == (scope,)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"host": "a"}, {"host": "b"}),
        ({"login": {"host": "a"}, "port": 1}, {"login": {"host": "a"}, "port": 2}),
        ({"login": {"host": "a"}, "port": 1}, {"port": 1}),
    ],
)
def test_another_setting_may_change_beside_a_kept_secret(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert len(warnings_of({"login": {"key": None}}, before, after)) == 1


ORDERS = [("note_import", "note_destruction"), ("note_destruction", "note_import")]


@pytest.mark.parametrize("steps", ORDERS)
def test_a_connection_is_not_imported_and_destroyed_by_one_run(steps: tuple[str, str]) -> None:
    guard = ImportGuard()
    getattr(guard, steps[0])("abc")
    getattr(guard, steps[1])("other")

    with pytest.raises(ProviderError, match="imported and destroyed at once") as failed:
        getattr(guard, steps[1])("abc")

    assert "Connection abc" in failed.value.detail


def test_a_connection_without_an_identifier_yet_can_be_destroyed() -> None:
    guard = ImportGuard()

    guard.note_destruction(None)
    guard.note_import("abc")
