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
    assert '"$ref"' not in json.dumps(schemas.load(name).document)


@pytest.mark.parametrize(
    "name", [one for one in schemas.names() if one.startswith(("data.", "ephemeral."))]
)
def test_the_name_of_a_reader_is_how_its_address_begins(name: str) -> None:
    document = schemas.load(name).document

    assert document["title"] == name
    assert document["$id"].endswith(f"/{name}.schema.json")
    assert not any(attribute.write_only for attribute in schemas.load(name).attributes.values())


def test_a_description_is_written_once() -> None:
    folder = Path(schemas.__file__).parent
    shared = json.loads((folder / "data.fivetranops_connection.schema.json").read_text())

    assert shared["properties"]["paused"] == {
        "$ref": "fivetranops_connection.schema.json#/properties/paused",
        "readOnly": True,
    }
