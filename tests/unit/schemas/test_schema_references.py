"""References between the schemas: what they bring along, and what they leave behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from constructs_lib import schemas
from constructs_lib.schemas.model import without_references

THING: dict[str, Any] = {
    "properties": {
        "mode": {"type": "string", "enum": ["a", "b"], "default": "a", "description": "The mode."},
        "limits": {
            "type": "object",
            "required": ["first"],
            "properties": {"first": {"type": "string", "default": "1m"}},
        },
    }
}


def attribute(**rule: Any) -> Any:
    document = {"properties": {"it": rule}}
    before = json.dumps([document, THING])
    found = without_references(document, lambda name: {"thing": THING}[name])
    assert json.dumps([document, THING]) == before, "what is given is not changed"
    return found["properties"]["it"]


def test_an_attribute_is_the_one_that_is_referred_to() -> None:
    found = attribute(**{"$ref": "thing.schema.json#/properties/mode"})

    assert found == THING["properties"]["mode"]


def test_keywords_of_a_reference_override_the_referenced() -> None:
    found = attribute(**{"$ref": "thing.schema.json#/properties/mode", "description": "Mine."})

    assert found == {**THING["properties"]["mode"], "description": "Mine."}


def test_what_is_only_read_has_no_default() -> None:
    found = attribute(**{"$ref": "thing.schema.json#/properties/mode", "readOnly": True})

    assert "default" not in found
    assert (found["readOnly"], found["enum"]) == (True, ["a", "b"])


def test_what_is_only_read_is_so_to_the_last_leaf() -> None:
    found = attribute(**{"$ref": "thing.schema.json#/properties/limits", "readOnly": True})

    assert found == {
        "type": "object",
        "readOnly": True,
        "properties": {"first": {"type": "string", "readOnly": True}},
    }


def test_a_reference_leads_to_what_is_inside_of_an_attribute() -> None:
    found = attribute(**{"$ref": "thing.schema.json#/properties/limits/properties/first"})

    assert found == {"type": "string", "default": "1m"}


def test_references_are_followed_in_the_items_of_a_list() -> None:
    inside = {"mode": {"$ref": "thing.schema.json#/properties/mode"}}
    found = attribute(type="array", items={"type": "object", "properties": inside})

    assert found["items"]["properties"]["mode"]["enum"] == ["a", "b"]


@pytest.mark.parametrize("name", ["properties/none", "nothing"])
def test_a_reference_that_leads_nowhere_fails(name: str) -> None:
    with pytest.raises(KeyError):
        attribute(**{"$ref": f"thing.schema.json#/{name}"})


@pytest.mark.parametrize("name", schemas.names())
def test_no_reference_is_left(name: str) -> None:
    text = json.dumps(schemas.load(name).document)

    assert '"$ref"' not in text
    assert '"x-attributes-of"' not in text


@pytest.mark.parametrize(
    "name", [one for one in schemas.names() if one.startswith(("data.", "ephemeral."))]
)
def test_the_name_of_a_reader_is_how_its_address_begins(name: str) -> None:
    document = schemas.load(name).document

    assert document["title"] == name
    assert document["$id"].endswith(f"/{name}.schema.json")
    assert not any(attribute.write_only for attribute in schemas.load(name).attributes.values())


def test_a_description_is_written_once() -> None:
    written = (
        Path(schemas.__file__).parent / "data.fivetranops_connection.schema.json"
    ).read_text()
    connection, data = (
        schemas.load(name).attributes
        for name in ("fivetranops_connection", "data.fivetranops_connection")
    )

    assert '"paused"' not in written
    assert data["paused"].description == connection["paused"].description
    assert (data["paused"].read_only, connection["paused"].read_only) == (True, False)


ONLY_READ = {
    "connect_card_config",
    "is_historical_sync",
    "setup_tests",
    "source_sync_details",
    "tasks",
    "warnings",
}
"""What the API answers and the resource does not keep."""


def test_a_list_has_what_a_data_source_of_one_has() -> None:
    one = schemas.load("data.fivetranops_connection").attributes
    many = schemas.load("data.fivetranops_connections").attributes

    assert many["connections"].attributes.keys() == one.keys() - {"config", "connection_id"}
    fields = many["fields"].rule["items"]["enum"]
    assert fields == [name for name in many["connections"].attributes if name != "id"]


def test_a_data_source_has_what_a_read_takes_over() -> None:
    connection, data = (
        schemas.load(name).attributes
        for name in ("fivetranops_connection", "data.fivetranops_connection")
    )
    read_back = {name for name, each in connection.items() if each.is_read_back}

    assert "is_historical_sync" not in read_back
    assert data.keys() == read_back | {"connection_id"} | ONLY_READ
    assert {name for name, each in data.items() if not each.read_only} == {
        "connection_id",
        "group_id",
        "schema",
    }


READ: dict[str, Any] = {
    "properties": {
        "mode": {"type": "string", "x-response": "mode", "x-request": ["create"], "default": "a"},
        "flag": {"type": "boolean", "x-response": "flag", "default": None},
        "secret": {"type": "object", "x-response": None, "writeOnly": True},
        "limits": {**THING["properties"]["limits"], "x-response": "a.limits"},
    }
}


def reading(own: dict[str, Any], **source: Any) -> Any:
    document = {"properties": own, "x-attributes-of": {"schema": "read", **source}}
    before = json.dumps([document, READ])
    found = without_references(document, lambda name: {"read": READ}[name])
    assert json.dumps([document, READ]) == before, "what is given is not changed"
    assert "x-attributes-of" not in found
    return found["properties"]


def test_attributes_of_another_schema_are_read_only() -> None:
    found = reading({})

    assert found["mode"] == {"type": "string", "x-response": "mode", "readOnly": True}
    assert found["limits"]["properties"] == {"first": {"type": "string", "readOnly": True}}


def test_attributes_that_no_read_takes_over_are_left_out() -> None:
    assert list(reading({"own": {"type": "string"}})) == ["own", "mode", "limits"]


def test_named_attributes_come_in_the_order_of_their_names() -> None:
    assert list(reading({"own": {"type": "string"}}, names=["flag", "mode"])) == [
        "own",
        "flag",
        "mode",
    ]


def test_keywords_of_an_entry_override_those_that_are_read() -> None:
    found = reading({"mode": {"description": "Mine."}})

    assert (found["mode"]["type"], found["mode"]["description"]) == ("string", "Mine.")


@pytest.mark.parametrize(
    "own", [{"type": "string"}, {"$ref": "read.schema.json#/properties/secret"}]
)
def test_an_entry_of_its_own_replaces_what_is_read(own: dict[str, Any]) -> None:
    found = reading({"mode": own})

    assert "readOnly" not in found["mode"]
    assert "x-response" not in found["mode"] or found["mode"]["x-response"] is None


@pytest.mark.parametrize("source", [{"schema": "none"}, {"names": ["none"]}])
def test_attributes_of_nothing_fail(source: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        reading({}, **source)
