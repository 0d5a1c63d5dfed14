"""The endpoints that set the status of a connector: by the protocol's table, or past it.

Only ``_status`` keeps to the table of transitions. A new error, configuration, service type or
mode of running sets the status that follows from it, whatever the status was.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic import errors
from constructs_lib.sandbox.elastic.call import ElasticCall, stored
from constructs_lib.schemas.connector_status import STATUSES, allowed

_REQUEST = "connector_update_{}_request"


def set_status(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_status``: ``{"status": S}``, in any case of letters.

    :raises ElasticError: 400, if the table does not lead there from the present status
    """
    wanted = _status(call)
    found = call.connector()
    if wanted not in allowed(found.status, strict=call.settings.strict):
        raise errors.wrong_transition(found.status, wanted)
    return stored(call, found, replace(found, status=wanted))


def set_error(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_error``: an error sets ``error``, and none ``connected``."""
    body = call.body(_REQUEST.format("error"), {"error": str})
    if "error" not in body:
        raise errors.unreadable("[connector_update_error_request] Required [error]")
    found = call.connector()
    error = body["error"] or None
    status = "connected" if error is None else "error"
    return stored(call, found, replace(found, error=error, status=status))


def set_configuration(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_configuration``: all of it, or only ``values``; then ``configured``.

    :raises ElasticError: 400, if there is neither, or a value for a setting that is not there
    """
    name = _REQUEST.format("configuration")
    body = call.body(name, {"configuration": dict, "values": dict})
    whole, values = body.get("configuration"), body.get("values")
    if (whole is None) == (values is None):
        raise errors.invalid("exactly one of [configuration] and [values] must be given.")
    if not all(isinstance(setting, dict) for setting in (whole or {}).values()):
        raise errors.unreadable(f"[{name}] each configuration must be an object")
    found = call.connector()
    configuration = _filled(found.configuration, values) if whole is None else whole
    return stored(call, found, replace(found, configuration=configuration, status="configured"))


def set_service_type(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_service_type``: ``needs_configuration``, unless still ``created``."""
    body = call.body(_REQUEST.format("service_type"), {"service_type": str})
    if not body.get("service_type"):
        raise errors.invalid('[service_type] cannot be [null] or [""].')
    found = call.connector()
    status = "created" if found.status == "created" else "needs_configuration"
    after = replace(found, service_type=body["service_type"], status=status)
    return stored(call, found, after)


def set_native(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_native``: managed by Elastic or not; then ``configured``."""
    body = call.body(_REQUEST.format("native"), {"is_native": bool})
    if body.get("is_native") is None:
        raise errors.unreadable("[connector_update_native_request] Required [is_native]")
    found = call.connector()
    return stored(call, found, replace(found, is_native=body["is_native"], status="configured"))


def check_in(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_check_in``: the connector service is there; no status changes."""
    found = call.connector()
    return stored(call, found, replace(found, last_seen=call.at()))


def _status(call: ElasticCall) -> str:
    name = _REQUEST.format("status")
    status = call.body(name, {"status": str}).get("status")
    if status is None:
        raise errors.invalid("[status] cannot be [null].")
    if status.lower() not in STATUSES:
        reason = f"[{name}] failed to parse field [status]"
        raise errors.unreadable(reason, f"Unknown ConnectorStatus: {status}")
    return str(status).lower()


def _filled(configuration: dict[str, Any], values: Any) -> dict[str, Any]:
    unknown = sorted(set(values) - set(configuration))
    if unknown:
        names = ", ".join(unknown)
        raise errors.invalid(f"[values] has unknown fields [{names}].")
    filled = {name: {**configuration[name], "value": value} for name, value in values.items()}
    return {**configuration, **filled}
