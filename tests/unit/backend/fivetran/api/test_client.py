"""The client against a server on a socket."""

from __future__ import annotations

import base64
import ssl
import sys

import pytest
import requests
from every_case import check_every
from fake_time import FakeTime
from scripted_api import Answer, ScriptedApi
from urllib3.exceptions import MaxRetryError

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.batched_reader import BatchedReader
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport, Request, check_url
from constructs_lib.backend.fivetran.provider import open_client
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.transport import ConnectionFailure, failure_of
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.diagnostics import Diagnostics

pytestmark = pytest.mark.usefixtures("quick")
CONNECTION = {"id": "abc", "service": "postgres"}
GONE = Answer(404, {"code": "NotFound_Connection", "message": "no such connection"})
FOUND = Answer(200, {"code": "Success", "data": CONNECTION})


def test_request_carries_credentials_and_the_api_version(api: ScriptedApi, client: Client) -> None:
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


def test_each_attempt_of_a_write_drops_what_pages_said(
    api: ScriptedApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent_before: list[int] = []
    monkeypatch.setattr(BatchedReader, "invalidate", lambda self: sent_before.append(len(api.seen)))
    client = Client(FivetranTransport(api.url), "key", "secret")
    changed = Answer(200, {"code": "Success", "data": {**CONNECTION, "sync_frequency": 60}})
    api.answers = [FOUND, Answer(503, "no JSON"), FOUND, changed]

    client.connection("abc", Deadline(5))
    client.modify_connection("abc", {"sync_frequency": 60}, Deadline(30))

    assert [each.method for each in api.seen] == ["GET", "PATCH", "GET", "PATCH"]
    assert sent_before == [1, 3]


def test_what_is_no_identifier_is_never_sent(api: ScriptedApi, client: Client) -> None:
    def check(identifier: str) -> None:
        for ask in (client.connection, client.state, client.delete_connection):
            with pytest.raises(errors.InvalidIdentifier) as caught:
                ask(identifier, Deadline(5))
            assert (
                str(caught.value)
                == f"{identifier!a} is not a valid identifier, so nothing was sent"
            )

    check_every(["", " ", ".", "..", "a/b", "a?c", "a#b", "%2e", "a\n"], check)
    assert api.seen == []


@pytest.mark.parametrize("ending", ["", "/", "/v1", "/v1/"])
def test_an_address_with_the_version_is_understood(api: ScriptedApi, ending: str) -> None:
    api.answers = [FOUND]
    client = Client(FivetranTransport(api.url + ending), "key", "secret")

    client.connection("abc", Deadline(5))

    assert api.seen[0].path == "/v1/connections/abc"
    client.close()


def test_refused_connection_is_retried_within_the_limit(clock: FakeTime) -> None:
    client = Client(FivetranTransport("http://127.0.0.1:9"), "key", "secret")
    begun = clock.time()

    with pytest.raises(errors.NoResponse, match=r"from 127\.0\.0\.1:9: the conn") as caught:
        client.create_connection({}, Deadline(5))

    assert caught.value.sent is False
    assert caught.value.attempts > 2
    assert 1 < clock.time() - begun <= 5
    client.close()


def test_an_answer_that_does_not_come_in_time_is_an_error(api: ScriptedApi) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        client = Client(FivetranTransport(url), "key", "secret", request_timeout=0.5)
        words = "longer than request_timeout of 0.5 s; the change may have taken effect"
        with pytest.raises(errors.NoResponse, match=words):
            client.create_connection({}, Deadline(5))
        client.close()


def test_secret_repeated_by_the_api_is_not_in_the_message(api: ScriptedApi, client: Client) -> None:
    api.answers = [Answer(400, {"code": "InvalidInput", "message": "bad password hunter22"})]

    with pytest.raises(errors.ApiError) as caught:
        client.create_connection({"config": {}}, Deadline(5), ["hunter22"])

    assert "hunter22" not in str(caught.value)
    assert "(hidden)" in str(caught.value)


def test_no_repr_shows_a_secret() -> None:
    transport = FivetranTransport("http://127.0.0.1:9")
    shown = repr(Client(transport, "the-key", "the-secret")) + repr(
        Request("PATCH", "/", {"password": "hunter22"}, secrets=["hunter22"])
    )

    assert not any(secret in shown for secret in ("the-key", "the-secret", "hunter22"))


def test_addresses_that_may_be_used() -> None:
    def check(url: str) -> None:
        assert check_url(url) is None

    local = ["http://localhost:8000", "http://127.0.0.1", "http://[::1]:80"]
    local += ["http://127.9.9.9:8000/path", "sandbox", "sandbox:file.sqlite3"]
    check_every(["https://api.fivetran.com", *local], check)


def test_addresses_that_may_not() -> None:
    def check(url: str) -> None:
        problem = check_url(url)
        assert problem is not None
        assert "hunter22" not in problem

    hosts = ["api.fivetran.com", "1.2.3.4", "127.evil.invalid", "127.0.0.1.evil.invalid:80"]
    check_every([f"http://{host}" for host in (*hosts, "localhost.evil.invalid")], check)
    check_every(["ftp://x", "api.fivetran.com", "https://", "https://[bad"], check)
    parts = ["user:hunter22@api.fivetran.com", "api.fivetran.com?page=1", "api.fivetran.com/#top"]
    check_every([f"https://{part}" for part in parts], check)


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
    client = Client(FivetranTransport(api.url), "key", "s€cret")

    client.connection("abc", Deadline(5))

    login = api.seen[0].headers["Authorization"].removeprefix("Basic ")
    assert base64.b64decode(login).decode() == "key:s€cret"
    client.close()


def test_broken_tls_answer_after_the_request_is_not_repeated() -> None:
    reason = requests.exceptions.SSLError(MaxRetryError(None, "/", ssl.SSLError("bad record")))  # type: ignore[arg-type]

    found = failure_of(reason)

    assert found.sent is True
    assert not attempts.may_repeat(_no_answer(found), idempotent=False)


def test_a_refused_certificate_is_not_tried_again() -> None:
    refused = ssl.SSLCertVerificationError("self-signed")
    reason = requests.exceptions.SSLError(MaxRetryError(None, "/", refused))  # type: ignore[arg-type]

    found = failure_of(reason)

    assert (found.sent, found.passing) == (False, False)
    assert not attempts.may_repeat(_no_answer(found), idempotent=True)


def _no_answer(found: ConnectionFailure) -> errors.NoResponse:
    return errors.NoResponse("GET /", found.reason, sent=found.sent, passing=found.passing)


def test_a_log_that_nobody_reads_any_more_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, text: str) -> None:
            raise BrokenPipeError

        def flush(self) -> None:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())

    log.warn("a line")
