"""The errors of Elastic's API, in Elasticsearch's envelope.

An endpoint raises what these functions return. Reasons quote what Elasticsearch's quote: paths,
identifiers and statuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs_lib.sandbox.common.errors import ApiError
from constructs_lib.sandbox.common.messages import ApiResponse

_LOGIN = 'Basic realm="security", charset="UTF-8", Bearer realm="security", ApiKey'
_TYPES = {
    401: "security_exception",
    429: "es_rejected_execution_exception",
    503: "cluster_block_exception",
}


class ElasticError(Exception):
    """An error answer.

    :param status: HTTP status, 400 to 503
    :param kind: the ``type`` of the envelope
    :param reason: the ``reason`` of the envelope
    :param caused_by: type and reason of the cause, where Elasticsearch names one
    :param headers: HTTP headers that this error needs
    """

    def __init__(
        self,
        status: int,
        kind: str,
        reason: str,
        caused_by: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.kind = kind
        self.reason = reason
        self.caused_by = caused_by
        self.headers = dict(headers or {})

    def answer(self) -> ApiResponse:
        """Return the answer for this error."""
        cause = {"type": self.kind, "reason": self.reason}
        error: dict[str, Any] = {"root_cause": [cause], **cause}
        if self.caused_by is not None:
            error["caused_by"] = dict(zip(("type", "reason"), self.caused_by, strict=True))
        return ApiResponse(self.status, {"error": error, "status": self.status}, self.headers)


class Unrouted(ElasticError):
    """A request that no endpoint takes: its ``error`` is only a text."""

    def answer(self) -> ApiResponse:
        """Return the answer for this error."""
        envelope = {"error": self.reason, "status": self.status}
        return ApiResponse(self.status, envelope, self.headers)


def from_api_error(error: ApiError) -> ElasticError:
    """Return an error that any API may have, as Elasticsearch answers it."""
    kind = _TYPES.get(error.status, "illegal_argument_exception")
    kind = "exception" if error.status == 500 else kind
    return ElasticError(error.status, kind, error.message, headers=error.headers)


def no_handler(method: str, path: str) -> ElasticError:
    """Return a 400: there is no such path."""
    return Unrouted(400, "", f"no handler found for uri [{path}] and method [{method}]")


def wrong_method(method: str, path: str, allowed: list[str]) -> ElasticError:
    """Return a 405: the path exists, but not with this method."""
    methods = ", ".join(sorted(allowed))
    reason = f"Incorrect HTTP method for uri [{path}] and method [{method}], allowed: [{methods}]"
    return Unrouted(405, "", reason, headers={"Allow": methods})


def no_credentials(path: str) -> ElasticError:
    """Return a 401: the request has no credentials."""
    reason = f"missing authentication credentials for REST request [{path}]"
    return _unauthorized(reason)


def bad_credentials(path: str) -> ElasticError:
    """Return a 401: the credentials are not known."""
    reason = f"unable to authenticate with provided credentials for REST request [{path}]"
    return _unauthorized(reason)


def not_allowed() -> ElasticError:
    """Return a 403: the credentials lack the cluster privilege ``manage_connector``."""
    reason = (
        "action [cluster:admin/xpack/connector] is unauthorized for the given credentials, "
        "this action is granted by the cluster privileges [manage_connector,manage,all]"
    )
    return ElasticError(403, "security_exception", reason)


def no_such_connector(connector_id: str) -> ElasticError:
    """Return a 404: there is no such connector, or it has been deleted."""
    reason = f"connector [{connector_id}] not found"
    return ElasticError(404, "resource_not_found_exception", reason)


def no_such_sync_job(identifier: str) -> ElasticError:
    """Return a 404: there is no such sync job."""
    reason = f"connector sync job [{identifier}] not found"
    return ElasticError(404, "resource_not_found_exception", reason)


def nothing_to_sync(connector_id: str) -> ElasticError:
    """Return a 404: there is no connector for a sync job."""
    reason = f"Connector with id '{connector_id}' does not exist."
    return ElasticError(404, "resource_not_found_exception", reason)


def invalid(*problems: str) -> ElasticError:
    """Return a 400: the body can be read, but breaks rules."""
    numbered = " ".join(f"{number}: {text};" for number, text in enumerate(problems, start=1))
    reason = f"Validation Failed: {numbered}"
    return ElasticError(400, "action_request_validation_exception", reason)


def refused(reason: str) -> ElasticError:
    """Return a 400: the body is well formed, but does not fit what is stored."""
    return ElasticError(400, "status_exception", reason)


def unreadable(reason: str, cause: tuple[str, str] | None = None) -> ElasticError:
    """Return a 400: the body cannot be read.

    :param cause: type and reason of what is behind it, such as an unknown status
    """
    return ElasticError(400, "x_content_parse_exception", reason, cause)


def illegal(reason: str) -> ElasticError:
    """Return a 400: a parameter of the query has a value that is not allowed."""
    return ElasticError(400, "illegal_argument_exception", reason)


def body_missing() -> ElasticError:
    """Return a 400: there is no body."""
    return ElasticError(400, "parse_exception", "request body is required")


def wrong_parameter(name: str) -> ElasticError:
    """Return a 400: a parameter of the query is no number, or not in its range."""
    return illegal(f"Failed to parse int parameter [{name}]")


def wrong_flag(text: str) -> ElasticError:
    """Return a 400: a parameter of the query is neither true nor false."""
    return illegal(f"Failed to parse value [{text}] as only [true] or [false] are allowed.")


def unknown_parameters(path: str, names: Sequence[str]) -> ElasticError:
    """Return a 400: the endpoint lacks these parameters of the query, at least in this version."""
    word = "parameter" if len(names) == 1 else "parameters"
    listed = ", ".join(f"[{name}]" for name in names)
    return illegal(f"request [{path}] contains unrecognized {word}: {listed}")


def wrong_transition(current: str, wanted: str) -> ElasticError:
    """Return a 400: the one status must not follow the other."""
    return refused(
        f"Invalid transition attempt from [{current}] to [{wanted}]. "
        "Such a status transition is not supported by the Connector Protocol."
    )


def wrong_sync_job_transition(current: str, wanted: str) -> ElasticError:
    """Return a 400: the one status of a sync job must not follow the other."""
    return refused(
        f"Invalid transition attempt from [{current}] to [{wanted}]. "
        "Such a sync job status transition is not supported by the Connector Protocol."
    )


def wrong_version(header: str, allowed: tuple[int, int], found: int) -> ElasticError:
    """Return a 400: the client asks for a version that this server cannot speak."""
    cause = (
        f"{header} version must be either version {allowed[0]} or {allowed[1]}, but found {found}"
    )
    return ElasticError(
        400,
        "media_type_header_exception",
        "Invalid media-type value on headers [Accept, Content-Type]",
        ("status_exception", cause),
    )


def unsupported_media_type(given: str) -> ElasticError:
    """Return a 406: the body is something other than JSON."""
    return Unrouted(406, "", f"Content-Type header [{given}] is not supported")


def _unauthorized(reason: str) -> ElasticError:
    return ElasticError(401, "security_exception", reason, headers={"WWW-Authenticate": _LOGIN})
