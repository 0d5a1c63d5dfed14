"""The certificate of this process for mutual TLS with Terraform.

Terraform pins exactly the certificate that the handshake line carries, so it signs itself, is made
anew for each process and kept nowhere. Source: RFC 5280 (certificate), RFC 5915 (private key).
"""

from __future__ import annotations

import os
from binascii import b2a_base64
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from constructs_lib.backend.plugin import der

_HOST = "localhost"
_VALID = timedelta(days=30)
"""Longer than any run."""
_SLACK = timedelta(hours=1)
"""How far Terraform's clock may differ."""

_EC_PUBLIC_KEY = "1.2.840.10045.2.1"
_P256 = "1.2.840.10045.3.1.7"
_ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2"
_COMMON_NAME = "2.5.4.3"
_KEY_USAGE = "2.5.29.15"
_SUBJECT_ALTERNATIVE_NAME = "2.5.29.17"
_BASIC_CONSTRAINTS = "2.5.29.19"
_EXTENDED_KEY_USAGE = "2.5.29.37"
_SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"


class _EcdsaWithSha256(ec.ECDSA):
    """As ``ec.ECDSA(SHA256())``, whose making imports all other algorithms, too: that takes a tenth
    of the start of a provider.
    """

    def __init__(self) -> None:
        pass

    @property
    def algorithm(self) -> SHA256:
        return SHA256()

    @property
    def deterministic_signing(self) -> bool:
        return False


class Certificate(NamedTuple):
    """A certificate with its key."""

    der: bytes
    pem: bytes
    key: bytes
    """The private key (PEM)."""

    def __repr__(self) -> str:
        return "Certificate(...)"


def create() -> Certificate:
    """A new self-signed certificate for ``localhost``, with an ECDSA P-256 key."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = _point(key.public_key())
    content = _content(public, datetime.now(timezone.utc))
    signature = key.sign(content, _EcdsaWithSha256())
    signed = der.sequence(content, _algorithm(), der.bit_string(signature))
    secret = _private_key(key.private_numbers().private_value, public)
    return Certificate(signed, _pem("CERTIFICATE", signed), _pem("EC PRIVATE KEY", secret))


def _content(public: bytes, now: datetime) -> bytes:
    """What is signed: the TBSCertificate of RFC 5280, section 4.1."""
    common_name = der.sequence(der.identifier(_COMMON_NAME), der.utf8(_HOST))
    name = der.sequence(der.set_of(common_name))
    return der.sequence(
        der.tagged(0xA0, der.integer(2)),
        der.integer(int.from_bytes(os.urandom(16), "big") | 1),
        _algorithm(),
        name,
        der.sequence(der.utc_time(now - _SLACK), der.utc_time(now + _VALID)),
        name,
        der.sequence(
            der.sequence(der.identifier(_EC_PUBLIC_KEY), der.identifier(_P256)),
            der.bit_string(public),
        ),
        der.tagged(0xA3, _extensions()),
    )


def _extensions() -> bytes:
    """It is an authority, because it signs itself, and a server."""
    host = der.sequence(der.tagged(0x82, _HOST.encode()))
    # Bit 0 is digitalSignature, bit 5 keyCertSign; the last two of the eight do not count.
    usage = der.bit_string(bytes([0b10000100]), unused=2)
    return der.sequence(
        _extension(_BASIC_CONSTRAINTS, der.sequence(der.boolean(True)), critical=True),
        _extension(_KEY_USAGE, usage, critical=True),
        _extension(_EXTENDED_KEY_USAGE, der.sequence(der.identifier(_SERVER_AUTHENTICATION))),
        _extension(_SUBJECT_ALTERNATIVE_NAME, host),
    )


def _extension(name: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = der.boolean(True) if critical else b""
    return der.sequence(der.identifier(name), flag, der.octets(value))


def _algorithm() -> bytes:
    return der.sequence(der.identifier(_ECDSA_WITH_SHA256))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The public key as an uncompressed point."""
    numbers = key.public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _private_key(secret: int, public: bytes) -> bytes:
    return der.sequence(
        der.integer(1),
        der.octets(secret.to_bytes(32, "big")),
        der.tagged(0xA0, der.identifier(_P256)),
        der.tagged(0xA1, der.bit_string(public)),
    )


def _pem(label: str, data: bytes) -> bytes:
    encoded = b2a_base64(data, newline=False)
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    begin, end = f"-----BEGIN {label}-----".encode(), f"-----END {label}-----".encode()
    return b"\n".join([begin, *lines, end, b""])
