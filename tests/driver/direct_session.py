"""A session of ``requests`` that hands a request on to an API in this process without ceremony.

For an API that is no server, proxies, redirects, cookies and the merging of settings decide
nothing, but take as long as the API. The request is prepared, and signed, as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MethodType
from typing import Any

import requests

from constructs_lib.backend.http.transport import Transport


class DirectTransport(Transport):
    """The provider's way to an API in this process."""

    def session(self) -> requests.Session:
        return make_direct(super().session())


def make_direct(session: requests.Session) -> requests.Session:
    """Let a session send directly; return it."""
    session.request = MethodType(_request, session)  # type: ignore[method-assign]
    return session


def _request(
    self: requests.Session,
    method: str,
    url: str,
    data: Any = None,
    headers: Mapping[str, str] | None = None,
    auth: Any = None,
    timeout: Any = None,
    **_network: Any,
) -> requests.Response:
    """Stand in for ``requests.Session.request``, and raise what the adapter of the API raises."""
    request = requests.PreparedRequest()
    merged = {**self.headers, **(headers or {})}
    request.prepare(method, url, merged, data=data, auth=auth or self.auth)
    return self.get_adapter(url).send(request, timeout=timeout)
