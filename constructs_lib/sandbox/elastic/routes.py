"""The paths of the sandbox of Elastic's API and the functions that answer them.

As in Elasticsearch, a path is split first and its parts are decoded then, slashes at its end do not
count, and an empty part is an empty identifier.

If the sandbox was started with control, it also has the paths below ``/_sandbox``, which let a test
see and steer it from outside.

Source of ``GET /``: Elasticsearch's API, "Get cluster info".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import NamedTuple
from urllib.parse import unquote

from constructs_lib.sandbox.common.errors import SandboxError
from constructs_lib.sandbox.common.messages import CONTROL_PREFIX, ApiResponse
from constructs_lib.sandbox.elastic import connectors, details, errors, statuses, sync_jobs
from constructs_lib.sandbox.elastic.call import ElasticCall
from constructs_lib.sandbox.elastic.store import ElasticSettings


def read_server_info(call: ElasticCall) -> ApiResponse:
    """Answer ``GET /``: name and version of the server."""
    version = call.settings.version
    compatible = f"{call.settings.major - 1}"
    answer = {
        "name": "sandbox",
        "cluster_name": "sandbox",
        "cluster_uuid": "sandbox",
        "version": {
            "number": version,
            "build_flavor": call.settings.build_flavor,
            "build_type": "docker",
            "build_hash": "sandbox",
            "build_date": "2026-01-01T00:00:00.000000000Z",
            "build_snapshot": version.endswith("-SNAPSHOT"),
            "lucene_version": "10.0.0",
            "minimum_wire_compatibility_version": f"{compatible}.0.0",
            "minimum_index_compatibility_version": f"{compatible}.0.0",
        },
        "tagline": "You Know, for Search",
    }
    return ApiResponse(200, answer)


def read_journal(call: ElasticCall) -> ApiResponse:
    """Answer ``GET /_sandbox/journal?since=N``: the entries with numbers above N."""
    entries = call.tables.journal(call.number("since", 0))
    return ApiResponse(200, {"items": [entry.to_dict() for entry in entries]})


def reset_sandbox(call: ElasticCall) -> ApiResponse:
    """Answer ``POST /_sandbox/reset``: forgets connectors, sync jobs and journal; settings stay."""
    call.tables.reset(call.at())
    return ApiResponse(200, {"acknowledged": True})


def read_settings(call: ElasticCall) -> ApiResponse:
    """Answer ``GET /_sandbox/settings``."""
    return ApiResponse(200, asdict(call.settings))


def modify_settings(call: ElasticCall) -> ApiResponse:
    """Answer ``PATCH /_sandbox/settings``: changes those that are given."""
    try:
        return ApiResponse(200, asdict(call.tables.configure(**call.json("settings"))))
    except (SandboxError, TypeError) as error:
        raise errors.unreadable(str(error)) from None


Endpoint = Callable[[ElasticCall], ApiResponse]

_JOBS = "/_connector/_sync_job"
_JOB = f"{_JOBS}/{{connector_sync_job_id}}"
_ONE = "/_connector/{connector_id}"
_ELASTIC: dict[str, dict[str, Endpoint]] = {
    "": {"GET": read_server_info, "HEAD": read_server_info},
    "/_connector": {
        "GET": connectors.list_all,
        "POST": connectors.create,
        "PUT": connectors.create,
    },
    _JOBS: {"GET": sync_jobs.list_all, "POST": sync_jobs.create},
    _JOB: {"GET": sync_jobs.read, "DELETE": sync_jobs.delete},
    f"{_JOB}/_cancel": {"PUT": sync_jobs.cancel},
    f"{_JOB}/_check_in": {"PUT": sync_jobs.check_in},
    f"{_JOB}/_claim": {"PUT": sync_jobs.claim},
    f"{_JOB}/_error": {"PUT": sync_jobs.set_error},
    f"{_JOB}/_stats": {"PUT": sync_jobs.set_stats},
    _ONE: {"GET": connectors.read, "PUT": connectors.put, "DELETE": connectors.delete},
    f"{_ONE}/_status": {"PUT": statuses.set_status},
    f"{_ONE}/_error": {"PUT": statuses.set_error},
    f"{_ONE}/_configuration": {"PUT": statuses.set_configuration},
    f"{_ONE}/_service_type": {"PUT": statuses.set_service_type},
    f"{_ONE}/_native": {"PUT": statuses.set_native},
    f"{_ONE}/_check_in": {"PUT": statuses.check_in},
    f"{_ONE}/_name": {"PUT": details.set_name},
    f"{_ONE}/_index_name": {"PUT": details.set_index_name},
    f"{_ONE}/_api_key_id": {"PUT": details.set_api_key_id},
    f"{_ONE}/_pipeline": {"PUT": details.set_pipeline},
    f"{_ONE}/_scheduling": {"PUT": details.set_scheduling},
    f"{_ONE}/_features": {"PUT": details.set_features},
    f"{_ONE}/_last_sync": {"PUT": details.set_last_sync},
    f"{_ONE}/_filtering": {"PUT": details.set_filtering},
    f"{_ONE}/_filtering/_validation": {"PUT": details.set_validation},
    f"{_ONE}/_filtering/_activate": {"PUT": details.activate_filtering},
}
PATHS = tuple(_ELASTIC)
"""The paths of Elastic's API that the sandbox has, as templates."""
_SINCE: dict[Endpoint, tuple[int, int]] = {
    details.set_features: (8, 15),
    details.activate_filtering: (8, 14),
    details.set_validation: (8, 14),
    sync_jobs.claim: (8, 15),
}
"""The versions with which endpoints came that not every supported server has."""
_ALWAYS = ("error_trace", "filter_path", "format", "human", "pretty", "source_content_type")
"""The parameters of the query that every endpoint of Elasticsearch takes. ``filter_path`` has its
effect; the others, on how an answer is written, have none here."""
_QUERY: dict[Endpoint, dict[str, tuple[int, int]]] = {
    connectors.list_all: {
        **dict.fromkeys(
            ("connector_name", "from", "index_name", "query", "service_type", "size"), (8, 12)
        ),
        "include_deleted": (9, 0),
    },
    connectors.read: {"include_deleted": (9, 0)},
    connectors.delete: {"delete_sync_jobs": (8, 14), "hard": (9, 0)},
    sync_jobs.list_all: dict.fromkeys(
        ("connector_id", "from", "job_type", "size", "status"), (8, 12)
    ),
}
"""The parameters of the query, with the versions with which they came."""
_CONTROL: dict[str, dict[str, Endpoint]] = {
    "/_sandbox/journal": {"GET": read_journal},
    "/_sandbox/reset": {"POST": reset_sandbox},
    "/_sandbox/settings": {"GET": read_settings, "PATCH": modify_settings},
}


class Route(NamedTuple):
    """A path that the sandbox has, with a method that it has there."""

    endpoint: Endpoint
    parameters: dict[str, str]


def find(method: str, path: str, with_control: bool, settings: ElasticSettings) -> Route:
    """Return the route of a path.

    :param path: as it was sent, percent-encoded
    :param with_control: True if the paths of control exist, too
    :param settings: the server, of which not every version has every endpoint
    :raises ElasticError: 400 if there is no such path, 405 if it has no such method
    """
    for template, methods in ({**_ELASTIC, **_CONTROL} if with_control else _ELASTIC).items():
        parameters = _match(template, path)
        if parameters is not None:
            endpoint = _endpoint(method, path, methods)
            if settings.at_least(*_SINCE.get(endpoint, (0, 0))):
                return Route(endpoint, parameters)
    raise errors.no_handler(method, path)


def check_query(
    endpoint: Endpoint, path: str, query: Iterable[str], settings: ElasticSettings
) -> None:
    """Accept the parameters of the query that an endpoint has in a version of the server.

    :param query: their names
    :raises ElasticError: 400
    """
    if path.startswith(CONTROL_PREFIX):
        return
    since = _QUERY.get(endpoint, {})
    known = {*_ALWAYS, *(name for name in since if settings.at_least(*since[name]))}
    if unknown := sorted(set(query) - known):
        raise errors.unknown_parameters(path, unknown)


def connector_id_of(path: str) -> str | None:
    """Return the identifier of the connector that a path names; None if it names none."""
    parts = path.rstrip("/").split("/")
    names_one = parts[:2] == ["", "_connector"] and len(parts) > 2 and parts[2] != "_sync_job"
    return unquote(parts[2]) if names_one else None


def _endpoint(method: str, path: str, methods: Mapping[str, Endpoint]) -> Endpoint:
    if method not in methods:
        raise errors.wrong_method(method, path, list(methods))
    return methods[method]


def _match(template: str, path: str) -> dict[str, str] | None:
    wanted, given = template.split("/"), path.rstrip("/").split("/")
    if len(wanted) != len(given):
        return None
    parameters = {}
    for name, part in zip(wanted, given, strict=True):
        if name.startswith("{"):
            parameters[name[1:-1]] = unquote(part)
        elif name != unquote(part):
            return None
    return parameters
