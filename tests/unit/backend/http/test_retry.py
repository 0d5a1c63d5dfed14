"""Which requests are repeated, and when."""

import pytest

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.http import attempts

BROKEN = errors.NoResponse("GET /", "the connection broke off", sent=True)
REFUSED = errors.NoResponse("GET /", "the connection was refused", sent=False)


def answered(status: int, wait: float | None = None) -> errors.ApiError:
    return errors.error_of_response("GET /", status, "", "", wait)


@pytest.mark.parametrize(
    ("error", "if_repeatable", "if_not"),
    [
        (answered(429), True, True),
        (answered(500), True, False),
        (answered(502), True, False),
        (answered(408), True, False),
        (answered(425), True, True),
        (answered(400), False, False),
        (answered(401), False, False),
        (answered(404), False, False),
        (answered(409), False, False),
        (BROKEN, True, False),
        (REFUSED, True, True),
        (errors.InvalidResponse("GET /", 200, "HTML"), True, False),
        (errors.TimeLimitExceeded("over"), False, False),
        (errors.Interrupted("stopped"), False, False),
    ],
)
def test_only_what_does_no_harm_is_repeated(
    error: errors.VendorError, if_repeatable: bool, if_not: bool
) -> None:
    assert attempts.may_repeat(error, idempotent=True) is if_repeatable
    assert attempts.may_repeat(error, idempotent=False) is if_not


def test_a_404_that_is_not_the_apis_is_repeated_for_reads_only() -> None:
    error = errors.ForeignResponse("GET /", 404, "HTML")

    assert attempts.may_repeat(error, idempotent=True)
    assert not attempts.may_repeat(error, idempotent=True, writes=True)
    assert not attempts.may_repeat(error, idempotent=False)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_the_pause_is_what_the_api_asks_for(status: int) -> None:
    assert attempts.backoff(answered(status, 1200.0), attempt=1) == 1200.0


def test_pauses_are_bounded_however_many_there_were() -> None:
    assert attempts.backoff(answered(500), attempt=10**6) <= 30.0


def test_without_a_word_of_the_api_the_pause_grows_up_to_a_limit() -> None:
    for attempt, ceiling in [(1, 0.5), (2, 1.0), (4, 4.0), (20, 30.0)]:
        assert ceiling / 2 <= attempts.backoff(answered(500), attempt) <= ceiling


def test_an_api_that_asks_for_no_pause_is_not_asked_in_a_burst() -> None:
    assert attempts.backoff(answered(429, 0.0), attempt=4) >= 2.0


@pytest.mark.parametrize(
    ("status", "is_unclear"),
    [
        *((status, True) for status in (408, 425, 429, 500, 501, 599)),
        *((status, False) for status in (200, 400, 404, 409, 424, 426, 428, 430, 499)),
    ],
)
def test_only_some_answers_leave_it_unclear(status: int, is_unclear: bool) -> None:
    assert attempts.is_unclear(status) is is_unclear


@pytest.mark.parametrize(
    ("error", "may_have"),
    [
        (answered(200), True),
        (answered(399), True),
        (answered(400), False),
        (answered(401), False),
        (answered(408), True),
        (answered(425), False),
        (answered(429), False),
        (answered(499), False),
        (answered(500), True),
        (BROKEN, True),
        (REFUSED, False),
        (errors.InvalidResponse("GET /", 200, "HTML"), True),
        (errors.ForeignResponse("GET /", 404, "HTML"), False),
        (errors.TimeLimitExceeded("over"), False),
    ],
)
def test_what_may_have_taken_effect(error: errors.VendorError, may_have: bool) -> None:
    assert attempts.may_have_taken_effect(error) is may_have
