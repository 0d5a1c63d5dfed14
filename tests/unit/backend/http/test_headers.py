"""Headers of an answer: what they may say, and that no odd one does harm."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib.backend.fivetran.api.exchange import RateLimiter
from constructs_lib.backend.http import response_values
from constructs_lib.backend.http.response_values import format_timestamp, parse_timestamp

YEAR = timedelta(days=366).total_seconds()
ODD_DATES = [
    "Fri, 31 Dec 99999 23:59:59 GMT",
    "Fri, 31 Dec 9999 23:59:59 -2359",
    "Sat, 01 Jan 2000 00:00:00 +99999999",
    "Sat, 01 Jan 2000 00:00:00 +9999",
    "Sat, 99 Jan 2000 99:99:99 GMT",
    "Wed, 21 Oct 2015 07:28:00 GMT" + " " * 1000,
]
ODD_NUMBERS = ["inf", "Infinity", "nan", "1e999", "-1", "+5", "²", "٣", "0x10", "5.5", "9" * 10_000]
ODD = [
    *ODD_DATES,
    *ODD_NUMBERS,
    "",
    " ",
    "\x1b[31m",
    "\x00",
    "soon",
    "é" * 50,
    "[]",
    "{}",
    "1" * 400,
]
NAMES = ("Retry-After", "Date", "X-Rate-Limit", "X-Rate-Limit-Remaining", "Content-Type")
TEXTS = st.one_of(st.sampled_from(ODD), st.text("0129 -+:.,TZGMJanFri\x1bé", max_size=40))
QUIETLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_retry_after_may_be_seconds() -> None:
    assert response_values.retry_after({"Retry-After": "7"}) == 7.0
    assert response_values.retry_after({"Retry-After": " 7 "}) == 7.0


def test_retry_after_may_be_a_date() -> None:
    until = datetime.now(timezone.utc) + timedelta(seconds=60)

    seconds = response_values.retry_after({"Retry-After": format_datetime(until, usegmt=True)})

    assert seconds is not None
    assert 50 < seconds <= 60
    assert response_values.retry_after({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}) == 0.0


def test_retry_after_is_meant_by_the_clock_of_the_api() -> None:
    headers = {
        "Retry-After": "Wed, 21 Oct 2015 07:28:30 GMT",
        "Date": "Wed, 21 Oct 2015 07:28:00 GMT",
    }

    assert response_values.retry_after(headers) == 30.0


def test_retry_after_that_is_not_there_asks_for_nothing() -> None:
    assert response_values.retry_after({}) is None


@pytest.mark.parametrize("text", [*ODD_NUMBERS, *ODD_DATES, "99999999999", "soon"])
def test_retry_after_that_nobody_means_says_nothing(text: str) -> None:
    assert response_values.retry_after({"Retry-After": text}) is None


@pytest.mark.parametrize("text", ODD_DATES)
def test_date_beyond_the_calendar_says_nothing(text: str) -> None:
    assert response_values.answered_at({"Date": text}) is None


def test_date_is_told_in_utc() -> None:
    found = response_values.answered_at({"Date": "Wed, 21 Oct 2015 09:28:00 +0200"})

    assert found == datetime(2015, 10, 21, 7, 28, tzinfo=timezone.utc)
    assert found.tzinfo is timezone.utc


@pytest.mark.parametrize("text", [*ODD_NUMBERS, "", "many"])
def test_count_that_is_no_number_says_nothing(text: str) -> None:
    assert response_values.count({"X-Rate-Limit": text}, "X-Rate-Limit") is None


def test_content_type_is_cut_where_it_is_long() -> None:
    assert response_values.content_type({}) == "no content type"
    assert response_values.content_type({"Content-Type": "text/html"}) == "text/html"
    assert len(response_values.content_type({"Content-Type": "x" * 60_000})) <= 101


@QUIETLY
@given(st.dictionaries(st.sampled_from(NAMES), TEXTS))
def test_headers_of_any_kind_are_values_or_say_nothing(headers: Mapping[str, str]) -> None:
    wait, date = response_values.retry_after(headers), response_values.answered_at(headers)
    limiter = RateLimiter()

    limiter.observe(headers)

    assert wait is None or 0 <= wait <= YEAR
    assert date is None or format_timestamp(date + timedelta(hours=9999))
    assert 0 <= limiter._reserve(0.0) <= 3600
    assert response_values.content_type(headers)


@QUIETLY
@given(st.one_of(TEXTS, st.datetimes().map(str), st.sampled_from(ODD), st.integers()))
def test_moment_of_any_kind_is_safe_to_reckon_with(text: object) -> None:
    found = parse_timestamp(text)

    assert found is None or format_timestamp(found + timedelta(hours=9999))


@pytest.mark.parametrize(
    "text", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59Z"]
)
def test_moment_at_the_edge_of_the_calendar_is_none(text: str) -> None:
    assert parse_timestamp(text) is None
