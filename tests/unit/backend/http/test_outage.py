"""What the requests of one client learn together of an API that never answered."""

from __future__ import annotations

import pytest
from fake_time import FakeTime

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.http.attempts import ApiUnreachable, Outage, send_with_retries
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.plugin.diagnostics import AlreadyReported, ProviderError

REFUSED = errors.NoResponse("GET /", "the connection was refused", sent=False, host="api.invalid")
CERTIFICATE = errors.NoResponse("GET /", "the certificate was refused", sent=False, passing=False)
BROKEN = errors.NoResponse("GET /", "the connection broke off", sent=True)
HTML = errors.InvalidResponse("GET /", 200, "HTML")
INCOMPLETE = errors.IncompleteResponse("GET /", 200, "no object under data")
WRONG_KEY = errors.error_of_response("GET /", 401, "AuthFailed", "", None)
NOT_THE_APIS = errors.ForeignResponse("GET /", 404, "HTML")
MISSING = errors.error_of_response("GET /", 404, "NotFound_Connection", "", None)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    clock = FakeTime()
    clock.install(monkeypatch)
    return clock


@pytest.fixture
def outage() -> Outage:
    return Outage()


class Api:
    """Answers with the given outcomes; the last one goes on."""

    def __init__(self, *outcomes: errors.VendorError | str) -> None:
        self.outcomes = list(outcomes)
        self.asked = 0

    def once(self) -> str:
        self.asked += 1
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if isinstance(outcome, str):
            return outcome
        raise outcome


def ask(api: Api, outage: Outage, limit: float = 600) -> str:
    return send_with_retries(api.once, Deadline(limit), idempotent=True, outage=outage)


def test_an_api_that_never_answers_is_given_up_soon(outage: Outage, clock: FakeTime) -> None:
    api, begun = Api(REFUSED), clock.time()

    with pytest.raises(errors.NoResponse):
        ask(api, outage)

    assert 5 < clock.time() - begun <= 8
    assert api.asked >= 4


def test_an_outage_fails_all_other_requests_at_once(outage: Outage, clock: FakeTime) -> None:
    with pytest.raises(errors.NoResponse):
        ask(Api(REFUSED), outage)
    other, begun = Api("found"), clock.time()

    with pytest.raises(ApiUnreachable, match=r"api\.invalid: the connection was refused") as caught:
        ask(other, outage)

    assert (other.asked, clock.time()) == (0, begun)
    assert caught.value.remedy == REFUSED.remedy


def test_an_api_that_answered_is_waited_for(outage: Outage, clock: FakeTime) -> None:
    ask(Api("found"), outage)
    begun = clock.time()

    assert ask(Api(*[REFUSED] * 20, "found"), outage) == "found"

    assert clock.time() - begun > 100


@pytest.mark.parametrize(
    "error", [MISSING, errors.error_of_response("GET /", 403, "Forbidden", "", None)]
)
def test_an_error_of_the_api_is_an_answer(outage: Outage, error: errors.ApiError) -> None:
    with pytest.raises(errors.ApiError):
        ask(Api(error), outage)

    assert ask(Api(*[REFUSED] * 20, "found"), outage) == "found"


@pytest.mark.parametrize("first", [["found"], []], ids=["after an answer", "from the start"])
def test_an_answer_that_stays_incomplete_is_asked_for_thrice(
    outage: Outage, first: list[str]
) -> None:
    for each in first:
        ask(Api(each), outage)
    api = Api(BROKEN, INCOMPLETE, BROKEN, BROKEN, INCOMPLETE)

    with pytest.raises(errors.IncompleteResponse, match="no object under data"):
        ask(api, outage)

    assert api.asked == 6
    assert ask(Api("found"), outage) == "found"


def test_an_answer_that_is_incomplete_once_is_passing(outage: Outage) -> None:
    assert ask(Api(INCOMPLETE, INCOMPLETE, "found"), outage) == "found"


@pytest.mark.parametrize("error", [WRONG_KEY, CERTIFICATE])
def test_what_does_not_pass_is_an_outage_at_once(outage: Outage, error: errors.VendorError) -> None:
    api = Api(error)

    with pytest.raises(type(error)):
        ask(api, outage)
    with pytest.raises(ApiUnreachable):
        ask(Api("found"), outage)

    assert api.asked == 1


def test_a_key_that_is_withdrawn_is_no_outage(outage: Outage) -> None:
    ask(Api("found"), outage)

    with pytest.raises(errors.Unauthorized):
        ask(Api(WRONG_KEY), outage)

    assert ask(Api("found"), outage) == "found"


def test_a_failure_of_long_ago_says_nothing_of_now(outage: Outage, clock: FakeTime) -> None:
    with pytest.raises(errors.NoResponse):
        ask(Api(REFUSED), outage, limit=1)
    clock.sleep(1000)

    assert ask(Api(REFUSED, REFUSED, "found"), outage) == "found"


def test_an_answer_ends_an_outage(outage: Outage) -> None:
    def found_meanwhile() -> str:
        with pytest.raises(errors.Unauthorized):
            ask(Api(WRONG_KEY), outage)
        return "found"

    send_with_retries(found_meanwhile, Deadline(600), idempotent=True, outage=outage)

    assert ask(Api("found"), outage) == "found"


def test_a_404_in_other_words_is_no_answer_and_not_repeated(outage: Outage) -> None:
    foreign = errors.ApiError("GET /", 404, "no_such_page", "")
    api = Api(foreign)

    with pytest.raises(errors.ApiError):
        ask(api, outage)
    with pytest.raises(errors.NoResponse):
        ask(Api(REFUSED), outage)

    assert api.asked == 1


@pytest.mark.parametrize("error", [HTML, NOT_THE_APIS])
def test_something_else_is_asked_three_times(outage: Outage, error: errors.VendorError) -> None:
    api = Api(error)

    with pytest.raises(type(error)):
        ask(api, outage)

    assert api.asked == 3


@pytest.mark.parametrize("error", [HTML, NOT_THE_APIS])
def test_something_else_passes_after_an_answer(outage: Outage, error: errors.VendorError) -> None:
    ask(Api("found"), outage)

    assert ask(Api(*[error] * 10, "found"), outage) == "found"


@pytest.mark.parametrize("error", [BROKEN, errors.error_of_response("GET /", 503, "", "", None)])
def test_a_busy_api_is_no_outage(outage: Outage, error: errors.VendorError) -> None:
    assert ask(Api(*[error] * 20, "found"), outage) == "found"


def test_a_change_that_may_have_worked_is_told_in_full(outage: Outage) -> None:
    def once() -> str:
        with pytest.raises(errors.Unauthorized):
            ask(Api(WRONG_KEY), outage)
        raise BROKEN

    with pytest.raises(errors.NoResponse) as caught:
        send_with_retries(once, Deadline(600), idempotent=True, outage=outage, writes=True)

    assert caught.value.sent is True
    assert caught.value.outage is None


def test_an_outage_is_reported_in_full_once(outage: Outage) -> None:
    raised: list[ProviderError] = []
    for name in ("a", "b", "c"):
        with pytest.raises(ProviderError) as caught, explain_errors("read", name):
            ask(Api(REFUSED), outage)
        raised.append(caught.value)

    assert [isinstance(one, AlreadyReported) for one in raised] == [False, True, True]
    assert "Check api_url" in raised[0].detail
    assert isinstance(raised[1], AlreadyReported)
    assert "the connection was refused" in raised[1].short


def test_other_errors_are_reported_each(outage: Outage) -> None:
    for _ in range(2):
        with pytest.raises(ProviderError) as caught, explain_errors("read", "a"):
            ask(Api(MISSING), outage)
        assert not isinstance(caught.value, AlreadyReported)
