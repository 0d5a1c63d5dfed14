"""The construct ``ConnectionSchema``: what it writes, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, reported

from constructs_lib import ConnectionSchema
from constructs_lib.toolkit import TerraformStack, TerraformVariable
from constructs_lib.validation import ConstructPlace, check_parameters

AnySchema: Any = ConnectionSchema


def written(synth: Synth) -> dict[str, Any]:
    found: dict[str, Any] = synth()["resource"]["fivetranops_connection_schema"]["chosen"]
    return {name: value for name, value in found.items() if name != "//"}


def orders(**settings: Any) -> dict[str, Any]:
    return {"public": {"tables": {"orders": settings}}}


def test_a_schema_takes_its_connection_and_its_parameters(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    ConnectionSchema(
        stack,
        "chosen",
        connection=connect("orders"),
        schema_change_handling="BLOCK_ALL",
        schemas=orders(enabled=False, columns={"email": {"hashed": True}}),
        is_type_locked=False,
        reload="always",
    )

    assert written(synth) == {
        "connection_id": "${fivetranops_connection.orders.id}",
        "schema_change_handling": "BLOCK_ALL",
        "schemas": orders(enabled=False, columns={"email": {"hashed": True}}),
        "is_type_locked": False,
        "reload": "always",
    }


def test_none_is_as_if_it_were_left_out(stack: TerraformStack, synth: Synth) -> None:
    ConnectionSchema(stack, "chosen", connection_id="abc", schemas=orders(enabled=None))

    # Terraform gets the null, and the provider takes it for what is left out, too.
    assert written(synth)["schemas"] == orders(enabled="${null}")


def test_a_value_that_is_known_later_satisfies_the_checks(
    stack: TerraformStack, synth: Synth
) -> None:
    later = TerraformVariable(stack, "later", type="bool")
    ConnectionSchema(
        stack, "chosen", connection_id="abc", schemas=orders(enabled=later.string_value)
    )

    assert written(synth)["schemas"] == orders(enabled="${var.later}")


@pytest.mark.parametrize(
    ("schemas", "pointer", "hint"),
    [
        (orders(sync_mode="HISTROY"), "/schemas/public/tables/orders/sync_mode", "'HISTORY'"),
        (orders(enabled="yes"), "/schemas/public/tables/orders/enabled", "without quotes"),
        (
            orders(columns={"email": {"hash": True}}),
            "/schemas/public/tables/orders/columns/email/hash",
            "'hashed'",
        ),
        ({"public": {"table": {}}}, "/schemas/public/table", "'tables'"),
    ],
)
def test_a_mistake_has_its_place(
    stack: TerraformStack, synth: Synth, schemas: Any, pointer: str, hint: str
) -> None:
    AnySchema(stack, "chosen", connection_id="abc", schemas=schemas)

    (finding,) = reported(synth)

    assert finding.pointer == pointer
    assert hint in finding.hint


def test_enabled_inside_of_disabled_is_a_warning(stack: TerraformStack) -> None:
    columns = {"email": {"enabled": True}, "id": {}}
    tables = {"orders": {"enabled": True}, "off": {"enabled": False, "columns": columns}}
    values = {"public": {"enabled": False, "tables": tables}, "other": {"enabled": True}}

    found = check_parameters(
        "fivetranops_connection_schema",
        {"connection_id": "abc", "schemas": values},
        place=ConstructPlace("demo/chosen"),
    )

    assert [(one.rule, one.severity, one.pointer) for one in found] == [
        ("enabled-inside", "warning", "/schemas/public/tables/orders/enabled"),
        ("enabled-inside", "warning", "/schemas/public/tables/off/columns/email/enabled"),
    ]


def test_a_connection_is_needed(stack: TerraformStack, synth: Synth) -> None:
    ConnectionSchema(stack, "chosen", schemas=orders(enabled=True))

    (finding,) = reported(synth)

    assert (finding.pointer, finding.found) == ("/connection_id", "nothing")
