"""How many requests it takes to read connections, as Terraform asks for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from constructs_lib.backend.fivetran.errors import Interrupted, NoAnswer
from constructs_lib.backend.fivetran.reads import AT_ONCE, Reads
from constructs_lib.backend.http.deadline import Deadline

PAGE = 1000
LATENCY = 0.002
"""Seconds: no API answers before the next read arrives."""
DEADLINE = Deadline(600)


class Api:
    """An account, and the requests that reach it."""

    def __init__(self, size: int) -> None:
        self.documents = {name(n): {"id": name(n), "config": {"n": n}} for n in range(size)}
        self.singles: list[str] = []
        self.pages: list[str | None] = []
        self._lock = threading.Lock()

    def one(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        with self._lock:
            self.singles.append(identifier)
        time.sleep(LATENCY)
        return {**self.documents[identifier], "whole": True}

    def page(self, cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        with self._lock:
            self.pages.append(cursor)
        first = int(cursor or 0)
        after = first + PAGE
        items = list(self.documents.values())[first:after]
        return items, str(after) if after < len(self.documents) else None

    @property
    def requests(self) -> int:
        return len(self.singles) + len(self.pages)


def name(number: int) -> str:
    return f"c{number:05}"


def fits(document: dict[str, Any]) -> bool:
    return "config" in document


def plan(reads: Reads, identifiers: Iterable[str], parallelism: int = AT_ONCE) -> dict[str, Any]:
    """What Terraform does: it reads some at once, and plans each before it reads another one."""

    def refresh(identifier: str) -> tuple[str, Any]:
        found = reads.connection(identifier, DEADLINE, fits)
        reads.touch()
        return identifier, found

    with ThreadPoolExecutor(parallelism) as slots:
        return dict(slots.map(refresh, identifiers))


@pytest.mark.parametrize("parallelism", [AT_ONCE, 50])
def test_a_whole_account_is_read_by_pages(parallelism: int) -> None:
    api = Api(1000)

    found = plan(Reads(api.one, api.page), api.documents, parallelism)

    assert {key: document["config"] for key, document in found.items()} == {
        key: document["config"] for key, document in api.documents.items()
    }
    assert api.requests <= 5
    assert api.pages == [None]


def test_each_further_thousand_costs_a_page_and_a_few_reads() -> None:
    api = Api(5000)

    plan(Reads(api.one, api.page), api.documents)

    assert len(api.pages) == 5
    assert api.requests <= 5 * 5


@pytest.mark.parametrize("place", [0, 2500, 4990])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, AT_ONCE])
def test_a_few_of_a_large_account_are_read_one_by_one(count: int, place: int) -> None:
    api = Api(5000)

    plan(Reads(api.one, api.page), [name(place + n) for n in range(count)])

    assert len(api.singles) == count
    assert api.pages == []


def test_some_more_of_a_large_account_never_cost_the_whole_of_it() -> None:
    api = Api(50_000)
    asked = [name(49_000 + n) for n in range(20)]

    plan(Reads(api.one, api.page), asked)

    assert api.requests <= len(asked) * 4 // 3 + 1


def test_one_after_the_other_waits_for_nothing_and_comes_to_pages_as_well() -> None:
    api = Api(1000)

    plan(Reads(api.one, api.page), api.documents, parallelism=1)

    assert len(api.singles) == AT_ONCE
    assert api.pages == [None]


def test_what_a_page_lacks_is_read_by_itself() -> None:
    api = Api(100)
    reads = Reads(api.one, lambda cursor, deadline: ([{"id": key} for key in api.documents], None))

    found = plan(reads, api.documents)

    assert sorted(api.singles) == sorted(api.documents)
    assert all(document["whole"] for document in found.values())


def test_what_stands_in_no_page_is_read_by_itself() -> None:
    api = Api(100)
    reads = Reads(api.one, lambda cursor, deadline: ([None, "x", {}, {"id": 7}], None))

    plan(reads, api.documents)

    assert sorted(api.singles) == sorted(api.documents)


def test_a_list_that_cannot_be_read_is_asked_for_once() -> None:
    api, asked = Api(100), []

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        asked.append(cursor)
        raise NoAnswer("GET /v1/connections", "it broke off", sent=True)

    plan(Reads(api.one, page), api.documents)

    assert asked == [None]
    assert sorted(api.singles) == sorted(api.documents)


def test_an_interruption_while_a_page_is_read_frees_whoever_waits_for_it() -> None:
    api, interrupted = Api(100), []

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        raise Interrupted("stopped")

    reads = Reads(api.one, page)

    def refresh(identifier: str) -> None:
        try:
            reads.connection(identifier, DEADLINE, fits)
        except Interrupted:
            interrupted.append(identifier)

    with ThreadPoolExecutor(AT_ONCE) as slots:
        list(slots.map(refresh, api.documents))

    assert len(interrupted) == 1
    assert len(api.singles) == 99


def test_a_cursor_that_comes_back_ends_the_list() -> None:
    api, asked = Api(100), []

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        asked.append(cursor)
        return [], "again"

    plan(Reads(api.one, page), api.documents)

    assert asked == [None, "again"]


def test_nothing_of_before_a_write_is_used_after_it() -> None:
    api = Api(100)
    reads = Reads(api.one, api.page)
    plan(reads, [name(n) for n in range(20)])
    before = len(api.singles)

    reads.forget()
    found = plan(reads, [name(n) for n in range(20, 40)])

    assert len(api.singles) == before + 20
    assert all(document["whole"] for document in found.values())
    assert api.pages == [None]


def test_a_write_while_a_page_is_read_drops_what_it_tells() -> None:
    api = Api(100)

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        reads.forget()
        return api.page(cursor, deadline)

    reads = Reads(api.one, page)
    plan(reads, api.documents)

    assert sorted(api.singles) == sorted(api.documents)
