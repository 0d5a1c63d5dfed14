"""The list of connectors is read page by page, and each connector is in it once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi, scripted_api

from constructs_lib.backend.elastic.client import Client, Cluster
from constructs_lib.backend.elastic.connector_status import ConnectorStatusList
from constructs_lib.backend.elastic.exchange import Exchange, IncompleteResponse
from constructs_lib.backend.elastic.provider import from_key
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.transport import Transport
from constructs_lib.backend.plugin.list_resource import Listed, ListOperation

PRODUCT = {"X-elastic-product": "Elasticsearch", "Content-Type": "application/json"}


@pytest.fixture
def api() -> Iterator[ScriptedApi]:
    with scripted_api() as server:
        yield server


def client(api: ScriptedApi) -> Client:
    return Client(Exchange([Transport(api.url)], from_key("aWQ6a2V5"), 5))


def page(*identifiers: str, **more: Any) -> Answer:
    found = [{"id": each, "status": "Connected", **more} for each in identifiers]
    return Answer(200, {"count": 9, "results": found}, PRODUCT)


def listed(
    api: ScriptedApi, *, status: str | None = None, with_state: bool = False
) -> list[Listed]:
    cluster = Cluster(client(api))
    operation = ListOperation(cluster, {}, threading.Event())
    operation.includes_state = with_state
    try:
        return list(ConnectorStatusList().list({"status": status}, operation))
    finally:
        cluster.close()


def identifiers(found: list[Listed]) -> list[str]:
    return [each.identity["connector_id"] for each in found]


def test_pages_are_read_until_one_is_empty(api: ScriptedApi) -> None:
    api.answers = [page("a", "b"), page("c"), page()]

    assert identifiers(listed(api)) == ["a", "b", "c"]

    assert [seen.path for seen in api.seen] == [
        f"/_connector?from={start}&size=100" for start in (0, 2, 3)
    ]


def test_a_connector_that_moved_to_a_later_page_is_listed_once(api: ScriptedApi) -> None:
    api.answers = [page("a", "b"), page("b", "c"), page()]

    assert identifiers(listed(api)) == ["a", "b", "c"]


def test_a_server_that_knows_no_pages_is_asked_twice(api: ScriptedApi) -> None:
    api.answers = [page("a"), page("a")]

    assert identifiers(listed(api)) == ["a"]


def test_a_name_tells_the_status(api: ScriptedApi) -> None:
    api.answers = [page("a", name="Wiki"), page("b", name=None), page()]

    assert [each.display_name for each in listed(api)] == ["Wiki (connected)", "b (connected)"]


@pytest.mark.parametrize(("status", "expected"), [(" CONNECTED", ["a"]), ("error", [])])
def test_a_filter_means_a_status_in_any_case(
    api: ScriptedApi, status: str, expected: list[str]
) -> None:
    api.answers = [page("a"), page()]

    assert identifiers(listed(api, status=status)) == expected


def test_a_state_is_that_of_an_import(api: ScriptedApi) -> None:
    api.answers = [page("a", error="boom", configuration={"k": {"value": "hidden"}}), page()]

    (found,) = listed(api, with_state=True)

    assert found.state is not None
    assert {name: value for name, value in found.state.items() if value is not None} == {
        "id": "a",
        "connector_id": "a",
        "status": "connected",
        "error": "boom",
        "drift_policy": "on_change",
        "via": "direct",
    }


@pytest.mark.parametrize(
    "body",
    [{}, {"results": None}, {"results": [1]}, {"results": [{"id": "a"}]}, {"results": [{"id": 1}]}],
    ids=str,
)
def test_an_answer_that_is_no_list_is_refused(api: ScriptedApi, body: Any) -> None:
    api.answers = [Answer(200, body, PRODUCT)]
    asking = client(api)

    with pytest.raises(IncompleteResponse):
        asking.connectors(0, Deadline(60))

    asking.close()
