"""Certificates and fingerprints of the sandbox: what its sources show, and what is approved."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_carriers import POSTGRES, Carrier

from constructs_lib.sandbox.fivetran.trust.endpoints import encoded
from constructs_lib.sandbox.fivetran.trust.source import CERTIFICATE, FINGERPRINT, Kind

HOSTS = [(CERTIFICATE, "db.unsigned.test"), (FINGERPRINT, "db.unknown.test")]
KINDS = [CERTIFICATE, FINGERPRINT]


def path(made: dict[str, Any], kind: Kind, hash_: str = "") -> str:
    return f"/v1/connections/{made['id']}/{kind.segment}" + (f"/{encoded(hash_)}" if hash_ else "")


def approval(kind: Kind, host: str = "db.example.com") -> dict[str, str]:
    shown = kind.shown(host)
    return {name: shown[name] for name in ("hash", kind.value)}


@pytest.mark.parametrize(("kind", "host"), HOSTS)
def test_what_is_shown_passes_once_it_is_approved(carrier: Carrier, kind: Kind, host: str) -> None:
    made = carrier.create(POSTGRES, config={"host": host})
    failed = made["setup_tests"][0]
    assert (failed["status"], failed["details"]) == ("FAILED", [kind.shown(host)])

    carrier.data("POST", path(made, kind), json=approval(kind, "other.test"))
    tested = carrier.data("POST", f"/v1/connections/{made['id']}/test", json={})
    assert tested["status"]["setup_state"] == "incomplete"

    carrier.data("POST", path(made, kind), json=approval(kind, host))
    tested = carrier.data("POST", f"/v1/connections/{made['id']}/test", json={})
    assert tested["status"]["setup_state"] == "connected"


@pytest.mark.parametrize("kind", KINDS)
def test_an_approval_is_listed_read_and_revoked(carrier: Carrier, kind: Kind) -> None:
    made = carrier.create(POSTGRES)
    wanted = approval(kind)

    found = carrier.data("POST", path(made, kind), json=wanted)

    assert carrier.data("POST", path(made, kind), json=wanted) == found
    assert carrier.data("GET", path(made, kind)) == {"items": [found]}
    assert carrier.data("GET", path(made, kind, wanted["hash"])) == found
    assert carrier.request("DELETE", path(made, kind, wanted["hash"])).json()["code"] == "Success"
    assert carrier.data("GET", path(made, kind)) == {"items": []}
    for method in ("GET", "DELETE"):
        status, code, _ = carrier.error(method, path(made, kind, wanted["hash"]))
        assert (status, code) == (404, "NotFound")


def test_the_contract_fixes_what_an_answer_has(carrier: Carrier) -> None:
    made = carrier.create(POSTGRES)
    common = {"id", "hash", "public_key", "validated_by", "validated_date"}
    of_certificates = {"name", "type", "sha1", "sha256"}

    for kind, more in ((CERTIFICATE, of_certificates), (FINGERPRINT, set())):
        found = carrier.data("POST", path(made, kind), json=approval(kind))
        assert found.keys() == common | more
        assert all(isinstance(value, str) and value for value in found.values())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("field", ["hash", None])
@pytest.mark.parametrize("value", [..., "", 5])
def test_an_approval_needs_both_parts(
    carrier: Carrier, kind: Kind, field: str | None, value: Any
) -> None:
    made, name = carrier.create(POSTGRES), field or kind.value
    body = {key: given for key, given in approval(kind).items() if key != name}
    body |= {} if value is ... else {name: value}

    status, code, message = carrier.error("POST", path(made, kind), json=body)

    assert (status, code) == (400, "InvalidInput")
    assert f"'{name}'" in message


def test_a_certificate_must_be_base64(carrier: Carrier) -> None:
    body = {"hash": "a", "encoded_cert": "no base64"}

    error = carrier.error("POST", path(carrier.create(POSTGRES), CERTIFICATE), json=body)

    assert error[:2] == (400, "InvalidInput")


@pytest.mark.parametrize("kind", KINDS)
def test_approvals_come_by_pages(carrier: Carrier, kind: Kind) -> None:
    made = carrier.create(POSTGRES)
    wanted = [approval(kind, f"{letter}.test")["hash"] for letter in "abc"]
    for letter in "abc":
        carrier.data("POST", path(made, kind), json=approval(kind, f"{letter}.test"))

    first = carrier.data("GET", path(made, kind) + "?limit=2")
    rest = carrier.data("GET", path(made, kind) + f"?cursor={first['next_cursor']}")

    assert [item["hash"] for item in first["items"] + rest["items"]] == wanted
    assert "next_cursor" not in rest


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_connection_is_named_in_the_404(carrier: Carrier, kind: Kind) -> None:
    missing = {"id": "missing"}
    for method, at in (("GET", path(missing, kind)), ("DELETE", path(missing, kind, "a"))):
        assert carrier.error(method, at)[:2] == (404, "NotFound_Connection")
