"""Durations and deadlines."""

import threading
import time
from datetime import datetime, timedelta, timezone

import pytest

from constructs_lib.backend.fivetran.api.errors import Interrupted, TimeLimitExceeded
from constructs_lib.backend.http.deadline import LONGEST, Deadline, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [("20m", 1200.0), ("1h30m", 5400.0), ("90s", 90.0), ("500ms", 0.5), ("1.5h", 5400.0)],
)
def test_durations_in_terraform_style(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "20", "m", "20 m", "-1m", "1d"])
def test_other_texts_are_no_durations(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        seconds(text)


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


def test_a_wait_that_does_not_fit_ends_at_once() -> None:
    begun = time.monotonic()

    with pytest.raises(TimeLimitExceeded, match="waiting for the sync would take 60 s more"):
        Deadline(1.0).wait(60.0, "the sync")

    assert time.monotonic() - begun < 0.5


def test_a_wait_ends_when_terraform_wants_to_stop() -> None:
    stopping = threading.Event()
    stopping.set()

    with pytest.raises(Interrupted, match="stopped while waiting for the sync"):
        Deadline(60.0, stopping).wait(30.0, "the sync")


def test_a_deadline_says_which_limit_it_is() -> None:
    named = Deadline.of({"create": "20m"}, "create", "1h", threading.Event())

    assert str(named) == "the time limit of this operation (create, 1200 s)"
    assert named.advice == "Raise timeouts.create to give it more time."
    assert str(Deadline(600)) == "the time limit of this operation (600 s)"
    assert Deadline(600).advice == ""
