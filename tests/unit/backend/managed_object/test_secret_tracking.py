"""Noticing that a secret changed, without keeping it."""

import re
from datetime import datetime, timezone
from typing import Any

import pytest
from connection_values import HASHER, recorded

from constructs_lib.backend.managed_object import secret_tracking
from constructs_lib.backend.managed_object.secret_tracking import (
    SecretHasher,
    SecretTracking,
    applied_times,
    planned_times,
    secrets_of,
    secrets_with_values,
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


@pytest.mark.parametrize(
    ("name", "value", "digest"),
    [
        (
            "config.password",
            "hunter22",
            "27c4405dbd953e99986b8bec0fc966d2e8156790f393b91ea37638dfe9cfa4fd",
        ),
        (
            "config.x",
            {"a": [None, True, "ž"], "b": 1},
            "cd65f550c3908ecd9b6c47c0439dc6d6c13dfa809422351870a11cb35c6febfb",
        ),
        (
            "config.x",
            {"b": 1, "a": [None, True, "ž"]},
            "cd65f550c3908ecd9b6c47c0439dc6d6c13dfa809422351870a11cb35c6febfb",
        ),
    ],
)
def test_digest_is_the_one_that_stored_states_have(name: str, value: Any, digest: str) -> None:
    assert SecretHasher("key", "secret").digest("00", name, value) == digest


def test_mark_of_the_key_is_the_one_that_stored_states_have() -> None:
    assert SecretHasher("key", "secret").mark() == "f44a9dd56299"


@pytest.mark.parametrize("other", [SecretHasher("other", "secret"), SecretHasher("key", "other")])
def test_another_account_has_other_digests(other: SecretHasher) -> None:
    assert other.mark() != HASHER.mark()
    assert other.digest("00", "config.password", "a") != HASHER.digest("00", "config.password", "a")


@pytest.mark.parametrize(
    "same", [("00", "config.other", "a"), ("01", "config.password", "a"), ("00", "config.b", "b")]
)
def test_digest_depends_on_salt_name_and_value(same: tuple[str, str, str]) -> None:
    assert HASHER.digest(*same) != HASHER.digest("00", "config.password", "a")


def test_what_is_recorded_replaces_all_but_the_salt() -> None:
    private = recorded({"config.password": "a", "config.token": "b"})
    before = private["secrets"] | {}
    assert before.keys() == {"salt", "mark", "digests"}
    assert re.fullmatch("[0-9a-f]{32}", before["salt"])
    assert before["mark"] == HASHER.mark()

    SecretTracking(private, HASHER).record({"config.token": "c"})

    assert private["secrets"] == {
        "salt": before["salt"],
        "mark": before["mark"],
        "digests": {"config.token": HASHER.digest(before["salt"], "config.token", "c")[:32]},
    }


def test_a_digest_of_an_earlier_version_is_recognised() -> None:
    private = recorded(SECRETS)
    entry = private["secrets"]
    for name, value in SECRETS.items():
        entry["digests"][name] = HASHER.digest(entry["salt"], name, value)

    assert SecretTracking(private, HASHER).changed(SECRETS) == []
    entry["digests"] = {name: digest[:31] for name, digest in entry["digests"].items()}
    assert SecretTracking(private, HASHER).changed(SECRETS) == sorted(SECRETS)


@pytest.mark.parametrize(("hasher", "secrets"), [(None, SECRETS), (HASHER, {})])
def test_nothing_to_record_clears_what_was_recorded(hasher: Any, secrets: Any) -> None:
    private = recorded(SECRETS)

    SecretTracking(private, hasher).record(secrets)

    assert private == {}


@pytest.mark.parametrize(
    ("private", "hasher"), [({}, HASHER), ({}, None), (recorded(SECRETS), None)]
)
def test_what_cannot_be_checked_counts_as_changed(private: Any, hasher: Any) -> None:
    tracking = SecretTracking(private, hasher)

    assert not tracking.is_sealed_by_another_key
    assert tracking.changed({"config.b": 1, "config.a": 2}) == ["config.a", "config.b"]


def test_secret_in_private_state_without_its_digest_is_changed() -> None:
    private = recorded(SECRETS)
    del private["secrets"]["digests"]

    assert SecretTracking(private, HASHER).changed({"config.password": "hunter22"}) == [
        "config.password"
    ]


def test_secrets_without_a_value_are_none() -> None:
    secrets = {
        "null": None,
        "empty": "",
        "false": False,
        "zero": 0,
        "object": {},
        "nulls": {"a": None, "b": {"c": None}},
        "some": {"a": None, "b": 1},
    }

    assert secrets_with_values(secrets) == {
        "empty": "",
        "false": False,
        "zero": 0,
        "object": {},
        "some": {"b": 1},
    }


@pytest.mark.parametrize("value", [None, "text", Dynamic.of(["a"]), Dynamic.of("text")])
def test_what_is_no_object_brings_no_secrets(value: Any) -> None:
    assert secrets_of({"config_wo": value, "auth_wo": Dynamic.of({"a": "b"})}) == {"auth.a": "b"}
    assert secrets_of({}) == {}


def test_secrets_are_named_by_the_scopes_of_the_object() -> None:
    config = {"key_wo": Dynamic.of({"a": 1}), "config_wo": Dynamic.of({"b": 2})}

    assert secrets_of(config, {"key": "key_wo"}) == {"key.a": 1}


def test_first_plan_leaves_the_times_of_what_is_sent_open() -> None:
    assert planned_times(None, {"config.a": 1}, ["config.a"]) == {"config.a": UNKNOWN}
    assert planned_times(None, {"config.a": 1}, []) is None
    assert planned_times({"config.b": "then"}, {"auth.*": UNKNOWN}, ["auth.*"]) is UNKNOWN


def test_times_after_a_request_are_those_that_were_planned() -> None:
    now = applied_times(UNKNOWN, None, ["config.a"])["config.a"]

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", now)
    prior = {"config.a": "then", "config.b": "then"}
    assert applied_times(UNKNOWN, prior, []) == prior
    sent = applied_times(UNKNOWN, prior, ["config.b"])
    assert (sent["config.a"], sent["config.b"] >= now) == ("then", True)
    planned = applied_times({"config.a": "then", "config.c": UNKNOWN}, prior, [])
    assert planned.keys() == {"config.a", "config.c"}
    assert (planned["config.a"], planned["config.c"] >= now) == ("then", True)


def test_times_are_those_of_greenwich(monkeypatch: pytest.MonkeyPatch) -> None:
    class Noon(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 6, 1, 12 if tz is timezone.utc else 18)

    monkeypatch.setattr(secret_tracking, "datetime", Noon)

    assert applied_times(UNKNOWN, None, ["config.a"]) == {"config.a": "2026-06-01T12:00:00Z"}


def test_hasher_shows_nothing_of_itself() -> None:
    assert repr(SecretHasher("key", "secret")) == "<SecretHasher>"
