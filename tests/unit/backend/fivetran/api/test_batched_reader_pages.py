"""Which reads cost a page, where they come one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from paged_account import DEADLINE, PagedAccount, fits, name

from constructs_lib.backend.fivetran.api.batched_reader import AT_ONCE, BatchedReader
from constructs_lib.backend.http.deadline import Deadline


def one_by_one(reads: BatchedReader, identifiers: Iterable[str]) -> None:
    """Reads them in this thread, which must never wait: nobody would end it."""

    def wait(seconds: float | None = None) -> bool:
        raise AssertionError("it waits")

    reads._changed.wait = wait  # type: ignore[method-assign]
    for identifier in identifiers:
        assert reads.connection(identifier, DEADLINE, fits)["id"] == identifier


def test_some_more_of_a_large_account_never_cost_the_whole_of_it() -> None:
    api = PagedAccount(5000)
    asked = [name(4900 + n) for n in range(20)]

    one_by_one(BatchedReader(api.one, api.page), asked)

    # A page after the first ten, and a further one for each three that it lacks.
    assert api.singles == asked
    assert api.pages == [None, "1000", "2000", "3000"]


def test_reads_one_after_the_other_do_not_wait_and_use_pages() -> None:
    api = PagedAccount(1000)

    one_by_one(BatchedReader(api.one, api.page), api.documents)

    assert len(api.singles) == AT_ONCE
    assert api.pages == [None]


def test_further_page_keeps_what_earlier_ones_said() -> None:
    # Given a first page, of which some connections are not asked for yet
    api = PagedAccount(2000)
    first = [name(n) for n in range(AT_ONCE + 1)]
    later = [name(1000 + n) for n in range(4)]

    # When others are asked for until there is a second page
    reads = BatchedReader(api.one, api.page)
    one_by_one(reads, [*first, *later, name(AT_ONCE + 1), name(1999)])

    # Then both pages say what is on them
    assert api.pages == [None, "1000"]
    assert api.singles == [*first[:-1], *later[:-1]]


def test_connection_that_is_read_again_is_asked_for_again() -> None:
    api = PagedAccount(20)
    reads = BatchedReader(api.one, api.page)

    one_by_one(reads, [*api.documents, name(15)])

    assert api.pages == [None]
    assert api.singles == [*list(api.documents)[:AT_ONCE], name(15)]


def test_a_write_while_a_page_is_read_drops_what_it_tells() -> None:
    api = PagedAccount(1100)
    asked = [name(n) for n in range(30)]

    def page(cursor: str | None, deadline: Deadline) -> tuple[list[Any], str | None]:
        reads.invalidate()
        return api.page(cursor, deadline)

    reads = BatchedReader(api.one, page)
    one_by_one(reads, asked)

    assert api.singles == asked
    assert api.pages == [None]


def test_a_write_before_any_page_takes_none_away() -> None:
    api = PagedAccount(20)
    reads = BatchedReader(api.one, api.page)
    reads.invalidate()

    one_by_one(reads, api.documents)

    assert len(api.singles) == AT_ONCE
    assert api.pages == [None]


def test_each_read_and_page_has_the_deadline_of_who_asked() -> None:
    # Given reads one after the other, each with a deadline of its own
    api, seen = PagedAccount(AT_ONCE + 5), []
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
