"""The errors of Fivetran's REST API, with what to do about them; see :mod:`http.errors`."""

from __future__ import annotations

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
    """The error that fits an HTTP status."""
    if status == 429:
        return TooManyRequests(request, status, code, message, retry_after)
    kind = {401: Unauthorized, 403: Unauthorized, 404: NotFound, 409: Conflict}.get(
        status, ApiError
    )
    error = kind(request, status, code, message)
    error.retry_after = retry_after
    return error
