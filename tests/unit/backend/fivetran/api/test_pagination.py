"""Lists over pages: all of them, each connection once, and an end in any case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import batched_reader
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import InvalidResponse
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport
from constructs_lib.backend.http.deadline import Deadline

Items = list[dict[str, Any]]
DEADLINE = Deadline(86_400)  # The modules are imported long before the last test runs.


def page(items: Items, cursor: str | None = None) -> Answer:
    return Answer(200, {"code": "Success", "data": {"items": items, "next_cursor": cursor}})


def named(*names: str) -> Items:
    return [{"id": name} for name in names]


class Pages:
    """A client whose pages a test makes; they need no socket, of which a thousand would be used."""

    def __init__(self, make: Callable[[int], tuple[Items, str | None]]) -> None:
        self.asked: list[dict[str, str]] = []
        self._make = make

    def connections_page(self, query: Any, deadline: Deadline) -> tuple[Items, str | None]:
        assert deadline is DEADLINE
        self.asked.append(dict(query))
        return self._make(len(self.asked))


def ids(pages: Any, **filters: str | None) -> list[str]:
    return [item["id"] for item in batched_reader.list_connections(pages, DEADLINE, **filters)]


def refused(pages: Pages) -> str:
    """The message about pages that are no list."""
    with pytest.raises(InvalidResponse) as caught:
        ids(pages)
    assert caught.value.status == 200
    return str(caught.value).removeprefix("GET /v1/connections answered 200 with ")


def test_the_pages_follow_their_cursors(api: ScriptedApi) -> None:
    api.answers = [page(named("a", "b"), "x"), page(named("c"), "y&z"), page(named("d"))]
    client = Client(FivetranTransport(api.url), "key", "secret")

    assert ids(client, group_id="g", schema=None) == ["a", "b", "c", "d"]

    asked = [parse_qs(urlsplit(seen.path).query) for seen in api.seen]
    first = {"group_id": ["g"], "limit": ["1000"]}
    assert asked == [first, {**first, "cursor": ["x"]}, {**first, "cursor": ["y&z"]}]
    client.close()


def test_the_first_page_is_asked_for_without_a_cursor() -> None:
    pages = Pages(lambda number: (named("a"), None))

    assert ids(pages) == ["a"]

    assert pages.asked == [{"limit": "1000"}]


@pytest.mark.parametrize("last", [None, ""])
def test_a_list_ends_without_a_cursor(api: ScriptedApi, last: str | None) -> None:
    api.answers = [page([], last)]
    client = Client(FivetranTransport(api.url), "key", "secret")

    assert ids(client) == []

    assert len(api.seen) == 1
    client.close()


def test_a_connection_that_moves_between_pages_is_there_once() -> None:
    numbered = [named("a", "b"), named("b", "c"), named("a", "d")]
    pages = Pages(lambda n: (numbered[n - 1], f"cursor{n}" if n < 3 else None))

    assert ids(pages) == ["a", "b", "c", "d"]


def test_a_cursor_that_repeats_is_an_error() -> None:
    pages = Pages(lambda n: (named(f"item{n}"), "xy"[n % 2]))

    assert refused(pages) == "a cursor that was there before: the pages have no end"
    assert len(pages.asked) == 3


@pytest.mark.parametrize(("first", "asked"), [(named("a"), 11), ([], 10)])
def test_new_cursors_without_anything_new_are_an_error(first: Items, asked: int) -> None:
    pages = Pages(lambda n: (first, f"cursor{n}"))

    assert refused(pages) == "10 pages without anything new, and a cursor"
    assert len(pages.asked) == asked


def test_some_empty_pages_are_no_end() -> None:
    items = {10: named("a"), 20: named("b")}
    pages = Pages(lambda n: (items.get(n, []), None if n == 20 else f"cursor{n}"))

    assert ids(pages) == ["a", "b"]


def test_pages_without_an_end_are_an_error() -> None:
    pages = Pages(lambda n: (named(f"item{n}"), f"cursor{n}"))

    assert refused(pages) == "more than 1000 pages"
    assert len(pages.asked) == 1000


@pytest.mark.parametrize("item", [None, "a", [], {}, {"id": None}, {"id": 5}, {"id": ""}])
def test_an_item_without_an_identifier_is_an_error(item: Any) -> None:
    assert refused(Pages(lambda n: ([item], None))) == "a connection without an identifier"


def test_a_page_that_fails_leaves_no_part_of_the_list(api: ScriptedApi) -> None:
    refused = Answer(406, {"code": "NotAcceptable", "message": "no"})
    api.answers = [page(named("a"), "x"), refused]
    client = Client(FivetranTransport(api.url), "key", "secret")

    with pytest.raises(Exception, match="answered 406"):
        ids(client)

    client.close()
