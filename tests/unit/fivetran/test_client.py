"""The client against a server on a socket."""

from __future__ import annotations

import base64
import ssl
import sys
import threading
from collections.abc import Iterator

import pytest
import requests
from fake_time import FakeTime
from scripted_api import Answer, ScriptedApi
from urllib3.exceptions import MaxRetryError

from constructs_lib.backend.fivetran import errors
from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.exchange import Request
from constructs_lib.backend.fivetran.provider import open_client
from constructs_lib.backend.fivetran.transport import Transport, check_url
from constructs_lib.backend.http import log, retry
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.failures import Failure, failure
from constructs_lib.backend.plugin.diagnostics import Diagnostics

CONNECTION = {"id": "abc", "service": "postgres"}
GONE = Answer(404, {"code": "NotFound_Connection", "message": "no such connection"})
FOUND = Answer(200, {"code": "Success", "data": CONNECTION})


@pytest.fixture
def client(api: ScriptedApi) -> Iterator[Client]:
    made = Client(Transport(api.url), "key", "secret", request_timeout=2.0)
    yield made
    made.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Waiting takes no time; pauses are as long as ever."""
    monkeypatch.setattr(retry, "_FIRST_PAUSE", 0.5)
    clock = FakeTime()
    clock.install(monkeypatch)
    return clock


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the waiting between attempts, except where the API asks for it."""
    monkeypatch.setattr(retry, "_FIRST_PAUSE", 0.001)


def test_a_request_carries_credentials_and_the_version_of_the_api(
    api: ScriptedApi, client: Client
) -> None:
    api.answers = [FOUND]

    assert client.connection("abc", Deadline(5)) == CONNECTION

    seen = api.seen[0]
    assert (seen.method, seen.path) == ("GET", "/v1/connections/abc")
    assert seen.headers["Authorization"] == "Basic " + base64.b64encode(b"key:secret").decode()
    assert seen.headers["Accept"] == "application/json;version=2"


def test_an_empty_address_is_not_taken_for_the_public_one() -> None:
    diagnostics = Diagnostics()

    found = open_client({"api_key": "key", "api_secret": "secret", "api_url": ""}, diagnostics)

    assert found is None
    assert diagnostics.has_errors


def test_a_deletion_of_what_is_not_there(api: ScriptedApi, client: Client) -> None:
    api.answers = [GONE]

    with pytest.raises(errors.NotFound):
        client.delete_connection("abc", Deadline(5))


@pytest.mark.parametrize("lost", [Answer(500, {}), Answer(drop=True)], ids=["500", "drop"])
def test_a_deletion_whose_answer_was_lost(api: ScriptedApi, client: Client, lost: Answer) -> None:
    api.answers = [lost, GONE]

    client.delete_connection("abc", Deadline(5))

    assert [seen.method for seen in api.seen] == ["DELETE", "GET"]


def test_a_deletion_that_was_refused_proves_nothing(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(429, {}, {"Retry-After": "0"}), GONE]

    with pytest.raises(errors.NotFound):
        client.delete_connection("abc", Deadline(5))


@pytest.mark.parametrize("identifier", ["", " ", ".", "..", "a/b", "a?c", "a#b", "%2e", "a\n"])
def test_what_is_no_identifier_is_never_sent(
    api: ScriptedApi, client: Client, identifier: str
) -> None:
    for ask in (client.connection, client.state, client.delete_connection):
        with pytest.raises(errors.WrongIdentifier, match="is no identifier, so nothing was sent"):
            ask(identifier, Deadline(5))

    assert api.seen == []


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "SomeCode", errors.ApiError),
        (401, "SomeCode", errors.Unauthorized),
        (403, "SomeCode", errors.Unauthorized),
        (404, "NotFound_Connection", errors.NotFound),
        (404, "NotFound_Connector", errors.NotFound),
        (409, "SomeCode", errors.Conflict),
    ],
)
def test_an_error_says_what_was_asked_and_what_the_api_answered(
    api: ScriptedApi, client: Client, status: int, code: str, kind: type[errors.ApiError]
) -> None:
    api.answers = [Answer(status, {"code": code, "message": "some words"})]

    with pytest.raises(kind) as caught:
        client.connection("abc", Deadline(5))

    assert str(caught.value) == (f"GET /v1/connections/abc answered {status} ({code}): some words")
    assert len(api.seen) == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("NotFound", "HTTP 404 Not Found"),
        ("NotFound_Group", "Group with id 'g' does not exist"),
        ("Success", "fine"),
    ],
)
def test_a_404_about_something_else_is_not_gone(
    api: ScriptedApi, client: Client, code: str, message: str
) -> None:
    api.answers = [Answer(404, {"code": code, "message": message})]

    with pytest.raises(errors.SomethingElseMissing) as caught:
        client.connection("abc", Deadline(5))

    assert str(caught.value) == f"GET {api.url}/v1/connections/abc answered 404 ({code}): {message}"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409])
@pytest.mark.parametrize("body", ["<html>no</html>", {"error": "not found"}, [], {"code": 7}])
def test_an_error_of_another_product_is_not_believed(
    api: ScriptedApi, client: Client, status: int, body: object
) -> None:
    api.answers = [Answer(status, body, {"Content-Type": "text/x"})]

    with pytest.raises(errors.NotTheApi) as caught:
        client.connection("abc", Deadline(5))

    assert str(caught.value) == (
        f"GET {api.url}/v1/connections/abc answered {status} with something else than the API's "
        "JSON (text/x)"
    )


@pytest.mark.parametrize("status", [200, 201])
def test_an_error_code_under_a_status_of_success_is_an_error(
    api: ScriptedApi, client: Client, status: int
) -> None:
    api.answers = [Answer(status, {"code": "IllegalState", "message": "no", "data": CONNECTION})]

    with pytest.raises(errors.ApiError, match=rf"answered {status} \(IllegalState\): no"):
        client.connection("abc", Deadline(5))


def test_an_answer_about_another_connection_is_refused(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(200, {"code": "Success", "data": {**CONNECTION, "id": "xyz"}})]
    deadline = Deadline(5)

    for ask in (
        lambda: client.connection("abc", deadline),
        lambda: client.look_once("abc", deadline),
        lambda: client.modify_connection("abc", {"paused": True}, deadline),
        lambda: client.run_setup_tests("abc", {}, deadline),
    ):
        with pytest.raises(errors.WrongObject, match="answered about 'xyz' instead of 'abc'"):
            ask()


def test_a_card_of_another_connection_is_refused(api: ScriptedApi, client: Client) -> None:
    card = {"connector_id": "xyz", "connect_card": {"uri": "https://x", "token": "t"}}
    api.answers = [Answer(200, {"code": "Success", "data": card})]

    with pytest.raises(errors.WrongObject):
        client.issue_connect_card("abc", {}, Deadline(5))


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, "<html>gone</html>"),
        Answer(404, {"code": "NotFound", "message": "HTTP 404 Not Found"}),
        Answer(200, {"code": "IllegalState", "message": "no"}),
    ],
)
def test_a_deletion_needs_the_apis_own_word(
    api: ScriptedApi, client: Client, answer: Answer
) -> None:
    api.answers = [answer, FOUND, answer, FOUND, answer]

    with pytest.raises(errors.VendorError) as caught:
        client.delete_connection("abc", Deadline(0.1))

    assert not isinstance(caught.value, errors.NotFound)


def test_a_deletion_whose_answer_is_lost_is_looked_for(api: ScriptedApi, client: Client) -> None:
    gone = Answer(404, {"code": "NotFound_Connection", "message": "gone"})
    api.answers = [Answer(204, ""), gone]

    client.delete_connection("abc", Deadline(5))

    assert [seen.method for seen in api.seen] == ["DELETE", "GET"]


@pytest.mark.parametrize("other", [{"service": "mysql"}, {"group_id": "theirs"}])
def test_a_creation_answered_about_another_is_refused(
    api: ScriptedApi, client: Client, other: dict[str, str]
) -> None:
    body = {"service": "postgres", "group_id": "ours"}
    api.answers = [Answer(201, {"code": "Success", "data": {"id": "abc", **body, **other}})]

    with pytest.raises(errors.BadAnswer, match="another"):
        client.create_connection(body, Deadline(5))


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_an_address_with_the_version_is_understood(api: ScriptedApi, ending: str) -> None:
    api.answers = [FOUND]
    client = Client(Transport(api.url + ending), "key", "secret")

    client.connection("abc", Deadline(5))

    assert api.seen[0].path == "/v1/connections/abc"
    client.close()


def test_an_html_answer_of_a_proxy_is_named_and_repeated(api: ScriptedApi, client: Client) -> None:
    html = Answer(502, "<html>Bad gateway</html>", {"Content-Type": "text/html"})
    api.answers = [html, html, FOUND]

    assert client.connection("abc", Deadline(5)) == CONNECTION
    assert len(api.seen) == 3


NOT_THE_APIS = [
    Answer(200, "<html>", {"Content-Type": "text/html"}),
    Answer(200, ""),
    Answer(200, '{"code": "Succ'),
    Answer(200, [1, 2]),
    Answer(302, "", {"Location": "https://elsewhere.invalid/"}),
]


INCOMPLETE = Answer(200, {"code": "Success"})


@pytest.mark.parametrize("answer", [*NOT_THE_APIS, INCOMPLETE])
def test_an_address_of_something_else_is_an_error_soon(
    api: ScriptedApi, client: Client, answer: Answer
) -> None:
    api.answers = [answer]

    with pytest.raises(errors.BadAnswer):
        client.connection("abc", Deadline(600))

    assert len(api.seen) == 3


@pytest.mark.parametrize("answer", NOT_THE_APIS)
def test_an_answer_that_is_not_the_apis_is_passing(
    api: ScriptedApi, client: Client, answer: Answer
) -> None:
    api.answers = [FOUND, answer, answer, answer, answer, FOUND]
    client.connection("abc", Deadline(600))

    assert client.connection("abc", Deadline(600)) == CONNECTION
    assert len(api.seen) == 6


def test_an_incomplete_answer_is_asked_for_thrice(api: ScriptedApi, client: Client) -> None:
    api.answers = [FOUND, INCOMPLETE, INCOMPLETE, INCOMPLETE, FOUND]
    client.connection("abc", Deadline(600))

    with pytest.raises(errors.Incomplete, match="no object under data"):
        client.connection("abc", Deadline(600))

    assert len(api.seen) == 4


def test_a_creation_without_an_identifier_is_an_error(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(201, {"code": "Success", "data": {}})]

    with pytest.raises(errors.BadAnswer, match="no identifier"):
        client.create_connection({}, Deadline(5))


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
def test_a_modification_that_is_not_seen_to_have_worked_is_repeated(
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


def test_a_state_whose_answer_is_lost_and_that_was_never_written_is_sent_again(
    api: ScriptedApi, client: Client
) -> None:
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


def test_a_refused_connection_is_said_and_repeated_within_the_limit() -> None:
    client = Client(Transport("http://127.0.0.1:9"), "key", "secret")

    with pytest.raises(errors.NoAnswer, match=r"from 127\.0\.0\.1:9: the conn") as caught:
        client.create_connection({}, Deadline(5))

    assert caught.value.sent is False
    client.close()


def test_an_answer_that_does_not_come_in_time_is_an_error(api: ScriptedApi) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = Client(Transport(url), "key", "secret", request_timeout=1.0)
        words = "longer than request_timeout of 1 s; the change may have taken effect"
        with pytest.raises(errors.NoAnswer, match=words):
            client.create_connection({}, Deadline(5))
        client.close()


def test_a_secret_that_the_api_repeats_does_not_reach_the_message(
    api: ScriptedApi, client: Client
) -> None:
    api.answers = [Answer(400, {"code": "InvalidInput", "message": "bad password hunter22"})]

    with pytest.raises(errors.ApiError) as caught:
        client.create_connection({"config": {}}, Deadline(5), ["hunter22"])

    assert "hunter22" not in str(caught.value)
    assert "(hidden)" in str(caught.value)


def test_no_repr_shows_a_secret() -> None:
    transport = Transport("http://127.0.0.1:9")
    shown = repr(Client(transport, "the-key", "the-secret")) + repr(
        Request("PATCH", "/", {"password": "hunter22"}, secrets=["hunter22"])
    )

    assert not any(secret in shown for secret in ("the-key", "the-secret", "hunter22"))


@pytest.mark.parametrize(
    "url",
    [
        "https://api.fivetran.com",
        "http://localhost:8000",
        "http://127.0.0.1",
        "http://[::1]:80",
        "sandbox",
        "sandbox:file.sqlite3",
        "http://127.9.9.9:8000/path",
    ],
)
def test_addresses_that_may_be_used(url: str) -> None:
    assert check_url(url) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://api.fivetran.com",
        "ftp://x",
        "api.fivetran.com",
        "https://",
        "http://1.2.3.4",
        "http://127.evil.invalid",
        "http://127.0.0.1.evil.invalid:80",
        "http://localhost.evil.invalid",
        "https://[bad",
        "https://user:hunter22@api.fivetran.com",
        "https://api.fivetran.com?page=1",
        "https://api.fivetran.com/#top",
    ],
)
def test_addresses_that_may_not(url: str) -> None:
    problem = check_url(url)

    assert problem is not None
    assert "hunter22" not in problem


def test_a_proxy_never_sees_what_stays_on_this_machine(
    api: ScriptedApi, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    api.answers = [FOUND]

    assert client.connection("abc", Deadline(5)) == CONNECTION


def test_a_secret_of_any_characters_can_be_sent(api: ScriptedApi) -> None:
    api.answers = [FOUND]
    client = Client(Transport(api.url), "key", "s€cret")

    client.connection("abc", Deadline(5))

    login = api.seen[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(login).decode() == "key:s€cret"
    client.close()


def test_a_broken_tls_answer_may_come_after_the_request_and_is_not_repeated() -> None:
    reason = requests.exceptions.SSLError(MaxRetryError(None, "/", ssl.SSLError("bad record")))  # type: ignore[arg-type]

    found = failure(reason)

    assert found.sent is True
    assert not retry.may_repeat(_no_answer(found), repeatable=False)


def test_a_refused_certificate_is_not_tried_again() -> None:
    refused = ssl.SSLCertVerificationError("self-signed")
    reason = requests.exceptions.SSLError(MaxRetryError(None, "/", refused))  # type: ignore[arg-type]

    found = failure(reason)

    assert (found.sent, found.passing) == (False, False)
    assert not retry.may_repeat(_no_answer(found), repeatable=True)


def _no_answer(found: Failure) -> errors.NoAnswer:
    return errors.NoAnswer("GET /", found.reason, sent=found.sent, passing=found.passing)


def test_a_log_that_nobody_reads_any_more_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, text: str) -> None:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())

    log.warning("a line")


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
