"""The paths of the sandbox of Elastic's API, and which function answers them.

As in Elasticsearch, the parts of a path are decoded only after it has been taken apart, slashes at
its end do not count, and an empty part stands for an empty identifier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic import connectors, control, errors, server_info, statuses
from constructs_lib.sandbox.elastic.call import ElasticCall

Endpoint = Callable[[ElasticCall], ApiResponse]

_ONE = "/_connector/{connector_id}"
_ELASTIC: dict[str, dict[str, Endpoint]] = {
    "": {"GET": server_info.read, "HEAD": server_info.read},
    "/_connector": {
        "GET": connectors.list_all,
        "POST": connectors.create,
        "PUT": connectors.create,
    },
    _ONE: {"GET": connectors.read, "PUT": connectors.put, "DELETE": connectors.delete},
    f"{_ONE}/_status": {"PUT": statuses.set_status},
    f"{_ONE}/_error": {"PUT": statuses.set_error},
    f"{_ONE}/_configuration": {"PUT": statuses.set_configuration},
    f"{_ONE}/_service_type": {"PUT": statuses.set_service_type},
    f"{_ONE}/_native": {"PUT": statuses.set_native},
    f"{_ONE}/_check_in": {"PUT": statuses.check_in},
}
_CONTROL: dict[str, dict[str, Endpoint]] = {
    "/_sandbox/journal": {"GET": control.journal},
    "/_sandbox/reset": {"POST": control.reset},
    "/_sandbox/settings": {"GET": control.read_settings, "PATCH": control.modify_settings},
}


class Route(NamedTuple):
    """A path that the sandbox has, with a method that it has there."""

    endpoint: Endpoint
    parameters: dict[str, str]


def find(method: str, path: str, with_control: bool) -> Route:
    """The route of a path.

    :param path: as it was sent, percent-encoded
    :param with_control: True if the paths of control exist, too
    :raises ElasticError: 400 if there is no such path, 405 if it has no such method
    """
    for template, methods in ({**_ELASTIC, **_CONTROL} if with_control else _ELASTIC).items():
        parameters = _match(template, path)
        if parameters is not None:
            return Route(_endpoint(method, path, methods), parameters)
    raise errors.no_handler(method, path)


def connector_id(path: str) -> str | None:
    """The identifier of the connector that a path names; None if it names none."""
    parts = path.rstrip("/").split("/")
    return unquote(parts[2]) if parts[:2] == ["", "_connector"] and len(parts) > 2 else None


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
