"""A port at which one sandbox after the other answers."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from constructs_lib.sandbox import SandboxServer
from constructs_lib.sandbox.common.errors import ApiError
from constructs_lib.sandbox.common.messages import Answers, ApiRequest, ApiResponse


class SandboxAddress:
    """A free port on the loopback address.

    :param tls: what it shows who it is with, as ``localhost``; None for plain HTTP
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._server = SandboxServer(_Nobody())
        self.url = self._server.url
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            self.url = f"https://localhost:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> SandboxAddress:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @contextmanager
    def answering(self, api: Answers) -> Iterator[None]:
        """Lets an API answer meanwhile."""
        self._server.api = api
        try:
            yield
        finally:
            self._server.api = _Nobody()


class _Nobody:
    """What answers when no sandbox is there."""

    def handle(self, request: ApiRequest) -> ApiResponse:
        return ApiResponse(503, {"message": "There is no sandbox here now"})

    def failure(self, error: ApiError) -> ApiResponse:
        return ApiResponse(503, {"message": "There is no sandbox here now"})
