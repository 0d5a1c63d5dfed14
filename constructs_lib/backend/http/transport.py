"""HTTP sessions towards one address, limits that bound each request as a whole, and why one failed.

:class:`Transport` is the seam between a client and the network. A request without an answer becomes
a :class:`ConnectionFailure`, which says why in words, and whether the request may have arrived.
"""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from constructs_lib import net
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import Interrupted
from constructs_lib.backend.plugin import log
from constructs_lib.records import NamedTuple
from constructs_lib.version import user_agent

if TYPE_CHECKING:
    import requests
    from requests.adapters import BaseAdapter

    from constructs_lib.backend.http.requests_adapter import BoundedRequest


_DEEPEST = 12
"""How many causes of an error are searched, because errors may name each other in a circle."""
_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})")
_DNS_HINT = "Check the spelling of the host, and whether this machine can resolve names (DNS)."
_PROXY_HINT = (
    "The environment variable HTTPS_PROXY or ALL_PROXY sets the proxy; hosts in NO_PROXY are "
    "reached without it."
)
_CERTIFICATE_HINT = (
    "If the certificate comes from your own authority, name the file of that authority in "
    "REQUESTS_CA_BUNDLE or SSL_CERT_FILE, and make sure that it is readable."
)
_GUESSES = "charset_normalizer"
_CONNECTIONS = 64
_CONNECT_TIMEOUT = 10.0
_SHORTEST_LIMIT = 0.1
_MARGIN = 1.0
"""Seconds that the HTTP library gets beyond a limit, so that the limit speaks first."""
_READ_GRACE = 3.0
"""Seconds that a read gets when Terraform wants to stop, also one that begins after that: an
operation may be at its very end, such as reading back what it has just set."""
_WRITE_GRACE = 20.0
"""Seconds that a write gets when Terraform wants to stop: its effect should become known."""


class ConnectionFailure(NamedTuple):
    """The failure of one request that got no answer."""

    reason: str
    """What happened, in words."""
    sent: bool
    """False if the request certainly did not reach the API."""
    passing: bool = True
    """False if trying again would fail in the same way."""
    hint: str = ""
    """What to check for this reason; empty if the reason says it all."""


class NoResponseReceived(Exception):
    """A request got no answer.

    :param failure: how it failed
    """

    def __init__(self, failure: ConnectionFailure) -> None:
        self.failure = failure
        super().__init__(failure.reason)


def failure_of(error: Exception, *, sent: bool = True) -> ConnectionFailure:
    """Return the failure without the words of the HTTP libraries, which repeat addresses.

    :param error: what ``requests`` or ``urllib3`` has raised, or let through
    :param sent: False if nothing of the request was sent when it failed
    """
    import requests

    if isinstance(error, requests.exceptions.ProxyError):
        return _of_proxy(error)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return ConnectionFailure("connecting timed out", sent=False)
    if isinstance(error, requests.exceptions.Timeout):
        return ConnectionFailure("the answer timed out", sent=sent)
    causes = list(_causes(error))
    found = _of_tls(causes, sent=sent) or _of_connecting(causes)
    if not sent and found is None:
        found = _of_settings(causes)
    return found or ConnectionFailure("the connection broke off", sent=sent)


def _of_settings(causes: list[BaseException]) -> ConnectionFailure | None:
    """Return the failure of a request that could not even be tried. The address of the API is
    checked when it is configured, so settings of the environment are at fault.
    """
    from urllib.request import getproxies

    import requests

    if any(isinstance(cause, ValueError) for cause in causes):
        names = sorted(getproxies().keys() & {"https", "all"})
        proxy = f"the proxy of {' or '.join(f'{name.upper()}_PROXY' for name in names)}"
        words = f"{proxy if names else 'the address'} cannot be used"
        return ConnectionFailure(
            words, sent=False, passing=False, hint=_PROXY_HINT if names else ""
        )
    error = causes[0]
    if isinstance(error, OSError) and not isinstance(error, requests.exceptions.RequestException):
        # Such as a file of authorities that is gone since it was checked.
        words = f"it could not be sent ({error.strerror or type(error).__name__})"
        return ConnectionFailure(words, sent=False, hint=_CERTIFICATE_HINT)
    return None


def _of_proxy(error: requests.exceptions.ProxyError) -> ConnectionFailure:
    """Return the failure of a proxy that cannot be reached or refuses the request, which never gets
    to the API then.
    """
    causes = list(_causes(error))
    name = _proxy_name(causes)
    refused = next(filter(None, (_TUNNEL.search(str(cause)) for cause in causes)), None)
    if refused is not None:
        is_login = refused[1] == "407"
        words = f"{name} did not let the request through (it answered {refused[1]})"
        return ConnectionFailure(words, sent=False, passing=not is_login, hint=_PROXY_HINT)
    connecting = _of_connecting(causes)
    if connecting is None:
        return ConnectionFailure(f"{name} did not answer", sent=False, hint=_PROXY_HINT)
    return ConnectionFailure(
        f"{name} cannot be reached: {connecting.reason}", sent=False, hint=_PROXY_HINT
    )


def _proxy_name(causes: list[BaseException]) -> str:
    """Return the host and port of the proxy: its address may hold a user name and a password."""
    from urllib3.exceptions import MaxRetryError

    for cause in causes:
        proxy = getattr(cause.pool, "proxy", None) if isinstance(cause, MaxRetryError) else None
        if proxy is not None:
            port = f":{proxy.port}" if proxy.port else ""
            return f"the proxy {proxy.host}{port}"
    return "the proxy"


def _of_connecting(causes: list[BaseException]) -> ConnectionFailure | None:
    """Return the failure if no connection was made; None if one was."""
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return ConnectionFailure("the host name is unknown (DNS)", sent=False, hint=_DNS_HINT)
    if not any(isinstance(cause, NewConnectionError) for cause in causes):
        timed_out = any(isinstance(cause, ConnectTimeoutError) for cause in causes)
        return ConnectionFailure("connecting timed out", sent=False) if timed_out else None
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno]
    if not numbers or errno.ECONNREFUSED in numbers:
        return ConnectionFailure("the connection was refused", sent=False)
    return ConnectionFailure(f"no connection can be made ({os.strerror(numbers[0])})", sent=False)


def _of_tls(causes: list[BaseException], *, sent: bool) -> ConnectionFailure | None:
    """Return the failure of TLS; nothing was sent if a certificate was refused."""
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            # OpenSSL says why; an error that the HTTP library raises by itself has no such words.
            why = getattr(cause, "verify_message", "")
            words = "the certificate of the API was refused" + (f" ({why})" if why else "")
            return ConnectionFailure(words, sent=False, passing=False, hint=_CERTIFICATE_HINT)
    found = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if found is None or sent:
        return None
    why = str(getattr(found, "reason", None) or "no words").lower().replace("_", " ")
    return ConnectionFailure(
        f"no TLS connection can be made ({why}); does it speak https?", sent=False
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what lies below it, wherever the libraries have put that."""
    waiting: list[Any] = [error]
    for _ in range(_DEEPEST):
        if not waiting:
            return
        cause = waiting.pop(0)
        yield cause
        below = [getattr(cause, name, None) for name in ("reason", "original_error")]
        below += [*getattr(cause, "args", ()), cause.__cause__, cause.__context__]
        fresh = (each for each in below if isinstance(each, BaseException))
        waiting += [each for each in fresh if each is not cause and each not in waiting]


class Limits(NamedTuple):
    """The time limits of one request."""

    request: float
    """Seconds for all of it: ``request_timeout`` of the provider."""
    connect: float = _CONNECT_TIMEOUT
    """Seconds until it is connected."""


class Message(NamedTuple):
    """One request as it is sent."""

    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    sign: Callable[[requests.PreparedRequest], requests.PreparedRequest]
    """Signs it; as the session's ``auth``, so that no ~/.netrc comes before it."""
    verify: str | None = None
    """The file of the authorities to trust; None for those of the environment."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_read(self) -> bool:
        """True if it changes nothing."""
        return self.method == "GET"


class Transport:
    """HTTP sessions towards one address.

    :param base: the address, without a slash at the end
    :param adapter: what carries the requests; None for the network
    :param shown: the address as messages name it, where that is not ``base``
    :param terraform: the version of Terraform, for the user agent; empty outside of Terraform
    """

    def __init__(
        self,
        base: str,
        adapter: BaseAdapter | None = None,
        shown: str | None = None,
        terraform: str = "",
    ) -> None:
        self._local = threading.local()
        self._is_network = adapter is None
        log.route_library_logging()  # The libraries that carry requests write records.
        self._adapter: BaseAdapter = _network() if adapter is None else adapter
        self._headers = {
            "Accept-Encoding": net.ACCEPTED,
            "User-Agent": user_agent(terraform),
        }
        self._verify = net.authorities_path()
        self.base = base
        self.host = urlsplit(base).netloc if adapter is None else "the embedded sandbox"
        """Who is asked, for messages."""
        self.shown = base if shown is None else shown

    def send(self, message: Message, deadline: Deadline, limits: Limits) -> requests.Response:
        """Send a request once and return the whole answer.

        :raises NoResponseReceived: if none comes, or not within the limits
        :raises ContentRefused: if it is longer than :data:`content.LONGEST`
        :raises Interrupted: if Terraform wants to stop, and nothing was changed
        """
        watch = _Watch(message, deadline, limits)
        if not self._is_network:
            return self._carry(message, watch, None)
        from constructs_lib.backend.http.requests_adapter import BoundedRequest

        bounded: BoundedRequest[requests.Response] = BoundedRequest(
            partial(self._carry, message, watch)
        )
        return bounded.wait(watch.overdue, watch.limit)

    def _carry(
        self, message: Message, watch: _Watch, bounded: BoundedRequest[requests.Response] | None
    ) -> requests.Response:
        """Send a request in this thread.

        :param bounded: what bounds it as a whole; None for what answers within this process
        """
        import requests
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        margin = 0.0 if bounded is None else _MARGIN
        try:
            response = self.session().request(
                message.method,
                self.base + message.path,
                data=message.body,
                headers=message.headers,
                auth=message.sign,
                timeout=(watch.connect + margin, watch.limit + margin),
                allow_redirects=False,
                stream=bounded is not None,
                verify=message.verify or self._verify or True,
            )
            if bounded is not None:
                net.read_content(response, net.LONGEST)
        except (requests.exceptions.ReadTimeout, ReadTimeoutError):
            raise watch.too_late(sent=True) from None
        except (requests.exceptions.RequestException, HTTPError, OSError, ValueError) as error:
            is_sent = bounded is None or bounded.is_sent
            raise NoResponseReceived(failure_of(error, sent=is_sent)) from None
        return response

    def session(self) -> requests.Session:
        """Return the session of the calling thread; all share one pool of connections."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            import requests

            session = requests.Session()
            # Redirects are not followed, so that nobody need read where they lead.
            session.get_redirect_target = lambda resp: None  # type: ignore[method-assign]
            session.headers.update(self._headers)
            session.mount(self.base, self._adapter)
            # What stays on this machine needs no proxy, which would see the credentials.
            session.trust_env = self.base.startswith("https:")
            self._local.session = session
        return session

    def close(self) -> None:
        """Close the connections."""
        self._adapter.close()


def _network() -> BaseAdapter:
    import_requests()
    from constructs_lib.backend.http.requests_adapter import BoundedAdapter

    return BoundedAdapter(pool_maxsize=_CONNECTIONS, pool_connections=1)


def import_requests() -> None:
    """Import ``requests`` without the package that guesses the encoding of texts, which takes an
    eighth of that import: an API answers JSON. ``requests`` can do without, and warns.
    """
    if _GUESSES in sys.modules:
        return
    warnings.filterwarnings("ignore", "Unable to find acceptable character detection")
    sys.modules[_GUESSES] = None  # type: ignore[assignment]
    try:
        import requests  # noqa: F401
    finally:
        del sys.modules[_GUESSES]  # Whoever wants it gets it.


class _Watch:
    """The limits of one request that is on its way."""

    def __init__(self, message: Message, deadline: Deadline, limits: Limits) -> None:
        self._message, self._deadline = message, deadline
        self._request_timeout = limits.request
        self.limit = min(limits.request, max(deadline.remaining, _SHORTEST_LIMIT))
        self.connect = min(limits.connect, self.limit)
        self._stops_at: float | None = None
        if deadline.is_stopping:
            self._stops_at = _READ_GRACE if message.is_read else _WRITE_GRACE

    def overdue(self, passed: float, is_sent: bool) -> Exception | None:
        """Return why to stop waiting after some seconds; None to go on."""
        if passed >= self.limit:
            return self.too_late(sent=is_sent)
        if passed >= self.connect and not is_sent:
            return NoResponseReceived(ConnectionFailure("connecting timed out", sent=False))
        if self._deadline.is_stopping:
            return self._stopped(passed, is_sent=is_sent)
        return None

    def too_late(self, *, sent: bool) -> NoResponseReceived:
        """Return the error that says whose limit is over."""
        if self.limit < self._request_timeout:
            words = f"{self._deadline} came first"
        else:
            words = f"it took longer than request_timeout of {self._request_timeout:g} s"
        return NoResponseReceived(ConnectionFailure(words + self._open(sent=sent), sent=sent))

    def _stopped(self, passed: float, *, is_sent: bool) -> Exception | None:
        if self._stops_at is None:
            write_grace = _WRITE_GRACE if is_sent else 0.0
            self._stops_at = passed + (_READ_GRACE if self._message.is_read else write_grace)
        if passed < self._stops_at:
            return None
        if self._message.is_read or not is_sent:
            return Interrupted(f"stopped while waiting for the answer to {self._message}")
        words = f"Terraform wants to stop, and none came within {_WRITE_GRACE:g} s of that"
        return NoResponseReceived(ConnectionFailure(words + self._open(sent=True), sent=True))

    def _open(self, *, sent: bool) -> str:
        is_open = sent and not self._message.is_read
        return "; the change may have taken effect" if is_open else ""
