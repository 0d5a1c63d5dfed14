"""What is handed on directly reaches the API like what goes through a whole session."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from direct_session import DirectTransport, make_direct
from requests.adapters import BaseAdapter

from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.transport import (
    Limits,
    Message,
    NoResponseReceived,
    Transport,
)

BASE = "sandbox://local"
Seen = tuple[str | None, str | None, dict[str, str], Any, Any]


class Recorder(BaseAdapter):
    """An API that notes each request: method, address, headers, body and time limits."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.seen: list[Seen] = []
        self._failure = failure

    def send(
        self, request: requests.PreparedRequest, *_: Any, timeout: Any = None, **more: Any
    ) -> requests.Response:
        headers = {name.lower(): str(value) for name, value in request.headers.items()}
        self.seen.append((request.method, request.url, headers, request.body, timeout))
        if self._failure is not None:
            raise self._failure
        response = requests.Response()
        response.status_code, response._content = 200, b'{"code": "Success"}'
        return response

    def close(self) -> None:
        """Holds nothing."""


def signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["Authorization"] = "Basic abc"
    return request


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/connections?cursor=a%20b&limit=10", None),
        ("PATCH", "/v1/connections/one%2Ftwo", '{"größe": 1}'.encode()),
        ("POST", "/v1/connections/id/sync", b"{}"),
        ("DELETE", "/v1/connections/id", None),
    ],
)
def test_a_direct_request_is_like_one_of_a_session(
    method: str, path: str, body: bytes | None
) -> None:
    headers = {"Content-Type": "application/json"} if body else {}
    message = Message(method, path, body, headers, signed)
    seen: list[Seen] = []
    for kind in (Transport, DirectTransport):
        recorder = Recorder()

        response = kind(BASE, recorder).send(message, Deadline(1000), Limits(5.0, 5.0))

        assert response.content == b'{"code": "Success"}'
        seen += recorder.seen

    assert len(seen) == 2
    assert seen[0] == seen[1]


def test_a_failure_of_a_direct_request_is_the_same() -> None:
    said = []
    for kind in (Transport, DirectTransport):
        recorder = Recorder(requests.ReadTimeout("too late"))
        with pytest.raises(NoResponseReceived) as raised:
            kind(BASE, recorder).send(
                Message("GET", "/v1/x", None, {}, signed), Deadline(1000), Limits(5.0, 5.0)
            )
        said.append(str(raised.value))

    assert said[0] == said[1]


def test_a_session_that_was_made_direct_signs_requests() -> None:
    recorder = Recorder()
    session = make_direct(requests.Session())
    session.mount(BASE, recorder)
    session.auth = ("user", "word")

    session.request("GET", f"{BASE}/v1/x")

    ((_, _, headers, _, _),) = recorder.seen
    assert headers["authorization"] == "Basic dXNlcjp3b3Jk"
    session.close()
