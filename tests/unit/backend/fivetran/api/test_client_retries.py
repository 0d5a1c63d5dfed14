"""Which requests the client repeats, how long, and what it looks at before."""

from __future__ import annotations

import threading

import pytest
from fake_time import FakeTime
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.http.deadline import Deadline

pytestmark = pytest.mark.usefixtures("quick")
CONNECTION = {"id": "abc", "service": "postgres"}
GONE = Answer(404, {"code": "NotFound_Connection", "message": "no such connection"})
FOUND = Answer(200, {"code": "Success", "data": CONNECTION})


def test_the_api_may_ask_for_a_pause(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(429, {"code": "TooManyRequests"}, {"Retry-After": "1"}), FOUND]
    deadline = Deadline(30)

    assert client.connection("abc", deadline) == CONNECTION

    assert 28 < deadline.remaining < 29.5


def test_a_pause_that_does_not_fit_is_an_error_at_once(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(429, {"code": "TooManyRequests"}, {"Retry-After": "3600"})]
    deadline = Deadline(30)

    with pytest.raises(errors.TooManyRequests):
        client.connection("abc", deadline)

    assert deadline.remaining > 29


@pytest.mark.parametrize("failure", [Answer(500, {}), Answer(503, "busy"), Answer(drop=True)])
def test_a_creation_that_may_have_worked_is_not_repeated(
    api: ScriptedApi, client: Client, failure: Answer
) -> None:
    api.answers = [failure]

    with pytest.raises(errors.VendorError):
        client.create_connection({"service": "postgres"}, Deadline(5))

    assert len(api.seen) == 1


def _found(data: dict[str, object]) -> Answer:
    return Answer(200, {"code": "Success", "data": data})


def _refused(message: str) -> Answer:
    return Answer(400, {"code": "InvalidInput", "message": message})


LOST = [Answer(500, {}), Answer(502, "<html>"), Answer(200, "{"), Answer(drop=True)]


@pytest.mark.parametrize("failure", LOST)
def test_a_modification_whose_answer_is_lost_is_looked_for(
    api: ScriptedApi, client: Client, failure: Answer
) -> None:
    paused = {**CONNECTION, "paused": True, "config": {"host": "DB", "port": "1"}}
    api.answers = [failure, Answer(200, {"code": "Success", "data": paused})]
    body = {"paused": True, "config": {"host": "DB", "port": 1}, "run_setup_tests": False}

    assert client.modify_connection("abc", body, Deadline(5)) == paused
    assert [seen.method for seen in api.seen] == ["PATCH", "GET"]


@pytest.mark.parametrize("failure", LOST)
@pytest.mark.parametrize(
    "answer", [{}, {"paused": False}, {"paused": True, "config": {"password": "******"}}]
)
def test_a_modification_without_effect_is_repeated(
    api: ScriptedApi, client: Client, failure: Answer, answer: dict[str, object]
) -> None:
    api.answers = [failure, _found({**answer, "id": "abc"}), FOUND]
    body = {"paused": True, "config": {"password": "s3cret"}}

    assert client.modify_connection("abc", body, Deadline(5)) == CONNECTION
    assert [seen.method for seen in api.seen] == ["PATCH", "GET", "PATCH"]


def test_a_look_that_fails_is_repeated_before_the_modification(
    api: ScriptedApi, client: Client
) -> None:
    paused = {"id": "abc", "paused": True}
    api.answers = [Answer(500, {}), Answer(500, {}), Answer(drop=True), _found(paused)]

    assert client.modify_connection("abc", {"paused": True}, Deadline(5)) == paused
    assert [seen.method for seen in api.seen] == ["PATCH", "GET", "GET", "GET"]


def test_a_refused_modification_is_repeated_without_a_look(
    api: ScriptedApi, client: Client
) -> None:
    api.answers = [Answer(429, {}), FOUND]

    client.modify_connection("abc", {"paused": True}, Deadline(5))

    assert [seen.method for seen in api.seen] == ["PATCH", "PATCH"]


@pytest.mark.parametrize(
    ("stored", "methods"), [(2, ["PATCH", "GET"]), (1, ["PATCH", "GET", "PATCH"])]
)
def test_a_state_whose_answer_is_lost_is_looked_for(
    api: ScriptedApi, client: Client, stored: int, methods: list[str]
) -> None:
    api.answers = [Answer(drop=True), _found({"state": {"a": stored}}), FOUND]

    client.set_state("abc", {"a": 2}, Deadline(5))

    assert [seen.method for seen in api.seen] == methods


def test_a_state_that_was_never_written_is_sent_again(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(drop=True), _refused("does not exist"), FOUND]

    client.set_state("abc", {"a": 2}, Deadline(5))

    assert [seen.method for seen in api.seen] == ["PATCH", "GET", "PATCH"]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_an_api_may_ask_for_an_hour(
    api: ScriptedApi, client: Client, clock: FakeTime, status: int
) -> None:
    api.answers = [Answer(status, {}, {"Retry-After": "3600"}), FOUND]
    begun = clock.time()

    assert client.connection("abc", Deadline(3 * 3600)) == CONNECTION
    assert clock.time() - begun >= 3600


def test_a_creation_waits_for_the_rate_limit(
    api: ScriptedApi, client: Client, clock: FakeTime
) -> None:
    api.answers = [*[Answer(429, {}, {"Retry-After": "30"})] * 30, FOUND]
    begun = clock.time()

    assert client.create_connection({}, Deadline(1200)) == CONNECTION
    assert len(api.seen) == 31
    assert clock.time() - begun >= 900


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_beyond_the_limit_says_whose_limit(
    api: ScriptedApi, client: Client, status: int
) -> None:
    api.answers = [Answer(status, {}, {"Retry-After": "3600"})]
    deadline = Deadline.of({"create": "20m"}, "create", "1h", threading.Event())

    with pytest.raises(errors.ApiError) as caught:
        client.connection("abc", deadline)

    assert caught.value.tried == (
        "The API asks to wait 3600 s before the next request, and the time limit of this "
        "operation (create, 1200 s) leaves 1200 s. Raise timeouts.create to give it more time."
    )
    assert len(api.seen) == 1


@pytest.mark.usefixtures("clock")
def test_an_open_change_says_that_it_may_have_worked(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(502, "<html>")]

    with pytest.raises(errors.ApiError) as caught:
        client.modify_connection("abc", {"paused": True}, Deadline(5))

    assert "The change may have taken effect." in caught.value.tried
    assert "The time limit of this operation (5 s) leaves no time" in caught.value.tried


def test_a_historical_sync_is_not_started_twice(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(500, {})]

    with pytest.raises(errors.ApiError):
        client.modify_connection("abc", {"is_historical_sync": True}, Deadline(5))

    assert len(api.seen) == 1


def test_a_request_is_repeated_up_to_the_limit(
    api: ScriptedApi, client: Client, clock: FakeTime
) -> None:
    api.answers = [Answer(500, {})]
    begun = clock.time()

    with pytest.raises(errors.ApiError) as caught:
        client.connection("abc", Deadline(3600))

    assert 3600 - 30 <= clock.time() - begun <= 3600
    assert len(api.seen) > 100
    assert f"It was tried {len(api.seen)} times within 3" in caught.value.tried
    assert caught.value.attempts == len(api.seen)


@pytest.mark.parametrize(
    ("stored", "methods"), [(2, ["PATCH", "GET"]), (1, ["PATCH", "GET", "PATCH"])]
)
def test_429_of_a_state_is_looked_at(
    api: ScriptedApi, client: Client, stored: int, methods: list[str]
) -> None:
    limited = Answer(429, {"code": "TooMany"}, {"Retry-After": "0"})
    api.answers = [limited, _found({"state": {"a": stored}}), FOUND]

    client.set_state("abc", {"a": 2}, Deadline(5))

    assert [seen.method for seen in api.seen] == methods


def test_429_of_a_sync_that_began_is_not_repeated(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(429, {"code": "TooMany"}, {"Retry-After": "0"}), FOUND]

    client.resync("abc", Deadline(5), lambda: True)

    assert [seen.method for seen in api.seen] == ["POST"]


def test_429_that_cannot_be_looked_at_is_repeated(api: ScriptedApi, client: Client) -> None:
    def look() -> bool:
        raise errors.VendorError("it cannot be told")

    api.answers = [Answer(429, {"code": "TooMany"}, {"Retry-After": "0"}), FOUND]

    client.sync("abc", Deadline(5), look)

    assert [seen.method for seen in api.seen] == ["POST", "POST"]


LIMITED = Answer(429, {"code": "TooMany"}, {"Retry-After": "0"})


@pytest.mark.parametrize("lost", LOST)
def test_429_after_a_lost_response_is_looked_at(
    api: ScriptedApi, client: Client, lost: Answer
) -> None:
    # Given a change whose response is lost, a look that shows no effect, and then a rate limit
    stored = {"id": "abc", "paused": True}
    api.answers = [lost, _found({"id": "abc", "paused": False}), LIMITED, _found(stored)]

    # When the change is tried on
    assert client.modify_connection("abc", {"paused": True}, Deadline(5)) == stored

    # Then nothing is sent again without another look, because the first one may be late
    assert [seen.method for seen in api.seen] == ["PATCH", "GET", "PATCH", "GET"]


@pytest.mark.parametrize("lost", LOST)
def test_429_of_the_look_itself_is_no_reason_to_resend(
    api: ScriptedApi, client: Client, lost: Answer
) -> None:
    stored = {"id": "abc", "paused": True}
    api.answers = [lost, LIMITED, _found(stored)]

    assert client.modify_connection("abc", {"paused": True}, Deadline(5)) == stored
    assert [seen.method for seen in api.seen] == ["PATCH", "GET", "GET"]


def test_503_then_429_of_a_sync_is_looked_at_each_time(api: ScriptedApi, client: Client) -> None:
    looks = iter([False, True])
    api.answers = [Answer(503, {}), LIMITED, FOUND]

    client.sync("abc", Deadline(5), lambda: next(looks))

    assert [seen.method for seen in api.seen] == ["POST", "POST"]
    assert next(looks, None) is None, "it was looked before each further request"
