"""The errors of the sandbox.

=====================  =============================================================================
exception              meaning
=====================  =============================================================================
``ApiError``           an answer of the API other than 2xx, as data: status, code, message, headers
``SandboxError``       the sandbox itself cannot work, for instance because its file is unusable
=====================  =============================================================================

The functions here make the ``ApiError`` for each case, so that all codes and messages are in one
place. A message quotes only identifiers and names of fields from the request, because any other
value may be a secret.

Fivetran's contract fixes the statuses. It gives codes only for some endpoints (``InvalidInput``,
``NotFound``, ``Conflict``); for 401, 405, 406, 415 and 429 the code here is named after the status,
and a client should go by the status.
"""

from __future__ import annotations

from collections.abc import Mapping


class SandboxError(Exception):
    """The sandbox cannot work; the message says why and what to do."""


class ApiError(Exception):
    """An error answer of the API.

    :param status: HTTP status, 400 to 503
    :param code: the ``code`` of the envelope
    :param message: the ``message`` of the envelope
    :param headers: HTTP headers that this error needs
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def invalid(message: str) -> ApiError:
    """Return a 400: the request is malformed or breaks a rule."""
    return ApiError(400, "InvalidInput", message)


def required(field: str) -> ApiError:
    """Return a 400: a required field is missing; ``field`` is its dotted path."""
    return invalid(f"Field '{field}' is required")


def unauthorized() -> ApiError:
    """Return a 401: no credentials, or wrong ones."""
    header = {"WWW-Authenticate": 'Basic realm="sandbox"'}
    return ApiError(401, "Unauthorized", "HTTP 401 Unauthorized", header)


def no_such_path() -> ApiError:
    """Return a 404: the API has no such path."""
    return ApiError(404, "NotFound", "HTTP 404 Not Found")


def no_such_connection(connection_id: str) -> ApiError:
    """Return a 404: there is no such connection."""
    message = f"Connection with id '{connection_id}' does not exist"
    return ApiError(404, "NotFound_Connection", message)


def no_such_service(service: str) -> ApiError:
    """Return a 404: there is no connector type of that name."""
    return ApiError(404, "NotFound", f"Connector type '{service}' does not exist")


def no_such_group(group_id: str) -> ApiError:
    """Return a 404: there is no such group."""
    return ApiError(404, "NotFound_Group", f"Group with id '{group_id}' does not exist")


def wrong_method(allowed: list[str]) -> ApiError:
    """Return a 405: the path exists, but not with this method."""
    headers = {"Allow": ", ".join(sorted(allowed))}
    return ApiError(405, "MethodNotAllowed", "HTTP 405 Method Not Allowed", headers)


def not_acceptable() -> ApiError:
    """Return a 406: the ``Accept`` header excludes JSON in version 2."""
    return ApiError(406, "NotAcceptable", "HTTP 406 Not Acceptable")


def conflict(message: str) -> ApiError:
    """Return a 409: the request does not fit the present state."""
    return ApiError(409, "Conflict", message)


def sync_in_progress() -> ApiError:
    """Return a 409: a sync runs."""
    return conflict("Connection cannot be updated because the sync is in progress")


def sync_not_stopped() -> ApiError:
    """Return a 400: a sync runs, and the API tried in vain to stop it."""
    return invalid("Failed to stop in-progress sync after trying for 60 seconds")


def unsupported_media_type() -> ApiError:
    """Return a 415: the body is something other than JSON."""
    return ApiError(415, "UnsupportedMediaType", "HTTP 415 Unsupported Media Type")


def refused(status: int) -> ApiError:
    """Return the error for a status that a fault asks for."""
    made = {
        401: unauthorized(),
        404: ApiError(404, "NotFound_Connection", "Connection not found"),
        405: wrong_method([]),
        406: not_acceptable(),
        409: sync_in_progress(),
        415: unsupported_media_type(),
    }
    return made.get(status) or invalid("The request was refused")


def too_many_requests(retry_after: int | str) -> ApiError:
    """Return a 429: the rate limit is used up.

    :param retry_after: in how many seconds, or at which HTTP date, to try again
    """
    headers = {"Retry-After": str(retry_after)}
    return ApiError(429, "TooManyRequests", "HTTP 429 Too Many Requests", headers)


def internal() -> ApiError:
    """Return a 500: the API failed; only faults ask for it."""
    return ApiError(500, "InternalServerError", "HTTP 500 Internal Server Error")


def failed(name: str) -> ApiError:
    """Return a 500: the sandbox itself has a fault; ``name`` is the type of what was raised."""
    return ApiError(500, "Error", f"The sandbox failed ({name}); please report it")


def unavailable(message: str) -> ApiError:
    """Return a 503: the sandbox cannot work."""
    return ApiError(503, "Error", message)
