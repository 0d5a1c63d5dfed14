"""The errors of Fivetran's REST API, with what to do about them; see :mod:`http.errors`.

The ``code`` in the API's envelope says whether a connection is gone. The published contract shows
``NotFound`` for objects of other kinds and names no code for connections; public reports show these
(https://fivetran.com/docs/rest-api/api-reference/connections):

=======================  ===========================================================================
code of a 404            meaning
=======================  ===========================================================================
``NotFound_Connection``  there is no such connection
``NotFound_Connector``   the same, from the time when the API called connections connectors
``NotFound_Group``       there is no such group; says nothing about a connection
``NotFound``             with "HTTP 404 Not Found": the API has no such path; else an object of
                         another kind is missing, such as a proxy agent
=======================  ===========================================================================

The advice for a refused test, sync or re-sync follows the documented errors of the endpoints
``…/test``, ``…/sync`` and ``…/resync`` on the same page.
"""

from __future__ import annotations

import re

from constructs_lib.backend.http import errors
from constructs_lib.backend.http.errors import (
    ApiError,
    Interrupted,
    InvalidIdentifier,
    NotFound,
    ResponseAboutAnotherObject,
    ResponseOverLimit,
    TimeLimitExceeded,
    TooManyRequests,
    VendorError,
)
from constructs_lib.records import NamedTuple

__all__ = [
    "ApiError",
    "Conflict",
    "ForeignResponse",
    "IncompleteResponse",
    "Interrupted",
    "InvalidIdentifier",
    "InvalidResponse",
    "NoResponse",
    "NoStateYet",
    "NotFound",
    "ResponseAboutAnotherObject",
    "ResponseOverLimit",
    "SomethingElseMissing",
    "SyncInProgress",
    "TimeLimitExceeded",
    "TooManyRequests",
    "Unauthorized",
    "VendorError",
    "error_of_response",
    "is_success",
]
GONE = frozenset({"NotFound_Connection", "NotFound_Connector"})
"""The codes of a 404 that say of a connection that it is not there."""
_SUCCESS = "success"
_ADVICE_IF_GONE = (
    "The connection is not there any more, or belongs to another account: check connection_id. If "
    "it was deleted, the next plan with refresh drops it from the state."
)
_ADVICE_ON_HEADERS = (
    "The API did not accept the headers of the request. The provider sends JSON and accepts "
    "version 2 of the API: check that api_url is the address of Fivetran's API, and that no proxy "
    "changes headers on the way."
)
_COMMON_ADVICE = {404: _ADVICE_IF_GONE, 406: _ADVICE_ON_HEADERS, 415: _ADVICE_ON_HEADERS}
_TEST_ADVICE = {
    400: "Fivetran could not run the tests as asked. Look at the connection in the dashboard.",
    405: "Fivetran does not run setup tests of this connection. Remove this resource.",
}
_RESYNC_ADVICE = {
    400: (
        "Not every service can re-sync single tables. Check the names of schemas and tables: GET "
        "/v1/connections/{id}/schemas lists them. Or, to re-sync everything, leave the tables "
        "(scope) out and set resync_everything."
    ),
    405: 'Fivetran does not re-sync this connection. Use mode = "sync", or remove this resource.',
}


class Unauthorized(errors.Unauthorized):
    """401 or 403."""

    remedy = (
        "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET (or api_key and api_secret of the provider): "
        "the key must exist, and its role must allow this operation."
    )


class SomethingElseMissing(ApiError):
    """404 with a code that does not name the connection: a wrong path, or a missing group."""

    remedy = (
        "Fivetran does not say that the connection is gone, so the state keeps it. Check api_url "
        "(or FIVETRAN_API_URL), and what the message names, such as group_id."
    )


class Conflict(errors.Conflict):
    """409: a sync is in progress, or the name is taken."""

    remedy = (
        "Wait until the sync that is in progress has ended, and run the command again. At "
        "creation, the destination schema may be taken: choose another, or import the existing "
        "connection."
    )


class SyncInProgress(Conflict):
    """409, or 400 after the API tried to stop it: a sync of the connection is in progress."""

    remedy = "Wait until the sync that is in progress has ended, and run the command again."


# The words of "Connection cannot be updated because the sync is in progress" (409) and of "Failed
# to stop in-progress sync after trying for 60 seconds" (400).
_IN_PROGRESS = re.compile(
    r"\bsync\b.*\bin[- ]progress\b|\bin[- ]progress\b.*\bsync\b", re.IGNORECASE | re.DOTALL
)


class NoStateYet(ApiError):
    """400 to the first write of a state: there is no state yet that could be changed."""

    remedy = (
        "Nothing was set. Sync the connection once first, so that its connector writes a state; "
        "after that, the state can be set. Then run the command again."
    )


# The words of "state doesn't exist", in the forms in which the API may put them.
_SETS_STATE = re.compile(r"PATCH \S+/state\b")
_NO_STATE = re.compile(
    r"\bstate\b.*\b(?:does\s*n.t|does not|not) exist|\bno\b.*\bstate\b", re.IGNORECASE
)


class NoResponse(errors.NoResponse):
    """No answer came."""

    remedy = "Check api_url, the network and the proxy settings, and run the command again."


class InvalidResponse(errors.InvalidResponse):
    """An answer that is not what the contract says, such as HTML from a proxy."""

    remedy = (
        "Check that api_url is the address of Fivetran's API, and that no proxy answers for it."
    )


class IncompleteResponse(InvalidResponse, errors.IncompleteResponse):
    """A success in Fivetran's form that lacks what the contract promises."""


class ForeignResponse(errors.ForeignResponse):
    """An error status that something else than Fivetran's API answered."""

    remedy = (
        "Check api_url (or FIVETRAN_API_URL): it is the address of Fivetran's API, such as "
        "https://api.fivetran.com. Check also that no proxy answers in its place. Nothing was "
        "changed, and the state keeps what it has."
    )


class Original(NamedTuple):
    """What the API says as it came, before anything is hidden in it. No error keeps it."""

    code: object
    message: object


def error_of_response(
    request: str,
    status: int,
    code: str,
    message: str,
    retry_after: float | None,
    original: Original | None = None,
) -> ApiError:
    """Return the error for an HTTP status, the API's own code, and the words of its message.

    :param original: code and message as they came, by which the error is chosen: a setting may
        read like one of their words, and is hidden in the others; None if nothing was hidden
    """
    if status == 429:
        return TooManyRequests(request, status, code, message, retry_after)
    kind = _kind(request, status, original or Original(code, message))
    error = kind(request, status, code, message)
    error.retry_after = retry_after
    return error


def _kind(request: str, status: int, original: Original) -> type[ApiError]:
    words = original.message if isinstance(original.message, str) else ""
    if status in (400, 409) and _IN_PROGRESS.search(words):
        return SyncInProgress
    if status == 400 and _SETS_STATE.match(request) and _NO_STATE.search(words):
        return NoStateYet
    if status == 404:
        return NotFound if original.code in GONE else SomethingElseMissing
    return {401: Unauthorized, 403: Unauthorized, 409: Conflict}.get(status, ApiError)


def is_success(code: str) -> bool:
    """Return True if the code of an envelope says that the request succeeded."""
    return code.lower() == _SUCCESS


def advice_on_tests(error: VendorError) -> str:
    """Return what to do if the API refuses setup tests; empty if the error itself says it."""
    return _advice(error, {**_COMMON_ADVICE, **_TEST_ADVICE})


def advice_on_sync(error: VendorError) -> str:
    """Return what to do if the API refuses a sync; empty if the error itself says it."""
    return _advice(error, _COMMON_ADVICE)


def advice_on_resync(error: VendorError) -> str:
    """Return what to do if the API refuses a re-sync; empty if the error itself says it."""
    return _advice(error, {**_COMMON_ADVICE, **_RESYNC_ADVICE})


def _advice(error: VendorError, table: dict[int, str]) -> str:
    if isinstance(error, SyncInProgress):
        return ""  # Its own remedy says what to do.
    if not isinstance(error, ApiError) or not error.request.startswith("POST"):
        return ""
    if isinstance(error, SomethingElseMissing):
        return ""
    return table.get(error.status, "")
