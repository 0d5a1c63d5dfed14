"""The progress of what runs in a thread of its own: its words, its waits, its end."""

from __future__ import annotations

import re
import threading

import pytest

from constructs_lib.backend.http import progress
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import Interrupted, TimeLimitExceeded
from constructs_lib.backend.http.progress import Report, reported


def test_what_is_reported_comes_in_order() -> None:
    def work(report: Report) -> None:
        report("first")
        report("second")

    assert list(reported(work, Deadline(60))) == ["first", "second"]


def test_a_wait_is_told_once_until_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    deadline = Deadline(60)

    def work(report: Report) -> None:
        for _ in range(5):
            deadline.poll(0.001, "the sync to end")
        monkeypatch.setattr(progress, "_EVERY", 0.0)
        deadline.wait(0.001, "the sync to end")
        deadline.wait(0.001, "something else")

    found = list(reported(work, deadline))

    end = r" \(since \d\d:\d\d:\d\d UTC, until (\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d UTC at most\)\."
    waits = ["the sync to end", "the sync to end", "something else"]
    assert len(found) == 3
    assert all(re.fullmatch(f"Waiting for {w}{end}", f) for w, f in zip(waits, found, strict=True))


def test_a_wait_until_another_day_names_the_day() -> None:
    deadline = Deadline(3 * 86_400)

    (found,) = reported(lambda _: deadline.wait(0, "it"), deadline)

    assert re.search(r"until \d{4}-\d\d-\d\d \d\d:", found)


def test_an_error_comes_after_the_words_before_it() -> None:
    def work(report: Report) -> None:
        report("first")
        raise TimeLimitExceeded("too long")

    found = reported(work, Deadline(60))

    assert next(found) == "first"
    with pytest.raises(TimeLimitExceeded, match="too long"):
        next(found)


def test_a_stop_ends_the_wait() -> None:
    stopping = threading.Event()
    deadline = Deadline(60, stopping)
    found = reported(lambda _: deadline.wait(50, "it"), deadline)
    assert next(found).startswith("Waiting for it (since")

    stopping.set()

    with pytest.raises(Interrupted, match="stopped while waiting for it"):
        next(found)


def test_who_reads_no_more_waits_for_the_end() -> None:
    go_on, ended = threading.Event(), threading.Event()

    def work(report: Report) -> None:
        report("first")
        go_on.wait(10)
        ended.set()

    found = reported(work, Deadline(60))
    next(iter(found))
    threading.Timer(0.05, go_on.set).start()
    found.close()  # type: ignore[attr-defined]

    assert ended.is_set()


def test_without_threads_all_is_told_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "start_thread", lambda action: False)

    assert list(reported(lambda report: report("done"), Deadline(60))) == ["done"]
