from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sandbox_carriers import CONNECTOR_SDK, POSTGRES, Carrier, Embedded

SECRET = "s3cr3t-needle"


def journal_text(carrier: Carrier) -> str:
    return json.dumps([entry._asdict() for entry in carrier.journal()])


def test_every_request_is_in_the_journal_in_order(carrier: Carrier) -> None:
    made = carrier.create()
    path = f"/v1/connections/{made['id']}"
    carrier.request("PATCH", path, json={"paused": True, "config": {"b": 1}})
    carrier.request("PATCH", f"{path}/state", json={"state": {"page": 1}})
    carrier.request("GET", "/v1/connections", params={"limit": 5})
    carrier.request("GET", "/v1/nothing", auth=("bad", "bad"))
    entries = carrier.journal()
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5]
    assert [(entry.method, entry.path, entry.status) for entry in entries[1:]] == [
        ("PATCH", path, 200),
        ("PATCH", f"{path}/state", 200),
        ("GET", "/v1/connections", 200),
        ("GET", "/v1/nothing", 401),
    ]
    assert entries[1].body == {"paused": True, "config": {"b": 1}}
    assert entries[1].keys == ("config", "paused")
    assert entries[2].body == {"state": {"page": 1}}
    assert entries[3].body is None
    assert [entry.at for entry in entries] == sorted(entry.at for entry in entries)


def test_refused_requests_are_in_the_journal_without_effect(carrier: Carrier) -> None:
    carrier.request("POST", "/v1/connections", json={"service": "postgres"})
    assert [(entry.method, entry.status) for entry in carrier.journal()] == [("POST", 400)]
    assert carrier.data("GET", "/v1/connections")["items"] == []


def sdk(secrets: Any, **config: Any) -> dict[str, Any]:
    config = CONNECTOR_SDK["config"] | {"secrets_list": secrets} | config
    return CONNECTOR_SDK | {"config": config}


def postgres(secret: Any, **changes: Any) -> dict[str, Any]:
    config = POSTGRES["config"] | {"password": secret}
    return POSTGRES | {"config": config} | changes


@pytest.mark.parametrize(
    "body",
    [
        sdk([{"key": "k", "value": SECRET}]),
        sdk([{"key": "k", "value": {"deep": [SECRET]}}]),
        sdk(SECRET),
        sdk([SECRET]),
        sdk([{"value": SECRET}], schema=None),
        postgres(SECRET),
        postgres([SECRET]),
        postgres(SECRET, group_id="nope"),
        postgres(SECRET, service="unknown"),
        postgres(SECRET, service=5),
        postgres("", config_wo={"password": SECRET}),
        postgres("", password=SECRET),
        postgres("", auth={"a": [{"token": SECRET}]}),
        postgres("", auth=SECRET),
        postgres("", config=SECRET),
        [SECRET],
        SECRET,
    ],
)
def test_no_secret_of_a_creation_is_in_journal_or_answers(carrier: Carrier, body: Any) -> None:
    answer = carrier.request("POST", "/v1/connections", json=body).text
    carrier.configure(list_config=True)
    listed = carrier.request("GET", "/v1/connections").text
    assert SECRET not in journal_text(carrier) + answer + listed


@pytest.mark.parametrize(
    "body",
    [
        {"config": {"password": SECRET}},
        {"config": {"password": {"deep": SECRET}}},
        {"config": {"password": SECRET}, "unknown": 1},
        {"config": [SECRET]},
        {"auth": {"client_access": {"client_secret": SECRET}}},
        {"auth_wo": {"token": SECRET}},
        {"password": SECRET},
    ],
)
def test_no_secret_of_a_change_is_in_journal_or_answers(carrier: Carrier, body: Any) -> None:
    path = f"/v1/connections/{carrier.create(POSTGRES)['id']}"
    answers = [
        carrier.request("PATCH", path, json=body).text,
        carrier.request("PATCH", "/v1/connections/unknown", json=body).text,
        carrier.request("PATCH", path, json=body, auth=("bad", "bad")).text,
        carrier.request("GET", path).text,
    ]
    assert SECRET not in journal_text(carrier) + "".join(answers)


def test_masked_bodies_keep_their_keys(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    body = {"config": {"password": SECRET, "host": "h"}, "auth": {"token": SECRET}}
    carrier.request("PATCH", f"/v1/connections/{made['id']}", json=body)
    assert carrier.journal()[-1].body == {
        "config": {"password": "******", "host": "h"},
        "auth": {"token": "******"},
    }


def test_body_that_is_not_json_is_not_kept(carrier: Carrier) -> None:
    headers = {"Content-Type": "text/plain"}
    carrier.request("POST", "/v1/connections", data=SECRET.encode(), headers=headers)
    assert carrier.journal()[0].body is None


def test_secrets_are_not_in_the_bytes_of_the_database(tmp_path: Path) -> None:
    embedded = Embedded(tmp_path / "sandbox.db")
    with embedded.session:
        config = POSTGRES["config"] | {"password": SECRET}
        made = embedded.create(POSTGRES, config=config, auth={"token": SECRET})
        stored = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        record = repr(embedded.adapter.store.connection(made["id"]))
    assert b"db.example.com" in stored
    assert SECRET.encode() not in stored
    assert "scrypt" not in record
    assert "digests" not in record


def test_store_tells_whether_it_received_a_secret(tmp_path: Path) -> None:
    embedded = Embedded(None)
    with embedded.session:
        made = embedded.create(auth={"client_access": {"client_secret": "abc"}})
        holds = embedded.adapter.store.holds_secret
        assert holds(made["id"], "config.secrets_list[0].value", "t0p-secret")
        assert holds(made["id"], "auth.client_access.client_secret", "abc")
        assert not holds(made["id"], "config.secrets_list[0].value", "other")
        assert not holds(made["id"], "config.schema", "orders")
        path = f"/v1/connections/{made['id']}"
        rotated = {"config": {"secrets_list": [{"key": "token", "value": "new"}]}}
        embedded.data("PATCH", path, json=rotated)
        assert holds(made["id"], "config.secrets_list[0].value", "new")
        assert not holds(made["id"], "config.secrets_list[0].value", "t0p-secret")


def test_secrets_that_were_taken_back_are_forgotten() -> None:
    embedded = Embedded(None)
    with embedded.session:
        two = [{"key": "a", "value": "wrong"}, {"key": "b", "value": "wrong"}]
        made = embedded.create(config={"secrets_list": two})
        path = f"/v1/connections/{made['id']}"
        one = {"config": {"secrets_list": [{"key": "a", "value": "right"}]}}
        assert embedded.data("PATCH", path, json=one)["status"]["setup_state"] == "connected"
        embedded.data("PATCH", path, json={"config": {"secrets_list": None}})
        record = embedded.adapter.store.connection(made["id"])
        assert record is not None
        assert record.digests == {}


@pytest.mark.parametrize("path", ["/_sandbox/journal", "/_sandbox/reset", "/_sandbox/settings"])
def test_control_is_absent_unless_asked_for(path: str) -> None:
    embedded = Embedded(None)
    with embedded.session:
        assert embedded.error("GET", path)[0] == 404
