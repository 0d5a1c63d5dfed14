"""Slowing down before the rate limit is used up."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

import pytest

from constructs_lib.backend.fivetran.api import errors
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

    waits = [limiter._reserve(100.0) for _ in range(3)]
    assert waits == pytest.approx([0.0, interval, 2 * interval])
    assert limiter._reserve(1000.0) == 0.0


def test_when_enough_is_left_again_nothing_waits() -> None:
    limiter = RateLimiter()
    limiter.observe(headers(1))
    limiter._reserve(100.0)

    limiter.observe(headers(20_000))

    assert limiter._reserve(100.0) == 0.0


def test_waiting_is_told_with_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    limiter = RateLimiter()
    limiter.observe(headers(1, 3_600_000))
    limiter._reserve(0.0)
    limiter._next = limiter._next + 10**9

    with pytest.raises(errors.TimeLimitExceeded):
        limiter.wait(Deadline(1))

    line = capsys.readouterr().err
    assert "the rate limit of the account is nearly used up; going on in" in line
    assert "Z" in line


def test_a_stop_ends_the_waiting() -> None:
    limiter, stopping = RateLimiter(), threading.Event()
    limiter.observe(headers(1, 1))
    limiter._reserve(0.0)
    limiter._next += 1000.0 + time.monotonic()
    stopping.set()

    with pytest.raises(errors.Interrupted):
        limiter.wait(Deadline(10.0**6, stopping))
