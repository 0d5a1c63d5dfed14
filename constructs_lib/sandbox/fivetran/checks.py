"""Checks of request bodies, by the JSON Schema of the connection resource.

The schema gives types, enums and patterns, and says which request has which fields: the resource
also has attributes that the API does not know.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox.common.errors import ApiError, invalid, required
from constructs_lib.sandbox.common.messages import MAX_DEPTH, loads_exact
from constructs_lib.schemas import Attribute, Kind, keywords

_SCHEMA = schemas.load("fivetranops_connection")
TEST_CONTROLS = _SCHEMA.controls
"""Fields that steer the setup tests of one request and are not kept."""
TEST_FIELDS = _SCHEMA.sent("test")
"""The fields of the request that runs the setup tests alone: what they shall trust."""
CREATE_FIELDS = _SCHEMA.sent("create")
"""The fields of the request that creates a connection."""
UPDATE_FIELDS = _SCHEMA.sent("update")
"""The fields of the request that modifies a connection."""


def parse_object(content: bytes) -> dict[str, Any]:
    """Return the JSON object of a body.

    :raises ApiError: 400, if it is malformed or something other than an object
    """
    try:
        body = loads_exact(content)
    except (ValueError, RecursionError):
        raise invalid("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise invalid("The request body must be a JSON object")
    _check_storable(body, MAX_DEPTH)
    return body


def checked_fields(body: Mapping[str, Any], allowed: Collection[str]) -> dict[str, Any]:
    """Check and return the fields of a request about a connection.

    The contract does not say what happens to unknown fields. They are refused here, because a
    client that sends one has made a mistake that should show. Null is refused like any other
    value of a wrong type, but for the fields that it clears.

    :returns: the fields, with null for those that are to be cleared
    :raises ApiError: 400, for the first field that is wrong
    """
    attributes = _SCHEMA.attributes
    refuse_unknown(body, allowed)
    for name, value in body.items():
        if value is not None or not attributes[name].clearable:
            _check(name, value, attributes[name])
    return {name: _stored(value, attributes[name]) for name, value in body.items()}


def refuse_unknown(body: Mapping[str, Any], allowed: Collection[str]) -> None:
    """Refuse a body with other fields than the allowed ones.

    :raises ApiError: 400
    """
    for name in body:
        if name not in allowed:
            raise invalid(f"Unknown field '{name}'; allowed are {', '.join(sorted(allowed))}")


def boolean(body: Mapping[str, Any], name: str) -> bool:
    """Return a boolean of a body; false if it is left out.

    :raises ApiError: 400, if it is not a boolean
    """
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise _wrong(name, "must be boolean")
    return value


def connect_card(body: Mapping[str, Any]) -> dict[str, Any]:
    """Check and return the ``connect_card_config`` of a body.

    :raises ApiError: 400, if it is missing or wrong
    """
    if body.get("connect_card_config") is None:
        raise required("connect_card_config")
    checked = checked_fields(body, ("connect_card_config",))["connect_card_config"]
    return dict(checked)


def _check_storable(value: Any, levels: int) -> None:
    if levels == 0:
        raise invalid(f"The request body is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
        raise invalid("The request body holds text that is not valid Unicode")
    if isinstance(value, dict):
        _check_storable(list(value), levels)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            _check_storable(item, levels - 1)


def _check(name: str, value: Any, attribute: Attribute) -> None:
    for violation in keywords.violations(attribute.rule, _given(value, attribute), path=(name,)):
        path = ".".join(map(str, violation.path))
        if violation.keyword == "required":
            raise required(f"{path}.{violation.demand}")
        raise _wrong(path, f"must be {violation.allowed}")
    _check_not_empty(name, value, attribute)


def _given(value: Any, attribute: Attribute) -> Any:
    """Return a value without the nulls inside it that clear a field, or leave out a required
    one.
    """
    if not attribute.attributes or not isinstance(value, dict):
        return value
    inside = attribute.attributes
    may_be_null = {name for name, one in inside.items() if one.clearable or one.required}
    return {
        name: _given(inner, inside[name]) if name in inside else inner
        for name, inner in value.items()
        if inner is not None or name not in may_be_null
    }


def _check_not_empty(path: str, value: Any, attribute: Attribute) -> None:
    if attribute.clearable and value == "":
        raise _wrong(path, "must not be empty")
    for name, inner in attribute.attributes.items():
        _check_not_empty(f"{path}.{name}", value.get(name), inner)


def _stored(value: Any, attribute: Attribute) -> Any:
    if attribute.kind is Kind.INTEGER:
        return int(value)
    # The contract lists schema_status in lower case, but writes it in upper case in its example.
    return attribute.spelled(value) if attribute.ignores_case else value


def _wrong(path: str, rule: str) -> ApiError:
    return invalid(f"Invalid value for field '{path}': it {rule}")
