from __future__ import annotations

import json

from plugin_samples import SCHEMA

from constructs_lib import schemas
from constructs_lib.backend.plugin.protocol import schema
from constructs_lib.backend.plugin.values import types


def attributes() -> dict[str, object]:
    described = schema.resource_schema(SCHEMA, 2)
    assert described.version == 2
    return {attribute.name: attribute for attribute in described.block.attributes}


def flags(attribute: object) -> set[str]:
    names = ("required", "optional", "computed", "sensitive", "write_only")
    return {name for name in names if getattr(attribute, name)}


def test_each_sort_of_attribute_gets_its_flags() -> None:
    found = {name: flags(attribute) for name, attribute in attributes().items()}
    assert found["name"] == {"required"}
    assert found["color"] == {"optional", "computed"}
    assert found["id"] == {"computed"}
    assert found["token"] == {"optional", "computed", "sensitive"}
    assert found["secret_wo"] == {"optional", "sensitive", "write_only"}


def test_each_kind_of_attribute_gets_its_type() -> None:
    found = {n: json.loads(a.type) for n, a in attributes().items() if a.type}  # type: ignore[attr-defined]
    assert found["name"] == "string"
    assert found["level"] == found["ratio"] == "number"
    assert found["flag"] == "bool"
    assert found["config"] == "dynamic"
    assert found["labels"] == ["map", "string"]


def test_lists_by_name_and_lists_of_objects_have_their_types() -> None:
    sync = schemas.load("fivetranops_connection_sync").attributes
    test = schemas.load("fivetranops_connection_test").attributes
    assert types.to_json(schema.type_of(sync["scope"])) == ["map", ["list", "string"]]
    parts = ("title", "status", "message", "details")
    assert types.to_json(schema.type_of(test["results"])) == [
        "list",
        ["object", dict.fromkeys(parts, "string")],
    ]


def test_a_nested_attribute_has_attributes_that_are_not_computed() -> None:
    window = attributes()["window"]
    inner = {a.name: flags(a) for a in window.nested_type.attributes}  # type: ignore[attr-defined]
    assert inner == {"from": {"required"}, "to": {"optional"}}


def test_nothing_in_a_provider_is_computed() -> None:
    described = schema.provider_schema(SCHEMA).block.attributes
    assert {a.name for a in described if a.computed} == {"id"}
