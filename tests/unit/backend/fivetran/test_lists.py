"""What the lists of ``terraform query`` make of the pages of an account."""

from __future__ import annotations

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.lists import ConnectionList, ConnectionStateList
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.list_resource import Listed, ListOperation, ListResource

FILTERS = dict.fromkeys(("group_id", "service", "schema", "setup_state"))


def item(identifier: str, **more: Any) -> dict[str, Any]:
    known = {"id": identifier, "group_id": "g", "service": "postgres", "schema": identifier}
    status = {"setup_state": more.pop("setup_state", "connected")}
    return {**known, "status": status, **more}


class Client:
    """An account with pages, the settings of connections, and their states."""

    def __init__(self, *pages: list[dict[str, Any]], **more: Any) -> None:
        self.pages, self.more = pages, more
        self.asked: list[Any] = []

    def connections_page(self, query: dict[str, str], deadline: object) -> tuple[Any, str | None]:
        self.asked.append(query)
        number = int(query.get("cursor", 0))
        return self.pages[number], str(number + 1) if number + 1 < len(self.pages) else None

    def connection(self, identifier: str, deadline: object) -> dict[str, Any]:
        self.asked.append(identifier)
        return self._found(identifier)

    def state(self, identifier: str, deadline: object) -> dict[str, Any]:
        self.asked.append(f"{identifier}/state")
        return self._found(identifier)

    def _found(self, identifier: str) -> dict[str, Any]:
        if identifier not in self.more:
            raise NotFound("GET /", 404, "NotFound", "gone")
        found: dict[str, Any] = self.more[identifier]
        return found


def operation(client: Client, *, with_state: bool = False) -> ListOperation:
    made = ListOperation(SimpleNamespace(client=client), {}, threading.Event())
    made.includes_state = with_state
    return made


def listed(
    client: Client, list_: ListResource | None = None, *, with_state: bool = False, **filters: str
) -> list[Listed]:
    asked = list_ or ConnectionList()
    return list(asked.list({**FILTERS, **filters}, operation(client, with_state=with_state)))


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "a (postgres)"),
        ({"setup_state": "INCOMPLETE"}, "a (postgres, incomplete)"),
        ({"setup_state": "broken", "paused": True}, "a (postgres, broken, paused)"),
        ({"status": None, "paused": "true"}, "a (postgres, paused)"),
        ({"schema": None}, "a (postgres)"),
    ],
)
def test_a_name_tells_what_a_person_looks_for(more: dict[str, Any], name: str) -> None:
    (found,) = listed(Client([item("a", **more)]))

    assert (found.identity, found.display_name, found.state) == ({"id": "a"}, name, None)


def test_no_page_is_asked_for_before_it_is_wanted() -> None:
    client = Client([item("a"), item("b")], [item("c")])
    found = ConnectionList().list(FILTERS, operation(client))

    assert [next(found).identity["id"] for _ in range(2)] == ["a", "b"]
    assert len(client.asked) == 1
    assert next(found).identity == {"id": "c"}


def test_filters_that_the_api_ignores_hold_all_the_same() -> None:
    items = [item("a"), item("b", group_id="h"), item("c", service="s3"), item("d")]

    found = listed(Client(items), group_id="g", service="postgres", schema="d")

    assert [each.identity["id"] for each in found] == ["d"]


def test_settings_that_a_list_lacks_are_read_one_by_one() -> None:
    config = {"host": "h", "password": "s"}
    read = {"a": item("a", config=config)}
    client = Client([item("a"), item("gone"), item("b", config=config)], **read)

    found = listed(client, with_state=True)

    assert [each.identity["id"] for each in found] == ["a", "b"]
    states = [each.state for each in found if each.state]
    assert [state["config"].value for state in states] == [
        {"host": "h", "schema_prefix": each} for each in ("a", "b")
    ]
    assert client.asked[1:] == ["a", "gone"]


def test_an_item_without_an_identifier_is_an_error() -> None:
    with pytest.raises(ProviderError):
        listed(Client([{"service": "postgres"}]))


def test_states_are_asked_of_services_that_keep_one() -> None:
    items = [item("a"), item("b", service="connector_sdk"), item("c", service="connector_sdk")]
    client = Client(items, b={"cursor": 1})

    (found,) = listed(client, ConnectionStateList(), with_state=True)

    assert found.identity == {"connection_id": "b"}
    assert found.state is not None
    assert found.state["state"].value == {"cursor": 1}
    assert found.state["on_destroy"] == "keep"
    assert client.asked[1:] == ["b/state", "c/state"]


@pytest.mark.parametrize("service", ["postgres", "appeared_tomorrow"])
def test_what_the_catalogue_lacks_is_secret_by_its_name(service: str) -> None:
    new = {"password": "s", "list": [{"api_key": "s", "name": "n"}]}
    config = {"host": "h", "new_token": "s", "new": new}

    (found,) = listed(Client([item("a", service=service, config=config)]), with_state=True)

    assert found.state is not None
    shown = found.state["config"].value
    assert (shown["host"], shown["new"]) == ("h", {"list": [{"name": "n"}]})
    assert "new_token" not in shown
    assert "config.new_token" not in (found.state.get("unchecked") or {})
