"""From the API's answer to attributes: what is drift, and what is not."""

from decimal import Decimal
from typing import Any

import pytest
from connection_values import answer, state
from every_case import check_every

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import attributes_of, echoes, refreshed_state
from constructs_lib.backend.plugin.values.types import from_json
from constructs_lib.backend.plugin.values.value import Dynamic

SCHEMA = schemas.load("fivetranops_connection")


def test_the_status_is_laid_flat_and_secrets_are_not_taken() -> None:
    found = attributes_of(answer())

    assert found["setup_state"] == "connected"
    assert found["sync_state"] == "scheduled"
    assert "config" not in found
    assert "config_wo" not in found


def test_no_drift_keeps_the_known_form() -> None:
    known = state()

    after = refreshed_state(known, answer(config={"port": "5432", "host": "db", "added": 1}), {})

    assert after["config"] is known["config"]


def test_drift_of_a_managed_key_shows_that_key_alone() -> None:
    after = refreshed_state(state(), answer(config={"host": "other", "port": 5432, "added": 1}), {})

    assert after["config"].value == {"schema_prefix": "orders", "host": "other", "port": 5432}


def test_drift_of_a_setting_shows() -> None:
    after = refreshed_state(state(), answer(paused=True, sync_frequency=60), {})

    assert (after["paused"], after["sync_frequency"]) == (True, 60)


def test_a_masked_secret_never_shows_as_drift() -> None:
    known = state(config=Dynamic.of({"schema_prefix": "orders", "password": "clear"}))

    after = refreshed_state(known, answer(config={"password": "******"}), {})

    assert after["config"] is known["config"]


def test_what_the_api_normalised_is_recognised_later() -> None:
    sent = {"networking_method": "ProxyAgent", "config": {"host": "DB.Example.com", "port": 5432}}
    made = answer(
        networking_method="UnmanagedProxyAgent", config={"host": "db.example.com", "port": 5432}
    )
    known = state(networking_method="ProxyAgent", config=Dynamic.of(sent["config"]))

    echo = echoes(sent, made)

    assert set(echo) == {"networking_method", "config.host"}
    assert refreshed_state(known, made, echo)["config"] is known["config"]
    assert refreshed_state(known, made, echo)["networking_method"] == "ProxyAgent"
    drifted = refreshed_state(known, answer(config={"host": "other", "port": 5432}), echo)
    assert drifted["config"].value["host"] == "other"
    assert refreshed_state(drifted, made, echo)["config"].value["host"] == "db.example.com"


def test_normalised_number_is_recognised_in_any_form() -> None:
    known = state(config=Dynamic.of({"speed": "fast"}))
    echo = echoes({"config": {"speed": "fast"}}, answer(config={"speed": 3}))

    for later in (3, Decimal("3.0"), Decimal("3e0")):
        after = refreshed_state(known, answer(config={"speed": later}), echo)
        assert after["config"] is known["config"]


def test_number_of_an_attribute_is_compared_by_value() -> None:
    for shown in (Decimal("60.0"), "60", "6e1", "60.0"):
        after = refreshed_state(state(sync_frequency=60), answer(sync_frequency=shown), {})
        assert (type(after["sync_frequency"]), after["sync_frequency"]) == (int, 60)


def test_identifier_that_comes_as_a_decimal_is_the_same() -> None:
    known = state(private_link_id="1000")

    after = refreshed_state(known, answer(private_link_id=Decimal("1000.0")), {})

    assert after["private_link_id"] == "1000"


def test_a_mask_leaves_no_fingerprint() -> None:
    assert echoes({"config": {"password": "clear"}}, answer()) == {}


@pytest.mark.parametrize(
    ("service", "schema", "expected"),
    [
        ("postgres", "orders", {"schema_prefix": "orders"}),
        ("google_sheets", "sheets.orders.v2", {"schema": "sheets", "table": "orders.v2"}),
        ("s3", "lake.files", {"schema": "lake", "table_group_name": "files"}),
        ("github", "gh", {"schema": "gh"}),
        ("appeared_tomorrow", "x.y", {}),
    ],
)
def test_import_reads_settings_without_masks_and_the_schema(
    service: str, schema: str, expected: dict[str, str]
) -> None:
    stub: dict[str, Any] = dict.fromkeys(SCHEMA.attributes) | {"id": "abc"}

    after = refreshed_state(stub, answer(service=service, schema=schema), {})

    assert after["config"].value == {"host": "db", "port": 5432, "public_key": "k", **expected}
    assert after["group_id"] == "g"
    assert after["schema"] == schema


@pytest.mark.parametrize("mask", ["***", "********", "\u2022" * 8, "\u25cf" * 6])
def test_an_import_reads_no_mask_of_any_length(mask: str) -> None:
    stub: dict[str, Any] = dict.fromkeys(SCHEMA.attributes) | {"id": "abc"}
    config = {"host": "db", "password": mask, "tokens": [{"key": "a", "value": mask}]}

    after = refreshed_state(stub, answer(config=config), {}, adopted=True)

    assert mask not in str(after["config"].value)
    assert after["config"].value["tokens"] == [{"key": "a"}]


def test_import_leaves_out_empty_and_read_only_settings() -> None:
    stub: dict[str, Any] = dict.fromkeys(SCHEMA.attributes) | {"id": "abc"}
    config = {"host": "db", "user": "", "tables": [], "database": None, "public_key": "k"}

    first = refreshed_state(stub, answer(service="postgres", config=config), {}, adopted=True)
    again = refreshed_state(first, answer(service="postgres", config=config), {}, adopted=True)

    assert first["config"].value == {"host": "db", "schema_prefix": "orders"}
    assert again["config"] is first["config"]


@pytest.mark.parametrize("config", [None, "", [], {}])
def test_import_without_settings_has_the_destination_schema(config: Any) -> None:
    stub: dict[str, Any] = dict.fromkeys(SCHEMA.attributes) | {"id": "abc"}

    after = refreshed_state(stub, answer(service="postgres", config=config), {}, adopted=True)

    assert after["config"].value == {"schema_prefix": "orders"}


def test_historical_sync_flag_falls_back_without_drift() -> None:
    status = {"is_historical_sync": False, "sync_state": "scheduled"}

    after = refreshed_state(state(is_historical_sync=True), answer(status=status), {})

    assert after["is_historical_sync"] is True


def test_a_list_type_is_kept_while_nothing_drifts() -> None:
    typed = Dynamic(from_json(["object", {"reports": ["list", "string"]}]), {"reports": ["b", "a"]})
    known = state(config=typed)

    assert refreshed_state(known, answer(config={"reports": ["a", "b"]}), {})["config"] is typed


def test_nothing_is_kept_of_the_answer_to_a_secret() -> None:
    sent = {"config": {"host": "Secret-Host"}}

    assert echoes(sent, answer(config={"host": "secret-host"}), {"config.host": "x"}) == {}


def test_import_uses_defaults_of_what_the_api_does_not_answer() -> None:
    stub: dict[str, Any] = dict.fromkeys(SCHEMA.attributes) | {"id": "abc"}

    after = refreshed_state(stub, answer(), {})

    assert after["run_setup_tests"] is True
    assert after["require_setup_tests"] is False
    assert after["is_historical_sync"] is None


def test_another_spelling_never_forces_a_replacement() -> None:
    known = state(destination_schema_names="FIVETRAN_NAMING")

    after = refreshed_state(known, answer(service="Postgres", destination_schema_names=None), {})

    assert after["service"] == "postgres"
    assert after["destination_schema_names"] == "FIVETRAN_NAMING"


@pytest.mark.parametrize(
    ("sent", "secret", "made"),
    [
        ({"mode": "Main", "key": "s"}, {"key": "s"}, {"mode": "main", "key": "******"}),
        ({"mode": "Main", "key": "s"}, {"key": "s"}, {"mode": "main", "key": "s"}),
        ({"mode": "Main", "key": "s"}, None, {"mode": "main", "key": "******"}),
        ([{"mode": "Main", "key": "s"}], None, [{"mode": "main", "key": "******"}]),
        (["Main", "s"], None, ["main", "******", "added"]),
    ],
)
def test_setting_normalized_next_to_a_secret_is_recognized(
    sent: Any, secret: Any, made: Any
) -> None:
    shown = {"mode": "Main"} if secret else sent
    known = state(config=Dynamic.of({"options": shown}))

    echo = echoes(
        {"config": {"options": sent}},
        answer(config={"options": made}),
        secret and {"config.options": secret},
    )

    assert (
        refreshed_state(known, answer(config={"options": made}), echo)["config"] is known["config"]
    )


def test_no_fingerprint_depends_on_a_secret_beside_a_setting() -> None:
    def made(secret: str, masked: str) -> Any:
        sent = {"config": {"options": {"mode": "Main", "key": secret}}}
        answered = answer(config={"options": {"mode": "main", "key": masked}})
        return echoes(sent, answered, {"config.options": {"key": secret}})

    assert made("one", "******") == made("two", "******") == made("three", "three") != {}


def test_an_attribute_is_answered_with_its_own_type() -> None:
    cases: list[tuple[str, Any, Any]] = [
        ("paused", "true", True),
        ("paused", "", None),
        ("sync_frequency", "60", 60),
        ("sync_frequency", [], None),
        ("service_version", "1", 1),
        ("daily_sync_time", 3, "3"),
        ("daily_sync_time", [], None),
        ("destination_configuration", "", None),
        ("destination_configuration", {"virtual_warehouse": 1, "x": 1}, {"virtual_warehouse": "1"}),
        ("external_secrets_keys_config", {"a": 1, "b": None}, {"a": "1"}),
    ]
    found = [attributes_of(answer(**{name: value}))[name] for name, value, _ in cases]

    assert found == [expected for *_, expected in cases]


def test_what_cannot_be_of_the_type_of_an_attribute_says_nothing() -> None:
    cases: list[tuple[str, Any]] = [
        ("paused", "******"),
        ("sync_frequency", "often"),
        ("sync_frequency", True),
        ("paused", "yes"),
        ("daily_sync_time", "******"),
        ("destination_configuration", "SMALL"),
    ]

    def check(case: tuple[str, Any]) -> None:
        name, value = case
        assert name not in attributes_of(answer(**{name: value}))
        assert refreshed_state(state(**{name: 1}), answer(**{name: value}), {})[name] == 1

    check_every(cases, check)


def test_imported_settings_grow_with_later_answers() -> None:
    known = state(config=Dynamic.of({"options": {"mode": "main"}, "port": 1}))
    later = answer(
        config={"options": {"mode": "main", "days": 3}, "port": "1", "host": "db", "key": "******"}
    )

    kept = refreshed_state(known, later, {})
    widened = refreshed_state(known, later, {}, adopted=True)

    assert kept["config"] is known["config"]
    assert widened["config"].value == {
        "options": {"mode": "main", "days": 3},
        "port": 1,
        "host": "db",
    }


def test_config_that_is_not_composed_is_no_drift() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    known = {
        "id": "abc",
        "service": "postgres",
        "config": Dynamic.of({"host": composed, composed: 1}),
    }
    answer = {"id": "abc", "service": "postgres", "config": {"host": decomposed, decomposed: 1}}

    assert refreshed_state(known, answer, {})["config"] == known["config"]
    assert echoes({"config": {"host": composed}}, answer) == {}
    imported = refreshed_state({"id": "abc"}, answer, {}, adopted=True)["config"]
    assert imported.value == {"host": composed, composed: 1}
