"""``import_identity``: an import block by identity, and what is wrong with one."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import (
    ConnectCard,
    ConnectionSchema,
    ConnectionState,
    ConnectionSync,
    ConnectionTest,
    ConnectorStatus,
    ElasticProvider,
)
from constructs_lib.constructs.synth import hcl_document
from constructs_lib.toolkit import TerraformStack, TerraformVariable

ID = {"id": "pale_hydrogen"}
WRONG = [
    ({"import_identity": "pale_hydrogen"}, "type", "/import_identity"),
    ({"import_identity": {}}, "required", "/import_identity"),
    ({"import_identity": {"id": None}}, "required", "/import_identity"),
    ({"import_identity": {"id": ""}}, "pattern", "/import_identity/id"),
    ({"import_identity": {"id": 5}}, "pattern", "/import_identity/id"),
    ({"import_identity": {"id": "pale hydrogen"}}, "pattern", "/import_identity/id"),
    ({"import_identity": {**ID, "region": "eu"}}, "unknown-attribute", "/import_identity/region"),
    ({"import_identity": ID, "count": 2}, "import-of-many", "/import_identity"),
    (
        {"import_identity": ID, "import_id": "pale_hydrogen"},
        "import-id-and-identity",
        "/import_identity",
    ),
]


@pytest.mark.parametrize(("parameters", "rule", "pointer"), WRONG)
def test_a_wrong_identity_is_a_finding(
    parameters: dict[str, Any], rule: str, pointer: str, connect: Connect, synth: Synth
) -> None:
    connect(config={"schema_prefix": "orders_${count.index}"}, **parameters)

    assert [found[1:] for found in findings_of(synth)] == [(rule, pointer)]


def test_another_key_names_those_of_the_identity(stack: TerraformStack, synth: Synth) -> None:
    ConnectionState(stack, "cursor", connection_id="a", state={}, import_identity=ID)

    assert {found.allowed for found in reported(synth)} == {"the identity, which is connection_id"}


def test_a_text_is_shown_as_a_mapping(connect: Connect, synth: Synth) -> None:
    connect(import_identity="pale_hydrogen")

    (finding,) = reported(synth)

    assert finding.hint == "write {'id': 'pale_hydrogen'}"


def test_the_block_names_the_identity(connect: Connect, synth: Synth) -> None:
    connect(import_identity=ID)

    document = synth()

    assert document["import"] == [{"to": "fivetranops_connection.orders", "identity": ID}]
    assert document["terraform"]["required_version"] == ">= 1.12"


def test_an_identity_may_be_a_reference(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    variable = TerraformVariable(stack, "existing", type="string")
    connect(import_identity={"id": variable.string_value})

    (block,) = synth()["import"]

    assert block["identity"] == {"id": "${var.existing}"}


def test_every_resource_takes_its_identity(
    stack: TerraformStack, connect: Connect, synth: Synth
) -> None:
    ElasticProvider(stack, "elastic", endpoints=["sandbox"])
    same: dict[str, Any] = {
        "connection_id": "pale_hydrogen",
        "import_identity": {"connection_id": "pale_hydrogen"},
    }
    ConnectionState(stack, "state", **same, state={})
    ConnectionSync(stack, "sync", **same)
    ConnectionTest(stack, "test", **same)
    ConnectionSchema(stack, "schema", **same)
    ConnectCard(stack, "card", **same, redirect_uri="https://example.com")
    ConnectorStatus(
        stack,
        "status",
        connector_id="wiki",
        status="configured",
        import_identity={"connector_id": "wiki"},
    )

    blocks = {block["to"].partition(".")[0]: block["identity"] for block in synth()["import"]}

    assert blocks.pop("elasticops_connector_status") == {"connector_id": "wiki"}
    assert set(map(str, blocks.values())) == {"{'connection_id': 'pale_hydrogen'}"}
    assert len(blocks) == 5


def test_an_object_is_imported_once_in_whatever_form(connect: Connect, synth: Synth) -> None:
    connect("first", import_id="pale_hydrogen")
    connect("second", import_identity=ID)

    assert findings_of(synth) == [("demo/second", "import-twice", "/import_identity/id")]


def test_an_identity_is_written_as_hcl(
    connect: Connect, stack: TerraformStack, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")
    connect(import_identity=ID)

    hcl_document.write(stack, tmp_path / "cdk.tf")

    text = (tmp_path / "cdk.tf").read_text()
    block = '  to = fivetranops_connection.orders\n  identity = {"id" = "pale_hydrogen"}\n'
    assert f"import {{\n{block}}}\n" in text
    assert 'required_version = ">= 1.12"' in text


def test_a_synth_by_testing_as_hcl_has_the_identity(
    connect: Connect, stack: TerraformStack
) -> None:
    connect(import_identity=ID)

    text = str(stack.to_hcl_terraform()["hcl"])

    assert 'identity = {"id" = "pale_hydrogen"}' in " ".join(text.split())
