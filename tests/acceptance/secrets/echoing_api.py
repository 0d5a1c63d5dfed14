"""An API that tells what it was sent: in messages, in setup tests, in broken answers.

The sandbox stands behind it. While a manner is set, each write request is answered in that manner,
and has no effect unless the answer is a success.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from constructs_lib.sandbox import Api
from constructs_lib.sandbox.common.messages import ApiRequest, ApiResponse, Delivery

_CUT = 9


def echoes(request: ApiRequest) -> Iterator[str]:
    """All that a request holds, as different programs would quote it."""
    body = request.body.decode()
    login = request.headers.get("authorization", "")
    yield from (body, login, base64.b64decode(login.removeprefix("Basic ")).decode())
    yield from (json.dumps(body), html.escape(body), quote(body))
    yield base64.b64encode(request.body).decode()
    for leaf in _leaves(json.loads(body or "null")):
        text = leaf if isinstance(leaf, str) else json.dumps(leaf)
        yield from (text, repr(text), json.dumps(text), quote(text, safe=""), html.escape(text))
        yield " ".join(text.split())
        yield from _otherwise(text)
        yield f"{text[:_CUT]}..." if len(text) > _CUT else ""


def _otherwise(text: str) -> Iterator[str]:
    """As other programs would escape it."""
    yield json.dumps(text).replace("=", "\\u003d").replace("'", "\\u0027")
    yield html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")
    yield quote(text, safe="'()*!~")
    yield quote(text, safe="*").replace("~", "%7E").replace("%20", "+")
    yield base64.encodebytes(f"{'x' * 40}{text}{'y' * 60}".encode()).decode()


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _leaves(inner)
    else:
        yield value


def _quoted(request: ApiRequest) -> str:
    return "\n".join(echoes(request))


def _refused(request: ApiRequest, real: ApiResponse) -> ApiResponse:
    return ApiResponse(400, {"code": "InvalidInput", "message": "Bad: " + _quoted(request)})


def _refused_with_details(request: ApiRequest, real: ApiResponse) -> ApiResponse:
    message = {"errors": list(echoes(request)), "body": json.loads(request.body or b"null")}
    return ApiResponse(400, {"code": _quoted(request), "message": message})


def _unauthorized(request: ApiRequest, real: ApiResponse) -> ApiResponse:
    return ApiResponse(401, {"code": "Unauthorized", "message": "Not yours: " + _quoted(request)})


def _tested(request: ApiRequest, real: ApiResponse) -> ApiResponse:
    """Setup tests that fail; the request takes effect."""
    quoted = _quoted(request)
    details = {"sent": json.loads(request.body or b"null"), "said": list(echoes(request))}
    test = {"title": quoted, "status": "FAILED", "message": quoted, "details": details}
    data = {**(real.envelope.get("data") or {}), "setup_tests": [test]}
    return replace(real, envelope={**real.envelope, "data": data})


def _page(request: ApiRequest, real: ApiResponse) -> ApiResponse:
    headers = {"Content-Type": "text/html"}
    return ApiResponse(500, {}, headers, raw=f"<pre>{_quoted(request)}</pre>".encode())


def _no_json(request: ApiRequest, real: ApiResponse) -> ApiResponse:
    return ApiResponse(200, {}, raw=('{"message": "' + _quoted(request)).encode())


def _cut_short(request: ApiRequest, real: ApiResponse) -> ApiResponse:
    answer = _refused(request, real)
    return replace(answer, delivery=Delivery.TRUNCATED)


MANNERS: Mapping[str, Callable[[ApiRequest, ApiResponse], ApiResponse]] = {
    "refused": _refused,
    "refused with details": _refused_with_details,
    "unauthorized": _unauthorized,
    "a page": _page,
    "no JSON": _no_json,
    "cut short": _cut_short,
    "setup tests": _tested,
}
"""The ways of telling; only the last one is a success."""


class EchoingApi:
    """The sandbox, and in front of it one that tells.

    :param api: the sandbox
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self.manner: str | None = None
        """How write requests are answered; None as the sandbox does."""
        self.about: ApiRequest | None = None
        """The request that is quoted; None for the one that is answered."""
        self.last = ApiRequest("GET", "/")
        """The last write request that took effect."""
        self.told = 0
        """How many requests were answered in some manner."""

    def handle(self, request: ApiRequest) -> ApiResponse:
        """The answer to a request."""
        if request.method == "GET":
            return self._api.handle(request)
        if self.manner is None:
            self.last = request
            return self._api.handle(request)
        self.told += 1
        nothing = ApiResponse(0, {})
        real = self._api.handle(request) if self.manner == "setup tests" else nothing
        return MANNERS[self.manner](self.about or request, real)
