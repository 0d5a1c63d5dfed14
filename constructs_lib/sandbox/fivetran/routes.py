"""The paths of the sandbox and the functions that answer them, with its smaller endpoints.

Those are groups (read-only), connector metadata (what the account knows of each service), and, if
the sandbox was started with control, the paths below ``/_sandbox``, which let a test see and steer
it from outside.

Sources: Fivetran's REST API, ``/v1/groups`` and "Connector Metadata"
(``/v1/metadata/connector-types``). The published contract calls ``config`` and ``auth`` objects and
says no more about them; here they are JSON Schemas with the words of that contract: ``type``,
``enum``, ``format``, ``required``, ``readonly``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib import import_module
from types import ModuleType
from typing import Any, NamedTuple

from constructs_lib import schemas
from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.errors import SandboxError
from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.common.store import moment_to_text
from constructs_lib.sandbox.fivetran import connections, operations
from constructs_lib.sandbox.fivetran.call import Call, listed, success
from constructs_lib.sandbox.fivetran.records import Group
from constructs_lib.sandbox.fivetran.store import Settings
from constructs_lib.schemas import SERVICES_WITH_STATE, Field, FieldKind, Service


def read_journal(call: Call) -> ApiResponse:
    """Answer ``GET /_sandbox/journal?since=N``: the entries with numbers above N."""
    since = call.request.query.get("since", "0")
    if not (since.isascii() and since.isdigit() and len(since) < 16):
        raise errors.invalid("Invalid value for 'since': it must be a whole number")
    items = [entry.to_dict() for entry in call.tables.journal(int(since))]
    return success("Journal retrieved successfully", {"items": items})


def reset_sandbox(call: Call) -> ApiResponse:
    """Answer ``POST /_sandbox/reset``: forgets connections, groups and journal; settings stay."""
    call.tables.reset(moment_to_text(call.now))
    return success("Sandbox has been reset")


def read_settings(call: Call) -> ApiResponse:
    """Answer ``GET /_sandbox/settings``."""
    return success("Settings retrieved successfully", asdict(call.settings))


def modify_settings(call: Call) -> ApiResponse:
    """Answer ``PATCH /_sandbox/settings``: changes those that are given."""
    try:
        settings = call.tables.configure(**_given_numbers(call))
    except (SandboxError, TypeError) as error:
        raise errors.invalid(str(error)) from None
    return success("Settings have been updated", asdict(settings))


def set_sync_seconds(call: Call) -> ApiResponse:
    """Answer ``POST /_sandbox/connections/{id}/sync-seconds``: ``{"seconds": S}``."""
    record = call.connection()
    seconds = _given_numbers(call).get("seconds")
    try:
        Settings().changed(sync_seconds=seconds)
    except SandboxError as error:
        raise errors.invalid(str(error)) from None
    call.tables.save_span(record.id, float(seconds or 0))
    return success("Length of syncs has been set")


def _given_numbers(call: Call) -> dict[str, Any]:
    """Return the checked body with ordinary decimals: they are seconds, and nobody's cursor."""
    call.body()
    body: dict[str, Any] = json.loads(call.request.body)
    return body


def list_groups(call: Call) -> ApiResponse:
    """Answer ``GET /v1/groups``: by pages."""
    after, limit = call.page()
    found = [(number, asdict(group)) for number, group in call.tables.groups(after, limit + 1)]
    return listed("Groups retrieved successfully", found, limit)


def read_group(call: Call) -> ApiResponse:
    """Answer ``GET /v1/groups/{id}``."""
    return success("Group details retrieved successfully", asdict(_group(call)))


def list_connections_of_group(call: Call) -> ApiResponse:
    """Answer ``GET /v1/groups/{id}/connections``: by pages, filtered by exact ``schema``."""
    return connections.page(call, _group(call).id, "Group connections retrieved successfully")


def _group(call: Call) -> Group:
    group_id = call.parameters["group_id"]
    found = call.tables.group(group_id)
    if found is None:
        raise errors.no_such_group(group_id)
    return found


def list_connector_types(call: Call) -> ApiResponse:
    """Answer ``GET /v1/metadata/connector-types``: by pages."""
    after, limit = call.page()
    numbered = list(enumerate(schemas.services(), start=1))[after : after + limit + 1]
    found = [(number, _about(name)) for number, name in numbered]
    return listed("Connectors list retrieved successfully", found, limit)


def read_connector_type(call: Call) -> ApiResponse:
    """Answer ``GET /v1/metadata/connector-types/{service}``."""
    name = call.parameters["service"]
    facts = schemas.service(name)
    if facts is None:
        raise errors.no_such_service(name)
    data = {**_about(name), "config": _config(facts)}
    if facts.auth:
        data["auth"] = _object(facts.auth)
    return success("Connector configuration retrieved successfully", data)


def _about(name: str) -> dict[str, Any]:
    # The catalogue has neither the public names of the services nor their kinds.
    facts = schemas.service(name)
    kind = "Function" if name in SERVICES_WITH_STATE else "API"
    if facts is not None and facts.destination_schema == ("schema_prefix",):
        kind = "Database"
    return {"id": name, "name": name.replace("_", " ").title(), "type": kind}


def _config(facts: Service) -> dict[str, Any]:
    destination = {key: {"type": "string", "immutable": True} for key in facts.destination_schema}
    described = _object(facts.config)
    properties = {**destination, **described["properties"]}
    return {**described, "properties": properties, "required": list(facts.destination_schema)}


def _object(fields: Mapping[str, Field]) -> dict[str, Any]:
    properties = {name: _schema(field) for name, field in fields.items()}
    return {"type": "object", "properties": properties}


def _schema(field: Field) -> dict[str, Any]:
    if field.kind is FieldKind.LIST:
        return {"type": "array", **({"items": _schema(field.item)} if field.item else {})}
    if field.fields:
        return _object(field.fields)
    described: dict[str, Any] = {}
    described |= {"type": field.kind.value} if field.kind is not FieldKind.ANY else {}
    described |= {"enum": list(field.allowed)} if field.allowed else {}
    described |= {"format": "password"} if field.secret else {}
    return described | ({"readonly": True} if field.read_only else {})


Endpoint = Callable[[Call], ApiResponse]


def _endpoints() -> Iterator[ModuleType]:
    """Yield the module ``endpoints`` of each package in this folder: of each resource whose
    objects are not connections themselves.

    It has ``ROUTES``, its functions by path and method; ``UNMASKED``, the fields of its requests
    that hold no secret, so that the journal may show them; and, if there are any, ``CONTROL``, the
    routes that a test has besides.
    """
    folder = os.path.dirname(__file__)
    for name in sorted(os.listdir(folder)):
        if os.path.isfile(os.path.join(folder, name, "endpoints.py")):
            yield import_module(f"{__package__}.{name}.endpoints")


_PACKAGES = tuple(_endpoints())
UNMASKED = tuple(name for each in _PACKAGES for name in each.UNMASKED)
"""The fields of the requests of these packages that hold no secret."""
_ONE = "/v1/connections/{connection_id}"
_FIVETRAN: dict[str, dict[str, Endpoint]] = {
    "/v1/connections": {"GET": connections.list_all, "POST": connections.create},
    _ONE: {"GET": connections.read, "PATCH": connections.modify, "DELETE": connections.delete},
    f"{_ONE}/state": {"GET": operations.read_state, "PATCH": operations.modify_state},
    f"{_ONE}/sync": {"POST": operations.sync},
    f"{_ONE}/resync": {"POST": operations.resync},
    f"{_ONE}/test": {"POST": operations.test},
    f"{_ONE}/connect-card": {"POST": connections.create_connect_card},
    **{path: methods for each in _PACKAGES for path, methods in each.ROUTES.items()},
    "/v1/groups": {"GET": list_groups},
    "/v1/groups/{group_id}": {"GET": read_group},
    "/v1/groups/{group_id}/connections": {"GET": list_connections_of_group},
    "/v1/metadata/connector-types": {"GET": list_connector_types},
    "/v1/metadata/connector-types/{service}": {"GET": read_connector_type},
}
PATHS = tuple(_FIVETRAN)
"""The paths of Fivetran's API that the sandbox has, as templates."""
_CONTROL: dict[str, dict[str, Endpoint]] = {
    "/_sandbox/journal": {"GET": read_journal},
    "/_sandbox/reset": {"POST": reset_sandbox},
    "/_sandbox/settings": {"GET": read_settings, "PATCH": modify_settings},
    "/_sandbox/connections/{connection_id}/sync-seconds": {"POST": set_sync_seconds},
    **{
        path: methods
        for each in _PACKAGES
        for path, methods in getattr(each, "CONTROL", {}).items()
    },
}


class Route(NamedTuple):
    """A path that the sandbox has."""

    methods: Mapping[str, Endpoint]
    parameters: dict[str, str]

    def endpoint(self, method: str) -> Endpoint:
        """Return the function that answers this method.

        :raises ApiError: 405
        """
        if method not in self.methods:
            raise errors.wrong_method(list(self.methods))
        return self.methods[method]


def find(path: str, with_control: bool) -> Route:
    """Return the route of a path.

    :param with_control: True if the paths of control exist, too
    :raises ApiError: 404
    """
    templates = {**_FIVETRAN, **_CONTROL} if with_control else _FIVETRAN
    for template, methods in templates.items():
        parameters = _match(template, path)
        if parameters is not None:
            return Route(methods, parameters)
    raise errors.no_such_path()


def connection_id_of(path: str) -> str | None:
    """Return the identifier of the connection that a path names; None if it names none."""
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
