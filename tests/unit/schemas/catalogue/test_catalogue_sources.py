"""The facts that are taken out of an OpenAPI document, and out of an account's metadata."""

from __future__ import annotations

from typing import Any

import pytest
from every_case import check_every
from generated_settings import facts

from constructs_lib import schemas
from constructs_lib.sandbox import Api, ApiRequest, Store
from constructs_lib.schemas.catalogue import service_facts, sources


def part(root: str, properties: dict[str, Any], required: list[str] | None = None) -> Any:
    body = {"type": "object", "properties": properties, "description": "A sentence."}
    return {"properties": {root: body | ({"required": required} if required else {})}}


def document(**parts: Any) -> dict[str, Any]:
    """An OpenAPI document with one service."""
    form = part("config", {"schema": {"type": "string"}}, ["schema"])
    references = [{"$ref": f"#/components/schemas/{name}"} for name in ("form", *parts)]
    mapping = {"mine": "#/components/schemas/mine_request"}
    found = {
        "NewConnectorRequestV1": {"discriminator": {"mapping": mapping}},
        "mine_request": {"allOf": references},
        "form": form,
        **parts,
    }
    return {"components": {"schemas": found}}


def test_facts_are_types_values_and_marks_but_no_sentences() -> None:
    config = {
        "port": {"type": "integer", "description": "A sentence.", "example": 1},
        "mode": {"type": "object", "enum": ["b", "a"], "title": "Mode"},
        "key": {"type": "string", "format": "password"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "files": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/file"},
        },
    }
    file = {"type": "object", "properties": {"name": {"type": "string"}}}
    read_only = part("config", {"public_key": {"type": "string"}})

    found = sources.services_of_contract(
        document(mine_config_V1=part("config", config))
        | {
            "components": {
                "schemas": document(mine_config_V1=part("config", config))["components"]["schemas"]
                | {"file": file, "mine_readonly_config_V1": read_only}
            }
        }
    )

    assert found == {
        "mine": {
            "schema": ["schema"],
            "config.files[].name": "string",
            "config.key": "string secret",
            "config.mode": ["a", "b"],
            "config.port": "integer",
            "config.public_key": "string read_only",
            "config.tags[]": "string",
        }
    }


def test_secret_name_in_auth_of_one_service_counts_for_all() -> None:
    kinds = {"type": "string", "format": "password"}, {"type": "string"}
    parts = [part("auth", {"token": kind, "user": {"type": "string"}}) for kind in kinds]
    found = document(one=parts[0])["components"]["schemas"]
    found["NewConnectorRequestV1"]["discriminator"]["mapping"]["other"] = "#/other_request"
    found |= {"other_request": {"allOf": [{"$ref": "#/form"}, {"$ref": "#/two"}]}, "two": parts[1]}

    facts_of = sources.services_of_contract({"components": {"schemas": found}})

    assert {facts["auth.token"] for facts in facts_of.values()} == {"string secret"}
    assert {facts["auth.user"] for facts in facts_of.values()} == {"string"}


def test_a_field_of_an_unknown_type_takes_anything() -> None:
    config = {"a": {"type": "decimal"}, "b": {}, "schema": {"type": "string"}}

    assert sources.facts_of_metadata({"config": config}, None) == {
        "schema": ["schema"],
        "config.a": "any",
        "config.b": "any",
    }


def test_key_of_another_schema_form_is_a_field() -> None:
    assert "schema" in facts("db2luw").config
    assert facts("db2luw").destination_schema == ("schema_prefix",)


@pytest.mark.parametrize("broken", [{}, {"components": {}}, {"components": {"schemas": {}}}, []])
def test_another_document_is_refused(broken: Any) -> None:
    with pytest.raises(sources.UnreadableContract, match="how connections are created"):
        sources.services_of_contract(broken)


def test_metadata_of_the_sandbox_give_the_same_facts() -> None:
    def gives_the_same(name: str) -> None:
        entry, answer = service_facts.packaged_file().entry(name), _answer(name)

        assert sources.facts_of_metadata(answer, facts(name)) == entry
        if name != "db2luw":  # It alone has a setting named like a destination schema.
            assert sources.facts_of_metadata(answer, None) == entry

    check_every(schemas.services(), gives_the_same)


def test_fields_that_stand_directly_below_config_are_read_too() -> None:
    answer = {"config": {"schema": {"type": "string"}, "port": {"type": "integer"}, "title": "x"}}

    assert sources.facts_of_metadata(answer, None) == {
        "schema": ["schema"],
        "config.port": "integer",
    }


@pytest.mark.parametrize("answer", [{}, {"config": None}, {"config": "text"}])
def test_metadata_without_config_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(sources.UnreadableMetadata):
        sources.facts_of_metadata(answer, None)


API = Api(Store(None))


def _answer(name: str) -> dict[str, Any]:
    path = f"/v1/metadata/connector-types/{name}"
    headers = {
        "authorization": "Basic c2FuZGJveDpzYW5kYm94",
        "accept": "application/json;version=2",
    }
    response = API.handle(ApiRequest("GET", path, headers=headers))
    assert response.status == 200
    data: dict[str, Any] = response.envelope["data"]
    return data
