"""What a planned change of a connection shows, and what it promises."""

from typing import Any

import pytest
from connection_values import configured, existing, planned

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.request import update_body
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher, SecretTracking
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, same

SCHEMA = schemas.load("fivetranops_connection")
CONFIG = {"schema_prefix": "orders", "host": "db", "port": 5432}
VAULT = SecretHasher("key", "secret")


def differences(plan: Plan) -> set[str]:
    prior = plan.prior or {}
    return {name for name in plan.planned if not same(plan.planned[name], prior.get(name))}


def summaries(operation: Operation) -> list[str]:
    return [diagnostic.summary for diagnostic in operation.diagnostics]


def test_a_changed_key_shows_exactly_that_attribute() -> None:
    plan, _ = planned(configured(config=Dynamic.of({**CONFIG, "host": "other"})), existing())

    assert differences(plan) == {"config"}
    assert plan.replace == []


def test_the_same_configuration_plans_nothing() -> None:
    plan, operation = planned(configured(), existing())

    assert differences(plan) == set()
    assert summaries(operation) == []


@pytest.mark.parametrize("host", ["db", "other", UNKNOWN])
def test_letting_a_key_go_is_shown_and_said(host: Any) -> None:
    prior = existing(config=Dynamic.of({**CONFIG, "user": "fivetran"}))
    config = configured(config=Dynamic.of({**CONFIG, "host": host}))

    plan, operation = planned(config, prior)

    assert plan.planned["config"] == config["config"]
    assert summaries(operation) == ["Settings are no longer managed"]


def test_import_with_more_keys_than_configured_plans_nothing() -> None:
    prior = existing(config=Dynamic.of({**CONFIG, "user": "fivetran"}))

    plan, operation = planned(configured(), prior, {"adopted": True})

    assert differences(plan) == set()
    assert summaries(operation) == []


@pytest.mark.parametrize(
    "unknown", [{"host": UNKNOWN}, {"schema_prefix": UNKNOWN, "port": UNKNOWN}, {"l": [UNKNOWN]}]
)
def test_an_import_cannot_be_compared_with_what_is_not_known_yet(unknown: dict[str, Any]) -> None:
    prior = existing(config=Dynamic.of({**CONFIG, "l": [1]}))
    config = configured(config=Dynamic.of({**CONFIG, **unknown}))

    with pytest.raises(ProviderError, match="cannot be compared with values that are not known"):
        planned(config, prior, {"adopted": True})


def test_changed_import_may_hold_unknown_values() -> None:
    config = configured(config=Dynamic.of({**CONFIG, "host": "other", "user": UNKNOWN}))

    plan, _ = planned(config, existing(), {"adopted": True})

    assert plan.planned["config"] == config["config"]


def test_a_setting_in_two_places_is_found_when_it_becomes_known() -> None:
    secret = Dynamic.of({"host": "x"})

    unknown = configured(config=Dynamic.of({**CONFIG, "host": UNKNOWN}), config_wo=secret)
    _, before = planned(unknown, existing())
    _, after = planned(configured(config_wo=secret), existing())

    assert "A setting in two places" not in summaries(before)
    assert "A setting in two places" in summaries(after)


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"service": "mysql"}, ("service",)),
        ({"group_id": "other"}, ("group_id",)),
        ({"destination_schema_names": "SOURCE_NAMING"}, ("destination_schema_names",)),
        (
            {"config": Dynamic.of({**CONFIG, "schema_prefix": "other"})},
            ("config", "schema_prefix"),
        ),
        ({"group_id": UNKNOWN}, ("group_id",)),
    ],
)
def test_a_replacement_says_what_it_costs(change: dict[str, Any], path: tuple[str, ...]) -> None:
    prior = existing(destination_schema_names="FIVETRAN_NAMING")

    plan, operation = planned(configured(**change), prior)

    assert path in plan.replace
    assert summaries(operation) == ["Replacing the connection syncs its whole history again"]


def test_import_without_named_schema_is_not_replaced_by_itself() -> None:
    prior = existing(config=Dynamic.of({"host": "db", "port": 5432}))

    assert planned(configured(), prior)[0].replace == []
    other = configured(config=Dynamic.of({**CONFIG, "schema_prefix": "other"}))
    assert planned(other, prior)[0].replace == [("config", "schema_prefix")]


@pytest.mark.parametrize(
    "control",
    [
        {"run_setup_tests": False},
        {"trust_certificates": True},
        {"trust_fingerprints": True},
        {"require_setup_tests": True},
        {"timeouts": {"create": "1h", "update": None, "delete": None}},
        {
            "connect_card_config": {
                "redirect_uri": "https://x",
                "hide_setup_guide": None,
                "all_fields": None,
            }
        },
    ],
)
@pytest.mark.parametrize("adopted", [True, False])
def test_what_only_steers_requests_shows_and_sends_nothing(
    control: dict[str, Any], adopted: bool
) -> None:
    prior = existing(**dict.fromkeys(control)) if adopted else existing()

    plan, _ = planned(configured(**control), prior)

    assert differences(plan) >= set(control)
    assert update_body(prior, plan.planned, plan.config, [], {}) == {}


def test_a_later_connect_card_is_said_to_have_no_effect() -> None:
    card = {"redirect_uri": "https://x", "hide_setup_guide": None, "all_fields": None}

    _, operation = planned(configured(connect_card_config=card), existing())

    assert summaries(operation) == ["connect_card_config only takes effect at creation"]


def test_required_tests_that_failed_are_planned_until_they_pass() -> None:
    config = configured(require_setup_tests=True)
    prior = existing(require_setup_tests=True)

    plan, _ = planned(config, prior, {"tests_failed": True})

    assert differences(plan) == {"setup_state"}
    assert differences(planned(config, prior, {})[0]) == set()


@pytest.mark.parametrize("unknown", [UNKNOWN, Dynamic.of(CONFIG)])
def test_a_schema_that_is_not_known_yet_replaces_nothing(unknown: Any) -> None:
    config = configured(config=unknown)
    if isinstance(unknown, Dynamic):
        config["config"] = Dynamic(unknown.type, {**CONFIG, "schema_prefix": UNKNOWN})

    plan, operation = planned(config, existing())

    assert plan.replace == []
    assert summaries(operation) == ["The destination schema is not known yet"]


def test_another_schema_that_no_plan_showed_is_refused() -> None:
    other = configured(config=Dynamic.of({**CONFIG, "schema_prefix": "other"}))

    with pytest.raises(ProviderError, match="the plan does not show it"):
        planned(other, existing(), refreshed=False)


def test_another_spelling_of_the_schema_replaces_nothing() -> None:
    config = configured(config=Dynamic.of({**CONFIG, "schema_prefix": "Orders"}))

    imported, _ = planned(config, existing(), {"adopted": True})
    changed, _ = planned(config, existing())

    assert imported.replace == changed.replace == []
    assert differences(imported) == set()


@pytest.mark.parametrize(
    "same_meaning",
    [
        {"port": "5432"},
        {"tables": ["a", "b"]},
        {"absent": None},
        {"absent": ""},
        {"schema_prefix": "Orders"},
    ],
)
def test_an_import_plans_nothing_for_values_that_mean_the_same(
    same_meaning: dict[str, Any],
) -> None:
    prior = existing(config=Dynamic.of({**CONFIG, "tables": ["b", "a"]}))

    plan, _ = planned(
        configured(config=Dynamic.of({**CONFIG, **same_meaning})), prior, {"adopted": True}
    )

    assert differences(plan) == set()


@pytest.mark.parametrize("missing", [{"absent": "x"}, {"host": "other"}, {"tables": ["a"]}])
def test_an_import_plans_what_is_missing(missing: dict[str, Any]) -> None:
    prior = existing(config=Dynamic.of({**CONFIG, "tables": ["b", "a"]}))

    plan, _ = planned(
        configured(config=Dynamic.of({**CONFIG, **missing})), prior, {"adopted": True}
    )

    assert differences(plan) == {"config"}


def test_without_known_credentials_every_secret_may_have_changed() -> None:
    private: dict[str, Any] = {}
    SecretTracking(private, VAULT).record({"config.password": "hunter22"})
    prior = existing(secrets_applied={"config.password": "2026-01-01T00:00:00Z"})

    plan, _ = planned(
        configured(config_wo=Dynamic.of({"password": "hunter22"})), prior, private, hasher=None
    )

    assert plan.planned["secrets_applied"] == {"config.password": UNKNOWN}


def test_side_effects_are_unknown_unless_configured() -> None:
    alone, _ = planned(configured(sync_frequency=60), existing())
    both, _ = planned(configured(sync_frequency=60, daily_sync_time="04:00"), existing())

    assert alone.planned["daily_sync_time"] is UNKNOWN
    assert both.planned["daily_sync_time"] == "04:00"


def test_setup_state_may_change_only_if_not_connected_yet() -> None:
    change = configured(config=Dynamic.of({**CONFIG, "host": "other"}))

    connected, _ = planned(change, existing())
    broken, _ = planned(change, existing() | {"setup_state": "broken"})

    assert connected.planned["setup_state"] == "connected"
    assert broken.planned["setup_state"] is UNKNOWN


def test_a_creation_shows_which_secrets_are_sent() -> None:
    with_secret = configured(config_wo=Dynamic.of({"password": "hunter22"}))

    assert planned(with_secret, None)[0].planned["secrets_applied"] == {"config.password": UNKNOWN}
    assert planned(configured(), None)[0].planned["secrets_applied"] is None


def test_a_rotated_secret_is_the_only_change() -> None:
    private: dict[str, Any] = {}
    SecretTracking(private, VAULT).record({"config.password": "hunter22"})
    prior = existing(secrets_applied={"config.password": "2026-01-01T00:00:00Z"})
    same_secret = configured(config_wo=Dynamic.of({"password": "hunter22"}))
    rotated = configured(config_wo=Dynamic.of({"password": "hunter23"}))

    assert differences(planned(same_secret, prior, private)[0]) == set()
    plan, _ = planned(rotated, prior, private)
    assert differences(plan) == {"secrets_applied"}
    assert plan.planned["config_wo"] is None


def test_rotated_api_secret_sends_each_secret_again_and_says_so() -> None:
    private: dict[str, Any] = {}
    SecretTracking(private, SecretHasher("key", "the API secret before")).record(
        {"config.password": "hunter22"}
    )
    prior = existing(secrets_applied={"config.password": "2026-01-01T00:00:00Z"})

    plan, operation = planned(
        configured(config_wo=Dynamic.of({"password": "hunter22"})), prior, private
    )

    assert differences(plan) == {"secrets_applied"}
    assert summaries(operation) == ["The provider's API secret changed"]
