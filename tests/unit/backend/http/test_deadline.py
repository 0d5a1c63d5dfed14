"""Durations and deadlines."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from itertools import islice

import pytest
from fake_time import FakeTime

from constructs_lib.backend.fivetran.api.errors import Interrupted, TimeLimitExceeded
from constructs_lib.backend.http.deadline import LONGEST, Deadline, pauses, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20m", 1200.0),
        ("1h30m", 5400.0),
        ("90s", 90.0),
        ("500ms", 0.5),
        ("1.5h", 5400.0),
        ("1h2m3s4ms", 3723.004),
    ],
)
def test_durations_in_terraform_style(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "20", "m", "20 m", "-1m", "1d"])
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration") as caught:
        seconds(text)

    assert str(caught.value) == f"{text!r} is not a duration such as 20m or 1h30m"


def test_deadline_comes_from_timeouts_or_the_default() -> None:
    stopping = threading.Event()

    assert Deadline.of({"create": "5s"}, "create", "20m", stopping).limit == 5.0
    assert Deadline.of({"create": None}, "create", "20m", stopping).limit == 1200.0
    assert Deadline.of(None, "create", "20m", stopping).limit == 1200.0


@pytest.mark.parametrize("text", ["99999999h", "8785h", "9" * 400 + "h", "99999999h99999999h"])
def test_a_limit_without_bounds_is_a_year(text: str) -> None:
    stopping = threading.Event()
    limit = Deadline.of({"create": text}, "create", "20m", stopping)
    stopping.set()

    assert limit.limit == LONGEST == 366 * 86_400
    assert datetime.now(timezone.utc) + timedelta(seconds=limit.remaining)
    with pytest.raises(Interrupted, match="stopped while waiting"):
        limit.wait(limit.remaining - 1, "the sync")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    found = FakeTime()
    found.install(monkeypatch)
    return found


def test_what_remains_is_never_negative(clock: FakeTime) -> None:
    deadline = Deadline(30.0)
    assert deadline.remaining == 30.0
    clock.sleep(20.0)
    assert deadline.remaining == 10.0
    clock.sleep(20.0)
    assert deadline.remaining == 0.0


def test_a_wait_that_does_not_fit_ends_at_once(clock: FakeTime) -> None:
    # Given a deadline of which a wait leaves some seconds
    deadline, begun = Deadline(30.0), clock.time()
    deadline.wait(20.0, "the sync")
    assert clock.time() - begun == 20.0

    # When a wait would take a second more than is left
    with pytest.raises(TimeLimitExceeded) as caught:
        deadline.wait(11.0, "the sync")

    # Then no time passes, and one that ends with the deadline fits
    assert str(caught.value) == (
        "waiting for the sync would take 11 s more, "
        "but the time limit of this operation (30 s) leaves 10 s"
    )
    assert clock.time() - begun == 20.0
    deadline.wait(10.0, "the sync")
    assert clock.time() - begun == 30.0


def test_a_look_is_due_just_before_the_deadline(clock: FakeTime) -> None:
    # Given a deadline that ends between two looks
    deadline, begun = Deadline(30.0, name="update"), clock.time()

    # When it is looked again and again
    deadline.poll(20.0, "the sync")
    deadline.poll(9.0, "the sync")
    assert clock.time() - begun == 29.0
    deadline.poll(20.0, "the sync")

    # Then the last look comes in time, and there is none after it
    assert clock.time() - begun == pytest.approx(29.8)
    clock.sleep(0.1)
    with pytest.raises(TimeLimitExceeded) as caught:
        deadline.poll(20.0, "the sync")
    assert str(caught.value) == ("waiting for the sync took longer than the limit of 30 s (update)")
    assert clock.time() - begun == pytest.approx(29.9)


def test_a_limit_without_an_attribute_is_named_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 0.0)

    # Just the time that is kept for the last look is no time to wait.
    with pytest.raises(TimeLimitExceeded) as caught:
        Deadline(0.2).poll(1.0, "the sync")

    assert str(caught.value) == "waiting for the sync took longer than the limit of 0.2 s"


@pytest.mark.parametrize("wait", [Deadline.wait, Deadline.poll])
def test_a_wait_ends_when_terraform_wants_to_stop(wait: Callable[..., None]) -> None:
    stopping = threading.Event()
    deadline = Deadline.of({}, "create", "1m", stopping)
    assert deadline.is_stopping is False
    stopping.set()

    with pytest.raises(Interrupted) as caught:
        wait(deadline, 30.0, "the sync")

    assert str(caught.value) == "stopped while waiting for the sync"
    assert deadline.is_stopping is True


def test_a_deadline_says_which_limit_it_is() -> None:
    named = Deadline.of({"create": "20m"}, "create", "1h", threading.Event())

    assert str(named) == "the time limit of this operation (create, 1200 s)"
    assert named.advice == "Raise timeouts.create to give it more time."
    assert str(Deadline(600)) == "the time limit of this operation (600 s)"
    assert Deadline(600).advice == ""


def test_pauses_grow_until_the_longest_one() -> None:
    assert list(islice(pauses(2, 6), 5)) == [2, 3, 4.5, 6, 6]
