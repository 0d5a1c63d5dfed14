"""``moved_from``: a moved block of the stack, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import ConnectionState
from constructs_lib.constructs.synth import hcl_document
from constructs_lib.toolkit import TerraformStack, TerraformVariable

ORDERS = "fivetranops_connection.orders"
WRONG = [
    (5, "type", "an address such as fivetranops_connection.orders, or the name alone"),
    ("", "pattern", "an address such as fivetranops_connection.orders, or the name alone"),
    (
        "orders old",
        "pattern",
        "an address such as fivetranops_connection.orders, or the name alone",
    ),
    ("${fivetran_connection.x}", "type", "an address such as"),
    ("fivetran_connection.", "pattern", "an address such as fivetranops_connection.orders"),
    ("fivetran_connection.x.id", "pattern", "an address such as fivetranops_connection.orders"),
    ("fivetran_group.x", "moved-type", "fivetran_connection or fivetran_connection_v2 or"),
    ("fivetranops_connection_state.x", "moved-type", "an address of fivetranops_connection or"),
]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("orders_old", "fivetranops_connection.orders_old"),
        ("fivetranops_connection.orders_old", "fivetranops_connection.orders_old"),
        ("fivetran_connection.orders", "fivetran_connection.orders"),
        ("fivetran_connection_v2.orders", "fivetran_connection_v2.orders"),
        ('fivetran_connector.orders["eu-1"]', 'fivetran_connector.orders["eu-1"]'),
        (
            'module.a["x"].module.b[0].fivetran_connector.orders[2]',
            'module.a["x"].module.b[0].fivetran_connector.orders[2]',
        ),
    ],
)
def test_the_block_moves_from_the_address(
    given: str, address: str, connect: Connect, synth: Synth
) -> None:
    connect(moved_from=given)

    document = synth()

    assert document["moved"] == [{"from": address, "to": ORDERS}]
    assert "import" not in document


def test_a_move_stands_beside_an_import(connect: Connect, synth: Synth) -> None:
    connect(moved_from="orders_old")
    connect("invoices", import_id="pale_hydrogen", config={"schema_prefix": "invoices"})

    document = synth()

    assert [len(document[name]) for name in ("moved", "import")] == [1, 1]


def test_instances_move_along(connect: Connect, synth: Synth) -> None:
    connect(moved_from="old", count=2, config={"schema_prefix": "orders_${count.index}"})

    assert synth()["moved"] == [{"from": "fivetranops_connection.old", "to": ORDERS}]


@pytest.mark.parametrize(("given", "rule", "allowed"), WRONG)
def test_a_wrong_address_is_a_finding(
    given: Any, rule: str, allowed: str, connect: Connect, synth: Synth
) -> None:
    connect(moved_from=given)

    (found,) = reported(synth)

    assert (found.rule, found.pointer) == (rule, "/moved_from")
    assert allowed in found.allowed


def test_a_state_moves_from_a_state_alone(stack: TerraformStack, synth: Synth) -> None:
    source = "fivetran_connection.orders"
    ConnectionState(stack, "cursor", connection_id="a", state={}, moved_from=source)

    (found,) = reported(synth)

    assert found.allowed == "an address of fivetranops_connection_state"


@pytest.mark.parametrize(
    "other", [{"import_id": "pale_hydrogen"}, {"import_identity": {"id": "pale_hydrogen"}}]
)
def test_a_move_and_an_import_exclude_each_other(
    other: dict[str, Any], connect: Connect, synth: Synth
) -> None:
    connect(moved_from="orders_old", **other)

    assert [found[1:] for found in findings_of(synth)] == [("import-and-move", "/moved_from")]


def test_one_address_moves_once(connect: Connect, synth: Synth) -> None:
    connect("first", moved_from="old", config={"schema_prefix": "first"})
    connect("second", moved_from="fivetranops_connection.old", config={"schema_prefix": "second"})

    assert findings_of(synth) == [("demo/second", "move-twice", "/moved_from")]


@pytest.mark.parametrize("source", ["orders", "invoices"])
def test_what_is_still_there_cannot_move(source: str, connect: Connect, synth: Synth) -> None:
    connect("invoices", config={"schema_prefix": "invoices"})
    connect(moved_from=source)

    assert findings_of(synth) == [("demo/orders", "moved-still-there", "/moved_from")]


def test_a_variable_is_no_address(stack: TerraformStack, connect: Connect, synth: Synth) -> None:
    variable = TerraformVariable(stack, "existing", type="string")
    connect(moved_from=variable.string_value)

    (found,) = reported(synth)

    assert found.found == "a value that only Terraform knows"


def test_a_move_is_written_as_hcl(
    connect: Connect, stack: TerraformStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SYNTH_HCL_OUTPUT", "true")
    connect(moved_from='fivetran_connector.orders["eu-1"]')

    hcl_document.write(stack, tmp_path / "cdk.tf")

    block = f'  from = fivetran_connector.orders["eu-1"]\n  to = {ORDERS}\n'
    assert f"moved {{\n{block}}}\n" in (tmp_path / "cdk.tf").read_text()
