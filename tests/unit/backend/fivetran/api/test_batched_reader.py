"""How many requests it takes to read connections, as Terraform asks for them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from constructs_lib.backend.fivetran.api.batched_reader import AT_ONCE, BatchedReader
from constructs_lib.backend.fivetran.api.errors import Interrupted, NoResponse
from constructs_lib.backend.http.deadline import Deadline

PAGE = 1000
LATENCY = 0.002
"""Seconds: no API answers before the next read arrives."""
DEADLINE = Deadline(600)
PATIENCE = 30.0
"""Seconds after which something that should come certainly does not."""


class Api:
    """An account, and the requests that reach it."""

    def __init__(self, size: int) -> None:
        self.documents = {name(n): {"id": name(n), "config": {"n": n}} for n in range(size)}
        self.singles: list[str] = []
        self.pages: list[str | None] = []
        self._lock = threading.Lock()

    def wait(self, identifier: str) -> None:
        """Takes the time of a request."""
        time.sleep(LATENCY)

    def one(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        with self._lock:
            self.singles.append(identifier)
        self.wait(identifier)
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


def plan(
    reads: BatchedReader, identifiers: Iterable[str], parallelism: int = AT_ONCE
) -> dict[str, Any]:
    """What Terraform does: it reads some at once, and plans each before it reads another one."""

    def refresh(identifier: str) -> tuple[str, Any]:
        found = reads.connection(identifier, DEADLINE, fits)
        reads.note_activity()
        return identifier, found

    with ThreadPoolExecutor(parallelism) as slots:
        return dict(slots.map(refresh, identifiers))


class SlowApi(Api):
    """An account whose answers come when the test lets them."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self._changed = threading.Condition()
        self._answered: set[str] = set()
        self._open: list[str] = []

    def wait(self, identifier: str) -> None:
        with self._changed:
            self._open.append(identifier)
            self._changed.notify_all()
            assert self._changed.wait_for(lambda: identifier in self._answered, PATIENCE)
            self._open.remove(identifier)
            self._changed.notify_all()

    def unanswered(self, count: int) -> list[str]:
        """Waits until so many requests are there at the same time, which they are not otherwise."""
        with self._changed:
            met = self._changed.wait_for(lambda: len(self._open) == count, PATIENCE)
            assert met, f"{len(self._open)} requests at the same time"
            return list(self._open)

    def answer(self, *identifiers: str) -> None:
        with self._changed:
            self._answered.update(identifiers)
            self._changed.notify_all()


class SteppedClock:
    """A clock that stands still until a test puts it forward."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize("count", [2, 3, 4, 7, AT_ONCE])
def test_a_few_are_read_at_the_same_time(count: int) -> None:
    api = SlowApi(count)
    reads = BatchedReader(api.one, api.page)

    with ThreadPoolExecutor(count) as slots:
        asked = [slots.submit(reads.connection, name(n), DEADLINE, fits) for n in range(count)]
        first = api.unanswered(min(count, 3))
        if count > 3:
            api.answer(first[0])
            # All the others, beside two whose answers are still to come.
            api.unanswered(count - 1)
        api.answer(*api.documents)
        found = [one.result(PATIENCE)["id"] for one in asked]

    assert found == list(api.documents)
    assert sorted(api.singles) == found
    assert api.pages == []


def test_reads_that_come_late_wait_for_no_answer() -> None:
    api = SlowApi(AT_ONCE)
    reads = BatchedReader(api.one, api.page)

    with ThreadPoolExecutor(AT_ONCE) as slots:
        for number in range(5):
            slots.submit(reads.connection, name(number), DEADLINE, fits)
        api.answer(api.unanswered(3)[0])
        api.unanswered(4)
        for number in range(5, AT_ONCE):
            slots.submit(reads.connection, name(number), DEADLINE, fits)
        api.unanswered(9)
        api.answer(*api.documents)

    assert api.pages == []


def test_an_eleventh_within_the_grace_brings_a_page() -> None:
    api, clock = SlowApi(20), SteppedClock()
    reads = BatchedReader(api.one, api.page, clock)

    with ThreadPoolExecutor(AT_ONCE + 1) as slots:
        asked = [slots.submit(reads.connection, name(n), DEADLINE, fits) for n in range(AT_ONCE)]
        first = api.unanswered(3)
        api.answer(first[0])
        # The clock stands still, so that the grace does not end before the eleventh comes.
        asked.append(slots.submit(reads.connection, name(AT_ONCE), DEADLINE, fits))
        others = [one for one in asked[3:] if "config" in one.result(PATIENCE)]
        api.answer(*first)

    assert len(others) == 8
    assert len(api.singles) == 3
    assert api.pages == [None]


def test_no_eleventh_within_the_grace_brings_no_page() -> None:
    api, clock = SlowApi(20), SteppedClock()
    reads = BatchedReader(api.one, api.page, clock)

    with ThreadPoolExecutor(AT_ONCE) as slots:
        asked = [slots.submit(reads.connection, name(n), DEADLINE, fits) for n in range(AT_ONCE)]
        first = api.unanswered(3)[0]
        api.answer(first)
        asked[list(api.documents).index(first)].result(PATIENCE)
        assert len(api.unanswered(2)) == 2
        clock.seconds += 1
        api.unanswered(9)
        api.answer(*api.documents)

    assert api.pages == []


def test_an_error_of_the_first_releases_the_others() -> None:
    api = SlowApi(5)

    def one(identifier: str, deadline: Deadline) -> dict[str, Any]:
        found = api.one(identifier, deadline)
        if identifier == name(0):
            raise NoResponse("GET", "it broke off", sent=True)
        return found

    reads = BatchedReader(one, api.page)
    with ThreadPoolExecutor(5) as slots:
        failing = slots.submit(reads.connection, name(0), DEADLINE, fits)
        api.unanswered(1)
        others = [slots.submit(reads.connection, name(n), DEADLINE, fits) for n in range(1, 5)]
        api.unanswered(3)
        api.answer(name(0))
        api.unanswered(4)
        api.answer(*api.documents)
        assert [one.result(PATIENCE)["id"] for one in others] == [name(n) for n in range(1, 5)]
        assert isinstance(failing.exception(PATIENCE), NoResponse)


@pytest.mark.parametrize("parallelism", [AT_ONCE, 50])
def test_a_whole_account_is_read_by_pages(parallelism: int) -> None:
    api = Api(1000)

    found = plan(BatchedReader(api.one, api.page), api.documents, parallelism)

    assert {key: document["config"] for key, document in found.items()} == {
        key: document["config"] for key, document in api.documents.items()
    }
    assert api.requests <= 5
    assert api.pages == [None]


def test_each_further_thousand_costs_a_page_and_a_few_reads() -> None:
    api = Api(5000)

    plan(BatchedReader(api.one, api.page), api.documents)

    assert len(api.pages) == 5
    assert api.requests <= 5 * 5


@pytest.mark.parametrize("place", [0, 2500, 4990])
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7, AT_ONCE])
def test_a_few_of_a_large_account_are_read_one_by_one(count: int, place: int) -> None:
    api = Api(5000)

    plan(BatchedReader(api.one, api.page), [name(place + n) for n in range(count)])

    assert len(api.singles) == count
    assert api.pages == []


def test_some_more_of_a_large_account_never_cost_the_whole_of_it() -> None:
    api = Api(50_000)
    asked = [name(49_000 + n) for n in range(20)]

    plan(BatchedReader(api.one, api.page), asked)

    assert api.requests <= len(asked) * 4 // 3 + 1


def test_reads_one_after_the_other_do_not_wait_and_use_pages() -> None:
    api = Api(1000)

    plan(BatchedReader(api.one, api.page), api.documents, parallelism=1)

    assert len(api.singles) == AT_ONCE
    assert api.pages == [None]


def test_what_a_page_lacks_is_read_by_itself() -> None:
    api = Api(100)
    reads = BatchedReader(
        api.one, lambda cursor, deadline: ([{"id": key} for key in api.documents], None)
    )

    found = plan(reads, api.documents)

    assert sorted(api.singles) == sorted(api.documents)
    assert {key: document["whole"] for key, document in found.items()} == dict.fromkeys(
        api.documents, True
    )


def test_what_stands_in_no_page_is_read_by_itself() -> None:
    api = Api(100)
    reads = BatchedReader(api.one, lambda cursor, deadline: ([None, "x", {}, {"id": 7}], None))

    plan(reads, api.documents)

    assert sorted(api.singles) == sorted(api.documents)


def test_a_list_that_cannot_be_read_is_asked_for_once() -> None:
    api, asked = Api(100), []

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        asked.append(cursor)
        raise NoResponse("GET /v1/connections", "it broke off", sent=True)

    plan(BatchedReader(api.one, page), api.documents)

    assert asked == [None]
    assert sorted(api.singles) == sorted(api.documents)


def test_interruption_of_a_page_releases_waiting_reads() -> None:
    api, interrupted = Api(100), []

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        raise Interrupted("stopped")

    reads = BatchedReader(api.one, page)

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

    plan(BatchedReader(api.one, page), api.documents)

    assert asked == [None, "again"]


def test_nothing_of_before_a_write_is_used_after_it() -> None:
    api = Api(100)
    reads = BatchedReader(api.one, api.page)
    plan(reads, [name(n) for n in range(20)])
    before = len(api.singles)

    reads.invalidate()
    found = plan(reads, [name(n) for n in range(20, 40)])

    assert len(api.singles) == before + 20
    assert [document["whole"] for document in found.values()] == [True] * 20
    assert api.pages == [None]


def test_a_write_while_a_page_is_read_drops_what_it_tells() -> None:
    api = Api(100)

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        reads.invalidate()
        return api.page(cursor, deadline)

    reads = BatchedReader(api.one, page)
    plan(reads, api.documents)

    assert sorted(api.singles) == sorted(api.documents)


def test_each_read_and_page_has_the_deadline_of_who_asked() -> None:
    # Given reads one after the other, each with a deadline of its own
    api, seen = Api(AT_ONCE + 5), []
    deadlines = {identifier: Deadline(600) for identifier in api.documents}

    def one(identifier: str, deadline: Deadline) -> dict[str, Any]:
        seen.append((identifier, deadline))
        return api.one(identifier, deadline)

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        seen.append((asking[-1], deadline))
        return api.page(cursor, deadline)

    reads, asking = BatchedReader(one, page), []
    # When there are so many that a page is read
    for identifier, deadline in deadlines.items():
        asking.append(identifier)
        reads.connection(identifier, deadline, fits)

    # Then nothing is asked for without the deadline of the read that needs it
    assert api.pages == [None]
    assert len(seen) == api.requests == AT_ONCE + 1
    assert [name for name, deadline in seen if deadlines[name] is not deadline] == []
