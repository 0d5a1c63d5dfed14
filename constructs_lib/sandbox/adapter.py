"""The sandbox inside a process: a transport of ``requests`` that answers by itself.

::

    with requests.Session() as session:
        session.mount("sandbox://local", SandboxAdapter("sandbox.db"))
        session.auth = ("sandbox", "sandbox")
        session.get("sandbox://local/v1/connections")

``requests`` adds ``params`` only to addresses that begin with ``http``: for ``sandbox://`` the
query must stand in the address itself.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from constructs_lib.sandbox.api import Api
from constructs_lib.sandbox.call import ApiRequest, ApiResponse
from constructs_lib.sandbox.clock import Clock, utc_now
from constructs_lib.sandbox.headers import Credentials
from constructs_lib.sandbox.store import Store


class SandboxAdapter(BaseAdapter):
    """Answers the requests of a session from an embedded sandbox.

    Many threads may use one adapter, and many processes one file, but an adapter must not be used
    across a fork. Closing the session closes it.

    :param database: the SQLite file; None keeps all in memory, for this adapter alone
    :param api_key: the API key that is accepted
    :param api_secret: the API secret that is accepted
    :param now: the clock; tests give their own
    :raises SandboxError: if the file cannot be used
    """

    def __init__(
        self,
        database: str | Path | None,
        *,
        api_key: str = "sandbox",
        api_secret: str = "sandbox",  # noqa: S107 - the sandbox's own, and no secret.
        now: Clock = utc_now,
    ) -> None:
        super().__init__()
        self.store = Store(database, now)
        self._api = Api(self.store, Credentials(api_key, api_secret))

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> Response:
        """Answers one request; what concerns the network is ignored.

        A sandbox that is closed, or whose file cannot be written, answers 503.
        """
        return _response(request, self._api.handle(_api_request(request)))

    def close(self) -> None:
        """Closes the database."""
        self.store.close()


def _api_request(request: PreparedRequest) -> ApiRequest:
    address = urlsplit(request.url or "")
    body = request.body or b""
    return ApiRequest(
        method=request.method or "GET",
        path=unquote(address.path) or "/",
        query=dict(parse_qsl(address.query, keep_blank_values=True)),
        headers={name.lower(): _text(value) for name, value in request.headers.items()},
        body=body.encode() if isinstance(body, str) else _bytes(body),
    )


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else b"".join(body)


def _response(request: PreparedRequest, answer: ApiResponse) -> Response:
    content = answer.content
    response = Response()
    response.status_code = answer.status
    response.reason = HTTPStatus(answer.status).phrase
    response.headers = CaseInsensitiveDict(
        {
            "Content-Type": "application/json",
            "Content-Length": str(len(content)),
            **answer.headers,
        }
    )
    response.encoding = "utf-8"
    response.raw = io.BytesIO(content)
    response.url = request.url or ""
    response.request = request
    return response
