"""The constructs of what a connection trusts: ``ConnectionCertificates``, ``…Fingerprints``."""

from __future__ import annotations

from typing import Any

import pytest
from construct_fixtures import Connect, Synth, findings_of

from constructs_lib import ConnectionCertificates, ConnectionFingerprints
from constructs_lib.sandbox.fivetran.trust.source import certificate_of, fingerprint_of
from constructs_lib.toolkit import TerraformStack

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
