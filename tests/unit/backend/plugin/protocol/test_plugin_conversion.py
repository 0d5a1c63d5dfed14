from __future__ import annotations

import json
from typing import Any

import pytest
from plugin_samples import ATTRIBUTES, SCHEMA, TYPE, decode, thing

from constructs_lib import schemas
from constructs_lib.backend.plugin.diagnostics import Diagnostics, dotted
from constructs_lib.backend.plugin.protocol import conversion
from constructs_lib.backend.plugin.values import types


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        (("name",), [("attribute_name", "name")]),
        (("window", "from"), [("attribute_name", "window"), ("attribute_name", "from")]),
        (("labels", "a"), [("attribute_name", "labels"), ("element_key_string", "a")]),
        (
            ("config", "tables", 0, "name"),
            [
                ("attribute_name", "config"),
                ("attribute_name", "tables"),
                ("element_key_int", 0),
                ("attribute_name", "name"),
            ],
        ),
    ],
)
def test_the_steps_of_a_path_follow_the_schema(path: Any, steps: Any) -> None:
    written = conversion.write_path(path, ATTRIBUTES)
    found = [(step.WhichOneof("selector"), getattr(step, step.WhichOneof("selector")))
             for step in written.steps]  # fmt: skip
    assert found == steps


def test_a_path_reads_as_in_a_configuration() -> None:
    assert dotted(("config", "tables", 0, "name")) == "config.tables[0].name"


def test_a_diagnostic_without_a_path_has_no_attribute() -> None:
    diagnostics = Diagnostics()
    diagnostics.warning("Careful", "half a pair: \ud800")
    [message] = conversion.write_diagnostics(diagnostics, ATTRIBUTES)
    assert (message.severity, message.detail) == (message.WARNING, "half a pair: ?")
    assert not message.HasField("attribute")


@pytest.mark.parametrize("data", [b"", b"[1]", b"\xff\x00", b"{"])
def test_private_state_that_is_not_ours_is_empty(data: bytes) -> None:
    assert conversion.read_private(data) == {}


def test_private_state_survives() -> None:
    private = {"digest": "ab", "n": [1, None]}
    assert conversion.read_private(conversion.write_private(private)) == private
    assert conversion.write_private({}) == b""


def test_one_misfit_attribute_does_not_lose_the_state() -> None:
    diagnostics = Diagnostics()
    data = conversion.write_state(thing(id="x", level="high"), TYPE, diagnostics)
    assert decode(data, TYPE) == thing(id="x")
    assert [diagnostic.path for diagnostic in diagnostics] == [("level",)]


def attributes() -> dict[str, object]:
    described = conversion.resource_schema(SCHEMA, 2)
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
    assert types.type_to_json(conversion.type_of(sync["scope"])) == ["map", ["list", "string"]]
    parts = ("title", "status", "message", "details")
    assert types.type_to_json(conversion.type_of(test["results"])) == [
        "list",
        ["object", dict.fromkeys(parts, "string")],
    ]


def test_a_nested_attribute_has_attributes_that_are_not_computed() -> None:
    window = attributes()["window"]
    inner = {a.name: flags(a) for a in window.nested_type.attributes}  # type: ignore[attr-defined]
    assert inner == {"from": {"required"}, "to": {"optional"}}


def test_nothing_in_a_provider_is_computed() -> None:
    described = conversion.config_schema(SCHEMA).block.attributes
    assert {a.name for a in described if a.computed} == {"id"}
