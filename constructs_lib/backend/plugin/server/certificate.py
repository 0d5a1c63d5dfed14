"""The certificate of this process for mutual TLS with Terraform.

Terraform pins exactly the certificate that the handshake line carries. So it signs itself, and each
process creates its own and stores it nowhere. ``cryptography.x509`` could encode it, but takes
longer to load than everything else before the line that Terraform waits for, so the few forms of
DER that a certificate needs are written here. Tests read the result with ``cryptography.x509``.

Source: RFC 5280 (certificate), RFC 5915 (private key), ITU-T X.690 (DER).
"""

from __future__ import annotations

import os
import time
from binascii import b2a_base64

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from constructs_lib.records import NamedTuple


def sequence(*parts: bytes) -> bytes:
    """Encode a sequence of encoded parts."""
    return tagged(0x30, b"".join(parts))


def set_of(part: bytes) -> bytes:
    """Encode a set of one encoded part."""
    return tagged(0x31, part)


def integer(value: int) -> bytes:
    """Encode a number that is not negative."""
    return tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def boolean(value: bool) -> bytes:
    """Encode true or false."""
    return tagged(0x01, b"\xff" if value else b"\x00")


def bit_string(data: bytes, unused: int = 0) -> bytes:
    """Encode bits, of which the last ``unused`` do not count."""
    return tagged(0x03, bytes([unused]) + data)


def octets(data: bytes) -> bytes:
    """Encode bytes."""
    return tagged(0x04, data)


def utf8(text: str) -> bytes:
    """Encode a text."""
    return tagged(0x0C, text.encode())


def utc_time(moment: float) -> bytes:
    """Encode a time before the year 2050.

    :param moment: seconds since 1970 (UTC)
    """
    return tagged(0x17, time.strftime("%y%m%d%H%M%SZ", time.gmtime(moment)).encode())


def identifier(dotted: str) -> bytes:
    """Encode an object identifier, such as ``2.5.4.3``."""
    first, second, *rest = map(int, dotted.split("."))
    return tagged(0x06, bytes([first * 40 + second]) + b"".join(map(_base_128, rest)))


def tagged(tag: int, content: bytes) -> bytes:
    """Encode content with its tag and length."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def _base_128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(0x80 | number & 0x7F)
    return bytes(reversed(digits))


_HOST = "localhost"
_VALID = 30 * 24 * 3600.0
"""Seconds; longer than any run."""
_SLACK = 3600.0
"""Seconds by which Terraform's clock may differ."""

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
    """The equivalent of ``ec.ECDSA(SHA256())``, which would import all other algorithms, too.

    That takes a tenth of the start of a provider.
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
    """Create a self-signed certificate for ``localhost``, with an ECDSA P-256 key."""
    key = ec.generate_private_key(ec.SECP256R1())
    public = _point(key.public_key())
    content = _content(public, time.time())
    signature = key.sign(content, _EcdsaWithSha256())
    signed = sequence(content, _algorithm(), bit_string(signature))
    secret = _private_key(key.private_numbers().private_value, public)
    return Certificate(signed, _pem("CERTIFICATE", signed), _pem("EC PRIVATE KEY", secret))


def _content(public: bytes, now: float) -> bytes:
    """Return what is signed: the TBSCertificate of RFC 5280, section 4.1."""
    common_name = sequence(identifier(_COMMON_NAME), utf8(_HOST))
    name = sequence(set_of(common_name))
    return sequence(
        tagged(0xA0, integer(2)),
        integer(int.from_bytes(os.urandom(16), "big") | 1),
        _algorithm(),
        name,
        sequence(utc_time(now - _SLACK), utc_time(now + _VALID)),
        name,
        sequence(
            sequence(identifier(_EC_PUBLIC_KEY), identifier(_P256)),
            bit_string(public),
        ),
        tagged(0xA3, _extensions()),
    )


def _extensions() -> bytes:
    """Declare an authority, because the certificate signs itself, and a server."""
    host = sequence(tagged(0x82, _HOST.encode()))
    # Bit 0 is digitalSignature, bit 5 keyCertSign; the last two of the eight do not count.
    usage = bit_string(bytes([0b10000100]), unused=2)
    return sequence(
        _extension(_BASIC_CONSTRAINTS, sequence(boolean(True)), critical=True),
        _extension(_KEY_USAGE, usage, critical=True),
        _extension(_EXTENDED_KEY_USAGE, sequence(identifier(_SERVER_AUTHENTICATION))),
        _extension(_SUBJECT_ALTERNATIVE_NAME, host),
    )


def _extension(name: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = boolean(True) if critical else b""
    return sequence(identifier(name), flag, octets(value))


def _algorithm() -> bytes:
    return sequence(identifier(_ECDSA_WITH_SHA256))


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the public key as an uncompressed point."""
    numbers = key.public_numbers()
    return b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def _private_key(secret: int, public: bytes) -> bytes:
    return sequence(
        integer(1),
        octets(secret.to_bytes(32, "big")),
        tagged(0xA0, identifier(_P256)),
        tagged(0xA1, bit_string(public)),
    )


def _pem(label: str, data: bytes) -> bytes:
    encoded = b2a_base64(data, newline=False)
    lines = [encoded[start : start + 64] for start in range(0, len(encoded), 64)]
    begin, end = f"-----BEGIN {label}-----".encode(), f"-----END {label}-----".encode()
    return b"\n".join([begin, *lines, end, b""])
