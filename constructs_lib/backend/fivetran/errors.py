"""The errors of Fivetran's REST API, with what to do about them; see :mod:`http.errors`."""

from __future__ import annotations

import re

from constructs_lib.backend.http import errors
from constructs_lib.backend.http.errors import (
    ApiError,
    Interrupted,
    NotFound,
    OutOfTime,
    TooManyRequests,
    VendorError,
)

__all__ = [
    "ApiError",
    "BadAnswer",
    "Conflict",
    "Interrupted",
    "NoAnswer",
    "NotFound",
    "OutOfTime",
    "SyncInProgress",
    "TooManyRequests",
    "Unauthorized",
    "VendorError",
    "answered",
]


class Unauthorized(errors.Unauthorized):
    """401 or 403."""

    remedy = (
        "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET (or api_key and api_secret of the provider): "
        "the key must exist, and its role must allow this operation."
    )


class Conflict(errors.Conflict):
    """409: a sync is in progress, or the name is taken."""

    remedy = (
        "Wait until the sync that is in progress has ended, and run the command again. "
        "On creation: the destination schema may be taken; choose another, or import what is there."
    )


class SyncInProgress(Conflict):
    """409, or 400 after the API tried to stop it: a sync of the connection is in progress."""

    remedy = "Wait until the sync that is in progress has ended, and run the command again."


# The words of "Connection cannot be updated because the sync is in progress" (409) and of "Failed
# to stop in-progress sync after trying for 60 seconds" (400).
_IN_PROGRESS = re.compile(
    r"\bsync\b.*\bin[- ]progress\b|\bin[- ]progress\b.*\bsync\b", re.IGNORECASE | re.DOTALL
)


class NoAnswer(errors.NoAnswer):
    """No answer came."""

    remedy = "Check api_url, the network and the proxy settings, and run the command again."


class BadAnswer(errors.BadAnswer):
    """An answer that is not what the contract says, such as HTML from a proxy."""

    remedy = (
        "Check that api_url is the address of Fivetran's API, and that no proxy answers for it."
    )


def answered(
    request: str, status: int, code: str, message: str, retry_after: float | None
) -> ApiError:
    """Return the error that fits an HTTP status, and for a sync in progress the API's words."""
    if status == 429:
        return TooManyRequests(request, status, code, message, retry_after)
    if status in (400, 409) and _IN_PROGRESS.search(message):
        return SyncInProgress(request, status, code, message)
    kind = {401: Unauthorized, 403: Unauthorized, 404: NotFound, 409: Conflict}.get(
        status, ApiError
    )
    return kind(request, status, code, message)
