"""The rules of certificates and fingerprints: forms, and hashes that say how they were made."""

from __future__ import annotations

import base64
import hashlib

import pytest

from constructs_lib.sandbox.fivetran.trust.source import certificate_of, fingerprint_of
from constructs_lib.schemas.rules import applied
from constructs_lib.schemas.rules.trust import doubtful_hashes, trust_rules

CERTIFICATE, OTHER = (certificate_of(host)["encoded_cert"] for host in ("a.test", "b.test"))
KEY = fingerprint_of("a.test")["public_key"]
BLOB = KEY.split()[1]
DER = base64.b64decode(CERTIFICATE)
SHA256 = hashlib.sha256(DER).hexdigest()


def found(attribute: str, values: object) -> list[tuple[str, str]]:
    problems = applied(trust_rules(attribute), {attribute: values}, ())
    return [(rule.id, problem.severity) for rule, problem in problems]


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        (CERTIFICATE, []),
        ("", []),
        (5, []),
        (f"-----BEGIN CERTIFICATE-----\n{CERTIFICATE}\n-----END CERTIFICATE-----", ["form"]),
        (CERTIFICATE[:76] + "\n" + CERTIFICATE[76:], ["form"]),
        (CERTIFICATE + "\n", ["form"]),
        (CERTIFICATE[:-4], ["form"]),
        (base64.b64encode(DER + b"\0").decode(), ["form"]),
        (base64.b64encode(b"0\x03\x02\x01\x05").decode(), ["form"]),
        (base64.b64encode(b"1" + DER[1:]).decode(), ["form"]),
        (base64.b64encode(b"0").decode(), ["form"]),
        ("no base64", ["form"]),
        (KEY, ["form"]),
    ],
)
def test_a_certificate_is_der_in_base64(value: object, rules: list[str]) -> None:
    wanted = [(f"certificate-{rule}", "error") for rule in rules]

    assert found("certificates", {"r+u4QL4MGvZe": value}) == wanted


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        (KEY, ""),
        (f"{KEY} root@db", ""),
        (BLOB, ""),
        ("", ""),
        (f"db.example.com {KEY}", "error"),
        (f"ssh-rsa {BLOB}", "error"),
        (KEY[:-5], "error"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "error"),
        ("a5:b6:c7", "warning"),
        ("AAAA", "warning"),
        (CERTIFICATE, "warning"),
    ],
)
def test_a_fingerprint_has_a_public_key(value: str, severity: str) -> None:
    wanted = [("fingerprint-form", severity)] if severity else []

    assert found("fingerprints", {"eUtPirI6yy": value}) == wanted


@pytest.mark.parametrize(
    ("name", "value", "is_right"),
    [
        (SHA256, CERTIFICATE, True),
        (SHA256.upper(), CERTIFICATE, True),
        (SHA256, OTHER, False),
        (hashlib.sha1(DER, usedforsecurity=False).hexdigest(), CERTIFICATE, True),
        (hashlib.sha1(DER, usedforsecurity=False).hexdigest(), OTHER, False),
        (":".join(SHA256[i : i + 2] for i in range(0, 64, 2)), OTHER, False),
        (SHA256[:-2], OTHER, True),
    ],
)
def test_hexadecimal_digits_are_a_digest(name: str, value: str, is_right: bool) -> None:
    wanted = [] if is_right else [("certificate-hash", "error")]

    assert found("certificates", {name: value}) == wanted


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (CERTIFICATE + "\n", "a line break at its end"),
        (f"{CERTIFICATE}\r\n", "a line break at its end"),
        (f" {CERTIFICATE} ", "line breaks or blanks around it"),
        (f"{CERTIFICATE[:76]}\n{CERTIFICATE[76:]}\n", "line breaks or blanks in it"),
    ],
)
def test_blanks_in_a_certificate_are_named(value: str, place: str) -> None:
    ((_, problem),) = applied(trust_rules("certificates"), {"certificates": {"r+u4": value}}, ())

    assert problem.found == f"a certificate with {place}"
    assert "trimspace()" in problem.hint


def test_a_line_of_ssh_keyscan_is_named() -> None:
    line = f"[db.example.com]:2222 {KEY} comment"
    ((_, problem),) = applied(trust_rules("fingerprints"), {"fingerprints": {"eUtP": line}}, ())

    assert "ssh-keyscan" in problem.found
    assert "leave out the host" in problem.hint


@pytest.mark.parametrize("prefix", ["SHA256:", ""])
def test_a_hash_in_another_form_names_the_padded_one(prefix: str) -> None:
    padded = fingerprint_of("a.test")["hash"]
    name = prefix + padded.rstrip("=")
    other = fingerprint_of("b.test")["public_key"]
    ((rule, problem),) = applied(trust_rules("fingerprints"), {"fingerprints": {name: KEY}}, ())

    assert (rule.id, problem.severity) == ("fingerprint-hash-form", "warning")
    assert problem.path == ("fingerprints", name)
    assert problem.allowed == f"{padded}, in padded base64"
    # The digest of another value is an error where the form is certain, and else a doubt.
    wrong = [("fingerprint-hash", "error")] if prefix else []
    assert found("fingerprints", {name: other}) == wrong
    assert found("fingerprints", {padded: KEY}) == []


def test_a_hash_in_base64url_names_the_padded_one() -> None:
    names = (fingerprint_of(f"{number}.test") for number in range(99))
    shown = next(each for each in names if "/" in each["hash"])
    name = shown["hash"].replace("+", "-").replace("/", "_")

    assert found("fingerprints", {name: shown["public_key"]}) == [
        ("fingerprint-hash-form", "warning")
    ]


def test_a_hash_in_base64_is_only_doubtful() -> None:
    right, wrong = certificate_of("a.test")["hash"], certificate_of("b.test")["hash"]
    values = {right: CERTIFICATE, wrong: CERTIFICATE, "short": CERTIFICATE, SHA256: OTHER}

    assert found("certificates", {right: OTHER}) == []
    assert doubtful_hashes("certificates", values) == [wrong]
    assert doubtful_hashes("certificates", {wrong: "", right: object()}) == []


def test_a_finding_shows_no_value() -> None:
    values = {"abc": "-----BEGIN PRIVATE KEY-----canary"}

    for attribute in ("certificates", "fingerprints"):
        problems = [p for _, p in applied(trust_rules(attribute), {attribute: values}, ())]
        assert problems
        assert "canary" not in str(problems)
