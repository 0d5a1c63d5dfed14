"""Why no answer came, in words, and whether the request may have arrived."""

from __future__ import annotations

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import requests

_DEEPEST = 12
"""How many causes below an error are looked at, because errors may name each other in a circle."""
_TUNNEL = re.compile(r"Tunnel connection failed: ([0-9]{3})")
_DNS_HINT = "Check the spelling of the host, and whether this machine can resolve names (DNS)."
_PROXY_HINT = (
    "The proxy comes from HTTPS_PROXY or ALL_PROXY of the environment; hosts that NO_PROXY names "
    "are reached without it."
)
_CERTIFICATE_HINT = (
    "If the certificate comes from an authority of your own, name its file in REQUESTS_CA_BUNDLE "
    "or SSL_CERT_FILE, and see that it can be read."
)


class Failure(NamedTuple):
    """How one request failed without an answer."""

    reason: str
    """What happened, in words."""
    sent: bool
    """False if the request certainly did not reach the API."""
    passing: bool = True
    """False if trying again would fail in the same way."""
    hint: str = ""
    """What to check for this reason; empty if the reason says it all."""


class Unanswered(Exception):
    """A request got no answer.

    :param failure: how it failed
    """

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.reason)


def failure(error: Exception, *, sent: bool = True) -> Failure:
    """Return the failure without the words of the HTTP libraries, which repeat addresses.

    :param error: what ``requests`` or ``urllib3`` has raised, or let through
    :param sent: False if nothing of the request was sent when it failed
    """
    import requests

    if isinstance(error, requests.exceptions.ProxyError):
        return _of_proxy(error)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Failure("connecting timed out", sent=False)
    if isinstance(error, requests.exceptions.Timeout):
        return Failure("the answer timed out", sent=sent)
    causes = list(_causes(error))
    found = _of_tls(causes, sent=sent) or _of_connecting(causes)
    if not sent and found is None:
        found = _of_settings(causes)
    return found or Failure("the connection broke off", sent=sent)


def _of_settings(causes: list[BaseException]) -> Failure | None:
    """The request could not even be tried. The address of the API is checked when it is configured,
    so what is left are settings of the environment.
    """
    from urllib.request import getproxies

    import requests

    if any(isinstance(cause, ValueError) for cause in causes):
        names = sorted(getproxies().keys() & {"https", "all"})
        proxy = f"the proxy of {' or '.join(f'{name.upper()}_PROXY' for name in names)}"
        words = f"{proxy if names else 'the address'} is none that can be used"
        return Failure(words, sent=False, passing=False, hint=_PROXY_HINT if names else "")
    error = causes[0]
    if isinstance(error, OSError) and not isinstance(error, requests.exceptions.RequestException):
        # Such as a file of authorities that is gone since it was checked.
        words = f"it could not be sent ({error.strerror or type(error).__name__})"
        return Failure(words, sent=False, hint=_CERTIFICATE_HINT)
    return None


def _of_proxy(error: requests.exceptions.ProxyError) -> Failure:
    """The proxy could not be reached, or did not let us through: the API never heard of it."""
    causes = list(_causes(error))
    name = _proxy_name(causes)
    refused = next(filter(None, (_TUNNEL.search(str(cause)) for cause in causes)), None)
    if refused is not None:
        is_login = refused[1] == "407"
        words = f"{name} did not let the request through (it answered {refused[1]})"
        return Failure(words, sent=False, passing=not is_login, hint=_PROXY_HINT)
    connecting = _of_connecting(causes)
    if connecting is None:
        return Failure(f"{name} did not answer", sent=False, hint=_PROXY_HINT)
    return Failure(f"{name} cannot be reached: {connecting.reason}", sent=False, hint=_PROXY_HINT)


def _proxy_name(causes: list[BaseException]) -> str:
    """The proxy by its host and port: its address may hold a user name and a password."""
    from urllib3.exceptions import MaxRetryError

    for cause in causes:
        proxy = getattr(cause.pool, "proxy", None) if isinstance(cause, MaxRetryError) else None
        if proxy is not None:
            port = f":{proxy.port}" if proxy.port else ""
            return f"the proxy {proxy.host}{port}"
    return "the proxy"


def _of_connecting(causes: list[BaseException]) -> Failure | None:
    """The connection was never made."""
    from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return Failure("the host name is unknown (DNS)", sent=False, hint=_DNS_HINT)
    if not any(isinstance(cause, NewConnectionError) for cause in causes):
        timed_out = any(isinstance(cause, ConnectTimeoutError) for cause in causes)
        return Failure("connecting timed out", sent=False) if timed_out else None
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno]
    if not numbers or errno.ECONNREFUSED in numbers:
        return Failure("the connection was refused", sent=False)
    return Failure(f"no connection can be made ({os.strerror(numbers[0])})", sent=False)


def _of_tls(causes: list[BaseException], *, sent: bool) -> Failure | None:
    """TLS failed: for sure before anything was sent if a certificate was refused."""
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            # OpenSSL says why; an error that the HTTP library raises by itself has no such words.
            why = getattr(cause, "verify_message", "")
            words = "the certificate of the API was refused" + (f" ({why})" if why else "")
            return Failure(words, sent=False, passing=False, hint=_CERTIFICATE_HINT)
    found = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if found is None or sent:
        return None
    why = str(getattr(found, "reason", None) or "no words").lower().replace("_", " ")
    return Failure(f"no TLS connection can be made ({why}); does it speak https?", sent=False)


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
