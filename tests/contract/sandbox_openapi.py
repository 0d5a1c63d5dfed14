"""A contract of the connection endpoints (OpenAPI 3.1), made from the project's own schemas.

What a field may hold comes from the JSON Schema of the resource, and the services with the keys of
their destination schemas from the catalogue. Only the form of requests and answers is here.
"""

from __future__ import annotations

from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox.fivetran import call

SDK, POSTGRES, MISSING = "sdk", "postgres", "missing"
"""Identifiers: a connection with a state, one without, and one that is not there."""
GROUP = "sandbox_lake"

Document = dict[str, Any]
_DOCUMENT = schemas.load("fivetranops_connection").document["properties"]
_ATTRIBUTES = schemas.load("fivetranops_connection").attributes
_TESTS_OF_OPENAPI = ("type", "enum", "pattern", "minLength", "minimum", "maximum", "required")
_NULL_IN_ANSWERS = ("daily_sync_time", "failed_at", "succeeded_at")
_NOT_ANSWERED = {"auth", "is_historical_sync", "schema_status", *call.TEST_CONTROLS}
_IN_STATUS = ("setup_state", "sync_state", "update_state")
_MUST_BE_ANSWERED = (
    "connected_by",
    "created_at",
    "data_delay_sensitivity",
    "group_id",
    "id",
    "pause_after_trial",
    "paused",
    "schedule_type",
    "schema",
    "service",
    "service_version",
    "status",
    "sync_frequency",
)
_TEXT = {"type": "string"}
_OBJECT = {"type": "object"}


def destination_keys(service: str) -> tuple[str, ...]:
    """The settings that name the destination schema of a service."""
    facts = schemas.service(service)
    assert facts is not None
    return facts.destination_schema


def contract() -> Document:
    """The document."""
    one = "/v1/connections/{connection_id}"
    paths = {
        "/v1/connections": {
            "get": _operation(200, _list(), query=_page()),
            "post": _operation(201, _answer(), _create(), 409),
        },
        one: {
            "get": _operation(200, _answer(), of=(SDK, POSTGRES)),
            "patch": _operation(200, _answer(), _update("connector_sdk", SDK), of=(SDK,)),
            "delete": _operation(200, of=(SDK, POSTGRES)),
        },
        f"/v1/connections/{POSTGRES}": {
            "patch": _operation(200, _answer(), _update("postgres", POSTGRES))
        },
        f"{one}/state": {
            "get": _operation(200, _state(), of=(SDK,)),
            "patch": _operation(
                200,
                _state(),
                {**_OBJECT, "properties": {"state": _or_null(_OBJECT)}},
                409,
                of=(SDK,),
            ),
        },
        f"{one}/sync": {"post": _operation(200, body=_flags("force"), of=(SDK, POSTGRES))},
        f"{one}/resync": {"post": _operation(200, None, _resync(), 409, of=(POSTGRES,))},
        f"{one}/test": {
            "post": _operation(200, _answer(), _flags(*call.TEST_FIELDS), of=(SDK, POSTGRES))
        },
        f"{one}/connect-card": {
            "post": _operation(200, _card(), _card_request(), of=(SDK, POSTGRES))
        },
        **_trust(one, "certificates", "encoded_cert", ("name", "type", "sha1", "sha256")),
        **_trust(one, "fingerprints", "public_key", ()),
        f"{one}/schemas": {
            "get": _operation(200, _schemas(), of=(SDK, POSTGRES)),
            "patch": _operation(200, _schemas(), _schemas_changed(), of=(SDK, POSTGRES)),
        },
        f"{one}/schemas/reload": {
            "post": _operation(200, _schemas(), _reloaded(), of=(SDK, POSTGRES))
        },
    }
    for path, methods in paths.items():
        for method, operation in methods.items():
            operation["operationId"] = f"{method} {path}"
    paths["/v1/connections"]["post"]["responses"]["201"]["links"] = _links(paths, one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Connections", "version": "1"},
        "paths": paths,
    }


def _trust(one: str, plural: str, value: str, more: tuple[str, ...]) -> Document:
    """What is approved for a connection: all of it, and one by its identifier.

    :param value: what an approval has besides the hash
    :param more: what an answer has besides what both kinds have
    """
    names = ("id", "hash", "public_key", "validated_by", "validated_date", *more)
    item = _closed(dict.fromkeys(names, _TEXT), *names)
    page = _closed({"items": {"type": "array", "items": item}, "next_cursor": _TEXT}, "items")
    # Of a certificate the contract says that it is base64.
    text = {**_TEXT, "minLength": 1, "pattern": "^(?:[A-Za-z0-9+/]{4})+$"}
    body = _closed({"hash": {**_TEXT, "minLength": 1}, value: text}, "hash", value)
    limits = [each for each in _page() if each["name"] == "limit"]
    of = (SDK, POSTGRES)
    return {
        f"{one}/{plural}": {
            "get": _operation(200, page, of=of, query=limits),
            "post": _operation(200, item, body, of=of),
        },
        f"{one}/{plural}/bWlzc2luZw": {
            "get": _operation(200, item, of=of),
            "delete": _operation(200, of=of),
        },
    }


def _links(paths: Document, one: str) -> Document:
    """What can be done with a connection that was created."""
    there = {"connection_id": "$response.body#/data/id"}
    names = [
        operation["operationId"]
        for path, methods in paths.items()
        if path.startswith(one)
        for operation in methods.values()
    ]
    return {f"link{i}": {"operationId": n, "parameters": there} for i, n in enumerate(names)}


def _operation(
    status: int,
    data: Document | None = None,
    body: Document | None = None,
    *more: int,
    of: tuple[str, ...] = (),
    query: list[Document] | None = None,
) -> Document:
    """One method of a path.

    :param status: that of success
    :param data: the ``data`` of a success; None if it has none
    :param body: the schema of the request
    :param more: further statuses of errors
    :param of: the connections that the path may name, and one that is missing
    """
    errors = {400, *more} | ({404} if of else set()) | ({404, 415} if body else set())
    found: Document = {"parameters": [*(query or []), *([_identifier(of)] if of else [])]}
    if body is not None:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    responses = {str(error): _response(_envelope(None)) for error in sorted(errors)}
    return {**found, "responses": {str(status): _response(_envelope(data)), **responses}}


def _identifier(of: tuple[str, ...]) -> Document:
    schema = {"type": "string", "enum": [*of, MISSING]}
    return {"name": "connection_id", "in": "path", "required": True, "schema": schema}


def _page() -> list[Document]:
    limit = {"type": "integer", "minimum": 1, "maximum": 1000}
    found = {"limit": limit, "group_id": _TEXT, "schema": _TEXT}
    return [{"name": name, "in": "query", "schema": schema} for name, schema in found.items()]


def _response(schema: Document) -> Document:
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def _envelope(data: Document | None) -> Document:
    properties = {"code": _TEXT, "message": _TEXT, **({"data": data} if data else {})}
    return _closed(properties, *properties)


def _closed(properties: Document, *required: str) -> Document:
    """An object that has these members, and no other."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _or_null(schema: Document) -> Document:
    return {"anyOf": [schema, {"type": "null"}]}


def _flags(*names: str) -> Document:
    return _closed({name: {"type": "boolean"} for name in names})


def _create() -> Document:
    common = {name: _request_field(name) for name in call.CREATE_FIELDS if name != "config"}
    chosen = ("connector_sdk", "google_sheets", "postgres", "s3")
    variants = []
    for name in chosen:
        keys = destination_keys(name)
        config = {**_OBJECT, "properties": {key: {**_TEXT, "minLength": 1} for key in keys}}
        properties = {
            **common,
            "service": {"const": name},
            "group_id": {"const": GROUP},
            "config": {**config, "required": list(keys)},
        }
        variants.append(_closed(properties, "service", "group_id", "config"))
    return {"oneOf": variants}


def _update(service: str, schema: str) -> Document:
    """Return what a connection takes whose destination schema has the name."""
    lasting = [name for name in call.UPDATE_FIELDS if name not in call.TEST_CONTROLS]
    properties = {name: _request_field(name) for name in call.UPDATE_FIELDS}
    # The destination schema may be sent as it is, and cannot change.
    (key,) = destination_keys(service)
    properties["config"] = {**_OBJECT, "properties": {key: {"const": schema}}}
    trusts = [
        {"required": [name], "properties": {name: {"const": True}}} for name in call.TEST_FIELDS
    ]
    untested = {
        "required": ["run_setup_tests"],
        "properties": {"run_setup_tests": {"const": False}},
    }
    return {
        **_closed(properties),
        "anyOf": [{"required": [name]} for name in lasting],
        "not": {"allOf": [untested, {"anyOf": trusts}]},
    }


def _resync() -> Document:
    tables = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
    scope = {
        "type": "object",
        "additionalProperties": tables,
        "minProperties": 1,
    }
    return _closed({"scope": _or_null(scope)})


def _card_request() -> Document:
    return _closed({"connect_card_config": _field("connect_card_config")}, "connect_card_config")


def _card() -> Document:
    properties = {
        "connector_id": _TEXT,
        "connect_card": _closed({"token": _TEXT, "uri": _TEXT}, "token", "uri"),
        "connect_card_config": _field("connect_card_config"),
    }
    return _closed(properties, *properties)


def _schemas() -> Document:
    """The schema configuration of a connection, as the contract answers it."""
    lock = _closed(
        {"allowed": {"type": "boolean"}, "reason": _TEXT, "reason_code": _TEXT}, "allowed"
    )
    common = {"name_in_destination": _TEXT, "enabled": {"type": "boolean"}}
    column = {**common, "enabled_patch_settings": lock, "hashed": {"type": "boolean"}}
    key = {"is_primary_key": {"type": "boolean"}}
    table = {
        **common,
        "enabled_patch_settings": lock,
        "supports_columns_config": {"type": "boolean"},
        "supports_history_mode": {"type": "boolean"},
        "columns": _map_of(_closed({**column, **key}, *column)),
    }
    mode = {"sync_mode": {"enum": ["SOFT_DELETE", "HISTORY", "LIVE"]}}
    schema = {**common, "tables": _map_of(_closed({**table, **mode}, *table))}
    properties = {
        "schema_change_handling": {"enum": ["ALLOW_ALL", "ALLOW_COLUMNS", "BLOCK_ALL"]},
        "enable_new_by_default": {"type": "boolean"},
        "schemas": _map_of(_closed(schema, *schema)),
    }
    return _closed(properties, "schema_change_handling", "schemas")


def _schemas_changed() -> Document:
    """What a request may change of it; of the names, those that a source has."""
    policy = {"enum": ["ALLOW_ALL", "ALLOW_COLUMNS", "BLOCK_ALL"]}
    flag = {"type": "boolean"}
    column = _closed({"enabled": flag, "hashed": flag, "is_primary_key": flag}, "enabled")
    mode = {"enum": ["SOFT_DELETE", "HISTORY", "LIVE"]}
    columns = _closed({"email": column})
    table = _closed({"enabled": flag, "sync_mode": mode, "columns": columns}, "enabled")
    schema = _closed({"enabled": flag, "tables": _closed({"orders": table})}, "enabled")
    named = _closed({"public": schema})
    return _closed({"schema_change_handling": policy, "schemas": named, "is_type_locked": flag})


def _reloaded() -> Document:
    return _closed({"exclude_mode": {"enum": ["PRESERVE", "INCLUDE", "EXCLUDE"]}})


def _map_of(schema: Document) -> Document:
    return {"type": "object", "additionalProperties": schema}


def _state() -> Document:
    return _closed({"state": _OBJECT}, "state")


def _field(name: str) -> Document:
    """What the JSON Schema of the resource says of a field, without its words for people."""
    return _bare(_DOCUMENT[name])


def _request_field(name: str) -> Document:
    """What a request may say of a field: null, and no empty text, where null clears it."""
    field = _clearable(_field(name), _ATTRIBUTES[name])
    inner = field.get("properties", {})
    inner |= {n: _clearable(inner[n], one) for n, one in _ATTRIBUTES[name].attributes.items()}
    return field


def _clearable(field: Document, attribute: schemas.Attribute) -> Document:
    if not attribute.clearable:
        return field
    return _or_null({**field, "minLength": 1} if field["type"] == "string" else field)


def _bare(schema: Document) -> Document:
    found = {key: schema[key] for key in _TESTS_OF_OPENAPI if key in schema}
    if "x-enum-ignoring-case" in schema:
        found["enum"] = schema["x-enum-ignoring-case"]
    if "properties" in schema:
        inner = {name: _bare(value) for name, value in schema["properties"].items()}
        found |= {"properties": inner, "additionalProperties": False}
    elif isinstance(schema.get("additionalProperties"), dict):
        found |= {"additionalProperties": schema["additionalProperties"]}
    return found


def _answer() -> Document:
    """A connection as the contract answers it."""
    asked = {*call.CREATE_FIELDS, *call.UPDATE_FIELDS} - _NOT_ANSWERED
    facts = ("id", "schema", "created_at", "succeeded_at", "failed_at", "connected_by")
    properties = {name: _field(name) for name in (*asked, *facts, "service_version")}
    properties["config"] = _OBJECT
    for name in _NULL_IN_ANSWERS:
        properties[name] = _or_null(properties[name])
    card = _closed({"token": _TEXT, "uri": _TEXT}, "token", "uri")
    properties |= {
        "status": _status(),
        "setup_tests": {"type": "array", "items": _setup_test()},
        "source_sync_details": _OBJECT,
        "connect_card": card,
        "local_processing_agent_id": _TEXT,
    }
    return _closed(properties, *_MUST_BE_ANSWERED)


def _status() -> Document:
    notes = {
        "type": "array",
        "items": _closed(dict.fromkeys(("code", "message", "details"), _TEXT)),
    }
    properties = {name: _field(name) for name in (*_IN_STATUS, "schema_status", "rescheduled_for")}
    properties |= {"is_historical_sync": {"type": "boolean"}, "tasks": notes, "warnings": notes}
    return _closed(properties, *_IN_STATUS, "is_historical_sync", "tasks", "warnings")


def _setup_test() -> Document:
    outcomes = ["PASSED", "SKIPPED", "WARNING", "FAILED", "JOB_FAILED"]
    properties = {
        "title": _TEXT,
        "message": _TEXT,
        "details": _OBJECT,
        "status": {"enum": outcomes},
    }
    return _closed(properties, "title", "status")


def _list() -> Document:
    items = {"type": "array", "items": _answer()}
    return _closed({"items": items, "next_cursor": _TEXT}, "items")
