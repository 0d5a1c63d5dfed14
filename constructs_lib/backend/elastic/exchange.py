"""Send one request to Elasticsearch, over the first endpoint that can be reached, and its errors.

The errors derive from the tree in :mod:`constructs_lib.backend.http.errors`; those of changes of a
status are among them.

Source: https://www.elastic.co/docs/reference/elasticsearch/rest-apis
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from constructs_lib.backend.elastic.provider import Credentials
from constructs_lib.backend.http import errors, jsontext, response_values
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import (
    ApiError,
    InvalidIdentifier,
    ResponseAboutAnotherObject,
    ResponseOverLimit,
    TimeLimitExceeded,
    TooManyRequests,
    VendorError,
)
from constructs_lib.backend.http.redaction import redacted_text
from constructs_lib.backend.http.transport import Limits, Message, NoResponseReceived, Transport
from constructs_lib.net import ContentRefused
from constructs_lib.records import NamedTuple
from constructs_lib.schemas.connector_status import STATUSES

if TYPE_CHECKING:
    import requests


_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
_TO_CONNECT, _LEAST_TO_CONNECT = 10.0, 1.0
"""Seconds to connect to all endpoints in turn, and to each at least."""
_PRODUCT = "Elasticsearch"
_ELSEWHERE_MAY_WORK = (502, 503, 504)
_ANSWERED_BY_GATEWAYS = (401, 403, 408, 425, 429)
"""Statuses that mean what they say without the product header, too."""


class Request(NamedTuple):
    """One request."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    about: str = ""
    """The connector that a 404 must name to say that it is gone; empty if any 404 says so."""
    is_public: bool = False
    """True if messages may show what the body holds."""

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


class Exchange:
    """The way to one cluster. A request is sent again only if an endpoint certainly did not get it.

    :param transports: the ways to the endpoints, in the order in which they are tried
    :param credentials: who asks
    :param request_timeout: seconds that one request may take
    :param ca_file: the path of a PEM file with the authorities to trust; None for those of the
            environment, or the usual ones
    """

    def __init__(
        self,
        transports: Sequence[Transport],
        credentials: Credentials,
        request_timeout: float,
        ca_file: str | None = None,
    ) -> None:
        self.transports = list(transports)
        self._credentials = credentials
        self._first = 0
        self._verify = ca_file
        # As long as none is reached, all of them together are given the time of one.
        connect = max(_LEAST_TO_CONNECT, _TO_CONNECT / max(len(self.transports), 1))
        self._limits = Limits(request_timeout, connect)

    def __repr__(self) -> str:
        return f"<Exchange with {', '.join(each.base for each in self.transports)}>"

    def send_once(self, request: Request, deadline: Deadline) -> dict[str, Any]:
        """Send a request once and return the JSON of the answer; try the next endpoint if one
        cannot be connected.

        :raises VendorError: if there is no answer, or it reports an error
        """
        unreached: list[tuple[str, NoResponse]] = []
        count = len(self.transports)
        for place in [(self._first + step) % count for step in range(count)]:
            if deadline.remaining <= 0:
                raise TimeLimitExceeded(
                    f"no time is left for {request}: {deadline.limit:.0f} s are over"
                )
            try:
                response = self._send(self.transports[place], request, deadline)
            except NoResponse as error:
                self._first = (place + 1) % count
                if error.sent:
                    raise
                unreached.append((self.transports[place].base, error))
                continue
            is_off = response.status_code in _ELSEWHERE_MAY_WORK
            self._first = (place + 1) % count if is_off else place
            return self._answer(self.transports[place], request, response)
        raise _unreachable(request, unreached)

    def full_request(self, request: Request) -> str:
        """Return a request with the address that answered last, for errors that it may explain."""
        return f"{request.method} {self.transports[self._first].base}{request.path}"

    def _answer(
        self, transport: Transport, request: Request, response: requests.Response
    ) -> dict[str, Any]:
        """Return the JSON of an answer that is Elasticsearch's own.

        :raises ForeignResponse: if an error status comes without Elasticsearch's product header or
            its form of an error: nothing that such an answer says can be believed
        """
        status = response.status_code
        whole = f"{request.method} {transport.base}{request.path}"
        document = _document(whole, response)
        is_elastic = response.headers.get("X-elastic-product") == _PRODUCT
        if status >= 400:
            original = _type_and_reason(document, response)
            code, message = (redacted_text(words, self._hidden(request)) for words in original)
            # What says that something is gone must prove where it comes from, the form alone
            # does not: other products answer errors in it, too.
            is_elastic = _is_error(document) and (is_elastic or status != 404)
            if not is_elastic and status < 500 and status not in _ANSWERED_BY_GATEWAYS:
                raise ForeignResponse(whole, status, message)
            raise error_of_response(
                whole if status == 404 else str(request),
                status,
                code,
                message,
                response_values.retry_after(response.headers),
                is_gone=says_gone(status, *original, request.about),
            )
        if not is_elastic:
            raise InvalidResponse(whole, status, f"no sign of {_PRODUCT}")
        if not isinstance(document, dict) or not 200 <= status < 300:
            raise InvalidResponse(whole, status, "something else than a JSON object")
        return document

    def _hidden(self, request: Request) -> list[str]:
        """Return the texts that no message about an answer holds."""
        if request.body is None or request.is_public:
            return list(self._credentials.secrets)
        # Only an error needs it, and it loads what a success does not.
        from constructs_lib.backend.http.redaction import texts_of

        sent = texts_of(request.body, lambda path, text: text.lower() in STATUSES)
        return [*self._credentials.secrets, *sent]

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request; see :class:`Message`."""
        request.headers["Authorization"] = self._credentials.authorization
        return request

    def _send(
        self, transport: Transport, request: Request, deadline: Deadline
    ) -> requests.Response:
        body = None if request.body is None else jsontext.dumps(request.body).encode()
        message = Message(
            request.method, request.path, body, _HEADERS, self._sign, verify=self._verify
        )
        try:
            return transport.send(message, deadline, self._limits)
        except NoResponseReceived as error:
            why = error.failure
            raise NoResponse(
                str(request),
                why.reason,
                sent=why.sent,
                passing=why.passing,
                host=transport.host,
                hint=why.hint,
            ) from None
        except ContentRefused as error:
            whole = f"{request.method} {transport.base}{request.path}"
            raise ResponseOverLimit(whole, error.status, error.reason) from None


def _unreachable(request: Request, found: list[tuple[str, NoResponse]]) -> NoResponse:
    """Return the error that names each endpoint, and what went wrong there."""
    words = "; ".join(f"{base}: {error.reason}" for base, error in found)
    hints = dict.fromkeys(error.hint for _, error in found if error.hint)
    passing = any(error.passing for _, error in found)
    return NoResponse(str(request), words, sent=False, passing=passing, hint=" ".join(hints))


def _document(whole: str, response: requests.Response) -> Any:
    """Return the JSON of an answer; None if it is none.

    :raises ResponseOverLimit: if a success is beyond a limit
    """
    try:
        return jsontext.loads(response.content.decode("utf-8"))
    except ValueError as error:
        if isinstance(error, jsontext.Excessive) and response.status_code < 400:
            raise ResponseOverLimit(whole, response.status_code, str(error)) from None
        return None


def _is_error(document: Any) -> bool:
    """Return True if a document has the form of Elasticsearch's errors."""
    return isinstance(document, dict) and isinstance(document.get("error"), (dict, str))


def _type_and_reason(document: Any, response: requests.Response) -> tuple[str, str]:
    """Return the type and the reason of an error."""
    error = document.get("error") if isinstance(document, dict) else None
    if isinstance(error, dict):
        cause = error.get("caused_by")
        reasons = [error.get("reason"), cause.get("reason") if isinstance(cause, dict) else None]
        return str(error.get("type") or ""), ": ".join(str(each) for each in reasons if each)
    if isinstance(error, str):
        return "", error
    kind = response_values.content_type(response.headers)
    return "", f"a response that is not Elasticsearch's ({kind})"


__all__ = [
    "ApiError",
    "ForeignResponse",
    "IncompleteResponse",
    "InvalidIdentifier",
    "InvalidResponse",
    "NoResponse",
    "NotFound",
    "ResponseAboutAnotherObject",
    "ResponseOverLimit",
    "StatusMoved",
    "StatusUnknown",
    "TimeLimitExceeded",
    "TooManyRequests",
    "TransitionNotAllowed",
    "Unauthorized",
    "VendorError",
    "error_of_response",
    "says_gone",
]
_MISSING = "resource_not_found_exception"


class Unauthorized(errors.Unauthorized):
    """401 or 403."""

    remedy = (
        "Check api_key, username and password, or bearer_token of the provider elasticops (or "
        "ELASTICSEARCH_API_KEY, ELASTICSEARCH_USERNAME and ELASTICSEARCH_PASSWORD). From 9.0 on "
        "the cluster privilege manage_connector is needed, monitor_connector to read."
    )


class NotFound(errors.NotFound):
    """404, with Elasticsearch's own word that there is no such connector."""

    remedy = "Check connector_id: the connector may have been deleted, or be in another cluster."


class NoResponse(errors.NoResponse):
    """No answer came, from no endpoint."""

    remedy = "Check endpoints, ca_file, the network and the proxy, and run the command again."


class InvalidResponse(errors.InvalidResponse):
    """An answer that is not Elasticsearch's, such as HTML from a proxy."""

    remedy = (
        "Check that endpoints are addresses of Elasticsearch, and that no proxy answers in its "
        "place."
    )


class IncompleteResponse(InvalidResponse, errors.IncompleteResponse):
    """A success in Elasticsearch's form that lacks what the contract promises."""


class ForeignResponse(errors.ForeignResponse):
    """An error status that something else than Elasticsearch answered."""

    remedy = (
        "Check endpoints (or ELASTICSEARCH_ENDPOINTS): they are addresses of Elasticsearch, such "
        "as https://search.example.com:9200. Check that no proxy answers in its place. Nothing "
        "was changed, and the state keeps what it has."
    )


class StatusUnknown(VendorError):
    """A status that this version of the provider does not know."""

    remedy = "Install a newer version of the provider."

    def __init__(self, identifier: str, status: str) -> None:
        super().__init__(
            f"connector {identifier} has the status {status!r}, which this version of the "
            "provider does not know"
        )


class StatusMoved(VendorError):
    """The status is neither what was found nor what was set: somebody else has set it."""

    remedy = "Plan again: the plan then starts from what is there."

    def __init__(self, identifier: str, before: str, wanted: str, now: str) -> None:
        super().__init__(
            f"the status of connector {identifier} was changed by somebody else while it was set "
            f"from {before} to {wanted}: now it is {now}"
        )


class TransitionNotAllowed(VendorError):
    """The Connector Protocol does not allow this transition.

    :param words: which one, and what is allowed instead
    :param remedy: what to do
    """

    def __init__(self, words: str, remedy: str) -> None:
        super().__init__(words)
        self.remedy = remedy


def says_gone(status: int, code: str, message: str, connector: str = "") -> bool:
    """Return True if an answer says that a connector is not there.

    A 404 of another type, such as that of a missing index, says nothing of a connector.

    :param code: Elasticsearch's type of the error, before anything is hidden in it
    :param message: its reason, before anything is hidden in it
    :param connector: the identifier that the reason must name; empty if it need not
    """
    is_named = not connector or f"[{connector}]" in message
    return status == 404 and code == _MISSING and is_named


def error_of_response(
    request: str,
    status: int,
    code: str,
    message: str,
    retry_after: float | None,
    *,
    is_gone: bool,
) -> ApiError:
    """Return the error that fits an HTTP status.

    :param is_gone: True if the answer says that the connector is not there, see :func:`says_gone`
    """
    if status == 429:
        return TooManyRequests(request, status, code, message, retry_after)
    kind = {401: Unauthorized, 403: Unauthorized}.get(status, NotFound if is_gone else ApiError)
    error = kind(request, status, code, message)
    error.retry_after = retry_after
    return error
