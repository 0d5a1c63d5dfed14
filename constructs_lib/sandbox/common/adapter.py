"""The sandbox inside a process: a transport of ``requests`` that answers without a network.

The adapters of the two APIs, :class:`~constructs_lib.sandbox.fivetran.api.SandboxAdapter` and
:class:`~constructs_lib.sandbox.elastic.api.ElasticAdapter`, open a database and give it an API.

``requests`` adds ``params`` only to addresses that begin with ``http``: for ``sandbox://`` the
query must be part of the address itself.
"""

from __future__ import annotations

import errno
import io
import os
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import ProtocolError

from constructs_lib.sandbox.common.messages import Answers, ApiRequest, ApiResponse, Delivery


class ApiAdapter(BaseAdapter):
    """A transport of ``requests`` that lets an API in this process answer.

    :param api: what answers the requests
    :param close: what closing the session closes
    """

    def __init__(self, api: Answers, close: Callable[[], None]) -> None:
        super().__init__()
        self._api = api
        self._close = close

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Answer one request. Of the network's parameters only the read timeout has an effect.

        A sandbox that is closed, or whose file cannot be written, answers 503.

        :raises requests.ConnectionError: if a fault asks for it, as do the next two
        :raises requests.ReadTimeout: if a delayed answer takes longer than ``timeout``
        :raises requests.exceptions.ChunkedEncodingError: if the body ends too early
        """
        answer = self._api.handle(_api_request(request))
        _deliver(request, answer, _read_timeout(timeout))
        return _response(request, answer)

    def close(self) -> None:
        """Close the database."""
        self._close()


def _api_request(request: PreparedRequest) -> ApiRequest:
    address = urlsplit(request.url or "")
    body = request.body or b""
    return ApiRequest(
        method=request.method or "GET",
        path=unquote(address.path) or "/",
        query=dict(parse_qsl(address.query, keep_blank_values=True)),
        headers={name.lower(): _text(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else _bytes(body),
        raw_path=address.path,
    )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else b"".join(body)


def _deliver(request: PreparedRequest, answer: ApiResponse, timeout: float | None) -> None:
    if timeout is not None and timeout < answer.delay_seconds:
        time.sleep(timeout)
        message = f"Read timed out. (read timeout={timeout})"
        raise requests.ReadTimeout(message, request=request)
    if answer.delay_seconds:
        time.sleep(answer.delay_seconds)
    if answer.delivery is Delivery.RESET:
        reset = ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        broken = ProtocolError("Connection aborted.", reset)
        raise requests.ConnectionError(broken, request=request)
    if answer.delivery is Delivery.TRUNCATED:
        broken = ProtocolError("Connection broken: the body ended before its length")
        raise requests.exceptions.ChunkedEncodingError(broken, request=request)


def _read_timeout(timeout: Any) -> float | None:
    # The forms that requests takes: a number, a pair (connect, read), or none.
    value = timeout[1] if isinstance(timeout, tuple) else timeout
    return float(value) if isinstance(value, (int, float)) else None


def _response(request: PreparedRequest, answer: ApiResponse) -> Response:
    content = answer.content
    response = Response()
    response.status_code = answer.status
    response.reason = HTTPStatus(answer.status).phrase
    response.headers = CaseInsensitiveDict(answer.headers_for(content))
    response.encoding = "utf-8"
    response.raw = io.BytesIO(b"" if request.method == "HEAD" else content)
    response.url = request.url or ""
    response.request = request
    return response
