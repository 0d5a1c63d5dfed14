"""The endpoints that set the status of a connector: by the protocol's table, or past it.

``_status`` keeps to the table of transitions. A new error, configuration or service type sets the
status that follows from it, whatever the status was. Another mode of running (``_native``) makes a
connected connector connect again; before 9.0 it makes any connector ``configured``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic import errors, index_names
from constructs_lib.sandbox.elastic.bodies import configuration as settings
from constructs_lib.sandbox.elastic.bodies import connector as bodies
from constructs_lib.sandbox.elastic.call import ElasticCall, stored
from constructs_lib.sandbox.elastic.records import ElasticConnector
from constructs_lib.schemas.connector_status import allowed


def set_status(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_status``: ``{"status": S}``, in any case of letters.

    :raises ElasticError: 400, if the table does not lead there from the present status
    """
    wanted = call.body(bodies.STATUS).get("status")
    if wanted is None:
        raise errors.invalid("[status] cannot be [null].")
    found = call.connector()
    if wanted not in allowed(found.status, strict=call.settings.strict):
        raise errors.wrong_transition(found.status, wanted)
    return stored(call, found, replace(found, status=wanted))


def set_error(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_error``: an error sets ``error``, and none ``connected``.

    Servers before 8.15 leave the status as it is.
    """
    error = call.body(bodies.ERROR)["error"]
    found = call.connector()
    status = "error" if error else "connected"
    if not call.settings.at_least(8, 15):
        status = found.status
    return stored(call, found, replace(found, error=error, status=status))


def set_configuration(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_configuration``: all of it, or only ``values``; then ``configured``.

    :raises ElasticError: 400, if there is neither, or a value for a setting that is not there
    """
    body = call.body(settings.CONFIGURATION)
    if not body:
        raise errors.invalid("[configuration] and [values] cannot both be null.")
    if len(body) == 2:
        raise errors.invalid(
            "[configuration] and [values] cannot both be provided in the same request."
        )
    found, is_whole = call.connector(), "configuration" in body
    if is_whole:
        after = settings.stored(body["configuration"])
    else:
        after = _filled(found.configuration, body["values"])
    # Elasticsearch puts a whole configuration in the place of the former one, equal or not.
    changed = replace(found, configuration=after, status="configured")
    return stored(call, found, changed, always=is_whole)


def set_service_type(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_service_type``: ``needs_configuration``, unless still ``created``."""
    service_type = call.body(bodies.SERVICE_TYPE).get("service_type")
    if not service_type:
        raise errors.invalid('[service_type] cannot be [null] or [""].')
    found = call.connector()
    status = "created" if found.status == "created" else "needs_configuration"
    return stored(call, found, replace(found, service_type=service_type, status=status))


def set_native(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_native``: managed by Elastic or not.

    :raises ElasticError: 400, if its index is none for a connector that Elastic manages
    """
    is_native = call.body(bodies.NATIVE)["is_native"]
    found = call.connector()
    if is_native:
        index_names.check_manageable(call, found.index_name, found.id)
    status = _reconnecting(call, found)
    return stored(call, found, replace(found, is_native=is_native, status=status))


def check_in(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_check_in``: the connector service is there; no status changes."""
    found = call.connector()
    return stored(call, found, replace(found, last_seen=call.at()))


def _reconnecting(call: ElasticCall, found: ElasticConnector) -> str:
    if not call.settings.at_least(9, 0):
        return "configured"
    return "configured" if found.status == "connected" else found.status


def _filled(configuration: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(values) - set(configuration))
    if unknown:
        raise errors.refused(
            f"Unknown [configuration] fields in the request payload: [{', '.join(unknown)}]. "
            "Remove them from request or register their schema first."
        )
    filled = {name: {**configuration[name], "value": value} for name, value in values.items()}
    return {**configuration, **filled}
