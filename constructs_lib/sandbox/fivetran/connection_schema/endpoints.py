"""The endpoints of the schema configuration of a connection.

The contract names no code for a source that was never read; public reports show the 404
``NotFound_SchemaConfig``. Names are case-sensitive: a wrong one is a 404.

Source: Fivetran's REST API, ``/v1/connections/{id}/schemas``, ``…/schemas/reload`` and
``…/schemas/{schema}/tables/{table}/columns``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox.common import errors
from constructs_lib.sandbox.common.errors import ApiError, SandboxError
from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.fivetran.call import Call, refuse_unknown, success
from constructs_lib.sandbox.fivetran.connection_schema.source import (
    KIND,
    SourceRecord,
    checked_source,
)
from constructs_lib.schemas import keywords

_SCHEMA = schemas.load(KIND)
_FIELDS = _SCHEMA.sent("update")
"""The fields of a request that changes a configuration."""
UNMASKED = (*_FIELDS, "exclude_mode")
_AHEAD = tuple(name for name in _FIELDS if name != "is_type_locked")
_MODES = ("PRESERVE", "INCLUDE", "EXCLUDE")


def read(call: Call) -> ApiResponse:
    """Answer ``GET …/schemas``: 404 as long as the source was never read."""
    record = _record(call, is_changed=False)
    if not record.is_known:
        raise _never_read(call)
    return success("Schema configuration retrieved successfully", record.answer())


def create(call: Call) -> ApiResponse:
    """Answer ``POST …/schemas``: what holds once the source is read. 409 if it was read already."""
    record = _record(call)
    if record.schemas is not None:
        raise errors.conflict("The connection has a schema configuration already")
    body = _checked(call.body(), _AHEAD)
    if "schemas" not in body:
        raise errors.required("schemas")
    record.ahead = {}
    return _changed(call, record, body, "Schema configuration pre-created successfully")


def modify(call: Call) -> ApiResponse:
    """Answer ``PATCH …/schemas``: changes what is given."""
    record = _record(call)
    if not record.is_known:
        raise _never_read(call)
    body = _checked(call.body(), _FIELDS)
    return _changed(call, record, body, "Schema configuration has been modified")


def reload(call: Call) -> ApiResponse:
    """Answer ``POST …/schemas/reload``: reads the source, which must be connected."""
    record = _record(call)
    body = call.body(optional=True)
    refuse_unknown(body, ("exclude_mode",))
    mode = body.get("exclude_mode", "PRESERVE")
    if mode not in _MODES:
        raise errors.invalid(f"Invalid value for 'exclude_mode': one of {', '.join(_MODES)}")
    _require_connected(call)
    record.reload(mode)
    _store(call, record)
    return success("Schema configuration has been reloaded", record.answer())


def read_columns(call: Call) -> ApiResponse:
    """Answer ``GET …/columns``: asks the source, which must be connected."""
    record = _record(call, is_changed=False)
    _require_connected(call)
    columns = record.columns(call.parameters["schema"], call.parameters["table"])
    return success("Column configuration retrieved successfully", {"columns": columns})


def set_source(call: Call) -> ApiResponse:
    """Answer ``POST /_sandbox/connections/{id}/source``: ``{"schemas": {…}}``."""
    call.connection()
    record = SourceRecord(call.tables.document(KIND, call.parameters["connection_id"]))
    try:
        record.source = checked_source(call.body().get("schemas"))
    except SandboxError as error:
        raise errors.invalid(str(error)) from None
    _store(call, record)
    return success("Source has been set")


def _record(call: Call, *, is_changed: bool = True) -> SourceRecord:
    """Return what is stored; the first sync that succeeds has read the source."""
    connection = call.connection()
    stored = call.tables.document(KIND, connection.id)
    record = SourceRecord(stored, is_changed=is_changed)
    if record.schemas is None and connection.succeeded_at is not None:
        record.reload("PRESERVE")
        _store(call, record)
    return record


def _store(call: Call, record: SourceRecord) -> None:
    call.tables.store_document(KIND, call.parameters["connection_id"], record.to_json())


def _changed(call: Call, record: SourceRecord, body: dict[str, Any], message: str) -> ApiResponse:
    record.policy = body.get("schema_change_handling", record.policy)
    record.is_type_locked = body.get("is_type_locked", record.is_type_locked)
    record.apply(body.get("schemas", {}))
    _store(call, record)
    return success(message, record.answer())


def _require_connected(call: Call) -> None:
    state = call.connection().setup_state
    if state != "connected":
        raise errors.invalid(f"The connection is {state}; its source cannot be read")


def _never_read(call: Call) -> ApiError:
    name = call.parameters["connection_id"]
    message = f"Connection with id '{name}' doesn't have schema config"
    return ApiError(404, "NotFound_SchemaConfig", message)


def _checked(body: Mapping[str, Any], allowed: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields of a request.

    :raises ApiError: 400, for the first that is wrong
    """
    refuse_unknown(body, allowed)
    for name, value in body.items():
        for violation in keywords.violations(_SCHEMA.attributes[name].rule, value, path=(name,)):
            path = ".".join(map(str, violation.path))
            raise errors.invalid(f"Invalid value for '{path}': it must be {violation.allowed}")
    _require_enabled("schemas", body.get("schemas", {}), ("tables", "columns"))
    return dict(body)


def _require_enabled(path: str, tree: Mapping[str, Any], below: tuple[str, ...]) -> None:
    for name, entry in tree.items():
        here = f"{path}.{name}"
        if "enabled" not in entry:
            raise errors.required(f"{here}.enabled")
        if below:
            _require_enabled(f"{here}.{below[0]}", entry.get(below[0], {}), below[1:])


_PATH = "/v1/connections/{connection_id}/schemas"
ROUTES = {
    _PATH: {"GET": read, "POST": create, "PATCH": modify},
    f"{_PATH}/reload": {"POST": reload},
    f"{_PATH}/{{schema}}/tables/{{table}}/columns": {"GET": read_columns},
}
CONTROL = {"/_sandbox/connections/{connection_id}/source": {"POST": set_source}}
