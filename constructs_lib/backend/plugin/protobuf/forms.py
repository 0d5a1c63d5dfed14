"""How single values are written: one form for each type of protobuf that the protocol has.

Source: https://protobuf.dev/programming-guides/proto3/#scalar.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Final

from constructs_lib.backend.plugin.protobuf.wire import (
    SPAN,
    VARINT,
    read_span,
    read_varint,
    varint,
)

Int32 = int
"""In a declaration: a number of 32 bits; ``int`` is one of 64."""
EnumNumber = int
"""In a declaration: a number of an enum. Numbers without a name are kept."""


class Form(ABC):
    """How the values of one type are written."""

    wire = SPAN
    """How its end is found: :data:`~.wire.VARINT` or :data:`~.wire.SPAN`."""
    default: Any = None
    """What an unset field of the type says; None if each reading makes a new value."""
    type_: type = object
    """What values are instances of."""

    @abstractmethod
    def read(self, data: bytes, at: int, end: int, depth: int) -> tuple[Any, int]:
        """The value at a position, and the position after it.

        :param end: where the message around it ends
        :param depth: how many levels of messages may still come
        :raises DecodeError: if it is no such value
        """

    @abstractmethod
    def write(self, value: Any, out: list[bytes]) -> int:
        """Appends the bytes of a value that was checked, and returns how many they are."""

    def check(self, value: Any) -> None:
        """Accepts a value.

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
