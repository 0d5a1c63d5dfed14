"""Each request is bounded by the deadline of the operation that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api.batched_reader import list_connections
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import TimeLimitExceeded
from constructs_lib.backend.http.deadline import Deadline

pytestmark = pytest.mark.usefixtures("quick")
CONNECTION = {"id": "abc", "service": "postgres"}
LOST = Answer(500, {})
ABSENT = {"code": "NotFound_Connection", "message": "no such connection"}


def ok(data: Any) -> Answer:
    return Answer(200, {"code": "Success", "data": data})


Call = Callable[[Client, Deadline], Any]
CALLS: dict[str, tuple[Call, list[Answer], list[str]]] = {
    "connection": (
        lambda client, deadline: client.connection("abc", deadline),
        [LOST, ok(CONNECTION)],
        ["GET", "GET"],
    ),
    "connections_of": (
        lambda client, deadline: client.connections_of("g", "orders", deadline),
        [LOST, ok({"items": []})],
        ["GET", "GET"],
    ),
    "list_connections": (
        lambda client, deadline: list_connections(client, deadline),
        [ok({"items": [CONNECTION], "next_cursor": "more"}), ok({"items": []})],
        ["GET", "GET"],
    ),
    "batched_reader": (
        lambda client, deadline: client.batched_reader.connection("abc", deadline, bool),
        [LOST, ok(CONNECTION)],
        ["GET", "GET"],
    ),
    "create_connection": (
        lambda client, deadline: client.create_connection({}, deadline),
        [Answer(429, {}), ok(CONNECTION)],
        ["POST", "POST"],
    ),
    "modify_connection": (
        lambda client, deadline: client.modify_connection("abc", {"paused": True}, deadline),
        [LOST, ok({"id": "abc", "paused": False}), ok(CONNECTION)],
        ["PATCH", "GET", "PATCH"],
    ),
    "delete_connection": (
        lambda client, deadline: client.delete_connection("abc", deadline),
        [LOST, Answer(404, ABSENT)],
        ["DELETE", "GET"],
    ),
    "state": (
        lambda client, deadline: client.state("abc", deadline),
        [LOST, ok({"state": {}})],
        ["GET", "GET"],
    ),
    "set_state": (
        lambda client, deadline: client.set_state("abc", {"a": 2}, deadline),
        [LOST, ok({"state": {"a": 1}}), ok({})],
        ["PATCH", "GET", "PATCH"],
    ),
    "sync": (
        lambda client, deadline: client.sync("abc", deadline, lambda: False),
        [Answer(429, {}), ok({})],
        ["POST", "POST"],
    ),
    "read_once": (
        lambda client, deadline: client.read_once("abc", deadline),
        [ok(CONNECTION)],
        ["GET"],
    ),
    "check_access": (
        lambda client, deadline: client.check_access(deadline),
        [ok({"items": []})],
        ["GET"],
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_each_request_and_look_has_the_deadline_of_its_call(
    api: ScriptedApi, client: Client, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # Given an API that answers at last, and the deadlines that reach the transport
    call, answers, methods = CALLS[name]
    api.answers = list(answers)
    transport, seen = client._exchange.transport, []
    send = transport.send

    def recording(message: Any, deadline: Deadline, limits: Any) -> Any:
        seen.append(deadline)
        return send(message, deadline, limits)

    monkeypatch.setattr(transport, "send", recording)
    deadline = Deadline(30)

    # When the call is made
    call(client, deadline)

    # Then each of its requests is bounded by its deadline
    assert [one.method for one in api.seen] == methods
    assert len(seen) == len(methods)
    assert {id(one) for one in seen} == {id(deadline)}


@pytest.mark.parametrize("name", CALLS)
def test_call_whose_time_is_over_sends_nothing(api: ScriptedApi, client: Client, name: str) -> None:
    with pytest.raises(TimeLimitExceeded):
        CALLS[name][0](client, Deadline(0))

    assert api.seen == []
