"""What only one construct of a stack may have."""

from __future__ import annotations

from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import Connection, ConnectionState, FivetranProvider
from constructs_lib.toolkit import TerraformStack, TerraformVariable

SDK = {"service": "connector_sdk", "config": {"schema": "sdk"}}


def test_a_destination_schema_belongs_to_one_connection(connect: Connect, synth: Synth) -> None:
    connect("first", config={"schema_prefix": "same"})
    connect("second", config={"schema_prefix": "same"})

    (finding,) = reported(synth)
    assert (str(finding.place), finding.rule) == ("demo/second", "schema-taken")
    assert "demo/first" in finding.found


def test_tables_of_one_schema_belong_to_several(connect: Connect, synth: Synth) -> None:
    for table in ("a", "b"):
        connect(table, service="google_sheets", config={"schema": "same", "table": table})

    assert len(synth()["resource"]["fivetranops_connection"]) == 2


def test_each_group_and_each_account_has_its_own_schemas(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    account = FivetranProvider(stack, "account", alias="account")
    same = {"config": {"schema_prefix": "same"}}
    connect("first", **same)
    connect("second", **same, group_id="another")
    connect("third", **same, provider=account)

    assert len(synth()["resource"]["fivetranops_connection"]) == 3


def test_schemas_that_terraform_knows_only_are_not_compared(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    schema = TerraformVariable(stack, "schema", type="string").string_value
    for name in ("first", "second"):
        connect(name, config={"schema_prefix": schema})

    assert len(synth()["resource"]["fivetranops_connection"]) == 2


def test_a_connection_is_imported_once(connect: Connect, synth: Synth) -> None:
    connect("first", import_id="abc")
    connect("second", import_id="abc")

    assert findings_of(synth) == [("demo/second", "import-twice", "/import_id")]


def test_import_of_connection_and_state_by_one_identifier(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    connection = connect("orders", **SDK, import_id="abc")
    ConnectionState(stack, "cursor", connection=connection, state={}, import_id="abc")

    assert [block["id"] for block in synth()["import"]] == ["abc", "abc"]


def test_a_connection_has_one_state(connect: Connect, stack: TerraformStack, synth: Synth) -> None:
    connection = connect("orders", **SDK)
    ConnectionState(stack, "first", connection=connection, state={})
    ConnectionState(stack, "second", connection=connection, state={})

    assert findings_of(synth) == [("demo/second", "state-twice", "/connection")]


def test_a_connection_from_elsewhere_has_one_state(stack: TerraformStack, synth: Synth) -> None:
    elsewhere = Connection.from_id(stack, "elsewhere", "abc")
    ConnectionState(stack, "first", connection=elsewhere, state={})
    ConnectionState(stack, "second", connection_id="abc", state={})

    assert findings_of(synth) == [("demo/second", "state-twice", "/connection_id")]


def test_each_instance_has_its_own_state(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    many = connect("orders", **{**SDK, "config": {"schema": "x_${count.index}"}}, count=2)
    ConnectionState(stack, "first", connection=many.at(0), state={})
    ConnectionState(stack, "second", connection=many.at(1), state={})
    ConnectionState(stack, "third", connection=many.at(1), state={})

    assert findings_of(synth) == [("demo/third", "state-twice", "/connection")]


def test_ids_that_make_the_same_name_meet(connect: Connect, synth: Synth) -> None:
    connect("a b", config={"schema_prefix": "x"})
    connect("ab", config={"schema_prefix": "y"})

    assert findings_of(synth) == [("demo/ab", "resource-name", "/id_")]
