"""What an answer about a connection has, by the contract's schemas and by its words on null."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier

OF_ANOTHER_METHOD = (
    "external_secrets_manager_id",
    "hybrid_deployment_agent_id",
    "local_processing_agent_id",
    "private_link_id",
    "proxy_agent_id",
)
CARD = {"redirect_uri": "https://example.com/done"}
MAY_BE_NULL = {"daily_sync_time", "failed_at", "succeeded_at"}


def read(carrier: Carrier, made: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = carrier.data("GET", f"/v1/connections/{made['id']}")
    return data


def item(carrier: Carrier) -> dict[str, Any]:
    """The only item of the list of all connections."""
    (found,) = carrier.data("GET", "/v1/connections")["items"]
    return dict(found)


def test_setup_tests_are_answered_until_the_next(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES, config={"password": "wrong"})

    statuses = [[test["status"] for test in one["setup_tests"]] for one in (made, item(carrier))]

    assert statuses == [["PASSED", "FAILED", "SKIPPED"]] * 2
    carrier.data("PATCH", f"/v1/connections/{made['id']}", json={"config": {"password": "right"}})
    assert [test["status"] for test in read(carrier, made)["setup_tests"]] == ["PASSED"] * 3


def test_setup_tests_are_missing_until_they_ran(carrier: Carrier) -> None:
    made = carrier.create(run_setup_tests=False)

    assert "setup_tests" not in read(carrier, made)


def test_warning_of_a_setup_test_stays_in_the_status(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES, config={"host": "db.old.test"})

    assert read(carrier, made)["status"]["warnings"] == [
        {
            "code": "setup_test_warning",
            "message": "Checking permissions",
            "details": "The host in config.host will soon be too old",
        }
    ]


def test_failed_setup_test_leaves_a_task(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    path = f"/v1/connections/{made['id']}"

    broken = carrier.data("PATCH", path, json={"config": {"password": "wrong"}})

    (task,) = broken["status"]["tasks"]
    assert task.keys() == {"code", "message", "details"}
    assert task["code"] == "reconnect"


def test_source_sync_details_tell_of_the_last_sync(carrier: Carrier) -> None:
    made = carrier.create()
    assert made["source_sync_details"] == {}
    carrier.request("POST", f"/v1/connections/{made['id']}/sync", json={})
    carrier.advance(5)

    after = read(carrier, made)

    assert after["source_sync_details"] == {"last_synced": after["succeeded_at"]}
    assert after["status"]["is_historical_sync"] is False


def test_connect_card_is_answered_where_there_is_one(carrier: Carrier) -> None:
    made = carrier.create(connect_card_config=CARD)
    path = f"/v1/connections/{made['id']}"

    answers = [
        made,
        read(carrier, made),
        item(carrier),
        carrier.data("PATCH", path, json={"paused": True}),
        carrier.data("POST", f"{path}/test", json={}),
    ]

    assert [one["connect_card_config"] for one in answers] == [CARD] * 5
    assert all(one["connect_card"]["token"] in one["connect_card"]["uri"] for one in answers)
    assert len({one["connect_card"]["token"] for one in answers}) == 5


def test_hybrid_agent_is_answered_under_its_former_name_too(carrier: Carrier) -> None:
    made = carrier.create(hybrid_deployment_agent_id="agent")

    assert made["hybrid_deployment_agent_id"] == made["local_processing_agent_id"] == "agent"


def test_null_is_answered_only_where_the_contract_has_it(carrier: Carrier) -> None:
    made = carrier.create()

    answers = (made, read(carrier, made), item(carrier))

    assert [{name for name in one if one[name] is None} for one in answers] == [MAY_BE_NULL] * 3
    assert [name for name in OF_ANOTHER_METHOD if name in made] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("external_secrets_keys_config", {"password": "KEY"}),
        ("external_secrets_manager_id", "manager"),
        ("hybrid_deployment_agent_id", "agent"),
        ("private_link_id", "link"),
        ("proxy_agent_id", "agent"),
    ],
)
def test_null_clears_what_a_connection_need_not_have(
    carrier: Carrier, name: str, value: Any
) -> None:
    made = carrier.create(**{name: value})
    assert made[name] == value

    changed = carrier.data("PATCH", f"/v1/connections/{made['id']}", json={name: None})

    assert name not in changed
    assert read(carrier, made) == changed


def test_whole_decimal_is_an_integer(carrier: Carrier) -> None:
    body = {"sync_frequency": 60.0, "data_delay_sensitivity": "CUSTOM", "data_delay_threshold": 9.0}

    made = carrier.create(**body)

    values = (made["sync_frequency"], made["data_delay_threshold"])
    assert repr(values) == "(60, 9)"


def test_null_clears_the_daily_sync_time(carrier: Carrier) -> None:
    made = carrier.create(sync_frequency=1440, daily_sync_time="03:00")

    body = {"daily_sync_time": None}

    path = f"/v1/connections/{made['id']}"
    assert carrier.data("PATCH", path, json=body)["daily_sync_time"] is None


@pytest.mark.parametrize("digits", ["1.10", "0.12345678901234567890", "1E+400", "-0.0"])
def test_decimals_keep_their_digits(carrier: Carrier, digits: str) -> None:
    made = carrier.create()
    path, content = f"/v1/connections/{made['id']}/state", '{"state": {"a": [%s]}}' % digits
    headers = {"Content-Type": "application/json"}

    written = carrier.request("PATCH", path, data=content, headers=headers)

    assert f'{{"a": [{digits}]}}' in written.text
    assert f'{{"a": [{digits}]}}' in carrier.request("GET", path).text
