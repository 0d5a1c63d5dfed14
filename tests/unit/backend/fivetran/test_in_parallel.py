"""Many things are done a few at a time, and nobody has to wait for what hangs."""

from __future__ import annotations

import threading

import pytest

from constructs_lib.backend.fivetran.inventory import in_parallel


def test_each_argument_is_used_once() -> None:
    found = in_parallel(lambda number: number * 2, range(50), 8)

    assert sorted(found) == [number * 2 for number in range(50)]


def test_as_many_run_at_once_as_are_allowed() -> None:
    meeting = threading.Barrier(4)

    found = in_parallel(lambda _: meeting.wait(30), range(4), 4)

    assert sorted(found) == [0, 1, 2, 3]


def test_what_hangs_holds_nobody_up_after_another_failed() -> None:
    never = threading.Event()

    def act(number: int) -> None:
        if number:
            raise ValueError("the second one")
        never.wait()

    with pytest.raises(ValueError, match="the second one"):
        list(in_parallel(act, range(2), 2))

    never.set()


def test_nothing_new_is_begun_once_nobody_waits() -> None:
    gate, begun = threading.Event(), []
    others = set(threading.enumerate())

    def act(number: int) -> int:
        begun.append(number)
        if number:
            gate.wait()
        return number

    found = in_parallel(act, range(10), 1)
    assert next(found) == 0
    found.close()  # type: ignore[attr-defined]
    gate.set()
    for thread in set(threading.enumerate()) - others:
        thread.join(30)

    assert set(begun) <= {0, 1}
