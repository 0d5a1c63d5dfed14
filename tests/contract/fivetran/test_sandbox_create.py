from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import CONNECTOR_SDK, POSTGRES, Carrier

CREATE = ("POST", "/v1/connections")
ALWAYS_ANSWERED = {
    "connected_by",
    "created_at",
    "data_delay_sensitivity",
    "group_id",
    "id",
    "pause_after_trial",
    "paused",
    "schedule_type",
    "schema",
    "service",
    "service_version",
    "status",
    "sync_frequency",
}


def refused(carrier: Carrier, **changes: Any) -> tuple[int, str, str]:
    return carrier.error(*CREATE, json=CONNECTOR_SDK | changes)


def test_creation_answers_201_in_the_envelope(carrier: Carrier) -> None:
    response = carrier.request(*CREATE, json=CONNECTOR_SDK)
    envelope = response.json()
    assert response.status_code == 201
    assert (envelope["code"], envelope["message"]) == ("Success", "Connection has been created")
    assert envelope["data"].keys() >= ALWAYS_ANSWERED
    assert "auth" not in envelope["data"]


def test_fields_that_are_left_out_have_the_defaults_of_the_api(carrier: Carrier) -> None:
    made = carrier.create()
    expected = {
        "paused": False,
        "sync_frequency": 360,
        "schedule_type": "auto",
        "data_delay_sensitivity": "NORMAL",
        "data_delay_threshold": 0,
        "pause_after_trial": False,
        "networking_method": "Directly",
        "daily_sync_time": None,
        "succeeded_at": None,
        "failed_at": None,
    }
    assert {name: made[name] for name in expected} == expected


def test_new_connection_has_synced_nothing_yet(carrier: Carrier) -> None:
    assert carrier.create()["status"] == {
        "setup_state": "connected",
        "sync_state": "scheduled",
        "update_state": "on_schedule",
        "is_historical_sync": True,
        "tasks": [],
        "warnings": [],
    }


def test_what_was_created_can_be_read(carrier: Carrier) -> None:
    made = carrier.create(
        paused=True,
        sync_frequency=1440,
        daily_sync_time="14:00",
        data_delay_sensitivity="CUSTOM",
        data_delay_threshold=90,
        networking_method="PrivateLink",
        private_link_id="link",
        destination_configuration={"virtual_warehouse": "wh"},
        external_secrets_keys_config={"password": "KEY"},
    )
    read = carrier.data("GET", f"/v1/connections/{made['id']}")
    assert read == made
    assert read["daily_sync_time"] == "14:00"
    assert read["data_delay_threshold"] == 90
    assert read["external_secrets_keys_config"] == {"password": "KEY"}


@pytest.mark.parametrize(
    ("service", "config", "schema"),
    [
        ("connector_sdk", {"schema": "orders"}, "orders"),
        ("postgres", {"schema_prefix": "shop"}, "shop"),
        ("google_sheets", {"schema": "sheets", "table": "budget"}, "sheets.budget"),
        ("s3", {"schema": "files", "table_group_name": "logs"}, "files.logs"),
    ],
)
def test_destination_schema_is_joined_and_not_in_config(
    carrier: Carrier, service: str, config: dict[str, str], schema: str
) -> None:
    body = {"service": service, "group_id": "sandbox_lake", "config": config}
    made = carrier.data(*CREATE, json=body)
    assert made["schema"] == schema
    assert not config.keys() & made["config"].keys()


def test_secrets_are_masked_also_inside_lists(carrier: Carrier) -> None:
    sdk, postgres = carrier.create(), carrier.create(POSTGRES)
    assert sdk["config"]["secrets_list"] == [{"key": "token", "value": "******"}]
    assert postgres["config"]["password"] == "******"
    assert postgres["config"]["host"] == "db.example.com"


def test_settings_of_fivetran_are_filled_in(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES, config={"public_key": "mine"})
    assert made["config"]["public_key"].startswith("ssh-rsa ")


@pytest.mark.parametrize("name", ["group_id", "service"])
def test_missing_required_field_is_400(carrier: Carrier, name: str) -> None:
    assert refused(carrier, **{name: None}) == (
        400,
        "InvalidInput",
        f"Field '{name}' is required",
    )


@pytest.mark.parametrize("config", [{}, {"schema": ""}, {"schema": None}, {"schema": 5}])
def test_missing_destination_schema_is_400(carrier: Carrier, config: Any) -> None:
    status, code, message = refused(carrier, config=config)
    assert (status, code) == (400, "InvalidInput")
    assert "config.schema" in message


def test_unknown_service_is_400(carrier: Carrier) -> None:
    assert refused(carrier, service="nope") == (400, "InvalidInput", "Unsupported service 'nope'")


def test_unknown_group_is_404(carrier: Carrier) -> None:
    assert refused(carrier, group_id="nope")[:2] == (404, "NotFound_Group")


def test_second_connection_of_a_schema_in_a_group_is_409(carrier: Carrier) -> None:
    carrier.create()
    assert refused(carrier)[:2] == (409, "Conflict")
    assert carrier.create(group_id="sandbox_warehouse")["schema"] == "orders"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("paused", "true"),
        ("paused", 1),
        ("sync_frequency", 7),
        ("sync_frequency", "360"),
        ("sync_frequency", 360.5),
        ("data_delay_threshold", 1e300),
        ("sync_frequency", True),
        ("daily_sync_time", "14:30"),
        ("schedule_type", "sometimes"),
        ("data_delay_sensitivity", "normal"),
        ("daily_sync_time", "14:00\n"),
        ("data_delay_threshold", -1),
        ("data_delay_threshold", 2**31),
        ("paused", None),
        ("sync_frequency", None),
        ("config", None),
        ("networking_method", "Carrier"),
        ("private_link_id", ""),
        ("config", []),
        ("auth", "x"),
        ("connect_card_config", {}),
        ("connect_card_config", {"redirect_uri": "ftp://x"}),
        ("connect_card_config", {"redirect_uri": "https://x", "all_fields": None}),
        ("destination_configuration", {"other": "x"}),
        ("external_secrets_keys_config", {"password": 5}),
        ("schema_status", "ready"),
        ("config_wo", {}),
        ("unknown", 1),
    ],
)
def test_wrong_field_is_400(carrier: Carrier, name: str, value: Any) -> None:
    assert refused(carrier, **{name: value})[:2] == (400, "InvalidInput")
    assert carrier.data("GET", "/v1/connections")["items"] == []


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"null", b'{"paused": NaN}', b"\xff", b""])
def test_malformed_body_is_400(carrier: Carrier, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    assert carrier.error(*CREATE, data=body, headers=headers)[:2] == (400, "InvalidInput")


@pytest.mark.parametrize("depth", [101, 900, 20_000])
def test_body_nested_too_deep_is_400(carrier: Carrier, depth: int) -> None:
    deep = b'{"config": ' + b"[" * depth + b"]" * depth + b"}"
    headers = {"Content-Type": "application/json"}
    assert carrier.error(*CREATE, data=deep, headers=headers)[:2] == (400, "InvalidInput")


def test_text_that_is_not_unicode_is_400(carrier: Carrier) -> None:
    for config in ({"schema": "a\ud800"}, {"schema": "a", "\udfff": 1}):
        assert refused(carrier, config=config)[:2] == (400, "InvalidInput")


def test_connect_card_comes_with_the_connection(carrier: Carrier) -> None:
    config = {"redirect_uri": "https://example.com/done", "hide_setup_guide": True}
    made = carrier.create(connect_card_config=config)
    assert made["connect_card_config"] == config
    assert made["connect_card"]["token"] in made["connect_card"]["uri"]


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, ("connected", ["PASSED", "PASSED", "PASSED"])),
        ({"config": {"host": "db.invalid"}}, ("incomplete", ["FAILED", "SKIPPED", "SKIPPED"])),
        ({"config": {"password": "wrong"}}, ("incomplete", ["PASSED", "FAILED", "SKIPPED"])),
        ({"auth": {"token": "wrong"}}, ("incomplete", ["PASSED", "FAILED", "SKIPPED"])),
    ],
)
def test_setup_tests_decide_the_setup_state(
    carrier: Carrier, changes: dict[str, Any], outcome: tuple[str, list[str]]
) -> None:
    made = carrier.create(POSTGRES, **changes)
    statuses = [result["status"] for result in made["setup_tests"]]
    assert (made["status"]["setup_state"], statuses) == outcome


def test_failed_setup_test_says_where(carrier: Carrier) -> None:
    made = carrier.create(config={"secrets_list": [{"key": "token", "value": "wrong"}]})
    failed = made["setup_tests"][1]
    assert failed["title"] == "Validating credentials"
    assert "config.secrets_list[0].value" in failed["message"]


def test_skipped_setup_tests_leave_the_setup_incomplete(carrier: Carrier) -> None:
    made = carrier.create(run_setup_tests=False)
    assert made["status"]["setup_state"] == "incomplete"
    assert "setup_tests" not in made
