"""The forms of protobuf's single values: numbers of any length, and spans of bytes.

Bytes are read in place: a position goes in, and the next one comes out. Whoever reads a message
checks that the last position is the end exactly. A byte beyond the data is an IndexError, which
becomes a :class:`DecodeError` where the reading began.

Source: https://protobuf.dev/programming-guides/encoding/#structure and
https://protobuf.dev/programming-guides/proto3/#scalar.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

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
    """Return a number of up to 64 bits without a sign, and the position after it.

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
    """Return the number and the type of a field in one, and the position after it.

    :raises DecodeError: if it has more than 32 bits, or a form that is longer than five bytes
    """
    tag, after = read_varint(data, at)
    if tag > _LAST_TAG or after - at > _LONGEST_TAG:
        raise DecodeError("a field without a valid number")
    return tag, after


def read_span(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where a span begins and where it stops, by the length before it.

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
    """Return the position after a field that the message does not know.

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
    """Return a number as bytes; a negative one takes ten."""
    if 0 <= value < 128:
        return _SMALL[value]
    value &= _MASK
    coded = bytearray()
    while value > 0x7F:
        coded.append(value & 0x7F | 0x80)
        value >>= 7
    coded.append(value)
    return bytes(coded)


Int32 = int
"""In a declaration: a number of 32 bits; ``int`` is one of 64."""
EnumNumber = int
"""In a declaration: a number of an enum. Numbers without a name are kept."""


class Form(ABC):
    """How the values of one type are written."""

    wire = SPAN
    """How its end is found: :data:`VARINT` or :data:`SPAN`."""
    default: Any = None
    """What an unset field of the type says; None if each reading makes a new value."""
    type_: type = object
    """What values are instances of."""

    @abstractmethod
    def read(self, data: bytes, at: int, end: int, depth: int) -> tuple[Any, int]:
        """Return the value at a position, and the position after it.

        :param end: where the message around it ends
        :param depth: how many levels of messages may still come
        :raises DecodeError: if it is no such value
        """

    @abstractmethod
    def write(self, value: Any, out: list[bytes]) -> int:
        """Append the bytes of a value that was checked, and return how many they are."""

    def check(self, value: Any) -> None:
        """Accept a value.

        :raises TypeError: if it is of another type
        :raises ValueError: if the type cannot hold it
        """
        if not isinstance(value, self.type_):
            raise TypeError(f"expected {self.type_.__qualname__}, not {type(value).__name__}")


class Bytes(Form):
    """Any bytes, which are copied once."""

    default = b""
    type_ = bytes

    def read(self, data: bytes, at: int, end: int, depth: int) -> tuple[bytes, int]:
        """See :meth:`Form.read`."""
        start, stop = read_span(data, at, end)
        return data[start:stop], stop

    def write(self, value: bytes, out: list[bytes]) -> int:
        """See :meth:`Form.write`."""
        length = varint(len(value))
        out += length, value
        return len(length) + len(value)


class Text(Form):
    """Text in UTF-8, without halves of surrogate pairs."""

    default = ""
    type_ = str

    def read(self, data: bytes, at: int, end: int, depth: int) -> tuple[str, int]:
        """See :meth:`Form.read`; a UnicodeDecodeError becomes a DecodeError later."""
        start, stop = read_span(data, at, end)
        return data[start:stop].decode(), stop

    def write(self, value: str, out: list[bytes]) -> int:
        """See :meth:`Form.write`."""
        data = value.encode()
        length = varint(len(data))
        out += length, data
        return len(length) + len(data)

    def check(self, value: Any) -> None:
        """See :meth:`Form.check`."""
        super().check(value)
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise ValueError("half of a surrogate pair") from None


class Integer(Form):
    """A whole number with a sign.

    :param bits: how many it has; what is read is cut off to as many
    """

    wire = VARINT
    default = 0
    type_ = int

    def __init__(self, bits: int) -> None:
        self._range = 1 << bits
        self._limit = 1 << bits - 1

    def read(self, data: bytes, at: int, end: int, depth: int) -> tuple[int, int]:
        """See :meth:`Form.read`."""
        value, at = read_varint(data, at)
        value &= self._range - 1
        return (value if value < self._limit else value - self._range), at

    def write(self, value: int, out: list[bytes]) -> int:
        """See :meth:`Form.write`."""
        coded = varint(value)
        out.append(coded)
        return len(coded)

    def check(self, value: Any) -> None:
        """See :meth:`Form.check`."""
        super().check(value)
        if not -self._limit <= value < self._limit:
            raise ValueError(f"a number of more than {self._range.bit_length() - 1} bits")


class Bool(Form):
    """True or false."""

    wire = VARINT
    default = False
    type_ = bool

    def read(self, data: bytes, at: int, end: int, depth: int) -> tuple[bool, int]:
        """See :meth:`Form.read`."""
        value, at = read_varint(data, at)
        return value != 0, at

    def write(self, value: bool, out: list[bytes]) -> int:
        """See :meth:`Form.write`."""
        out.append(varint(value))
        return 1


TEXT: Final = Text()
SCALARS: Final[dict[str, Form]] = {
    "bytes": Bytes(),
    "str": TEXT,
    "bool": Bool(),
    "int": Integer(64),
    "Int32": Integer(32),
    "EnumNumber": Integer(32),
}
"""The forms by the names that declarations use."""
