"""What the made-up sources of the sandbox show: a certificate and a public key for each host.

Both depend on the name of the host alone, so that a test can name their hashes beforehand. The
certificate is a real one in DER form, with a serial number made of the name. How Fivetran makes its
hashes is not in the contract; here they are SHA-256 digests in base64, as its examples look.

Source: https://fivetran.com/docs/rest-api/certificates, whose example of a failed setup test has
the certificates of the source in a list under ``details``.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import NamedTuple

_CERTIFICATE = (
    "MIHSMIGFAhARERERERERERERERERERERMAUGAytlcDANMQswCQYDVQQDDAJkYjAgFw0yNjExMjkyMzU3NDVaGA8y"
    "MTI2MTEwNTIzNTc0NVowDTELMAkGA1UEAwwCZGIwKjAFBgMrZXADIQBu4FtEo8gsP26T2GBjmdpo2KdvTvQ+g/Sq"
    "cNNqKUIWcDAFBgMrZXADQQC9IKbTlJjFsM2nHlQPV7+443ySRdCAepcqr5+yG0u2bOp8WrjOgycbfKwyd22mR+FP"
    "y26GoKPzQ0lwl/MBW9UM"
)
"""A certificate with a key of Ed25519 that signs itself, in base64."""
_SERIAL = slice(8, 24)
"""Where its serial number is."""
_SUBJECT = "CN=db"
_KEY_TYPE = b"ssh-ed25519"


class Kind(NamedTuple):
    """One kind of what a connection trusts."""

    noun: str
    """What messages call one."""
    segment: str
    """The last part of its path, and the key in the record of a connection."""
    value: str
    """The field that an approval sends besides ``hash``."""
    trusted_by: str
    """The field of a request that trusts whatever the source shows."""
    shown: Callable[[str], dict[str, str]]
    """Returns what the source of a host shows, as the details of a setup test have it."""


def certificate_of(host: str) -> dict[str, str]:
    """Return the certificate that a host shows: what an approval needs, and what it is."""
    content = bytearray(base64.b64decode(_CERTIFICATE))
    # A serial number is a positive number: its first bit is 0.
    content[_SERIAL] = b"\x11" + hashlib.sha256(host.encode()).digest()[:15]
    encoded = base64.b64encode(content).decode()
    return {"hash": _hash(bytes(content)), "encoded_cert": encoded, **described(encoded)}


def described(encoded: str) -> dict[str, str]:
    """Return what the API tells of a certificate.

    :raises ValueError: if it is no base64
    """
    content = base64.b64decode(encoded, validate=True)
    return {
        "name": _SUBJECT,
        "type": "TLS",
        "sha1": hashlib.sha1(content, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(content).hexdigest(),
        "public_key": "EdDSA public key, Ed25519",
    }


def fingerprint_of(host: str) -> dict[str, str]:
    """Return the fingerprint that an SSH server shows: what an approval needs."""
    parts = (_KEY_TYPE, hashlib.sha256(host.encode()).digest())
    content = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    key = f"{_KEY_TYPE.decode()} {base64.b64encode(content).decode()}"
    return {"hash": _hash(content), "public_key": key}


def _hash(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


CERTIFICATE = Kind(
    "Certificate", "certificates", "encoded_cert", "trust_certificates", certificate_of
)
FINGERPRINT = Kind(
    "Fingerprint", "fingerprints", "public_key", "trust_fingerprints", fingerprint_of
)
