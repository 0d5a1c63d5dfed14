"""An API with the page: it answers the page's paths itself, and leaves all others to the API.

Requests of the page are in no journal, count for no rate limit and meet no fault. They need no
credentials, because the page only shows, and the sandbox is on the loopback address. The name of
the host must be the loopback's, so that no page from elsewhere reads it through the browser.
"""

from __future__ import annotations

from importlib import resources
from typing import Final
from urllib.parse import urlsplit

from constructs_lib.sandbox.common.errors import ApiError, SandboxError
from constructs_lib.sandbox.common.messages import CONTROL_PREFIX, Answers, ApiRequest, ApiResponse
from constructs_lib.sandbox.watch.view import View

ADDRESS: Final = CONTROL_PREFIX
"""The path of the page."""

_VIEW = f"{ADDRESS}watch.json"
_SCRIPT = "text/javascript; charset=utf-8"
_FILES = {
    ADDRESS: ("index.html", "text/html; charset=utf-8"),
    f"{ADDRESS}watch.css": ("watch.css", "text/css; charset=utf-8"),
    f"{ADDRESS}watch.js": ("watch.js", _SCRIPT),
    f"{ADDRESS}model.js": ("model.js", _SCRIPT),
    f"{ADDRESS}show.js": ("show.js", _SCRIPT),
}
_METHODS = ("GET", "HEAD")
_HOSTS = ("127.0.0.1", "localhost")
_POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src data:",  # The icon, which is part of the page itself.
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    # Text of the API can reach the page as text only: the browser refuses to parse any as HTML.
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
)
_HEADERS = {
    "Content-Security-Policy": "; ".join(_POLICY),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class WatchedApi:
    """An API with the page.

    :param api: answers all other requests
    :param view: what the page shows
    """

    def __init__(self, api: Answers, view: View) -> None:
        self._api = api
        self._view = view

    def handle(self, request: ApiRequest) -> ApiResponse:
        """Answer a request of the page, or let the API answer."""
        if request.path == ADDRESS.rstrip("/"):
            return _page(308, b"", {"Location": ADDRESS})
        if request.path not in _FILES and request.path != _VIEW:
            return self._api.handle(request)
        if request.method not in _METHODS:
            return _refusal(405, "The page can only be read.", {"Allow": ", ".join(_METHODS)})
        if _host(request) not in _HOSTS:
            return _refusal(403, f"The page is only at http://127.0.0.1 and a port: {ADDRESS}")
        return self._answer(request)

    def failure(self, error: ApiError) -> ApiResponse:
        """Return the API's answer for an error."""
        return self._api.failure(error)

    def _answer(self, request: ApiRequest) -> ApiResponse:
        if request.path in _FILES:
            name, kind = _FILES[request.path]
            content = resources.files(__package__).joinpath(name).read_bytes()
            return _page(200, content, {"Content-Type": kind})
        try:
            return ApiResponse(200, self._view.look(request.query), _HEADERS)
        except SandboxError as error:
            return _refusal(503, str(error))


def _host(request: ApiRequest) -> str | None:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        return None


def _page(status: int, content: bytes, headers: dict[str, str]) -> ApiResponse:
    return ApiResponse(status, {}, {**_HEADERS, **headers}, raw=content)


def _refusal(status: int, message: str, headers: dict[str, str] | None = None) -> ApiResponse:
    return ApiResponse(status, {"message": message}, {**_HEADERS, **(headers or {})})
