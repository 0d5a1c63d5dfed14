"""The endpoints of connector metadata: what the account knows of each service.

Source: Fivetran's REST API, "Connector Metadata" (``/v1/metadata/connector-types``). The published
contract calls ``config`` and ``auth`` objects and says no more of them; here they are JSON Schemas
with the words of that contract: ``type``, ``enum``, ``format``, ``required``, ``readonly``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox import errors
from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.call import Call, listed, success
from constructs_lib.schemas import SERVICES_WITH_STATE, Field, FieldKind, Service


def list_all(call: Call) -> ApiResponse:
    """``GET /v1/metadata/connector-types``: by pages."""
    after, limit = call.page()
    numbered = list(enumerate(schemas.services(), start=1))[after : after + limit + 1]
    found = [(number, _about(name)) for number, name in numbered]
    return listed("Connectors list retrieved successfully", found, limit)


def read(call: Call) -> ApiResponse:
    """``GET /v1/metadata/connector-types/{service}``."""
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
