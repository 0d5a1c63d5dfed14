"""The endpoints that set the status of a connector: by the protocol's table, or past it.

``_status`` keeps to the table of transitions. A new error, configuration or service type sets the
status that follows from it, whatever the status was. Another mode of running (``_native``) makes a
connected connector connect again; before 9.0 it makes any connector ``configured``.

Source: Elasticsearch's API, the operations "Update the connector …", among them "Update the
connector configuration".
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.elastic import bodies, connectors, errors, parser
from constructs_lib.sandbox.elastic.call import ElasticCall, save_changed
from constructs_lib.sandbox.elastic.parser import Field, Parser
from constructs_lib.sandbox.elastic.records import ElasticConnector
from constructs_lib.schemas.connector_status import next_statuses

_DISPLAYS = ("textbox", "textarea", "numeric", "toggle", "dropdown")
_TYPES = ("str", "int", "list", "bool")
_VALIDATIONS = ("less_than", "greater_than", "list_type", "included_in", "regex")
_ALWAYS: dict[str, Any] = {
    "default_value": None,
    "required": False,
    "sensitive": False,
    "value": None,
}
"""The fields that each setting is stored with, given or not."""


def _constraint(value: Any) -> Any:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, bool) or not isinstance(item, (str, int, float)):
            raise ValueError("A constraint is a text, a number, or a list of them")
    return value


def _type(value: str | None) -> str | None:
    if value is not None and value not in _TYPES:
        raise ValueError(f"Unknown FieldType: {value}")
    return value


_DEPENDENCY = Parser(
    "connector_configuration_dependency",
    {"field": parser.text(required=True), "value": parser.scalar(required=True, nullable=True)},
)
_OPTION = Parser(
    "connector_configuration_select_option",
    {"label": parser.text(required=True), "value": parser.scalar(required=True)},
)
_VALIDATION = Parser(
    "connector_configuration_validation",
    {
        "constraint": Field(parser.anything("scalar", "array").tokens, _constraint, True),
        "type": parser.choice("ValidationType", _VALIDATIONS, required=True),
    },
)
_SETTING = Parser(
    "connector_configuration",
    {
        "category": parser.text(),
        "default_value": parser.scalar(nullable=True),
        "depends_on": parser.many(_DEPENDENCY),
        "display": parser.choice("DisplayType", _DISPLAYS, nullable=True),
        "label": parser.text(required=True),
        "options": parser.many(_OPTION),
        "order": parser.whole(),
        "placeholder": parser.text(nullable=True),
        "required": parser.flag(),
        "sensitive": parser.flag(),
        "tooltip": parser.text(nullable=True),
        "type": Field(parser.text(nullable=True).tokens, _type),
        "ui_restrictions": parser.texts(),
        "validations": parser.many(_VALIDATION),
        "value": parser.anything("scalar", "object", "null"),
    },
)
CONFIGURATION = Parser(
    "connector_update_configuration_request",
    {"configuration": parser.by_name(_SETTING), "values": parser.anything()},
    strict=True,
)
"""Either ``configuration``, all settings by name, or ``values`` for some of them."""


def stored_settings(configuration: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return parsed settings as they are stored: what is always there, and what is not null."""
    return {
        name: {**_ALWAYS, **{key: value for key, value in setting.items() if value is not None}}
        for name, setting in configuration.items()
    }


def set_status(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_status``: ``{"status": S}``, in any case of letters.

    :raises ElasticError: 400, if the table does not lead there from the present status
    """
    wanted = call.body(bodies.STATUS).get("status")
    if wanted is None:
        raise errors.invalid("[status] cannot be [null].")
    found = call.connector()
    if wanted not in next_statuses(found.status, strict=call.settings.strict):
        raise errors.wrong_transition(found.status, wanted)
    return save_changed(call, found, replace(found, status=wanted))


def set_error(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_error``: an error sets ``error``, and none ``connected``.

    Servers before 8.15 leave the status as it is.
    """
    error = call.body(bodies.ERROR)["error"]
    found = call.connector()
    status = "error" if error else "connected"
    if not call.settings.at_least(8, 15):
        status = found.status
    return save_changed(call, found, replace(found, error=error, status=status))


def set_configuration(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_configuration``: all or only ``values``; then ``configured``.

    :raises ElasticError: 400, if there is neither, or a value for a setting that is not there
    """
    body = call.body(CONFIGURATION)
    if not body:
        raise errors.invalid("[configuration] and [values] cannot both be null.")
    if len(body) == 2:
        raise errors.invalid(
            "[configuration] and [values] cannot both be provided in the same request."
        )
    found, is_whole = call.connector(), "configuration" in body
    if is_whole:
        after = stored_settings(body["configuration"])
    else:
        after = _filled(found.configuration, body["values"])
    # Elasticsearch replaces the former configuration by a whole one, equal or not.
    changed = replace(found, configuration=after, status="configured")
    return save_changed(call, found, changed, always=is_whole)


def set_service_type(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_service_type``.

    The status is ``needs_configuration`` then, unless it is still ``created``.
    """
    service_type = call.body(bodies.SERVICE_TYPE).get("service_type")
    if not service_type:
        raise errors.invalid('[service_type] cannot be [null] or [""].')
    found = call.connector()
    status = "created" if found.status == "created" else "needs_configuration"
    return save_changed(call, found, replace(found, service_type=service_type, status=status))


def set_native(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_native``: managed by Elastic or not.

    :raises ElasticError: 400, if its index is none for a connector that Elastic manages
    """
    is_native = call.body(bodies.NATIVE)["is_native"]
    found = call.connector()
    if is_native:
        connectors.check_manageable(call, found.index_name, found.id)
    status = _reconnecting(call, found)
    return save_changed(call, found, replace(found, is_native=is_native, status=status))


def check_in(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_check_in``: the service is alive; no status changes."""
    found = call.connector()
    return save_changed(call, found, replace(found, last_seen=call.at()))


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
