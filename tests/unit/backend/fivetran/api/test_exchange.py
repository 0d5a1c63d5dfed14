"""One request and its answer, without repetitions: what is sent, learned, hidden, and refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import requests
from every_case import check_every
from fake_time import FakeTime
from requests.adapters import BaseAdapter

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.exchange import (
    Card,
    Exchange,
    FivetranTransport,
    Request,
    base_of,
    check_url,
)
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.transport import Transport
from constructs_lib.version import user_agent

BASE = "https://api.example.com"
GET = Request("GET", "/v1/x")
FINE = {"code": "Success", "data": {"id": "x"}}
NOT_JSON = "something else than the API's JSON (text/html)"
LOGIN = base64.b64encode(b"the-key:the-secret").decode()


class Sent(NamedTuple):
    """A request as the network would have got it, and the seconds that it may take."""

    request: requests.PreparedRequest
    timeout: tuple[float, float]


class Wire(BaseAdapter):
    """What carries requests in memory: each gets the answer that a test has put there."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[Sent] = []
        self.answer(FINE)

    def answer(self, body: Any, status: int = 200, **headers: str) -> None:
        self.status, self.headers = status, {"Content-Type": "text/html", **headers}
        self.content = body if isinstance(body, bytes) else json.dumps(body).encode()

    def send(self, request: Any, **options: Any) -> requests.Response:  # type: ignore[override]
        self.sent.append(Sent(request, options["timeout"]))
        response = requests.Response()
        response.status_code, response._content = self.status, self.content
        response.headers.update(self.headers)
        return response

    def close(self) -> None:
        """Has nothing to close."""


@pytest.fixture
def wire() -> Wire:
    return Wire()


def exchange(wire: Wire, secret: str = "the-secret", writes: list[int] | None = None) -> Exchange:
    """An exchange, which notes before each write how many requests were sent."""
    noted = [] if writes is None else writes
    return Exchange(
        Transport(BASE, wire), "the-key", secret, 2.5, lambda: noted.append(len(wire.sent))
    )


def test_change_is_sent_signed_and_announced(wire: Wire) -> None:
    # Given an answer that is looked at before anything else
    answers: list[tuple[int, bytes]] = []
    writes: list[int] = []
    wire.answer(FINE, 201)
    request = Request("PATCH", "/v1/x", {"a": "é", "n": 1}, on_answer=lambda *a: answers.append(a))

    # When a change is sent
    found = exchange(wire, writes=writes).send_once(request, Deadline(60))

    # Then it is announced, sent once, and its answer is the envelope
    assert found == FINE
    assert writes == [0]
    ((sent, timeout),) = wire.sent
    assert (sent.method, sent.url) == ("PATCH", f"{BASE}/v1/x")
    assert json.loads(sent.body or "") == {"a": "é", "n": 1}
    headers = ("Authorization", "Accept", "Content-Type")
    assert [sent.headers[name] for name in headers] == [
        f"Basic {LOGIN}",
        "application/json;version=2",
        "application/json",
    ]
    assert timeout == (2.5, 2.5)
    assert answers == [(201, wire.content)]


def test_read_has_no_body_and_is_no_write(wire: Wire) -> None:
    writes: list[int] = []

    assert exchange(wire, writes=writes).send_once(GET, Deadline(60)) == FINE

    assert (wire.sent[0].request.body, writes) == (None, [])


def test_deadline_of_the_operation_bounds_a_request(wire: Wire, clock: FakeTime) -> None:
    exchanged, deadline = exchange(wire), Deadline(60)
    clock.sleep(59.5)

    exchanged.send_once(GET, deadline)
    assert wire.sent[0].timeout == pytest.approx((0.5, 0.5))
    clock.sleep(0.5)
    with pytest.raises(errors.TimeLimitExceeded) as caught:
        exchanged.send_once(GET, deadline)

    assert str(caught.value) == "no time is left for GET /v1/x: 60 s are over"
    assert len(wire.sent) == 1


def test_time_is_that_of_the_last_answer(wire: Wire, clock: FakeTime) -> None:
    exchanged, moment = exchange(wire), datetime(2026, 6, 1, tzinfo=timezone.utc)
    assert exchanged.knows_time is False
    own = exchanged.server_time()
    assert abs(own - datetime.now(timezone.utc)) < timedelta(minutes=1)

    wire.answer(FINE, Date="Mon, 01 Jun 2026 00:00:00 GMT")
    exchanged.send_once(GET, Deadline(60))
    assert (exchanged.knows_time, exchanged.server_time()) == (True, moment)
    clock.sleep(30)
    assert exchanged.server_time() == moment + timedelta(seconds=30)

    wire.answer(FINE)
    exchanged.send_once(GET, Deadline(600))
    assert exchanged.knows_time is False


def test_rate_limit_of_an_answer_slows_the_next_down(wire: Wire, clock: FakeTime) -> None:
    exchanged, begun = exchange(wire), clock.time()
    wire.answer(FINE, **{"X-Rate-Limit": "3600", "X-Rate-Limit-Remaining": "5"})

    for _ in range(3):
        exchanged.send_once(GET, Deadline(60))

    assert clock.time() - begun == pytest.approx(1.0)


def coded(code: Any, message: Any = "no") -> dict[str, Any]:
    return {"code": code, "message": message, "data": {}}


DEEP = b"[" * 300 + b"]" * 300
SHORT, WHOLE = "GET /v1/x answered", f"GET {BASE}/v1/x answered"
ANSWERS: list[tuple[int, Any, type[errors.VendorError], str]] = [
    (400, coded("Success"), errors.ApiError, f"{SHORT} 400 (Success): no"),
    (400, {"code": "A"}, errors.ApiError, f"{SHORT} 400 (A): no message"),
    (400, coded("A", {"a": [1]}), errors.ApiError, f'{SHORT} 400 (A): {{"a": [1]}}'),
    (405, coded("A"), errors.ApiError, f"{SHORT} 405 (A): no"),
    (403, coded("A"), errors.Unauthorized, f"{SHORT} 403 (A): no"),
    (409, coded("A"), errors.Conflict, f"{SHORT} 409 (A): no"),
    (
        409,
        coded("A", "sync in progress"),
        errors.SyncInProgress,
        f"{SHORT} 409 (A): sync in progress",
    ),
    (404, coded("NotFound_Connector"), errors.NotFound, f"{SHORT} 404 (NotFound_Connector): no"),
    (404, coded("NotFound"), errors.SomethingElseMissing, f"{WHOLE} 404 (NotFound): no"),
    (200, coded("NotFound"), errors.ApiError, f"{SHORT} 200 (NotFound): no"),
    # Gateways answer for the API, in words of their own.
    (401, b"<html>", errors.Unauthorized, f"{SHORT} 401: {NOT_JSON}"),
    (429, b"<html>", errors.TooManyRequests, f"{SHORT} 429: {NOT_JSON}"),
    (500, b"<html>", errors.ApiError, f"{SHORT} 500: {NOT_JSON}"),
    (500, [1], errors.ApiError, f"{SHORT} 500: {NOT_JSON}"),
    (503, {"message": "busy"}, errors.ApiError, f"{SHORT} 503: busy"),
    (408, {"message": "late", "code": 7}, errors.ApiError, f"{SHORT} 408: late"),
    # Something else than the API has answered.
    (400, b"<html>", errors.ForeignResponse, f"{WHOLE} 400 with {NOT_JSON}"),
    (400, DEEP, errors.ForeignResponse, f"{WHOLE} 400 with {NOT_JSON}"),
    (404, coded(None), errors.ForeignResponse, f"{WHOLE} 404 with {NOT_JSON}"),
    (499, [FINE], errors.ForeignResponse, f"{WHOLE} 499 with {NOT_JSON}"),
    (200, b"\xff{}", errors.InvalidResponse, f"{WHOLE} 200 with {NOT_JSON}"),
    (199, FINE, errors.InvalidResponse, f"{WHOLE} 199 with {NOT_JSON}"),
    (300, FINE, errors.InvalidResponse, f"{WHOLE} 300 with {NOT_JSON}"),
    (399, FINE, errors.InvalidResponse, f"{WHOLE} 399 with {NOT_JSON}"),
    (
        200,
        DEEP,
        errors.ResponseOverLimit,
        f"{WHOLE} 200 with more than 250 levels of lists and objects",
    ),
]


def test_answer_that_is_no_success_says_what_it_is(wire: Wire) -> None:
    def check(case: tuple[int, Any, type[errors.VendorError], str]) -> None:
        status, body, kind, words = case
        wire.answer(body, status)
        with pytest.raises(errors.VendorError) as caught:
            exchange(wire).send_once(GET, Deadline(60))
        assert (type(caught.value), str(caught.value)) == (kind, words)

    check_every(ANSWERS, check)


def test_answer_may_ask_to_wait(wire: Wire) -> None:
    def check(status: int) -> None:
        wire.answer(coded("A"), status, **{"Retry-After": "7"})
        with pytest.raises(errors.ApiError) as caught:
            exchange(wire).send_once(GET, Deadline(60))
        assert caught.value.retry_after == 7.0

    check_every([429, 503], check)


def message_of(wire: Wire, secret: str, body: dict[str, Any] | None, words: Any) -> str:
    """The code and the message of an error that quotes something."""
    wire.answer(coded(f"No {words}" if isinstance(words, str) else "A", words), 400)
    request = Request("PATCH", "/v1/x", body, secrets=["hunter22"])
    with pytest.raises(errors.ApiError) as caught:
        exchange(wire, secret).send_once(request, Deadline(60))
    return f"{caught.value.code}: {caught.value.message}"


def test_message_quotes_no_secret_and_no_setting(wire: Wire) -> None:
    words = f"the-key the-secret {LOGIN} hunter22 orders-host"
    hidden = "(hidden) (hidden) (hidden) (hidden)"
    body = {"config": {"host": "orders-host"}}
    host = "(value of config.host)"

    assert message_of(wire, "the-secret", None, words) == (
        f"No {hidden} orders-host: {hidden} orders-host"
    )
    assert message_of(wire, "the-secret", body, words) == f"No {hidden} {host}: {hidden} {host}"
    assert message_of(wire, "the-secret", body, [words, 1]) == f'A: ["{hidden} {host}", 1]'
    # The login of the sandbox is documented.
    assert message_of(wire, "sandbox", None, "sandbox hunter22") == (
        "No sandbox (hidden): sandbox (hidden)"
    )


def test_error_is_chosen_by_what_is_hidden_in_it(wire: Wire) -> None:
    # Given settings that read like the words by which errors are told apart
    body = {"config": {"host": "in progress", "user": "NotFound_Connection"}}
    request = Request("PATCH", "/v1/x", body)

    def error(status: int, code: str) -> errors.VendorError:
        wire.answer(coded(code, "the sync is in progress"), status)
        with pytest.raises(errors.VendorError) as caught:
            exchange(wire).send_once(request, Deadline(60))
        return caught.value

    # When the API says those words, then the message hides them, and its kind is what they mean
    message = "the sync is (value of config.host)"
    assert type(error(409, "A")) is errors.SyncInProgress
    assert str(error(409, "A")) == f"PATCH /v1/x answered 409 (A): {message}"
    gone = error(404, "NotFound_Connection")
    assert type(gone) is errors.NotFound
    assert str(gone) == f"PATCH /v1/x answered 404 ((value of config.user)): {message}"


def test_setup_tests_quote_no_secret_and_no_setting(wire: Wire) -> None:
    # Given setup tests that quote what was sent, and what the API has stored
    config = {"host": "stored-host", "user": "stored-user"}
    test = {
        "title": "the-secret",
        "status": "FAILED",
        "message": "stored-host: sent-host, hunter22",
    }
    wire.answer({"code": "success", "data": {"config": config, "setup_tests": [test], "x": 1}})
    body = {"config": {"host": "sent-host"}}

    # When they are read
    request = Request("POST", "/v1/x", body, secrets=["hunter22"])
    found = exchange(wire).send_once(request, Deadline(60))

    # Then they name settings and secrets, and nothing else is changed
    message = "(value of config.host): (value of config.host), (hidden)"
    test = {"title": "(hidden)", "status": "FAILED", "message": message}
    assert found == {
        "code": "success",
        "data": {"config": config, "setup_tests": [test], "x": 1},
    }


def test_data_without_setup_tests_is_as_it_came(wire: Wire) -> None:
    def check(data: Any) -> None:
        wire.answer({"code": "Success", "data": data})
        assert exchange(wire).send_once(GET, Deadline(60))["data"] == data

    check_every([None, ["setup_tests"], "setup_tests", {"id": "x"}], check)


def test_card_is_whole_or_none() -> None:
    card = {"uri": "https://x", "token": "t", "more": 1}

    def check(other: Any) -> None:
        assert Card.of({"connect_card": other}) is None

    assert Card.of({"connect_card": card}) == Card("https://x", "t")
    check_every([{**card, name: odd} for name in ("uri", "token") for odd in ("", 5, None)], check)
    check_every(["https://x", None, [], {}], check)
    assert Card.of(card) is None


def test_card_shows_nothing() -> None:
    assert repr(Card("https://x", "token")) == "<Card (hidden)>"


def test_base_is_the_address_before_the_version() -> None:
    def check(ending: str) -> None:
        assert base_of(f"https://host.example/v1/pathX{ending}") == "https://host.example/v1/pathX"

    check_every(["", "/", "//", "/v1", "/v1/", "//v1//"], check)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("sandbox", None),
        (BASE, None),
        ("https://user:pw@x.example", "a user name or password, which belong in api_key and"),
        (
            "http://x.example",
            "it would send the credentials over the network in clear text; use https",
        ),
    ],
)
def test_address_that_may_not_be_used_is_not_shown(url: str, problem: str | None) -> None:
    found = check_url(url)

    assert (found is None) is (problem is None)
    assert (problem or "") in (found or "")
    assert url not in (found or "")


def transport_of(transport: FivetranTransport) -> Mapping[str, Any]:
    return {
        "base": transport.base,
        "host": transport.host,
        "shown": transport.shown,
        "agent": transport.session().headers["User-Agent"],
    }


def test_transport_knows_its_address_and_who_asks() -> None:
    found = transport_of(FivetranTransport("https://x.example:80/v1", "1.11.4"))

    assert found == {
        "base": "https://x.example:80",
        "host": "x.example:80",
        "shown": "https://x.example:80",
        "agent": user_agent("1.11.4"),
    }
    assert transport_of(FivetranTransport(BASE))["agent"] == user_agent()


def test_transport_of_the_sandbox_keeps_its_data_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    for url, file in [("sandbox", ".sandbox/fivetran.sqlite3"), ("sandbox:a:b.db", "a:b.db")]:
        transport = FivetranTransport(url)
        assert transport_of(transport) == {
            "base": "sandbox://local",
            "host": "the embedded sandbox",
            "shown": f"sandbox:{file}",
            "agent": user_agent(),
        }
        account = Exchange(transport, "sandbox", "sandbox", 5.0, lambda: None)
        answer = account.send_once(Request("GET", "/v1/connections"), Deadline(60))
        assert answer["data"]["items"] == []
        assert (tmp_path / file).is_file()
        transport.close()
