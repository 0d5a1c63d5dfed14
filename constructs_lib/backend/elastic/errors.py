"""The errors of Elasticsearch's REST API, and of changes of a status.

They derive from the tree in :mod:`constructs_lib.backend.http.errors`.
"""

from __future__ import annotations

from constructs_lib.backend.http import errors
from constructs_lib.backend.http.errors import (
    ApiError,
    InvalidIdentifier,
    ResponseAboutAnotherObject,
    ResponseOverLimit,
    TimeLimitExceeded,
    TooManyRequests,
    VendorError,
)

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

    remedy = "Check that endpoints are addresses of Elasticsearch, and that no proxy answers."


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
        super().__init__(f"connector {identifier} has the status {status!r}, which is not known")


class StatusMoved(VendorError):
    """The status is neither what was found nor what was set: somebody else set it meanwhile."""

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
