from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import requests

import constructs_lib.sandbox
from constructs_lib.sandbox import (
    ApiRequest,
    Credentials,
    SandboxAdapter,
    SandboxError,
    Settings,
    Store,
)
from constructs_lib.sandbox.fivetran.api import Api


def test_public_names_exist() -> None:
    missing = [
        name for name in constructs_lib.sandbox.__all__ if not hasattr(constructs_lib.sandbox, name)
    ]
    assert missing == []


def test_closed_store_says_so() -> None:
    store = Store(None)
    store.close()
    store.close()
    with pytest.raises(SandboxError, match="closed"):
        store.journal()
    assert Api(store).handle(ApiRequest("GET", "/v1/groups")).status == 503


def test_failure_within_a_transaction_undoes_it() -> None:
    def fail(store: Store) -> None:
        with store.transaction() as tables:
            tables.save_settings(Settings(sync_seconds=99))
            raise ZeroDivisionError

    with Store(None) as store:
        with pytest.raises(ZeroDivisionError):
            fail(store)
        assert store.settings.sync_seconds == 5


def test_unexpected_failure_is_500_without_details(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("s3cret")

    with Store(None) as store:
        monkeypatch.setattr("constructs_lib.sandbox.fivetran.routes.find", fail)
        auth = {"authorization": "Basic c2FuZGJveDpzYW5kYm94"}
        response = Api(store).handle(ApiRequest("GET", "/v1/groups", headers=auth))
        assert response.status == 500
        assert b"s3cret" not in response.content
        assert [entry.status for entry in store.journal()] == [500]


def test_failed_request_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError

    adapter = SandboxAdapter(None)
    with requests.Session() as session:
        session.mount("sandbox://local", adapter)
        session.auth = ("sandbox", "sandbox")
        body = {"service": "github", "group_id": "sandbox_lake", "config": {"schema": "s"}}
        # When the answer cannot be made after the connection was stored
        monkeypatch.setattr("constructs_lib.sandbox.fivetran.answers.connection_response", fail)
        assert session.post("sandbox://local/v1/connections", json=body).status_code == 500
        monkeypatch.undo()
        # Then the connection is not there, but the journal has the request
        assert session.get("sandbox://local/v1/connections").json()["data"]["items"] == []
        assert [entry.status for entry in adapter.store.journal()] == [500, 200]


def test_length_of_syncs_needs_a_connection() -> None:
    with Store(None) as store, pytest.raises(SandboxError, match="no connection 'x'"):
        store.set_sync_seconds("x", 1)


def test_group_needs_an_identifier() -> None:
    with Store(None) as store, pytest.raises(SandboxError):
        store.add_group("")


def test_clock_can_be_given() -> None:
    moment = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
    with Store(None, now=lambda: moment) as store:
        store.advance(1.5)
        Api(store).handle(ApiRequest("GET", "/v1/groups"))
        assert store.journal()[0].at == "2026-01-31T12:00:01.500000Z"
        with pytest.raises(SandboxError):
            store.advance(-timedelta(days=1).total_seconds())


def test_representations_hold_no_secret() -> None:
    request = ApiRequest("POST", "/", headers={"authorization": "n33dle"}, body=b"n33dle")
    assert "n33dle" not in repr(request) + repr(Credentials("key", "n33dle"))


def test_adapter_has_its_own_credentials_and_memory() -> None:
    first, second = SandboxAdapter(None, api_key="k", api_secret="s"), SandboxAdapter(None)
    with requests.Session() as session:
        session.mount("sandbox://first", first)
        session.mount("sandbox://second", second)
        statuses = [
            session.get(f"sandbox://{name}/v1/groups", auth=("k", "s")).status_code
            for name in ("first", "second")
        ]
        assert statuses == [200, 401]
        assert len(first.store.journal()) == 1


def test_closed_adapter_answers_503() -> None:
    adapter = SandboxAdapter(None)
    with requests.Session() as session:
        session.mount("sandbox://local", adapter)
        adapter.close()
        response = session.get("sandbox://local/v1/groups")
    assert (response.status_code, response.json()["code"]) == (503, "Error")
