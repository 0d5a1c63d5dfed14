"""A second kind of object, by nothing but its schema: a destination with settings, secrets and
setup tests.
"""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.backend.managed_object import drift, model, response
from constructs_lib.backend.managed_object.model import ObjectModel
from constructs_lib.backend.managed_object.secret_tracking import (
    SecretHasher,
    SecretTracking,
    secrets_of,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.values.value import Dynamic, Object
from constructs_lib.schemas.model import described

BOTH = {"x-request": ["create", "update"]}
TEXT, FLAG, SETTINGS = {"type": "string"}, {"type": "boolean"}, {"type": "object"}
SCHEMA: dict[str, Any] = {
    "description": "A destination.",
    "properties": {
        "region": {**TEXT, "x-request": ["create"], "x-response": "region"},
        "time_zone": {**TEXT, **BOTH, "x-clearable": True, "x-response": "time.zone"},
        "config": {**SETTINGS, **BOTH, "x-response": "config"},
        "config_wo": {**SETTINGS, **BOTH, "writeOnly": True, "x-response": None},
        "run_setup_tests": {**FLAG, **BOTH, "default": True, "x-response": None},
        "id": {**TEXT, "readOnly": True, "x-response": "id"},
        "setup_status": {**TEXT, "readOnly": True, "x-response": "setup.status"},
    },
}
MODEL = ObjectModel(described("destination", SCHEMA), vendor="Vendor", noun="destination")
ANSWER = {
    "id": "dest_1",
    "region": "EU",
    "time": {"zone": "UTC"},
    "setup": {"status": "connected"},
    "config": {"host": "wh", "port": 443, "password": "******"},
}


def values(**given: Any) -> Object:
    found: Object = dict.fromkeys(MODEL.attributes)
    found |= {"region": "EU", "time_zone": "UTC", "config": Dynamic.of({"host": "wh", "port": 443})}
    return found | given


def test_creation_carries_what_is_configured_with_secrets() -> None:
    config = values(config_wo=Dynamic.of({"password": "p"}), run_setup_tests=False)

    assert model.creation_body(MODEL, values(), config) == {
        "region": "EU",
        "time_zone": "UTC",
        "run_setup_tests": False,
        "config": {"host": "wh", "port": 443, "password": "p"},
    }


def test_update_carries_only_what_changed() -> None:
    planned = values(config=Dynamic.of({"host": "new", "port": 443}), time_zone="")
    config = {**planned, "run_setup_tests": False}

    assert model.update_body(MODEL, values(), planned, config) == {
        "time_zone": None,
        "config": {"host": "new"},
        "run_setup_tests": False,
    }
    assert model.update_body(MODEL, planned, planned, config) == {}


def test_order_of_a_list_means_something_without_item_keys() -> None:
    one, two = {"table": "a"}, {"table": "b"}
    before = values(config=Dynamic.of({"reports": [one, two]}))
    after = values(config=Dynamic.of({"reports": [two, one]}))

    assert model.update_body(MODEL, before, after, after) == {"config": {"reports": [two, one]}}


def test_changed_secret_is_noticed_by_its_digest_and_sent() -> None:
    tracking = SecretTracking({}, SecretHasher("key", "secret"))
    tracking.record(secrets_of(values(config_wo=Dynamic.of({"password": "p"})), MODEL.scopes))
    config = values(config_wo=Dynamic.of({"password": "q"}))
    changed = tracking.changed(secrets_of(config, MODEL.scopes))

    body = model.update_body(MODEL, values(), values(), config, changed)

    assert (changed, body) == (["config.password"], {"config": {"password": "q"}})


def test_import_reads_everything_but_secrets() -> None:
    found = response.refreshed_state(MODEL, {"id": "dest_1"}, ANSWER, {}, adopted=True)

    assert response.configurable_state(MODEL, found, Diagnostics()) == found
    expected = values(id="dest_1", setup_status="connected", run_setup_tests=True)
    assert found == {name: value for name, value in expected.items() if name != "config_wo"}


@pytest.mark.parametrize(("host", "is_drift"), [("WH", False), ("elsewhere", True)])
def test_form_of_the_api_is_an_echo_and_else_drift(host: str, is_drift: bool) -> None:
    answer, private = {**ANSWER, "config": {"host": host, "port": "443"}}, dict[str, Any]()
    body = {"config": {"host": "wh", "port": 443}}
    drift.record_sent(MODEL, private, body, body, {**ANSWER, **body}, {})
    drift.learn_from_refresh(MODEL, values(), answer, private, Diagnostics())

    found = response.refreshed_state(MODEL, values(), answer, drift.echo_of(private))

    assert (found["config"] != values()["config"]) is is_drift


def test_concurrent_change_is_not_overwritten() -> None:
    planned, live = values(time_zone="PST"), {**ANSWER, "time": {"zone": "CET"}}

    with pytest.raises(drift.ConcurrentChange, match="time_zone was"):
        drift.require_unchanged(MODEL, values(), planned, {"time_zone": "PST"}, live, {})
