"""The seam between a client and the network: one HTTP session per thread towards one address."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests
    from requests.adapters import BaseAdapter

_CONNECTIONS = 64


class Transport:
    """HTTP sessions towards one address.

    :param base: the address, without a slash at the end
    :param adapter: what carries the requests; None for the network
    :param shown: the address as messages name it, where that is not ``base``
    """

    shown = ""

    def __init__(
        self, base: str, adapter: BaseAdapter | None = None, shown: str | None = None
    ) -> None:
        from requests.adapters import HTTPAdapter

        self._local = threading.local()
        self._adapter: BaseAdapter = adapter or HTTPAdapter(
            pool_maxsize=_CONNECTIONS, pool_connections=1
        )
        self.base = base
        self.shown = base if shown is None else shown

    def session(self) -> requests.Session:
        """The session of the calling thread; all of them share one pool of connections."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            import requests

            session = requests.Session()
            session.mount(self.base, self._adapter)
            # What stays on this machine needs no proxy, which would see the credentials.
            session.trust_env = self.base.startswith("https:")
            self._local.session = session
        return session

    def close(self) -> None:
        """Closes the connections."""
        self._adapter.close()
