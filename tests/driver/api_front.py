"""A stand-in before an API: at a switch, something else answers in its place.

It is served over a socket like the API itself (``SandboxServer``), so that a provider meets what it
would meet at a proxy, at a wrong address, or with the key of another account.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from constructs_lib.sandbox.common.errors import ApiError
from constructs_lib.sandbox.common.messages import Answers, ApiRequest, ApiResponse

READS = ("GET", "HEAD")
Situation = Callable[[ApiRequest, Answers], "ApiResponse | None"]
"""What answers a request, given the API behind; None to let the API answer."""


class Front:
    """The API, or what answers in its place.

    :param api: the API behind
    """

    def __init__(self, api: Answers) -> None:
        self._api = api
        self._situation: Situation | None = None
        self.caught: list[ApiRequest] = []
        """The requests that did not reach the API."""

    @contextmanager
    def acting(self, situation: Situation) -> Iterator[None]:
        """Let something else answer, as long as the block lasts."""
        self.caught, self._situation = [], situation
        try:
            yield
        finally:
            self._situation = None

    def handle(self, request: ApiRequest) -> ApiResponse:
        """Return the answer to a request."""
        situation = self._situation
        answer = None if situation is None else situation(request, self._api)
        if answer is None:
            return self._api.handle(request)
        self.caught.append(request)
        return answer

    def failure(self, error: ApiError) -> ApiResponse:
        """Return the answer that tells of an error."""
        return self._api.failure(error)


def page(status: int, title: str) -> Situation:
    """Return what answers every request with an HTML page, as proxies do."""
    html = f"<!doctype html><title>{title}</title><h1>{title}</h1>".encode()
    answer = ApiResponse(status, {}, {"Content-Type": "text/html; charset=utf-8"}, raw=html)
    return lambda request, api: answer


def document(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Situation:
    """Return what answers every request with one JSON document."""
    answer = ApiResponse(status, {}, headers or {}, raw=json.dumps(body).encode())
    return lambda request, api: answer


def only(methods: tuple[str, ...], situation: Situation) -> Situation:
    """Return a situation that strikes requests of these methods, and lets others pass."""
    return lambda request, api: situation(request, api) if request.method in methods else None


def writes(situation: Situation) -> Situation:
    """Return a situation that strikes write requests, and lets reads pass."""
    return lambda request, api: None if request.method in READS else situation(request, api)


def changed(change: Callable[[dict[str, Any]], Any]) -> Situation:
    """Return what answers in the API's place with a changed copy of what it says.

    :param change: takes the envelope, and returns the one that is answered
    """

    def situation(request: ApiRequest, api: Answers) -> ApiResponse:
        answer = api.handle(request)
        envelope = change(json.loads(answer.content))
        return ApiResponse(answer.status, envelope, answer.headers)

    return situation
