"""Send one request to Fivetran's API: its address, signature, timeouts, and errors in words.

The embedded sandbox answers ``sandbox`` and ``sandbox:FILE`` instead of a server.

Requests slow down before the account's rate limit is used up, instead of running into 429. Fivetran
counts the requests of an account over a rolling hour and tells, with each answer, how many are
allowed (``X-Rate-Limit``) and how many are left (``X-Rate-Limit-Remaining``). When few are left,
requests are spaced so that they come no faster than the oldest ones leave the hour.

Source: https://fivetran.com/docs/rest-api and
https://fivetran.com/docs/rest-api/faq/rate-limiting
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.http import jsontext, response_values, transport
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.redaction import redact_json, redacted_text, truncated
from constructs_lib.backend.http.response_values import count
from constructs_lib.backend.http.transport import Limits, Message, NoResponseReceived, Transport
from constructs_lib.backend.plugin import log
from constructs_lib.net import ContentRefused, address_problem, is_sandbox
from constructs_lib.records import NamedTuple

if TYPE_CHECKING:
    import requests


__all__ = [
    "PUBLIC_URL",
    "SANDBOX_FILE",
    "Card",
    "Exchange",
    "FivetranTransport",
    "Request",
    "base_of",
    "check_url",
    "is_sandbox",
]

PUBLIC_URL = "https://api.fivetran.com"
"""The address of Fivetran's public API."""
SANDBOX_FILE = ".sandbox/fivetran.sqlite3"
"""Where ``sandbox`` without a file keeps its data, below the working directory."""
_EMBEDDED = "sandbox://local"
_VERSION = "/v1"
"""The first step of each path of the API; other tools want it at the end of the address."""
_HEADERS = {"Accept": "application/json;version=2", "Content-Type": "application/json"}
_ANSWERED_BY_GATEWAYS = (401, 408, 425, 429)
"""Statuses that mean what they say without an envelope, too: the contract shows none for 401, and
gateways answer the others on behalf of the API."""
_OF_THE_SANDBOX = "sandbox"
"""The key and secret of the sandbox, which are documented and no secret."""


def check_url(url: str) -> str | None:
    """Return what is wrong with an address of the API; None if nothing is."""
    if is_sandbox(url):
        return None
    return address_problem(url, "api_key and api_secret", shows=False)


def base_of(url: str) -> str:
    """Return the address before ``/v1``, as which the provider knows the API.

    The official provider takes its address from the same ``FIVETRAN_API_URL``, with ``/v1`` at the
    end. Were it kept, each path would be wrong, and each connection would seem to be gone.
    """
    return url.rstrip("/").removesuffix(_VERSION).rstrip("/")


class FivetranTransport(transport.Transport):
    """HTTP sessions towards one address.

    :param url: the address of the API, or ``sandbox``, or ``sandbox:FILE``
    :param terraform: the version of Terraform; empty if none asks
    """

    def __init__(self, url: str, terraform: str = "") -> None:
        if is_sandbox(url):
            from constructs_lib.sandbox import SandboxAdapter

            file = url.partition(":")[2] or SANDBOX_FILE
            adapter = SandboxAdapter(file)
            super().__init__(_EMBEDDED, adapter, shown=f"sandbox:{file}")
        else:
            super().__init__(base_of(url), terraform=terraform)


class Request(NamedTuple):
    """One request: what is asked, and whether asking twice does harm."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    idempotent: bool = True
    secrets: Collection[str] = ()
    """Texts that no message may hold."""
    on_answer: Callable[[int, bytes], None] | None = None
    """Is called with the status and the content of each answer, before anything else is done."""

    @property
    def writes(self) -> bool:
        """True if the request changes something."""
        return self.method != "GET"

    @property
    def doubts_429(self) -> bool:
        """True for what must not be done twice: it may have taken effect in spite of a 429."""
        return self.method == "POST" or self.path.endswith("/state")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def __repr__(self) -> str:
        return f"<Request {self}>"


class Exchange:
    """The way to one account: each request is sent once, and its answer tells the API's clock and
    rate limit.

    :param transport: the way to the API
    :param key: the API key
    :param secret: the API secret
    :param request_timeout: seconds that one exchange may take
    :param before_write: is called before a request is sent that changes something
    """

    def __init__(
        self,
        transport: Transport,
        key: str,
        secret: str,
        request_timeout: float,
        before_write: Callable[[], None],
    ) -> None:
        self.transport = transport
        login = base64.b64encode(f"{key}:{secret}".encode()).decode()
        self._authorization = f"Basic {login}"
        self._login = () if secret == _OF_THE_SANDBOX else (key, secret, login)
        self._date: tuple[datetime, float] | None = None
        self._rate_limiter = RateLimiter()
        self._limits = Limits(request_timeout)
        self._before_write = before_write

    def __repr__(self) -> str:
        return f"<Exchange with {self.transport.base}>"

    def server_time(self) -> datetime:
        """Return the time by the API's clock if an answer had it, else by ours."""
        now = datetime.now(timezone.utc)
        if self._date is None:
            return now
        moment, received = self._date
        return moment + timedelta(seconds=time.time() - received)

    @property
    def knows_time(self) -> bool:
        """True if an answer had the time by the API's clock."""
        return self._date is not None

    def send_once(self, request: Request, deadline: Deadline) -> dict[str, Any]:
        """Send a request once and return the envelope of its answer.

        :raises VendorError: if there is none, or it reports an error
        """
        self._rate_limiter.wait(deadline)
        if deadline.remaining <= 0:
            raise errors.TimeLimitExceeded(
                f"no time is left for {request}: {deadline.limit:.0f} s are over"
            )
        body = None if request.body is None else jsontext.dumps(request.body).encode()
        message = Message(request.method, request.path, body, _HEADERS, self._sign)
        if request.writes:
            self._before_write()
        with self._explained(request):
            response = self.transport.send(message, deadline, self._limits)
        if request.on_answer is not None:
            request.on_answer(response.status_code, response.content)
        self._learn_time(response.headers)
        self._rate_limiter.observe(response.headers)
        return self._success(request, response)

    @contextmanager
    def _explained(self, request: Request) -> Iterator[None]:
        """Turn what goes wrong on the way into the errors of this API."""
        try:
            yield
        except NoResponseReceived as error:
            why = error.failure
            raise errors.NoResponse(
                str(request),
                why.reason,
                sent=why.sent,
                passing=why.passing,
                host=self.transport.host,
                hint=why.hint,
            ) from None
        except ContentRefused as error:
            raise errors.ResponseOverLimit(
                self.full_request(request), error.status, error.reason
            ) from None

    def _success(self, request: Request, response: requests.Response) -> dict[str, Any]:
        """Return the envelope of a success, with setup tests that quote no secret.

        :raises VendorError: if it is none
        """
        envelope = self._envelope(request, response)
        code = envelope.get("code")
        if response.status_code >= 400 or not errors.is_success(str(code)):
            is_elsewhere = response.status_code == 404 and code not in errors.GONE
            message = envelope.get("message")
            raise errors.error_of_response(
                self.full_request(request) if is_elsewhere else str(request),
                response.status_code,
                self._redacted(code, request),
                self._redacted(message, request),
                response_values.retry_after(response.headers),
                errors.Original(code, message),
            )
        data = envelope.get("data")
        if isinstance(data, dict) and "setup_tests" in data:
            # They are there to be shown, and may quote what they tried.
            from constructs_lib.backend.fivetran.api import quoted_texts

            hidden = [*self._hidden(request), *quoted_texts.of_connection(data)]
            data["setup_tests"] = quoted_texts.without(data["setup_tests"], hidden)
        return envelope

    def _learn_time(self, headers: Mapping[str, str]) -> None:
        date = response_values.answered_at(headers)
        self._date = None if date is None else (date, time.time())

    def full_request(self, request: Request) -> str:
        """Return a request with the whole address, for errors that an address may explain."""
        return f"{request.method} {self.transport.base}{request.path}"

    def _envelope(self, request: Request, response: requests.Response) -> dict[str, Any]:
        """Return the API's envelope: an object with a text under ``code``.

        :raises ForeignResponse: if an answer with an error status has none
        :raises InvalidResponse: if an answer with another status has none
        :raises ResponseOverLimit: if it is beyond a limit
        """
        status = response.status_code
        try:
            envelope = jsontext.loads(response.content.decode("utf-8"))
        except ValueError as error:
            if isinstance(error, jsontext.Excessive) and status < 400:
                raise errors.ResponseOverLimit(
                    self.full_request(request), status, str(error)
                ) from None
            envelope = None
        is_envelope = isinstance(envelope, dict) and isinstance(envelope.get("code"), str)
        if is_envelope and (200 <= status < 300 or status >= 400):
            found: dict[str, Any] = envelope
            return found
        reason = (
            f"something else than the API's JSON ({response_values.content_type(response.headers)})"
        )
        if status in _ANSWERED_BY_GATEWAYS or status >= 500:
            return {"message": _words(envelope) or reason}
        if status >= 400:
            raise errors.ForeignResponse(self.full_request(request), status, reason)
        raise errors.InvalidResponse(self.full_request(request), status, reason)

    def _redacted(self, words: Any, request: Request) -> str:
        """Return what the API says without secrets and without the settings that it quotes: a text,
        or else its JSON, no longer than a message shows.
        """
        if words is None or isinstance(words, str):
            return redacted_text(words or "", self._hidden(request))
        return truncated(jsontext.dumps(redact_json(words, self._hidden(request))))

    def _hidden(self, request: Request) -> list[str]:
        """Return the texts that no message about an answer holds."""
        if request.body is None:
            return [*request.secrets, *self._login]
        # Only what is quoted needs it, and it loads what a success does not.
        from constructs_lib.backend.fivetran.api import quoted_texts

        return [*request.secrets, *self._login, *quoted_texts.of_request(request.body)]

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request; see :class:`Message`."""
        request.headers["Authorization"] = self._authorization
        return request


def _words(document: Any) -> Any:
    """Return what an answer without an envelope says; None if it says nothing."""
    return document.get("message") if isinstance(document, dict) else None


class Card(NamedTuple):
    """A connect card. Both parts are secret: either is enough to set the connection up."""

    uri: str
    """The address to which the end user is sent."""
    token: str
    """The token in it."""

    def __repr__(self) -> str:
        return "<Card (hidden)>"

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Card | None:
        """Return the card in an answer of the API; None if there is none."""
        card = answer.get("connect_card")
        if not isinstance(card, dict):
            return None
        uri, token = card.get("uri"), card.get("token")
        if not (isinstance(uri, str) and uri and isinstance(token, str) and token):
            return None
        return cls(uri, token)


_HOUR = 3600.0
_USUAL_LIMIT = 20_000
_SHARE_KEPT = 0.02
_LEAST_KEPT = 20
"""As many as Terraform may send at once, twice."""


class RateLimiter:
    """The speed of all requests of one account; several threads use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._interval = 0.0
        self._next = 0.0

    def observe(self, headers: Mapping[str, str]) -> None:
        """Learn from the headers of an answer whether to slow down."""
        remaining = count(headers, "X-Rate-Limit-Remaining")
        if remaining is None:
            return
        limit = count(headers, "X-Rate-Limit") or _USUAL_LIMIT
        is_near = remaining <= max(_LEAST_KEPT, limit * _SHARE_KEPT)
        with self._lock:
            self._interval = _HOUR / limit if is_near else 0.0

    def wait(self, deadline: Deadline) -> None:
        """Wait until the next request is due; not at all while enough requests are left.

        :raises TimeLimitExceeded: if that is after the deadline
        :raises Interrupted: as soon as Terraform wants to stop
        """
        pause = self._reserve(time.monotonic())
        if pause <= 0:
            return
        until = datetime.now(timezone.utc) + timedelta(seconds=pause)
        log.info(
            f"the rate limit of the account is nearly used up; going on in {pause:.1f} s, "
            f"at {until:%H:%M:%SZ}"
        )
        deadline.wait(pause, "the rate limit of the account")

    def _reserve(self, now: float) -> float:
        """Reserve the next free moment and return the seconds until then."""
        with self._lock:
            if not self._interval:
                return 0.0
            due = max(now, self._next)
            self._next = due + self._interval
            return due - now
