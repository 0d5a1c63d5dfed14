"""The sandboxes of the test kit: what a test sets up, steers and reads."""

from __future__ import annotations

import threading

import pytest
import requests

from constructs_lib.sandbox import SandboxError
from constructs_lib.testing import ElasticSandbox, FivetranSandbox, SandboxRefused

LOGIN = ("sandbox", "sandbox")
PLACES = ("config.secrets_list[0].value", "config.secrets_list[1].value", "auth.token")


@pytest.fixture
def invoices(fivetran_sandbox: FivetranSandbox) -> str:
    config = {"schema": "invoices", "package_id": "p"}
    return fivetran_sandbox.add_connection("connector_sdk", config=config, state={"page": 1})


def get(sandbox: FivetranSandbox | ElasticSandbox, path: str) -> int:
    return requests.get(sandbox.url + path, auth=LOGIN, timeout=10).status_code


def test_what_a_test_sets_up_is_no_request(
    fivetran_sandbox: FivetranSandbox, invoices: str
) -> None:
    assert fivetran_sandbox.state(invoices) == {"page": 1}
    assert [each["id"] for each in fivetran_sandbox.connections] == [invoices]
    assert fivetran_sandbox.requests == []


def test_what_others_do_is_a_request(fivetran_sandbox: FivetranSandbox, invoices: str) -> None:
    body = {"state": {"page": 2}}
    path = f"/v1/connections/{invoices}/state"
    requests.patch(fivetran_sandbox.url + path, json=body, auth=LOGIN, timeout=10)
    get(fivetran_sandbox, path)

    (patch, read) = fivetran_sandbox.requests
    assert fivetran_sandbox.writes == [patch]
    assert (str(read), read.status, read.body) == (f"GET {path}", 200, None)
    assert repr(patch) == f'PATCH {path} {{"state": {{"page": 2}}}}'
    assert patch.endpoint == "PATCH /v1/connections/{id}/state"


def test_secrets_of_a_request_are_masked(fivetran_sandbox: FivetranSandbox) -> None:
    config = {"schema_prefix": "orders", "password": "hunter2"}
    body = {"group_id": "sandbox_warehouse", "service": "postgres", "config": config}

    answer = requests.post(
        f"{fivetran_sandbox.url}/v1/connections", json=body, auth=LOGIN, timeout=10
    )

    identifier = answer.json()["data"]["id"]
    assert "hunter2" not in repr(fivetran_sandbox.requests)
    assert fivetran_sandbox.holds_secret(identifier, "config.password", "hunter2")
    assert not fivetran_sandbox.holds_secret(identifier, "config.password", "hunter3")


def test_a_secret_that_was_not_sent_is_not_held(fivetran_sandbox: FivetranSandbox) -> None:
    secrets = [{"key": "k", "value": "v"}]
    config = {"schema": "invoices", "package_id": "p", "secrets_list": secrets}
    invoices = fivetran_sandbox.add_connection("connector_sdk", config=config)

    held = [fivetran_sandbox.holds_secret(invoices, place, "v") for place in PLACES]

    assert held == [True, False, False]


@pytest.mark.parametrize("place", ["config.nope", "package_id", "config.secrets_list.value", ""])
def test_a_wrong_place_of_a_secret_is_refused(
    fivetran_sandbox: FivetranSandbox, invoices: str, place: str
) -> None:
    with pytest.raises(SandboxRefused) as refusal:
        fivetran_sandbox.holds_secret(invoices, place, "v")

    assert f"{place!r} is not the place of a secret" in str(refusal.value)
    assert "its service has config.secrets_list[0].value, " in str(refusal.value)


def test_a_secret_needs_its_connection(fivetran_sandbox: FivetranSandbox) -> None:
    with pytest.raises(SandboxRefused, match="404"):
        fivetran_sandbox.holds_secret("gone", "config.password", "v")


def test_a_fault_strikes_the_next_request_alone(
    fivetran_sandbox: FivetranSandbox, invoices: str
) -> None:
    path = f"/v1/connections/{invoices}"
    fivetran_sandbox.fail("500", method="GET", path="/v1/connections/{id}")

    assert [get(fivetran_sandbox, path) for _ in range(2)] == [500, 200]
    assert [each.fault for each in fivetran_sandbox.requests] == ["500", None]


def test_a_fault_is_kept_by_what_the_test_itself_does(
    fivetran_sandbox: FivetranSandbox, invoices: str
) -> None:
    path = f"/v1/connections/{invoices}"
    fivetran_sandbox.fail("500", nth=2, times=3)
    answers = [get(fivetran_sandbox, path) for _ in range(2)]

    fivetran_sandbox.modify_connection(invoices, paused=True)
    fivetran_sandbox.fail("429", path="/v1/groups")
    answers += [get(fivetran_sandbox, path) for _ in range(3)]

    assert answers == [200, 500, 500, 500, 200]
    assert get(fivetran_sandbox, "/v1/groups") == 429
    assert fivetran_sandbox.connection(invoices)["paused"]


def test_a_spent_fault_does_not_come_back(fivetran_sandbox: FivetranSandbox, invoices: str) -> None:
    path = f"/v1/connections/{invoices}"
    fivetran_sandbox.fail("500")
    get(fivetran_sandbox, path)

    fivetran_sandbox.fail("429", nth=2)

    assert [get(fivetran_sandbox, path) for _ in range(3)] == [200, 429, 200]


def test_recovery_ends_all_faults(fivetran_sandbox: FivetranSandbox, invoices: str) -> None:
    fivetran_sandbox.fail("500", times=100)

    fivetran_sandbox.recover()

    assert get(fivetran_sandbox, f"/v1/connections/{invoices}") == 200


def test_an_unknown_fault_names_those_there_are(fivetran_sandbox: FivetranSandbox) -> None:
    with pytest.raises(SandboxError, match="the faults are 500, "):
        fivetran_sandbox.fail("503")


def test_an_unknown_field_of_a_fault_is_named(fivetran_sandbox: FivetranSandbox) -> None:
    with pytest.raises(SandboxError, match="a fault has no verb; it has kind, method, path, "):
        fivetran_sandbox.fail("500", verb="GET")


@pytest.mark.parametrize(("succeeds", "time"), [(True, "succeeded_at"), (False, "failed_at")])
def test_a_sync_runs_until_it_is_finished(
    fivetran_sandbox: FivetranSandbox, invoices: str, succeeds: bool, time: str
) -> None:
    fivetran_sandbox.start_sync(invoices)
    assert fivetran_sandbox.connection(invoices)["status"]["sync_state"] == "syncing"

    fivetran_sandbox.finish_sync(invoices, succeeds=succeeds)

    after = fivetran_sandbox.connection(invoices)
    assert after["status"]["sync_state"] == "scheduled"
    assert {name for name in ("succeeded_at", "failed_at") if after[name]} == {time}


def test_a_sync_must_run_to_be_finished(fivetran_sandbox: FivetranSandbox, invoices: str) -> None:
    with pytest.raises(SandboxRefused, match="no sync"):
        fivetran_sandbox.finish_sync(invoices)


def test_a_refusal_has_the_words_of_the_api(fivetran_sandbox: FivetranSandbox) -> None:
    with pytest.raises(SandboxRefused, match=r"POST /v1/connections was answered 400: .*schema"):
        fivetran_sandbox.add_connection("postgres")


def test_a_connection_that_is_deleted_is_gone(
    fivetran_sandbox: FivetranSandbox, invoices: str
) -> None:
    fivetran_sandbox.delete_connection(invoices)

    assert fivetran_sandbox.connections == []
    with pytest.raises(SandboxRefused, match="404"):
        fivetran_sandbox.connection(invoices)


def test_settings_and_groups_can_be_set(fivetran_sandbox: FivetranSandbox) -> None:
    fivetran_sandbox.add_group("lab")
    fivetran_sandbox.configure(list_config=True, sync_seconds=60)
    config = {"schema_prefix": "orders"}
    orders = fivetran_sandbox.add_connection("postgres", group_id="lab", config=config)
    fivetran_sandbox.ask("POST", f"/v1/connections/{orders}/sync", {"force": True})
    assert fivetran_sandbox.connection(orders)["status"]["sync_state"] == "syncing"

    fivetran_sandbox.advance(60)

    assert fivetran_sandbox.connection(orders)["status"]["sync_state"] == "scheduled"


def test_the_elastic_sandbox_has_connectors(elastic_sandbox: ElasticSandbox) -> None:
    elastic_sandbox.add_connector("crm", service_type="salesforce")
    elastic_sandbox.set_status("crm", "error", "no such host")
    elastic_sandbox.fail("500")

    answers = [get(elastic_sandbox, "/_connector/crm") for _ in range(2)]

    assert answers == [500, 200]
    assert [each.id for each in elastic_sandbox.connectors] == ["sandbox_wiki", "crm"]
    assert elastic_sandbox.connector("crm").error == "no such host"
    assert elastic_sandbox.requests[0].endpoint == "GET /_connector/{id}"
    with pytest.raises(SandboxRefused, match="gone"):
        elastic_sandbox.connector("gone")


def test_a_person_asks_elastic_unnoticed(elastic_sandbox: ElasticSandbox) -> None:
    path = "/_connector/sandbox_wiki/_status"
    elastic_sandbox.ask("PUT", path, {"status": "needs_configuration"})

    with pytest.raises(SandboxRefused, match="400: Invalid transition attempt from"):
        elastic_sandbox.ask("PUT", path, {"status": "connected"})
    assert elastic_sandbox.connector("sandbox_wiki").status == "needs_configuration"
    assert elastic_sandbox.requests == []


def test_programs_get_address_and_login(
    fivetran_sandbox: FivetranSandbox, elastic_sandbox: ElasticSandbox
) -> None:
    assert fivetran_sandbox.provider_arguments() == {"api_url": fivetran_sandbox.url}
    assert elastic_sandbox.provider_arguments() == {"endpoints": [elastic_sandbox.url]}
    environment = fivetran_sandbox.environment() | elastic_sandbox.environment()
    assert {name: environment[name] for name in ("FIVETRAN_APIKEY", "ELASTICSEARCH_USERNAME")} == {
        "FIVETRAN_APIKEY": "sandbox",
        "ELASTICSEARCH_USERNAME": "sandbox",
    }


@pytest.fixture
def threads() -> set[threading.Thread]:
    return set(threading.enumerate())


def test_a_closed_sandbox_leaves_nothing(threads: set[threading.Thread]) -> None:
    with FivetranSandbox() as sandbox:
        assert get(sandbox, "/v1/groups") == 200

    assert set(threading.enumerate()) <= threads
    with pytest.raises(requests.ConnectionError):
        get(sandbox, "/v1/groups")
