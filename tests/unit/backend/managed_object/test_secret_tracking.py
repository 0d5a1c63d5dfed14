"""Noticing that a secret changed, without keeping it."""

from typing import Any

from connection_values import HASHER, recorded

from constructs_lib.backend.managed_object.secret_tracking import (
    SecretHasher,
    SecretTracking,
    applied_times,
    planned_times,
    secrets_of,
)
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

SECRETS: dict[str, Any] = {"config.password": "hunter22", "auth.refresh_token": "token-1"}


def test_secrets_are_named_by_scope_and_key() -> None:
    config = {
        "config_wo": Dynamic.of({"password": "a", "secrets_list": [{"key": "k", "value": "v"}]}),
        "auth_wo": UNKNOWN,
    }

    assert secrets_of(config) == {
        "config.password": "a",
        "config.secrets_list": [{"key": "k", "value": "v"}],
        "auth.*": UNKNOWN,
    }


def test_what_was_sent_with_the_same_value_did_not_change() -> None:
    assert SecretTracking(recorded(SECRETS), HASHER).changed(dict(SECRETS)) == []


def test_a_rotated_and_a_new_secret_are_found_by_name() -> None:
    rotated = {**SECRETS, "config.password": "hunter23", "config.token": "new"}

    assert SecretTracking(recorded(SECRETS), HASHER).changed(rotated) == [
        "config.password",
        "config.token",
    ]


def test_an_unknown_secret_counts_as_changed() -> None:
    assert SecretTracking(recorded(SECRETS), HASHER).changed({"config.password": UNKNOWN}) == [
        "config.password"
    ]


def test_another_api_secret_cannot_check_and_says_so() -> None:
    tracking = SecretTracking(recorded(SECRETS), SecretHasher("key", "rotated-api-secret"))

    assert tracking.is_sealed_by_another_key
    assert tracking.changed(dict(SECRETS)) == sorted(SECRETS)


def test_neither_the_digests_nor_any_repr_hold_a_secret() -> None:
    private = recorded(SECRETS)

    for text in (repr(private), repr(HASHER), repr(SecretTracking(private, HASHER))):
        assert "hunter22" not in text
        assert "token-1" not in text
        assert "api-secret" not in text


def test_equal_secrets_of_two_resources_have_different_digests() -> None:
    first, second = recorded(SECRETS), recorded(SECRETS)

    assert first["secrets"]["digests"] != second["secrets"]["digests"]


def test_a_plan_shows_which_secret_will_be_sent() -> None:
    prior = {"config.password": "2026-01-01T00:00:00Z", "config.token": "2026-01-01T00:00:00Z"}
    secrets = {"config.password": "a", "config.token": "b"}

    assert planned_times(prior, secrets, ["config.token"]) == {
        "config.password": "2026-01-01T00:00:00Z",
        "config.token": UNKNOWN,
    }
    assert planned_times(prior, secrets, []) == prior
    assert planned_times(prior, {"config.*": UNKNOWN}, ["config.*"]) is UNKNOWN


def test_apply_fills_in_only_the_times_that_the_plan_left_open() -> None:
    prior = {"config.password": "2026-01-01T00:00:00Z"}
    planned = {"config.password": "2026-01-01T00:00:00Z", "config.token": UNKNOWN}

    times = applied_times(planned, prior, ["config.token"])

    assert times["config.password"] == "2026-01-01T00:00:00Z"
    assert times["config.token"] > "2026-01-01T00:00:00Z"
    assert applied_times(None, None, []) is None
