"""The endpoints that create, read, list and delete connectors.

Sources: the groups "Create a connector", "Get a connector", "Get all connectors" and "Delete a
connector" of Elasticsearch's API.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic.call import ElasticCall
from constructs_lib.sandbox.elastic.records import ElasticConnector

_FIELDS = {
    "description": str,
    "index_name": str,
    "is_native": bool,
    "language": str,
    "name": str,
    "service_type": str,
}
_PAGE = 100
_LAST = "\U0010ffff"


def create(call: ElasticCall) -> ApiResponse:
    """``POST /_connector``: a connector with an identifier of Elasticsearch's choice."""
    return _created(call, secrets.token_urlsafe(15))


def put(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}``: a connector with this identifier.

    One that is there already is written anew, as if it had never been there.
    """
    return _created(call, call.connector_id)


def read(call: ElasticCall) -> ApiResponse:
    """``GET /_connector/{id}``."""
    return ApiResponse(200, call.connector().document())


def list_all(call: ElasticCall) -> ApiResponse:
    """``GET /_connector``: by index name; filtered, and from ``from`` on ``size`` of them."""
    start, size = call.number("from", 0), call.number("size", _PAGE)
    found = [connector for connector in call.tables.connectors() if _is_wanted(call, connector)]
    found.sort(key=lambda connector: connector.index_name or _LAST)
    results = [connector.document() for connector in found[start : start + size]]
    return ApiResponse(200, {"count": len(found), "results": results})


def delete(call: ElasticCall) -> ApiResponse:
    """``DELETE /_connector/{id}``: the document stays, unless ``hard`` is true."""
    found = call.connector()
    if call.request.query.get("hard") in ("true", ""):
        call.tables.remove(found.id)
    else:
        call.tables.save(replace(found, deleted=True))
    return ApiResponse(200, {"acknowledged": True})


def _created(call: ElasticCall, identifier: str) -> ApiResponse:
    body = call.body("connector_put_request", _FIELDS, optional=True)
    values: dict[str, Any] = {name: value for name, value in body.items() if value is not None}
    is_native = values.get("is_native", False)
    status = "needs_configuration" if is_native else "created"
    existed = call.tables.connector(identifier) is not None
    call.tables.save(ElasticConnector(identifier, status=status, **values))
    result, code = ("updated", 200) if existed else ("created", 201)
    return ApiResponse(code, {"result": result, "id": identifier})


def _is_wanted(call: ElasticCall, connector: ElasticConnector) -> bool:
    wanted = {
        "index_name": connector.index_name,
        "connector_name": connector.name,
        "service_type": connector.service_type,
    }
    return all(not call.names(name) or value in call.names(name) for name, value in wanted.items())
