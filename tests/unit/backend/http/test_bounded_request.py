"""Requests that a limit bounds as a whole, against a server that takes its time.

No test measures time: where a limit did not hold, the answer would come in the end, and be right.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import requests

from constructs_lib.backend.http import transport
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import Interrupted
from constructs_lib.backend.http.transport import Limits, Message, NoResponseReceived, Transport

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
BODY = b'{"data": {"id": "abc"}}'
WHOLE = HEAD + b"\r\n" + BODY
PLAIN = "\r\nHTTP/1.1 400 Bad Request\r\n"


class Slow:
    """A server that sends an answer in two halves, the second a byte at a time."""

    def __init__(self, listener: socket.socket, quick: bytes, dripping: bytes) -> None:
        self._listener, self._quick, self._dripping = listener, quick, dripping
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.is_asked = threading.Event()
        self.goes_on = threading.Event()
        self.received = b""

    def run(self) -> None:
        while True:
            try:
                link, _ = self._listener.accept()
            except OSError:
                return
            with suppress(OSError), link:
                self._answer(link)

    def _answer(self, link: socket.socket) -> None:
        self.received += link.recv(65536)
        self.is_asked.set()
        link.sendall(self._quick)
        for place in range(len(self._dripping)):
            self.goes_on.wait(0.2)
            link.sendall(self._dripping[place : place + 1])


@contextmanager
def slow(quick: bytes, dripping: bytes) -> Iterator[Slow]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = Slow(listener, quick, dripping)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.goes_on.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(10)


@pytest.fixture
def dripping() -> Iterator[Slow]:
    with slow(HEAD + b"\r\n", BODY) as server:
        yield server


def send(
    url: str,
    method: str = "GET",
    deadline: Deadline | None = None,
    limit: float = 60,
    connect: float = 60,
) -> requests.Response:
    transport = Transport(url)
    message = Message(method, "/v1/x", None, {}, lambda request: request)
    try:
        return transport.send(message, deadline or Deadline(60), Limits(limit, connect))
    finally:
        transport.close()


def when_asked(server: Slow, action: Callable[[], None]) -> None:
    threading.Thread(target=lambda: (server.is_asked.wait(), action()), daemon=True).start()


@pytest.mark.parametrize("cut", [5, 30, len(HEAD) + 2, len(WHOLE) - 15])
def test_request_timeout_bounds_an_answer_that_drips(cut: int) -> None:
    with slow(WHOLE[:cut], WHOLE[cut:]) as server, pytest.raises(NoResponseReceived) as caught:
        send(server.url, limit=1.0)

    failure = caught.value.failure
    assert failure.reason == "it took longer than request_timeout of 1 s"
    assert (failure.sent, failure.passing) == (True, True)


def test_the_deadline_bounds_an_answer_that_drips(dripping: Slow) -> None:
    deadline = Deadline(1.0, name="create")

    with pytest.raises(NoResponseReceived) as caught:
        send(dripping.url, "POST", deadline)

    assert caught.value.failure.reason == (
        "the time limit of this operation (create, 1 s) came first; the change may have taken "
        "effect"
    )


def test_an_answer_that_drips_within_the_limit_is_whole(dripping: Slow) -> None:
    assert send(dripping.url).json() == {"data": {"id": "abc"}}


def test_stopping_ends_a_read(dripping: Slow) -> None:
    stopping = threading.Event()
    when_asked(dripping, stopping.set)

    with pytest.raises(Interrupted, match="stopped while waiting for the answer to GET /v1/x"):
        send(dripping.url, deadline=Deadline(60, stopping))


def test_stopping_ends_a_write_after_a_grace(
    dripping: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "_WRITE_GRACE", 0.5)
    stopping = threading.Event()
    when_asked(dripping, stopping.set)

    with pytest.raises(NoResponseReceived, match=r"wants to stop.*may have taken effect") as caught:
        send(dripping.url, "PATCH", Deadline(60, stopping))

    assert caught.value.failure.sent is True


def test_a_write_that_ends_within_the_grace_is_answered(dripping: Slow) -> None:
    stopping = threading.Event()
    when_asked(dripping, stopping.set)

    assert send(dripping.url, "PATCH", Deadline(60, stopping)).json()["data"] == {"id": "abc"}


def test_a_read_after_the_stop_gets_a_grace() -> None:
    stopping = threading.Event()
    stopping.set()

    with slow(WHOLE, b"") as server:
        assert send(server.url, deadline=Deadline(60, stopping)).ok


def test_what_nobody_waits_for_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    look_up, may_go_on, is_over = socket.getaddrinfo, threading.Event(), threading.Event()

    def slow_look_up(*args: object, **more: object) -> object:
        may_go_on.wait(30)
        try:
            return look_up(*args, **more)  # type: ignore[arg-type]
        finally:
            is_over.set()

    with slow(WHOLE, b"") as server:
        monkeypatch.setattr(socket, "getaddrinfo", slow_look_up)
        with pytest.raises(NoResponseReceived, match="connecting timed out") as caught:
            send(server.url, "POST", connect=0.5)
        may_go_on.set()
        assert is_over.wait(30)
        monkeypatch.undo()
        assert send(server.url).ok

    assert caught.value.failure.sent is False
    assert b"POST" not in server.received
    assert b"GET" in server.received


def test_a_host_that_is_unknown_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*args: object, **more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(NoResponseReceived, match=r"the host name is unknown \(DNS\)") as caught:
        send("https://api.invalid")

    assert caught.value.failure.sent is False
    assert "DNS" in caught.value.failure.hint


def test_a_network_that_is_off_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def off(*args: object, **more: object) -> None:
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr("urllib3.util.connection.create_connection", off)

    with pytest.raises(NoResponseReceived, match=r"be made \(Network is unreachable\)"):
        send("http://127.0.0.1:9")


@pytest.fixture
def _proxied(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("_proxied")
def test_a_dead_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:pa55word@127.0.0.1:9")

    with pytest.raises(NoResponseReceived) as caught:
        send("https://api.example.com", "POST")

    failure = caught.value.failure
    assert failure.reason == "the proxy 127.0.0.1:9 cannot be reached: the connection was refused"
    assert failure.sent is False
    assert "HTTPS_PROXY" in failure.hint
    assert "pa55word" not in repr(caught.value)


@pytest.mark.usefixtures("_proxied")
@pytest.mark.parametrize(("status", "passing"), [(407, False), (502, True)])
def test_a_proxy_that_refuses_is_named(
    monkeypatch: pytest.MonkeyPatch, status: int, passing: bool
) -> None:
    answer = f"HTTP/1.1 {status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with slow(answer.encode(), b"") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(NoResponseReceived) as caught:
            send("https://api.example.com", "POST")

    failure = caught.value.failure
    name = proxy.url.removeprefix("http://")
    assert (
        failure.reason == f"the proxy {name} did not let the request through (it answered {status})"
    )
    assert (failure.sent, failure.passing) == (False, passing)
    assert proxy.received.startswith(b"CONNECT api.example.com:443")


def test_an_address_without_tls_is_said() -> None:
    words = "no TLS connection can be made"
    with (
        slow(PLAIN.encode(), b"") as server,
        pytest.raises(NoResponseReceived, match=words) as caught,
    ):
        send(server.url.replace("http:", "https:"), "POST")

    assert caught.value.failure.sent is False
