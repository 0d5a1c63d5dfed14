"""The parts that all messages consist of: numbers of any length, and spans of bytes.

Bytes are read in place: a position goes in, and the next one comes out. Whoever reads a message
checks at its end that the position is the end exactly. A byte beyond the data is an IndexError,
which becomes a :class:`DecodeError` where the reading began.

Source: https://protobuf.dev/programming-guides/encoding/#structure.
"""

from __future__ import annotations

from typing import Final

VARINT: Final = 0
FIXED64: Final = 1
SPAN: Final = 2
"""Length-delimited: text, bytes, messages, entries of maps, packed numbers."""
FIXED32: Final = 5

_LONGEST: Final = 10
"""The bytes of a number of 64 bits, seven in each."""
_LONGEST_TAG: Final = 5
_MASK: Final = 2**64 - 1
_LAST_TAG: Final = 2**32 - 1


class DecodeError(ValueError):
    """The bytes are no message."""


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of up to 64 bits without a sign, and the position after it.

    :raises DecodeError: if it is longer
    """
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value = byte & 0x7F
    for count in range(1, _LONGEST):
        byte = data[at + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            # The tenth byte has room for more than 64 bits, which Google's runtime cuts off, too.
            return value & _MASK, at + count + 1
    raise DecodeError("a number of more than ten bytes")


def read_tag(data: bytes, at: int) -> tuple[int, int]:
    """The number and the type of a field in one, and the position after it.

    :raises DecodeError: if it has more than 32 bits, or a form that is longer than five bytes
    """
    tag, after = read_varint(data, at)
    if tag > _LAST_TAG or after - at > _LONGEST_TAG:
        raise DecodeError("a field without a valid number")
    return tag, after


def read_span(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where a span begins and where it stops, by the length before it.

    :raises DecodeError: if it stops after the end
    """
    length = data[at]
    at += 1
    if length >= 0x80:
        length, at = read_varint(data, at - 1)
    stop = at + length
    if stop > end:
        raise DecodeError("a length beyond the end")
    return at, stop


def skip(data: bytes, at: int, end: int, tag: int) -> int:
    """The position after a field that the message does not know.

    :param at: the position after the tag
    :raises DecodeError: if it is no field, or a group, which protobuf 3 does not have
    """
    if tag < 8:
        raise DecodeError("a field without a valid number")
    wire = tag & 7
    if wire == VARINT:
        return read_varint(data, at)[1]
    if wire == SPAN:
        return read_span(data, at, end)[1]
    if wire in (FIXED64, FIXED32):
        return at + (8 if wire == FIXED64 else 4)
    raise DecodeError("a group, or a type of field that does not exist")


_SMALL: Final = [bytes([number]) for number in range(128)]


def varint(value: int) -> bytes:
    """A number as bytes; a negative one takes ten."""
    if 0 <= value < 128:
        return _SMALL[value]
    value &= _MASK
    coded = bytearray()
    while value > 0x7F:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    coded.append(value)
    return bytes(coded)
