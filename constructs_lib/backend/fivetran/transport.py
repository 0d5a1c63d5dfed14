"""The seam between the client and the network: one HTTP session per thread.

``sandbox`` and ``sandbox:FILE`` are answered by the embedded sandbox instead of a server.
"""

from __future__ import annotations

import ipaddress
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import requests

PUBLIC_URL = "https://api.fivetran.com"
"""The address of Fivetran's public API."""
SANDBOX_FILE = ".sandbox/fivetran.sqlite3"
"""Where ``sandbox`` without a file keeps its data, below the working directory."""
_EMBEDDED = "sandbox://local"
_CONNECTIONS = 64


def check_url(url: str) -> str | None:
    """What is wrong with an address of the API, in words; None if nothing is."""
    if is_sandbox(url):
        return None
    try:
        parts = urlsplit(url)
        host, has_login = parts.hostname or "", parts.username is not None
    except ValueError:
        return "it is no address"
    if has_login:
        return "it holds a user name or password, which belong into api_key and api_secret"
    if not host or parts.scheme not in ("http", "https"):
        return f"{url!r} is neither an https address nor sandbox or sandbox:FILE"
    if parts.scheme == "http" and not _is_loopback(host):
        return f"{url!r} would send the API key over the network in clear; use https"
    return None


def is_sandbox(url: str) -> bool:
    """True if the embedded sandbox answers instead of a server."""
    return url == "sandbox" or url.startswith("sandbox:")


class Transport:
    """HTTP sessions towards one address.

    :param url: the address of the API, or ``sandbox``, or ``sandbox:FILE``
    """

    def __init__(self, url: str) -> None:
        from requests.adapters import BaseAdapter, HTTPAdapter

        self._local = threading.local()
        self._adapter: BaseAdapter
        if is_sandbox(url):
            from constructs_lib.sandbox import SandboxAdapter

            self.base = _EMBEDDED
            self._adapter = SandboxAdapter(url.partition(":")[2] or SANDBOX_FILE)
        else:
            self.base = url.rstrip("/")
            self._adapter = HTTPAdapter(pool_maxsize=_CONNECTIONS, pool_connections=1)

    def session(self) -> requests.Session:
        """The session of the calling thread; all of them share one pool of connections."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            import requests

            session = requests.Session()
            session.mount(self.base, self._adapter)
            # What stays on this machine needs no proxy, which would see the key.
            session.trust_env = self.base.startswith("https:")
            self._local.session = session
        return session

    def close(self) -> None:
        """Closes the connections."""
        self._adapter.close()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
