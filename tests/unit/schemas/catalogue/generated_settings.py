"""Settings of a connection that are made from the facts about its service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib import schemas
from constructs_lib.schemas import Field, FieldKind, Service

_VALUES: dict[FieldKind, Any] = {
    FieldKind.STRING: "text",
    FieldKind.INTEGER: 1,
    FieldKind.NUMBER: 1.5,
    FieldKind.BOOLEAN: True,
    FieldKind.ANY: {"any": [1]},
}


def facts(name: str) -> Service:
    """The facts about a service that there is."""
    found = schemas.service(name)
    assert found is not None
    return found


def minimal(service: Service) -> dict[str, Any]:
    """The least that a connection of the service needs."""
    config = dict.fromkeys(service.destination_schema, "text")
    return {"group_id": "group", "service": service.name, "config": config}


def complete(service: Service) -> dict[str, Any]:
    """A connection of the service with a value for each of its fields, at the right place."""
    values = minimal(service)
    values["config"] |= _part(service.config, secret=False)
    values["secrets"] = _part(service.config, secret=True)
    values["auth"] = _part(service.auth, secret=False)
    values["auth_secrets"] = _part(service.auth, secret=True)
    return values


def settable(service: Service, *kinds: FieldKind) -> Iterator[Field]:
    """The fields at the top of ``config`` that can be set in clear, of some kinds."""
    for field in service.config.values():
        leaves = [leaf for _, leaf in field.leaves()]
        if field.kind in kinds and not any(leaf.secret or leaf.read_only for leaf in leaves):
            yield field


def _part(fields: Any, *, secret: bool) -> dict[str, Any]:
    return {
        name: _value(field)
        for name, field in fields.items()
        if not any(leaf.read_only for _, leaf in field.leaves())
        and any(leaf.secret for _, leaf in field.leaves()) is secret
    }


def _value(field: Field) -> Any:
    if field.kind is FieldKind.LIST:
        return [_value(field.item)] if field.item else ["text"]
    if field.kind is FieldKind.OBJECT:
        return {name: _value(inner) for name, inner in field.fields.items()}
    return field.allowed[0] if field.allowed else _VALUES[field.kind]
