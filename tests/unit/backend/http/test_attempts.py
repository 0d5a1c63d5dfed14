"""The attempts of one request: when each is made, when the last, and what is said then."""

from __future__ import annotations

import threading
from datetime import datetime, timezone
from typing import Any

import pytest
from fake_time import FakeTime

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.attempts import Outage, send_with_retries
from constructs_lib.backend.http.deadline import Deadline

MADE = "made"


def busy(wait: float | None = None, status: int = 503) -> errors.ApiError:
    return errors.error_of_response("PATCH /x", status, "Busy", "busy", wait)


def refused() -> errors.NoResponse:
    return errors.NoResponse("PATCH /x", "the connection was refused", sent=False)


def broken() -> errors.NoResponse:
    return errors.NoResponse("PATCH /x", "the connection broke off", sent=True)


class Api:
    """Fails in the given ways, then answers; notes the second of each attempt."""

    def __init__(self, clock: FakeTime, *failures: errors.VendorError, forever: bool = False):
        self._clock, self._begun = clock, clock.time()
        self._failures, self._forever = list(failures), forever
        self.at: list[float] = []

    def once(self) -> str:
        self.at.append(self.now())
        if not self._failures:
            return MADE
        raise self._failures[0] if self._forever else self._failures.pop(0)

    def now(self) -> float:
        return round(self._clock.time() - self._begun, 3)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Time that does not pass, and pauses without jitter."""
    clock = FakeTime()
    clock.install(monkeypatch)
    monkeypatch.setattr(attempts.random, "uniform", lambda low, high: high)
    return clock


@pytest.fixture
def answered() -> Outage:
    """The API has answered before."""
    outage = Outage()
    outage.answered()
    return outage


def test_pauses_double_from_half_a_second_to_thirty(clock: FakeTime, answered: Outage) -> None:
    api = Api(clock, *[busy() for _ in range(9)])

    assert (
        send_with_retries(api.once, Deadline(600), idempotent=True, outage=answered, writes=False)
        == MADE
    )
    assert api.at == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 61.5, 91.5, 121.5]


def test_jitter_takes_away_half_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    bounds: list[tuple[float, float]] = []
    monkeypatch.setattr(attempts.random, "uniform", lambda *both: bounds.append(both) or both[0])

    assert attempts.backoff(busy(), 3) == 1.0
    assert bounds == [(0.5, 1.0)]


def test_first_connection_is_tried_for_eight_seconds(clock: FakeTime) -> None:
    api = Api(clock, refused(), forever=True)

    with pytest.raises(errors.NoResponse) as caught:
        send_with_retries(api.once, Deadline(600), idempotent=True, outage=Outage())

    assert api.at == [0, 0.5, 1.5, 3.5, 5.5, 7.5]
    assert caught.value.attempts == 6
    assert caught.value.tried == "It was tried 6 times within 8 s."
    assert isinstance(caught.value.outage, Outage)


def test_first_connection_after_an_hour_is_tried_anew(clock: FakeTime) -> None:
    outage = Outage()
    api = Api(clock, refused())
    send_with_retries(api.once, Deadline(600), idempotent=True, outage=outage)
    clock.sleep(3600)
    other = Api(clock, *[refused() for _ in range(20)])

    assert send_with_retries(other.once, Deadline(600), idempotent=True, outage=outage) == MADE
    assert len(other.at) == 21


def test_one_attempt_says_nothing_of_others(clock: FakeTime, answered: Outage) -> None:
    api = Api(clock, broken())

    with pytest.raises(errors.NoResponse) as caught:
        send_with_retries(api.once, Deadline(600), idempotent=False, outage=answered)

    assert (api.at, caught.value.attempts, caught.value.tried) == ([0], 1, "")


@pytest.mark.parametrize(
    ("writes", "status", "effect"),
    [
        (False, 503, ""),
        (True, 503, " The change may have taken effect."),
        (True, 429, ""),
    ],
)
def test_last_attempt_that_fits_says_whose_limit_it_was(
    clock: FakeTime, answered: Outage, writes: bool, status: int, effect: str
) -> None:
    api = Api(clock, busy(status=status), forever=True)

    with pytest.raises(errors.ApiError) as caught:
        send_with_retries(
            api.once, Deadline(4, name="create"), idempotent=True, outage=answered, writes=writes
        )

    assert api.at == [0, 0.5, 1.5, 3.5]
    assert caught.value.tried == (
        "It was tried 4 times within 4 s. The time limit of this operation (create, 4 s) leaves "
        f"no time for another attempt.{effect} Raise timeouts.create to give it more time."
    )


def test_pause_up_to_the_very_end_is_made(clock: FakeTime, answered: Outage) -> None:
    api = Api(clock, busy(wait=10.0))

    assert send_with_retries(api.once, Deadline(10), idempotent=True, outage=answered) == MADE
    assert api.at == [0, 10]


def test_pause_that_the_api_asks_for_beyond_the_end_is_said(
    clock: FakeTime, answered: Outage
) -> None:
    api = Api(clock, busy(wait=11.0))

    with pytest.raises(errors.ApiError) as caught:
        send_with_retries(api.once, Deadline(10), idempotent=True, outage=answered, writes=True)

    assert api.at == [0]
    assert caught.value.tried == (
        "The API asks to wait 11 s before the next request, and the time limit of this operation "
        "(10 s) leaves 10 s. The change may have taken effect."
    )


class Looks:
    """Answers looks at the effect of a request; raises errors among the answers."""

    def __init__(self, *answers: str | errors.VendorError | None) -> None:
        self._answers, self.count = list(answers), 0

    def __call__(self) -> str | None:
        self.count += 1
        answer = self._answers.pop(0)
        if isinstance(answer, errors.VendorError):
            raise answer
        return answer


@pytest.mark.parametrize(
    ("failures", "looks", "sent", "looked", "result"),
    [
        ([busy()], ["there"], 1, 1, "there"),
        ([busy()], [None], 2, 1, MADE),
        ([broken()], ["there"], 1, 1, "there"),
        ([refused()], [], 2, 0, MADE),
        ([busy(0, 429)], [], 2, 0, MADE),
        ([busy(), busy(0, 429)], [None, "there"], 2, 2, "there"),
        ([busy(), refused()], [None, None], 3, 2, MADE),
        ([busy()], [busy(0, 429), "there"], 1, 2, "there"),
        ([busy()], [refused(), None], 2, 2, MADE),
    ],
)
def test_what_may_have_worked_is_looked_at_before_each_attempt(
    clock: FakeTime,
    answered: Outage,
    failures: list[errors.VendorError],
    looks: list[str | errors.VendorError | None],
    sent: int,
    looked: int,
    result: str,
) -> None:
    api, look = Api(clock, *failures), Looks(*looks)

    found = send_with_retries(
        api.once, Deadline(600), idempotent=True, outage=answered, writes=True, check_effect=look
    )

    assert (found, len(api.at), look.count) == (result, sent, looked)


@pytest.mark.parametrize(
    ("answers", "sent", "result"),
    [(["there"], 1, "there"), ([None], 2, MADE), ([broken()], 2, MADE)],
)
def test_429_in_doubt_is_looked_at_once(
    clock: FakeTime,
    answered: Outage,
    answers: list[str | errors.VendorError | None],
    sent: int,
    result: str,
) -> None:
    api, look = Api(clock, busy(0, 429)), Looks(*answers)

    found = send_with_retries(
        api.once,
        Deadline(600),
        idempotent=False,
        outage=answered,
        writes=True,
        check_effect=look,
        doubts_429=True,
    )

    assert (found, len(api.at), look.count) == (result, sent, 1)


def test_answer_after_a_doubtful_429_forgets_the_doubt(clock: FakeTime, answered: Outage) -> None:
    api, look = Api(clock, busy(0, 429), refused()), Looks(None)

    send_with_retries(
        api.once,
        Deadline(600),
        idempotent=False,
        outage=answered,
        check_effect=look,
        doubts_429=True,
    )

    assert (len(api.at), look.count) == (3, 1)


def test_outage_is_claimed_once() -> None:
    outage = Outage()

    assert [outage.claim(), outage.claim(), outage.claim()] == [True, False, False]


def test_pause_up_to_the_end_of_patience_is_worth_while(clock: FakeTime) -> None:
    begun = clock.time()

    for pause, is_over in ((8.0, False), (8.001, True)):
        found = Outage().is_over(refused(), attempt=1, begun=begun, pause=pause)
        assert found is is_over


def test_failure_as_long_ago_as_patience_lasts_still_counts(clock: FakeTime) -> None:
    for seconds, is_over in ((8.0, True), (8.001, False)):
        outage = Outage()
        assert not outage.is_over(refused(), attempt=1, begun=clock.time(), pause=0.5)
        clock.sleep(seconds)
        found = outage.is_over(refused(), attempt=1, begun=clock.time(), pause=0.5)
        assert found is is_over


@pytest.mark.parametrize(("answer", "sent"), [("there", 1), (None, 2)])
def test_odd_answer_to_a_creation_is_looked_at(
    clock: FakeTime, answered: Outage, answer: str | None, sent: int
) -> None:
    api, look = Api(clock, errors.InvalidResponse("POST /x", 200, "HTML")), Looks(answer)

    found = send_with_retries(
        api.once, Deadline(600), idempotent=False, outage=answered, writes=True, check_effect=look
    )

    assert (found, len(api.at), look.count) == (answer or MADE, sent, 1)


def test_answer_of_somebody_else_to_a_creation_is_final(clock: FakeTime, answered: Outage) -> None:
    api, look = Api(clock, errors.ForeignResponse("POST /x", 404, "HTML")), Looks()

    with pytest.raises(errors.ForeignResponse):
        send_with_retries(
            api.once,
            Deadline(600),
            idempotent=False,
            outage=answered,
            writes=True,
            check_effect=look,
        )

    assert (len(api.at), look.count) == (1, 0)


@pytest.mark.parametrize(
    ("first", "writes", "is_shared"),
    [([broken()], False, True), ([refused()], True, True), ([broken()], True, False)],
)
def test_outage_is_shared_unless_a_change_may_have_worked(
    clock: FakeTime, first: list[errors.VendorError], writes: bool, is_shared: bool
) -> None:
    outage = Outage()
    api = Api(clock, *first, errors.error_of_response("GET /x", 401, "", "", None))

    with pytest.raises(errors.Unauthorized) as caught:
        send_with_retries(api.once, Deadline(600), idempotent=True, outage=outage, writes=writes)

    assert caught.value.outage is (outage if is_shared else None)
    assert caught.value.tried == "It was tried 2 times within 0 s."


def test_stop_while_waiting_says_what_for(clock: FakeTime, answered: Outage) -> None:
    stopping = threading.Event()
    stopping.set()
    error = busy()

    with pytest.raises(errors.Interrupted) as caught:
        send_with_retries(
            Api(clock, error).once, Deadline(60, stopping), idempotent=True, outage=answered
        )

    assert str(caught.value) == (f"stopped while waiting for the next attempt after this: {error}")


def test_wait_says_how_long_and_until_when(
    clock: FakeTime,
    answered: Outage,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Noon(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime(2026, 6, 1, 12 if tz is timezone.utc else 18, tzinfo=tz)

    monkeypatch.setattr(attempts, "datetime", Noon)
    error = busy(wait=90.0)

    send_with_retries(Api(clock, error).once, Deadline(600), idempotent=True, outage=answered)

    assert f"{error}; trying again in 90.0 s, at 12:01:30Z" in capsys.readouterr().err


def test_pause_of_our_own_beyond_the_end_is_not_the_apis(
    clock: FakeTime, answered: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_FIRST_PAUSE", 30.0)

    with pytest.raises(errors.ApiError) as caught:
        send_with_retries(
            Api(clock, busy(wait=10.0)).once, Deadline(10), idempotent=True, outage=answered
        )

    assert caught.value.tried == (
        "The time limit of this operation (10 s) leaves no time for another attempt."
    )


def test_effect_that_the_error_names_is_not_said_twice(clock: FakeTime, answered: Outage) -> None:
    words = "the change may have taken effect"
    error = errors.error_of_response("PATCH /x", 503, "Busy", words, 11.0)

    with pytest.raises(errors.ApiError) as caught:
        send_with_retries(
            Api(clock, error).once, Deadline(10), idempotent=True, outage=answered, writes=True
        )

    assert words in str(caught.value)
    assert words not in caught.value.tried.lower()
