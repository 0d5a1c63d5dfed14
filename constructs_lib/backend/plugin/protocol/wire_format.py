"""The wire format of protobuf: tags, numbers and spans, a table of the scalar types, and fields.

Bytes are read in place: a position goes in, and the next one comes out. Whoever reads a message
checks that the last position is exactly the end. A byte beyond the data is an IndexError, which
becomes a :class:`DecodeError` where the reading began.

Source: https://protobuf.dev/programming-guides/encoding/#structure and
https://protobuf.dev/programming-guides/proto3/#scalar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter
from typing import Any, Final

VARINT: Final = 0
SPAN: Final = 2
"""Length-delimited: text, bytes, messages, entries of maps, packed numbers."""
_FIXED: Final = {1: 8, 5: 4}
"""The bytes of numbers of a fixed size, by their wire type."""
_MASK: Final = 2**64 - 1
_SMALL: Final = [bytes([number]) for number in range(128)]
Values = dict[str, Any]
Reader = Callable[[Values, bytes, int, int, int], int]
"""Reads a field into the values of a message: the values, the data, the position after the tag,
the end of the message, how many levels may follow; it returns the position after the field."""


class DecodeError(ValueError):
    """The bytes are no message."""


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of up to 64 bits without a sign, and the position after it."""
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    value = byte & 0x7F
    for count in range(1, 10):
        byte = data[at + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            # The tenth byte has room for more than 64 bits, which Google's runtime cuts off, too.
            return value & _MASK, at + count + 1
    raise DecodeError("a number of more than ten bytes")


def read_tag(data: bytes, at: int) -> tuple[int, int]:
    """Return a tag, which is the number of a field and its wire type, and the position after it."""
    tag, after = read_varint(data, at)
    if tag >= 2**32 or after - at > 5:
        raise DecodeError("a field without a valid number")
    return tag, after


def read_span(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return where a span begins and where it stops, by the length before it."""
    length = data[at]
    at += 1
    if length >= 0x80:
        length, at = read_varint(data, at - 1)
    if at + length > end:
        raise DecodeError("a length beyond the end")
    return at, at + length


def skip(data: bytes, at: int, end: int, tag: int) -> int:
    """Return the position after a field that the message does not know."""
    wire = tag & 7
    if tag < 8:
        raise DecodeError("a field without a valid number")
    if wire == VARINT:
        return read_varint(data, at)[1]
    if wire == SPAN:
        return read_span(data, at, end)[1]
    if wire in _FIXED:
        return at + _FIXED[wire]
    raise DecodeError("a group, or a type of field that does not exist")


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


class Kind:
    """A type of single values.

    :param type_: what values are instances of
    :param default: what an unset field reads as; None for messages, of which each field makes one
    :param wire: its wire type
    :param read: takes the data, the position, the end of the message, and how many levels may come
    :param write: appends the bytes of a value that was checked, and returns how many they are
    :param refuse: returns why a value of the type cannot be written, empty if it can
    """

    def __init__(
        self,
        type_: type,
        default: Any,
        wire: int,
        read: Callable[[bytes, int, int, int], tuple[Any, int]],
        write: Callable[[Any, list[bytes]], int],
        refuse: Callable[[Any], str] | None = None,
    ) -> None:
        self.type_, self.default, self.wire = type_, default, wire
        self.read, self.write, self.refuse = read, write, refuse

    def check(self, value: Any, name: str) -> None:
        """Accept the value of a field, or raise a TypeError or a ValueError."""
        if not isinstance(value, self.type_):
            expected, found = self.type_.__qualname__, type(value).__name__
            raise TypeError(f"{name}: expected {expected}, not {found}")
        if self.refuse:
            reason = self.refuse(value)
            if reason:
                raise ValueError(f"{name}: {reason}")


def _read_bytes(data: bytes, at: int, end: int, depth: int) -> tuple[bytes, int]:
    start, stop = read_span(data, at, end)
    return data[start:stop], stop


def _write_bytes(value: bytes, out: list[bytes]) -> int:
    length = varint(len(value))
    out += length, value
    return len(length) + len(value)


def _read_text(data: bytes, at: int, end: int, depth: int) -> tuple[str, int]:
    start, stop = read_span(data, at, end)
    return data[start:stop].decode(), stop


def _write_text(value: str, out: list[bytes]) -> int:
    return _write_bytes(value.encode(), out)


def _refuse_text(value: str) -> str:
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "half of a surrogate pair"
    return ""


def _read_bool(data: bytes, at: int, end: int, depth: int) -> tuple[bool, int]:
    value, at = read_varint(data, at)
    return value != 0, at


def _write_number(value: int, out: list[bytes]) -> int:
    out.append(varint(value))
    return len(out[-1])


def _integer(bits: int) -> Kind:
    """Return the kind of whole numbers with a sign, which are cut off to their bits when read."""
    beyond, limit = 1 << bits, 1 << bits - 1

    def read(data: bytes, at: int, end: int, depth: int) -> tuple[int, int]:
        value, at = read_varint(data, at)
        value &= beyond - 1
        return (value if value < limit else value - beyond), at

    def refuse(value: int) -> str:
        return "" if -limit <= value < limit else f"a number of more than {bits} bits"

    return Kind(int, 0, VARINT, read, _write_number, refuse)


SCALARS: Final = {
    "bytes": Kind(bytes, b"", SPAN, _read_bytes, _write_bytes),
    "string": Kind(str, "", SPAN, _read_text, _write_text, _refuse_text),
    "bool": Kind(bool, False, VARINT, _read_bool, _write_number),
    "int64": _integer(64),
    "int32": _integer(32),
    "enum": _integer(32),
}
"""The kinds by the names that tables use. An enum keeps numbers that have no name."""


class FieldSpec:
    """A row of a table, such as ``optional bytes private = 4``.

    :param type_: a key of :data:`SCALARS` or the dotted name of a message; of a map, of its values
    :param label: ``optional``, ``repeated``, ``map``, ``oneof``, or empty
    :param oneof: the name of the oneof that the field is a member of, empty if of none
    """

    def __init__(self, name: str, number: int, type_: str, label: str, oneof: str) -> None:
        self.name, self.number, self.type_ = name, number, type_
        self.label, self.oneof = label, oneof


def parse_fields(table: str) -> list[FieldSpec]:
    """Return the rows of a table in the order of their numbers."""
    rows = (row.strip() for row in table.split(";"))
    return sorted((_parse_row(row) for row in rows if row), key=attrgetter("number"))


def _parse_row(row: str) -> FieldSpec:
    words, _, number = row.partition(" = ")
    words, _, name = words.rpartition(" ")
    label, _, type_ = words.rpartition(" ")
    if label == "map<string,":
        label, type_ = "map", type_.removesuffix(">")
    label, _, oneof = label.partition(" ")
    return FieldSpec(name, int(number), type_, label, oneof)


class Field:
    """A field of a class of messages.

    :param row: the row that declares it
    :param kind: the kind of its values; of a map, the kind of its entries, which are messages
    :param rows: all rows of the table
    """

    def __init__(self, row: FieldSpec, kind: Kind, rows: list[FieldSpec]) -> None:
        self.name, self.kind, self.oneof = row.name, kind, row.oneof
        members = rows if row.oneof else ()
        self.others = [m.name for m in members if m.oneof == row.oneof and m is not row]
        """The other members of its oneof, of which at most one is set."""
        many: Any = {"repeated": list, "map": dict}.get(row.label)
        self.whole = Kind(many, None, SPAN, kind.read, kind.write) if many else kind
        """The kind of what the message holds: of a list or dictionary, not of what is in it."""
        self.is_message = kind.default is None and not many
        self.has_presence = self.is_message or row.label in ("optional", "oneof")
        self.tag = varint(row.number << 3 | (SPAN if many else kind.wire))
        read, self.write = self._replace, self._write_one
        if many:
            read, self.write = self._add, self._write_many
        elif self.is_message:
            read, self.write = self._merge, self._write_message
        self.readers = {row.number << 3 | kind.wire: read}
        """What reads the field, by the tags that it may come with."""
        if many and kind.wire == VARINT:
            self.readers[row.number << 3 | SPAN] = self._add_packed

    def put(self, values: Values, value: Any) -> None:
        """Set the field; what is in a list or dictionary is checked when it is written.

        :raises TypeError: if the value is of another type
        :raises ValueError: if the field cannot hold it
        """
        self.whole.check(value, self.name)
        if self.is_message:
            value.__dict__.pop("_is_set", None)
        for other in self.others:
            values.pop(other, None)
        values[self.name] = value

    def unset(self, values: Values) -> Any:
        """Return what the field reads as while it is not set."""
        if self.whole.default is not None:
            return self.whole.default
        made = self.whole.type_()
        if self.is_message:
            made.__dict__["_is_set"] = False
        return values.setdefault(self.name, made)

    def _write_one(self, value: Any, out: list[bytes]) -> int:
        out.append(self.tag)
        return len(self.tag) + self.kind.write(value, out)

    def _write_message(self, value: Any, out: list[bytes]) -> int:
        place = len(out)
        out += self.tag, b""
        size = write_fields(value._layout.fields, value.__dict__, out)
        if not size and not value._is_set:
            del out[place:]
            return 0
        out[place + 1] = length = varint(size)
        return len(self.tag) + len(length) + size

    def _write_many(self, value: Any, out: list[bytes]) -> int:
        kind, many, size = self.kind, value, 0
        if self.whole.type_ is dict:
            many = [kind.type_(key=key, value=one) for key, one in value.items()]
        for one in many:
            kind.check(one, self.name)
        if kind.wire == VARINT:
            numbers: list[bytes] = []
            for one in many:
                kind.write(one, numbers)
            kind, many = SCALARS["bytes"], [b"".join(numbers)]
        for one in many:
            out.append(self.tag)
            size += len(self.tag) + kind.write(one, out)
        return size

    def _replace(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        for other in self.others:
            values.pop(other, None)
        values[self.name], at = self.kind.read(data, at, end, depth)
        return at

    def _merge(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        for other in self.others:
            values.pop(other, None)
        message = values.get(self.name)
        if message is None:
            return self._replace(values, data, at, end, depth)
        message.__dict__.pop("_is_set", None)
        start, stop = read_span(data, at, end)
        read_fields(message._layout.readers, message.__dict__, data, start, stop, depth - 1)
        return stop

    def _add(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        value, at = self.kind.read(data, at, end, depth)
        many = values.get(self.name)
        if many is None:
            many = self.unset(values)
        if self.whole.type_ is dict:
            many[value.key] = value.value
        else:
            many.append(value)
        return at

    def _add_packed(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        at, stop = read_span(data, at, end)
        while at < stop:
            at = self._add(values, data, at, stop, depth)
        if at > stop:
            raise DecodeError("a number beyond the end")
        return stop


def read_fields(
    readers: Mapping[int, Reader], values: Values, data: bytes, at: int, end: int, depth: int
) -> None:
    """Read all fields of a message into its values.

    :raises DecodeError: if the bytes are no message, or nested too deep; some values raise
        IndexError or UnicodeDecodeError in its place
    """
    if depth < 0:
        raise DecodeError("messages nested too deep")
    while at < end:
        tag = data[at]
        at += 1
        if tag >= 0x80:
            tag, at = read_tag(data, at - 1)
        read = readers.get(tag)
        at = skip(data, at, end, tag) if read is None else read(values, data, at, end, depth)
    if at > end:
        raise DecodeError("a field beyond the end")


def write_fields(fields: Iterable[Field], values: Values, out: list[bytes]) -> int:
    """Append the bytes of all fields that are set, and return how many they are.

    What has no presence is left out when it is the default (and so is an empty list).
    """
    size = 0
    for field in fields:
        value = values.get(field.name)
        if value or (field.has_presence and value is not None):
            size += field.write(value, out)
    return size
