"""The few forms of DER that a certificate needs (ITU-T X.690).

``cryptography.x509`` would do this, too, but loading it takes longer than everything else before
the line that Terraform waits for. Tests read the result with it.
"""

from __future__ import annotations

from datetime import datetime


def sequence(*parts: bytes) -> bytes:
    """A sequence of encoded parts."""
    return tagged(0x30, b"".join(parts))


def set_of(part: bytes) -> bytes:
    """A set of one encoded part."""
    return tagged(0x31, part)


def integer(value: int) -> bytes:
    """A number that is not negative."""
    return tagged(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def boolean(value: bool) -> bytes:
    """True or false."""
    return tagged(0x01, b"\xff" if value else b"\x00")


def bit_string(data: bytes, unused: int = 0) -> bytes:
    """Bits, of which the last ``unused`` do not count."""
    return tagged(0x03, bytes([unused]) + data)


def octets(data: bytes) -> bytes:
    """Bytes."""
    return tagged(0x04, data)


def utf8(text: str) -> bytes:
    """A text."""
    return tagged(0x0C, text.encode())


def utc_time(moment: datetime) -> bytes:
    """A time (UTC) before the year 2050."""
    return tagged(0x17, moment.strftime("%y%m%d%H%M%SZ").encode())


def identifier(dotted: str) -> bytes:
    """An object identifier, such as ``2.5.4.3``."""
    first, second, *rest = map(int, dotted.split("."))
    return tagged(0x06, bytes([first * 40 + second]) + b"".join(map(_base_128, rest)))


def tagged(tag: int, content: bytes) -> bytes:
    """Content with its tag and length."""
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
