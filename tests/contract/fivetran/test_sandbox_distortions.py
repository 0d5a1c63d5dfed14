"""Answers that differ from what was sent, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest
from every_case import check_every
from sandbox_carriers import CONNECTOR_SDK, POSTGRES, Carrier

from constructs_lib.sandbox import DISTORTIONS

ADDED = "added_by_sandbox"
ABSENT = object()
CONFIG: dict[str, Any] = {
    "host": " DB.Example.com ",
    "port": 5432,
    "ratio": 0.5,
    "large": 2**53 + 1,
    "digits": "12",
    "tls": True,
    "words": "False",
    "note": "",
    "none": [],
    "tables": ["a", "b"],
    "options": {"first": 1, "second": {"note": "", "host": "X"}},
    "reports": [{"name": "One", "days": 7}, {"name": "Two", "days": None}],
    "since": "2026-01-31T12:00:00.123456Z",
    "password": "hunter2",
}

CASES: list[tuple[str, str, str, Any]] = [
    ("add", "config.fresh", "config.fresh", ADDED),
    ("add", "config.host", "config.host", " DB.Example.com "),
    ("add", "config.reports[].fresh", "config.reports.1.fresh", ADDED),
    ("add", "fresh", "fresh", ADDED),
    ("add_null", "config.fresh", "config.fresh", None),
    ("add_key", "config.options", f"config.options.{ADDED}", ADDED),
    ("add_item", "config.tables", "config.tables", ["a", "b", ADDED]),
    ("drop", "config.host", "config.host", ABSENT),
    ("drop", "config.options.second.note", "config.options.second", {"host": "X"}),
    ("drop", "config.tables[]", "config.tables", []),
    ("drop", "sync_frequency", "sync_frequency", ABSENT),
    ("drop", "id", "id", ABSENT),
    ("drop_item", "config.tables", "config.tables", ["a"]),
    ("drop_nothing", "config.*", "config.note", ABSENT),
    ("drop_nothing", "config.*", "config.none", ABSENT),
    ("drop_nothing", "config.reports[].days", "config.reports.1", {"name": "Two"}),
    ("reorder", "config.tables", "config.tables", ["b", "a"]),
    ("lower", "config.host", "config.host", " db.example.com "),
    ("lower", "config.reports[].name", "config.reports.0", {"name": "one", "days": 7}),
    ("lower", "networking_method", "networking_method", "directly"),
    ("upper", "config", "config.reports.0.name", "ONE"),
    ("upper", "status.setup_state", "status.setup_state", "CONNECTED"),
    ("trim", "config.*", "config.host", "DB.Example.com"),
    ("pad", "config.reports", "config.reports.1.name", " Two "),
    ("number_as_text", "config.*", "config.port", "5432"),
    ("number_as_text", "config.*", "config.ratio", "0.5"),
    ("number_as_text", "config.*", "config.tls", True),
    ("number_as_text", "sync_frequency", "sync_frequency", "360"),
    ("number_as_decimal", "config.port", "config.port", 5432.0),
    ("number_as_decimal", "config.large", "config.large", 2**53 + 1),
    ("text_as_number", "config.*", "config.digits", 12),
    ("text_as_number", "config.*", "config.host", " DB.Example.com "),
    ("boolean_as_text", "config.*", "config.tls", "true"),
    ("boolean_as_text", "paused", "paused", "false"),
    ("text_as_boolean", "config.*", "config.words", False),
    ("mask", "config.options", "config.options.second", {"note": "******", "host": "******"}),
    ("mask_as_bullets", "config.*", "config.password", "\u2022" * 8),
    ("mask_as_stars", "config", "config.password", "********"),
    ("mask_as_stars", "config.*", "config.host", " DB.Example.com "),
    ("null", "config.host", "config.host", None),
    ("null", "config.fresh", "config.fresh", ABSENT),
    ("nothing_as_null", "config.*", "config.note", None),
    ("nothing_as_null", "config.*", "config.none", None),
    ("nothing_as_text", "config.*", "config.none", ""),
    ("nothing_as_text", "config.reports[].days", "config.reports.1.days", ""),
    ("nothing_as_list", "config.options", "config.options.second.note", []),
    ("nothing_as_object", "config.*", "config.none", {}),
    ("default_for_null", "config.reports", "config.reports.1.days", ADDED),
    ("default_for_null", "daily_sync_time", "daily_sync_time", ADDED),
    ("add_null", "private_link_id", "private_link_id", None),
    ("truncate_time", "config.since", "config.since", "2026-01-31T12:00:00Z"),
]


def at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value.get(part, ABSENT)
    return value


def exact(value: Any) -> Any:
    """Tells 1, 1.0 and True apart."""
    return value if value is ABSENT else json.dumps(value)


def test_field_is_answered_differently(carrier: Carrier) -> None:
    identifier = carrier.create(POSTGRES, config=CONFIG)["id"]

    def is_answered_differently(case: tuple[str, str, str, Any]) -> None:
        name, path, place, expected = case
        carrier.configure(distortions={path: name})
        read = carrier.data("GET", f"/v1/connections/{identifier}")
        assert exact(at(read, place)) == exact(expected)

    check_every(CASES, is_answered_differently)


def test_every_distortion_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(DISTORTIONS)
    assert all(distortion.meaning.endswith(".") for distortion in DISTORTIONS.values())


def test_order_of_keys_can_be_reversed(carrier: Carrier) -> None:
    identifier = carrier.create(POSTGRES, config=CONFIG)["id"]
    plain = list(carrier.data("GET", f"/v1/connections/{identifier}")["config"])
    carrier.configure(distortions={"config": "reorder"})
    read = list(carrier.data("GET", f"/v1/connections/{identifier}")["config"])
    assert read == plain[::-1]


def test_every_answer_about_a_connection_is_distorted(carrier: Carrier) -> None:
    carrier.configure(distortions={"config.host": "upper", "paused": "null"}, list_config=True)
    made = carrier.create(POSTGRES)
    path = f"/v1/connections/{made['id']}"
    answers = [
        made,
        carrier.data("GET", path),
        carrier.data("PATCH", path, json={"config": {"port": 1}}),
        carrier.data("POST", f"{path}/test", json={}),
        *carrier.data("GET", "/v1/connections")["items"],
        *carrier.data("GET", "/v1/groups/sandbox_warehouse/connections")["items"],
    ]
    found = [(answer["config"]["host"], answer["paused"]) for answer in answers]
    assert found == [("DB.EXAMPLE.COM", None)] * 6


def test_setup_tests_can_be_left_out(carrier: Carrier) -> None:
    carrier.configure(distortions={"setup_tests": "drop"})
    assert "setup_tests" not in carrier.create()


def test_answer_without_config_gains_none(carrier: Carrier) -> None:
    carrier.create()
    carrier.configure(distortions={"config.fresh": "add", "config.*": "null"})
    assert "config" not in carrier.data("GET", "/v1/connections")["items"][0]


def test_distortions_change_nothing_that_is_stored(carrier: Carrier) -> None:
    carrier.configure(distortions={"config.host": "drop", "config.port": "number_as_text"})
    path = f"/v1/connections/{carrier.create(POSTGRES)['id']}"
    carrier.data("PATCH", path, json={"config": {"user": "other"}})
    carrier.configure(distortions={})
    config = carrier.data("GET", path)["config"]
    assert (config["host"], config["port"], config["user"]) == ("db.example.com", 5432, "other")


def test_distortions_are_applied_in_their_order(carrier: Carrier) -> None:
    path = f"/v1/connections/{carrier.create(POSTGRES, config={'host': ' A '})['id']}"
    carrier.configure(distortions={"config.host": "trim", "config.*": "pad", "*": "lower"})
    assert carrier.data("GET", path)["config"]["host"] == " a "
    carrier.configure(distortions={"config.*": "pad", "config.host": "trim", "*": "lower"})
    assert carrier.data("GET", path)["config"]["host"] == "a"


@pytest.mark.parametrize("name", ["upper", "pad", "nothing_as_null", "default_for_null"])
def test_mask_of_a_secret_stays_the_mask(carrier: Carrier, name: str) -> None:
    path = f"/v1/connections/{carrier.create()['id']}"
    carrier.configure(distortions={"config": name})
    assert carrier.data("GET", path)["config"]["secrets_list"][0]["value"] == "******"


def test_state_is_answered_differently(carrier: Carrier) -> None:
    path = f"/v1/connections/{carrier.create(CONNECTOR_SDK)['id']}/state"
    carrier.configure(distortions={"state.page": "number_as_text", "*": "null", "fresh": "add"})
    sent = {"state": {"page": 5, "other": 6}}
    expected = {"state": {"page": "5", "other": 6}}
    assert carrier.data("PATCH", path, json=sent) == expected
    assert carrier.data("GET", path) == expected
    carrier.configure(distortions={})
    assert carrier.data("GET", path) == sent
