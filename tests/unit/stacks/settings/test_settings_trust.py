"""Certificates and fingerprints in the files of an environment."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from constructs_lib.sandbox.fivetran.trust.source import certificate_of
from stacks.settings import ConnectionActionSettings, Environment

Load = Callable[..., Environment]
Found = Callable[..., list[tuple[str, str]]]

CERTIFICATE = certificate_of("db.example.com")["encoded_cert"]
BASE = f"""
connections:
  shop: {{service: postgres, group_id: g, config: {{schema_prefix: shop}}}}
connection_certificates:
  shop: {{connection: shop, certificates: {{"r+u4=": {CERTIFICATE}}}}}
connection_fingerprints:
  tunnel: {{connection_id: pale_hydrogen, exclusive: true, fingerprints: {{}}}}
"""


def test_trust_becomes_arguments(load: Load) -> None:
    own = 'connection_certificates: {shop: {certificates: {"next": ""}}}'
    environment = load(BASE, own)

    certificates = {"r+u4=": CERTIFICATE, "next": ""}
    assert environment.sections["connection_certificates"] == (
        ConnectionActionSettings("shop", "shop", {"certificates": certificates}),
    )
    given = {"connection_id": "pale_hydrogen", "exclusive": True, "fingerprints": {}}
    tunnel = ConnectionActionSettings("tunnel", None, given)
    assert environment.sections["connection_fingerprints"] == (tunnel,)


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ("{connection: shop, certificates: {a: '-----BEGIN X'}}", "certificate-form"),
        ("{connection: shp, certificates: {}}", "unknown-connection"),
        ("{certificates: {}}", "connection-or-id"),
        ("{connection: shop}", "required"),
        ("{connection: shop, certificates: {'a b': ''}}", "name"),
    ],
)
def test_a_mistake_in_trust_has_its_place(found: Found, given: str, rule: str) -> None:
    text = BASE.replace(f'{{connection: shop, certificates: {{"r+u4=": {CERTIFICATE}}}}}', given)

    ((named, place),) = found(text)

    assert (named, place.rpartition(":")[0]) == (rule, "base.yaml:5")


def test_a_second_set_of_a_connection_is_found(found: Found) -> None:
    second = "connection_certificates: {again: {connection: shop, certificates: {}}}"

    assert [rule for rule, _ in found(BASE, second)] == ["trust-twice"]
