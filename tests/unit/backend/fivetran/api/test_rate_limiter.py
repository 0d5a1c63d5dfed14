"""Slowing down before the rate limit is used up."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone, tzinfo

import pytest
from fake_time import FakeTime

from constructs_lib.backend.fivetran.api import errors, exchange
from constructs_lib.backend.fivetran.api.exchange import RateLimiter
from constructs_lib.backend.http.deadline import Deadline


def headers(remaining: object, limit: object = 20_000) -> Mapping[str, str]:
    return {"X-Rate-Limit": str(limit), "X-Rate-Limit-Remaining": str(remaining)}


@pytest.mark.parametrize(
    "limits", [{}, headers(401), headers(21, 500), headers("many"), headers("-1"), headers("²")]
)
def test_nothing_waits_while_enough_is_left_or_nothing_is_told(limits: Mapping[str, str]) -> None:
    limiter = RateLimiter()

    limiter.observe(limits)

    assert [limiter._reserve(100.0) for _ in range(3)] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("limits", "interval"),
    [
        (headers(400), 0.18),
        (headers(0), 0.18),
        (headers(20, 500), 7.2),
        ({"X-Rate-Limit-Remaining": "3"}, 0.18),
    ],
)
def test_requests_near_the_limit_are_spaced_over_the_hour(
    limits: Mapping[str, str], interval: float
) -> None:
    limiter = RateLimiter()

    limiter.observe(limits)

    # The first moments of a machine's clock, too, are none to wait for.
    waits = [limiter._reserve(0.5) for _ in range(3)]
    assert waits == pytest.approx([0.0, interval, 2 * interval])
    assert limiter._reserve(1000.0) == 0.0


def test_when_enough_is_left_again_nothing_waits() -> None:
    limiter = RateLimiter()
    limiter.observe(headers(1))
    limiter._reserve(100.0)

    limiter.observe(headers(20_000))

    assert limiter._reserve(100.0) == 0.0


class Noon(datetime):
    """A clock of a machine in Tokyo that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        noon = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
        return noon if tz else noon.astimezone(timezone(timedelta(hours=9))).replace(tzinfo=None)


def test_waiting_is_told_with_its_end(
    clock: FakeTime, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given an account of 120 requests per hour, of which few are left
    monkeypatch.setattr(exchange, "datetime", Noon)
    limiter, deadline, begun = RateLimiter(), Deadline(50), clock.time()
    limiter.observe(headers(1, 120))

    # When the next requests are due: one now, one later, and one after the deadline
    limiter.wait(deadline)
    assert (clock.time(), capsys.readouterr().err) == (begun, "")
    limiter.wait(deadline)
    assert clock.time() == pytest.approx(begun + 30)
    words = "the rate limit of the account is nearly used up; going on in 30.0 s, at 12:00:30Z\n"
    assert capsys.readouterr().err.endswith(words)
    with pytest.raises(errors.TimeLimitExceeded) as caught:
        limiter.wait(deadline)

    # Then each wait is told, and one that does not fit is an error at once
    assert str(caught.value) == (
        "waiting for the rate limit of the account would take 30 s more, "
        "but the time limit of this operation (50 s) leaves 20 s"
    )
    assert clock.time() == pytest.approx(begun + 30)


def test_short_wait_is_a_wait(clock: FakeTime) -> None:
    limiter, begun = RateLimiter(), clock.time()
    limiter.observe(headers(1))

    for _ in range(3):
        limiter.wait(Deadline(60))

    assert clock.time() == pytest.approx(begun + 0.36)


def test_a_stop_ends_the_waiting() -> None:
    limiter, stopping = RateLimiter(), threading.Event()
    limiter.observe(headers(1, 1))
    limiter._reserve(0.0)
    limiter._next += 1000.0 + time.monotonic()
    stopping.set()

    with pytest.raises(errors.Interrupted):
        limiter.wait(Deadline(10.0**6, stopping))
