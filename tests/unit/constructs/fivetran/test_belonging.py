"""The constructs about one connection: what they write, and what they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of, reported

from constructs_lib import ConnectionCertificates, ConnectionFingerprints, ConnectionSchema
from constructs_lib.sandbox.fivetran.trust.source import certificate_of, fingerprint_of
from constructs_lib.toolkit import TerraformStack, TerraformVariable
from constructs_lib.validation import ConstructPlace, check_parameters

HOST = "db.example.com"
BOTH: list[Any] = [
    (ConnectionCertificates, "certificates", certificate_of(HOST)["encoded_cert"]),
    (ConnectionFingerprints, "fingerprints", fingerprint_of(HOST)["public_key"]),
]


@pytest.mark.parametrize(("construct", "plural", "value"), BOTH)
def test_a_set_takes_its_connection(
    connect: Connect, stack: TerraformStack, synth: Synth, construct: Any, plural: str, value: str
) -> None:
    given = {plural: {"r+u4QL4M": value}, "exclusive": True}
    construct(stack, "source", connection=connect("orders"), **given)

    found = synth()["resource"][f"fivetranops_connection_{plural}"]["source"]

    del found["//"]
    assert found == {"connection_id": "${fivetranops_connection.orders.id}", **given}


@pytest.mark.parametrize(("construct", "plural", "value"), BOTH)
def test_a_wrong_value_is_found_before_synth(
    connect: Connect, stack: TerraformStack, synth: Synth, construct: Any, plural: str, value: str
) -> None:
    wrong = f"-----BEGIN X-----{value}"
    construct(stack, "a", connection=connect("orders"), **{plural: {"r+u4QL4M": wrong}})
    construct(stack, "b", connection_id="pale_hydrogen", **{plural: {"with blank": value}})

    assert findings_of(synth) == [
        ("demo/a", f"{plural[:-1]}-form", f"/{plural}/r+u4QL4M"),
        ("demo/b", "name", f"/{plural}/with blank"),
    ]


@pytest.mark.parametrize(("construct", "plural", "value"), BOTH)
def test_a_second_set_of_a_connection_is_refused(
    connect: Connect, stack: TerraformStack, synth: Synth, construct: Any, plural: str, value: str
) -> None:
    orders = connect("orders")
    for name in ("one", "two"):
        construct(stack, name, connection=orders, **{plural: {"r+u4QL4M": value}})

    assert [rule for _, rule, _ in findings_of(synth)] == ["trust-twice"]


@pytest.mark.parametrize(("construct", "plural", "value"), BOTH)
def test_several_sets_of_one_connection_are_refused(
    stack: TerraformStack, synth: Synth, construct: Any, plural: str, value: str
) -> None:
    given = {plural: {"r+u4QL4M": value}}
    construct(stack, "twice", connection_id="pale_hydrogen", count=2, **given)

    assert findings_of(synth) == [("demo/twice", "trust-twice", "/connection_id")]


def test_certificates_and_fingerprints_go_together(
    connect: Connect, stack: TerraformStack, synth: Synth
) -> None:
    orders = connect("orders")
    for construct, plural, value in BOTH:
        construct(stack, plural, connection=orders, **{plural: {"r+u4QL4M": value}})

    assert len(synth()["resource"]) == 3


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
