"""What waits for approval, in every form in which the details of setup tests may have it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from constructs_lib.backend.fivetran.connection import setup_tests
from constructs_lib.backend.fivetran.connection_test import resource
from constructs_lib.backend.fivetran.trust.waiting import shown_by
from constructs_lib.backend.plugin.diagnostics import Diagnostics

CERTIFICATE = {"hash": "r+u4", "encoded_cert": "MIID", "name": "CN=db", "public_key": "Sun RSA"}
KEY = {"hash": "eUtP", "public_key": "ssh-rsa AAAA"}


def result_of(details: Any, status: str = "FAILED") -> list[dict[str, Any]]:
    return [{"title": "Validate Certificate", "status": status, "details": details}]


@pytest.mark.parametrize(
    "details",
    [
        CERTIFICATE,
        [CERTIFICATE],
        [CERTIFICATE, CERTIFICATE],
        {"chain": {"certificates": [CERTIFICATE]}},
        json.dumps([CERTIFICATE]),
        [None, 5, "text", {"hash": "no value"}, CERTIFICATE],
    ],
)
def test_a_certificate_is_found_in_any_form(details: Any) -> None:
    (found,) = shown_by(result_of(details))

    assert (found.kind.plural, found.hash, found.value) == ("certificates", "r+u4", "MIID")
    assert found.name == "CN=db"


def test_both_kinds_are_told_apart_and_sorted() -> None:
    found = shown_by(result_of([KEY, CERTIFICATE]) + result_of({**KEY, "hash": "aaaa"}))

    assert [(each.kind.plural, each.hash) for each in found] == [
        ("certificates", "r+u4"),
        ("fingerprints", "aaaa"),
        ("fingerprints", "eUtP"),
    ]


@pytest.mark.parametrize(
    "tests",
    [
        None,
        "text",
        [None],
        result_of(None),
        result_of(""),
        result_of("{broken"),
        result_of({"hash": "", "encoded_cert": "MIID"}),
        result_of({"hash": 5, "encoded_cert": "MIID"}),
        result_of({"hash": "r+u4", "encoded_cert": ["MIID"]}),
        result_of([[[[[[[[[[CERTIFICATE]]]]]]]]]]),
        result_of(CERTIFICATE, "PASSED"),
        result_of(CERTIFICATE, "SKIPPED"),
    ],
)
def test_anything_else_shows_nothing(tests: Any) -> None:
    assert shown_by(tests) == []


def said_by_the_gate(*details: Any) -> str:
    found = resource.setup_test_results({"id": "abc", "setup_tests": result_of([*details])}, ())
    return resource.setup_tests_failed("connection abc", found).detail


def test_the_error_of_a_gate_has_all_of_a_fingerprint() -> None:
    detail = said_by_the_gate(KEY)

    assert "hash eUtP" in detail
    assert "fivetranops_connection_fingerprints" in detail
    assert "Its public_key is: ssh-rsa AAAA\n" in detail
    assert "(hidden)" not in detail


@pytest.mark.parametrize("shown", [CERTIFICATE, {**KEY, "public_key": "ssh-rsa " + "A" * 900}])
def test_the_error_of_a_gate_says_where_the_rest_is(shown: dict[str, str]) -> None:
    detail = said_by_the_gate(shown)

    assert f"hash {shown['hash']}" in detail
    assert (
        "in the attribute waiting of that resource after 'terraform apply -refresh-only'" in detail
    )


@pytest.mark.parametrize("required", [True, False])
def test_the_result_of_a_creation_names_them_too(required: bool) -> None:
    diagnostics = Diagnostics()
    # However long the certificate is: the hash comes before it.
    shown = {**CERTIFICATE, "encoded_cert": "M" * 5000}

    answer = {"setup_tests": result_of([shown])}
    setup_tests.report(answer, diagnostics, subject="connection abc", required=required)

    (said,) = diagnostics
    assert "hash r+u4 (CN=db)" in said.detail
    assert "add it to certificates of fivetranops_connection_certificates" in said.detail
