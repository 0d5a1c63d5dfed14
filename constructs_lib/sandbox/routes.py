"""The paths of the sandbox, and which function answers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from constructs_lib.sandbox import (
    connect_cards,
    connections,
    control,
    errors,
    groups,
    metadata,
    operations,
    state,
)
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.call import Call

Endpoint = Callable[[Call], ApiResponse]

_ONE = "/v1/connections/{connection_id}"
_FIVETRAN: dict[str, dict[str, Endpoint]] = {
    "/v1/connections": {"GET": connections.list_all, "POST": connections.create},
    _ONE: {"GET": connections.read, "PATCH": connections.modify, "DELETE": connections.delete},
    f"{_ONE}/state": {"GET": state.read, "PATCH": state.modify},
    f"{_ONE}/sync": {"POST": operations.sync},
    f"{_ONE}/resync": {"POST": operations.resync},
    f"{_ONE}/test": {"POST": operations.test},
    f"{_ONE}/connect-card": {"POST": connect_cards.create},
    "/v1/groups": {"GET": groups.list_all},
    "/v1/groups/{group_id}": {"GET": groups.read},
    "/v1/groups/{group_id}/connections": {"GET": groups.list_connections},
    "/v1/metadata/connector-types": {"GET": metadata.list_all},
    "/v1/metadata/connector-types/{service}": {"GET": metadata.read},
}
_CONTROL: dict[str, dict[str, Endpoint]] = {
    "/_sandbox/journal": {"GET": control.journal},
    "/_sandbox/reset": {"POST": control.reset},
    "/_sandbox/settings": {"GET": control.read_settings, "PATCH": control.modify_settings},
    "/_sandbox/connections/{connection_id}/sync-seconds": {"POST": control.set_sync_seconds},
}


class Route(NamedTuple):
    """A path that the sandbox has."""

    methods: Mapping[str, Endpoint]
    parameters: dict[str, str]

    def endpoint(self, method: str) -> Endpoint:
        """The function that answers this method.

        :raises ApiError: 405
        """
        if method not in self.methods:
            raise errors.wrong_method(list(self.methods))
        return self.methods[method]


def find(path: str, with_control: bool) -> Route:
    """The route of a path.

    :param with_control: True if the paths of control exist, too
    :raises ApiError: 404
    """
    templates = {**_FIVETRAN, **_CONTROL} if with_control else _FIVETRAN
    for template, methods in templates.items():
        parameters = _match(template, path)
        if parameters is not None:
            return Route(methods, parameters)
    raise errors.no_such_path()


def connection_id(path: str) -> str | None:
    """The identifier of the connection that a path names; None if it names none."""
    parts = path.split("/")
    return parts[3] if parts[:3] == ["", "v1", "connections"] and len(parts) > 3 else None


def _match(template: str, path: str) -> dict[str, str] | None:
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    parameters = {}
    for name, value in zip(wanted, given, strict=True):
        if name.startswith("{") and value:
            parameters[name[1:-1]] = value
        elif name != value:
            return None
    return parameters
