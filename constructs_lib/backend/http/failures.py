"""Why no answer came, in words, and whether the request may have arrived."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import requests


class Failure(NamedTuple):
    """How one request failed without an answer."""

    reason: str
    """What happened, in words."""
    sent: bool
    """False if the request certainly did not reach the API."""
    passing: bool = True
    """False if trying again would fail in the same way."""


def failure(error: requests.exceptions.RequestException) -> Failure:
    """The failure without the words of the HTTP library, which repeat addresses and objects."""
    import requests
    from urllib3.exceptions import NewConnectionError

    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Failure("connecting timed out", sent=False)
    if isinstance(error, requests.exceptions.Timeout):
        return Failure("the answer timed out", sent=True)
    reason = error.args[0] if error.args else None
    reason = getattr(reason, "reason", reason)
    refused = _certificate_refused(reason)
    if refused is not None:
        # OpenSSL says why; an error that the HTTP library raises by itself has no such words.
        why = getattr(refused, "verify_message", "")
        words = "the certificate of the API was refused" + (f" ({why})" if why else "")
        return Failure(words, sent=False, passing=False)
    if isinstance(reason, NewConnectionError):
        return Failure("the connection was refused", sent=False)
    return Failure("the connection broke off", sent=True)


def _certificate_refused(reason: Any) -> ssl.SSLCertVerificationError | None:
    """Why TLS failed before anything was sent. Any other failure of TLS may come later."""
    seen = 0
    while reason is not None and seen < 5:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return reason
        inner = reason.args[0] if getattr(reason, "args", None) else None
        reason = inner if isinstance(inner, BaseException) else reason.__cause__
        seen += 1
    return None
