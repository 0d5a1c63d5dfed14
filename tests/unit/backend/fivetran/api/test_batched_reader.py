"""How many requests it takes to read connections, as Terraform asks for them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from paged_account import DEADLINE, PagedAccount, fits, name

from constructs_lib.backend.fivetran.api.batched_reader import AT_ONCE, BatchedReader
from constructs_lib.backend.fivetran.api.errors import Interrupted, NoResponse
from constructs_lib.backend.http.deadline import Deadline

PATIENCE = 30.0
"""Seconds after which something that should come certainly does not."""


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


class SlowAccount(PagedAccount):
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
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize("count", [2, 3, 4, 7, AT_ONCE])
def test_a_few_are_read_at_the_same_time(count: int) -> None:
    api = SlowAccount(count)
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
    api = SlowAccount(AT_ONCE)
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
    api, clock = SlowAccount(20), SteppedClock()
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


def test_reads_at_once_wait_after_some_one_by_one() -> None:
    # Given three reads, one after the other
    api, clock = SlowAccount(20), SteppedClock()
    api.answer(*api.documents.keys() - {name(3)})
    reads = BatchedReader(api.one, api.page, clock)
    for number in range(3):
        reads.connection(name(number), DEADLINE, fits)

    # When others come while a fourth one is not answered yet
    with ThreadPoolExecutor(8) as slots:
        slots.submit(reads.connection, name(3), DEADLINE, fits)
        api.unanswered(1)
        asked = [slots.submit(reads.connection, name(n), DEADLINE, fits) for n in range(4, 11)]
        found = [one.result(PATIENCE)["id"] for one in asked]
        api.answer(name(3))

    # Then these wait until there are enough for a page
    assert found == [name(n) for n in range(4, 11)]
    assert api.singles == [name(n) for n in range(4)]
    assert api.pages == [None]


def test_no_eleventh_within_the_grace_brings_no_page() -> None:
    api, clock = SlowAccount(20), SteppedClock()
    reads = BatchedReader(api.one, api.page, clock)

    with ThreadPoolExecutor(AT_ONCE) as slots:
        asked = [slots.submit(reads.connection, name(n), DEADLINE, fits) for n in range(AT_ONCE)]
        first = api.unanswered(3)[0]
        api.answer(first)
        asked[list(api.documents).index(first)].result(PATIENCE)
        assert len(api.unanswered(2)) == 2
        clock.seconds += 0.25
        api.unanswered(9)
        api.answer(*api.documents)

    assert api.pages == []


def test_an_error_of_the_first_releases_the_others() -> None:
    api = SlowAccount(5)

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
    api = PagedAccount(1000)

    found = plan(BatchedReader(api.one, api.page), api.documents, parallelism)

    assert {key: document["config"] for key, document in found.items()} == {
        key: document["config"] for key, document in api.documents.items()
    }
    assert api.requests <= 5
    assert api.pages == [None]


def test_each_further_thousand_costs_a_page_and_a_few_reads() -> None:
    api = PagedAccount(5000)

    plan(BatchedReader(api.one, api.page), api.documents)

    assert len(api.pages) == 5
    assert api.requests <= 5 * 5


@pytest.mark.parametrize(
    ("count", "place"), [(1, 0), (2, 2500), (3, 4990), (4, 0), (7, 2500), (AT_ONCE, 4990)]
)
def test_a_few_of_a_large_account_are_read_one_by_one(count: int, place: int) -> None:
    api = PagedAccount(5000)

    plan(BatchedReader(api.one, api.page), [name(place + n) for n in range(count)])

    assert len(api.singles) == count
    assert api.pages == []


@pytest.mark.parametrize(
    ("seconds", "grace"), [(0.0, 0.06), (0.02, 0.06), (0.03, 0.09), (0.08, 0.24), (5.0, 0.25)]
)
def test_grace_is_thrice_the_pace_within_bounds(seconds: float, grace: float) -> None:
    # Given a reader, and signs of Terraform before anything is answered
    api, clock = PagedAccount(1), SteppedClock()
    reads = BatchedReader(api.one, api.page, clock)
    reads.note_activity()
    assert reads._grace == 0.25

    # When Terraform gives its next sign some time after the first answer, and more signs later
    reads.connection(name(0), DEADLINE, fits)
    clock.seconds += seconds
    reads.note_activity()
    assert reads._grace == pytest.approx(grace)
    clock.seconds += 0.05
    reads.note_activity()

    # Then the first sign tells its pace
    assert reads._grace == pytest.approx(grace)


def test_what_stands_in_no_page_is_read_by_itself() -> None:
    api = PagedAccount(100)
    reads = BatchedReader(api.one, lambda cursor, deadline: ([None, "x", {}, {"id": 7}], None))

    plan(reads, api.documents)

    assert sorted(api.singles) == sorted(api.documents)


def test_a_list_that_cannot_be_read_is_asked_for_once() -> None:
    api, asked = PagedAccount(100), []

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        asked.append(cursor)
        raise NoResponse("GET /v1/connections", "it broke off", sent=True)

    plan(BatchedReader(api.one, page), api.documents)

    assert asked == [None]
    assert sorted(api.singles) == sorted(api.documents)


def test_interruption_of_a_page_releases_waiting_reads() -> None:
    api, interrupted = PagedAccount(100), []

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
    api, asked = PagedAccount(100), []

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        asked.append(cursor)
        return [], "again"

    plan(BatchedReader(api.one, page), api.documents)

    assert asked == [None, "again"]


def test_what_a_page_lacks_is_read_by_itself() -> None:
    api = PagedAccount(100)
    reads = BatchedReader(
        api.one, lambda cursor, deadline: ([{"id": key} for key in api.documents], None)
    )

    found = plan(reads, api.documents)

    assert sorted(api.singles) == sorted(api.documents)
    assert {key: document["whole"] for key, document in found.items()} == dict.fromkeys(
        api.documents, True
    )


def test_nothing_of_before_a_write_is_used_after_it() -> None:
    api = PagedAccount(100)
    reads = BatchedReader(api.one, api.page)
    plan(reads, [name(n) for n in range(20)])
    before = len(api.singles)

    reads.invalidate()
    found = plan(reads, [name(n) for n in range(20, 40)])

    assert len(api.singles) == before + 20
    assert [document["whole"] for document in found.values()] == [True] * 20
    assert api.pages == [None]
