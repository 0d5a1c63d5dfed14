"""The JSON Schema of an environment, completed with the parameters of the constructs."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.validation.parameters import compiled, parameter_schema
from stacks.settings_actions import SECTIONS
from stacks.settings_backend import type_names

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


@cache
def environment_validator() -> Validator:
    """The compiled schema of a merged environment, made once."""
    return compiled(environment_schema())


def environment_schema() -> dict[str, Any]:
    """The schema of a merged environment.

    ``environment.schema.json`` describes what only the files have. What a connection, a managed
    state, a connect card, the status of a connector and the providers take is not repeated there,
    but laid in from the schemas of the resources.
    """
    document = deepcopy(schemas.load("environment").document)
    document.pop("$id", None)
    properties = document["properties"]
    properties["provider"] |= _body("fivetranops")
    properties["backend"]["properties"]["type"]["enum"] = type_names()
    properties["elastic"] |= _body("elasticops")
    properties["connector_statuses"]["additionalProperties"] |= _body("elasticops_connector_status")
    for section, name in SECTIONS.items():
        action = properties[section]["additionalProperties"]
        # Which connection is meant can be said in two ways: see settings_actions.
        body = _with(_body(name), action["properties"])
        required = [each for each in body["required"] if each != "connection_id"]
        action |= body | {"required": required}
    entry = properties["connections"]["additionalProperties"]
    own = entry["properties"]
    own["managed_state"] |= _without(_body("fivetranops_connection_state"), "connection_id")
    entry |= _with(_body("fivetranops_connection"), own)
    shared = _without(_without(_with(entry, {}), "managed_state"), "import_id")
    properties["defaults"] |= shared | {"required": []}
    return document


def _body(name: str) -> dict[str, Any]:
    schema = parameter_schema(name)
    keys = ("title", "properties", "required", "additionalProperties")
    return deepcopy({key: schema[key] for key in keys})


def _with(body: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {**body, "properties": {**body["properties"], **properties}}


def _without(body: dict[str, Any], name: str) -> dict[str, Any]:
    properties = {key: rule for key, rule in body["properties"].items() if key != name}
    required = [key for key in body["required"] if key != name]
    return {**body, "properties": properties, "required": required}
