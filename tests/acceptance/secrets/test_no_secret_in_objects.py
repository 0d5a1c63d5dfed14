"""Objects that hold a secret, and errors about one: shown in any way, they do not tell it."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from canaries import API_KEY, API_SECRET, FIRST
from echoing_api import MANNERS
from echoing_server import Served
from hunter import Hunter

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import VendorError
from constructs_lib.backend.fivetran.api.exchange import Card, FivetranTransport, Request
from constructs_lib.backend.fivetran.connection.resource import ConnectionResource
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object.secret_tracking import (
    SecretHasher,
    SecretTracking,
    secrets_of,
)
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.resource import Opened, Operation, Plan
from constructs_lib.backend.plugin.values.value import Dynamic
from constructs_lib.sandbox import Api, Credentials, SandboxAdapter, SandboxServer, Store
from constructs_lib.sandbox.common.messages import ApiRequest

HUNTER = Hunter()
SECRETS = list(FIRST)
SETTINGS = {"schema_prefix": "orders", "password": FIRST.quoted, "client_private_key": FIRST.pem}
BODY = {
    "group_id": "sandbox_warehouse",
    "service": "postgres",
    "config": {**SETTINGS, "number": int(FIRST.number), "list": [{"value": FIRST.in_list}]},
    "auth": {"deep": {"token": FIRST.token}, "short": FIRST.short},
}
TOLD = ("refused", "refused with details", "unauthorized")
"""The manners in which the API's words reach the user."""
WRITE_ONLY = {"config_wo": Dynamic.of({"password": FIRST.quoted, "client_private_key": FIRST.pem})}


@pytest.fixture
def client(served: Served) -> Client:
    return Client(FivetranTransport(served.url), API_KEY, API_SECRET)


def holders() -> dict[str, Callable[[], object]]:
    """How to make one of each object that holds a secret."""
    client = Client(FivetranTransport("http://127.0.0.1:9"), API_KEY, API_SECRET)
    hasher = SecretHasher(API_KEY, API_SECRET)
    account = Account(client, hasher)
    private: dict[str, Any] = {}
    SecretTracking(private, hasher).record(secrets_of(WRITE_ONLY))
    login = Credentials(API_KEY, API_SECRET)
    headers = {"authorization": f"Basic {API_KEY}"}
    return {
        "client": lambda: client,
        "request": lambda: Request("POST", "/v1/connections", BODY, secrets=SECRETS),
        "hasher": lambda: hasher,
        "account": lambda: account,
        "tracking": lambda: SecretTracking(private, hasher),
        "private state": lambda: private,
        "write-only value": lambda: WRITE_ONLY,
        "connect card": lambda: Card(f"https://f/setup?auth={FIRST.token}", FIRST.token),
        "opened": lambda: Opened({"token": FIRST.token}),
        "operation": lambda: Operation(account, private, threading.Event()),
        "plan": lambda: Plan(WRITE_ONLY, None, {}),
        "credentials": lambda: login,
        "request to the sandbox": lambda: ApiRequest("POST", "/", headers=headers, body=b"{}"),
        "adapter": lambda: SandboxAdapter(None, api_key=API_KEY, api_secret=API_SECRET),
        "api": lambda: Api(Store(None), login),
        "server": lambda: SandboxServer(Api(Store(None), login), 0),
    }


@pytest.mark.parametrize("name", holders())
def test_no_object_shows_what_it_holds(name: str) -> None:
    held = holders()[name]()
    try:
        assert HUNTER.found(f"{held!r} {held}".encode()) == set()
    finally:
        for close in ("server_close", "close"):
            getattr(held, close, lambda: None)()


@pytest.mark.parametrize("manner", [name for name in MANNERS if name != "setup tests"])
def test_no_error_repeats_what_the_api_quotes(
    manner: str, served: Served, client: Client, capfd: pytest.CaptureFixture[str]
) -> None:
    served.api.manner = manner

    with pytest.raises(VendorError) as caught:
        client.modify_connection("abc", BODY, Deadline(1.0), SECRETS)

    error = caught.value
    seen = [str(error), repr(error), repr(vars(error)), *traceback.format_exception(error)]
    seen += [repr(error.__context__), *capfd.readouterr()]
    if manner in TOLD:
        assert "(hidden)" in str(error), "what the API said is a part of the error"
    assert HUNTER.found("\n".join(seen).encode()) == set()


def test_no_setup_test_repeats_what_it_tried(served: Served, client: Client) -> None:
    served.api.manner = "setup tests"

    answer = client.create_connection(BODY, Deadline(5.0), SECRETS)

    assert "(hidden)" in str(answer["setup_tests"])
    assert HUNTER.found(repr(answer["setup_tests"]).encode()) == set()


@pytest.fixture
def operation(served: Served, client: Client) -> Operation:
    """An operation on a connection that exists, at an API that from now on quotes its creation."""
    hasher = SecretHasher(API_KEY, API_SECRET)
    operation = Operation(Account(client, hasher), {}, threading.Event())
    SecretTracking(operation.private, hasher).record(secrets_of(WRITE_ONLY))
    body = {"group_id": "sandbox_warehouse", "service": "postgres", "config": SETTINGS}
    client.create_connection(body, Deadline(5.0))
    served.api.about, served.api.manner = served.api.last, "refused"
    return operation


def test_required_tests_that_are_refused_tell_no_secret(operation: Operation) -> None:
    operation.private["tests_failed"] = True
    state = {"id": "abc", "service": "postgres", "config": Dynamic.of({"host": "a"})}
    config = {**WRITE_ONLY, "require_setup_tests": True}

    with pytest.raises(ProviderError) as caught:
        ConnectionResource().update(state, state, config, operation)

    assert HUNTER.found(caught.value.detail.encode()) == set()


def test_a_schema_status_that_is_refused_tells_no_secret(operation: Operation) -> None:
    planned = {"service": "postgres", "schema_status": "ready"}
    given = planned, WRITE_ONLY, {"id": "abc"}, Deadline(5.0), operation

    with pytest.raises(ProviderError) as caught:
        ConnectionResource()._schema_status(*given)

    assert HUNTER.found(caught.value.detail.encode()) == set()
