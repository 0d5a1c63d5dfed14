"""The keyword that makes an attribute part of a resource's identity."""

from __future__ import annotations

from typing import Any

from constructs_lib.schemas.model import _attributes, without_references

MARKED = {
    "properties": {
        "id": {"type": "string", "readOnly": True, "x-identity": "required", "x-response": "id"},
        "name": {"type": "string", "x-identity": "optional", "x-response": "name"},
        "size": {"type": "integer", "x-response": "size"},
    }
}


def documents(name: str) -> dict[str, Any]:
    return MARKED


def test_an_attribute_tells_its_part_in_the_identity() -> None:
    found = {name: one.identity for name, one in _attributes(MARKED).items()}

    assert found == {"id": "required", "name": "optional", "size": ""}


def test_a_reference_takes_no_identity_over() -> None:
    schema = {
        "properties": {
            "thing_id": {"$ref": "thing.schema.json#/properties/id", "readOnly": False},
            "own": {"$ref": "thing.schema.json#/properties/name", "x-identity": "required"},
            "read": {"$ref": "thing.schema.json#/properties/id", "x-identity": "optional"},
        }
    }

    found = _attributes(without_references(schema, documents))

    assert {name: one.identity for name, one in found.items()} == {
        "thing_id": "",
        "own": "required",
        "read": "optional",
    }


def test_what_is_read_of_another_schema_has_no_identity() -> None:
    schema = {"x-attributes-of": {"schema": "thing"}}

    found = _attributes(without_references(schema, documents))

    assert {name: one.identity for name, one in found.items()} == dict.fromkeys(
        ("id", "name", "size"), ""
    )
