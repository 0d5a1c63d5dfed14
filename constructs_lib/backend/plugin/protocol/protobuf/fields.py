"""The fields of protobuf messages: values that come once, many times, by key, or as messages.

A message keeps its values in its ``__dict__``, by the names of their fields; what is not there is
not set. Each field reads into that dictionary and writes from it. An unset message reads as an
empty one, which belongs to the message around it from then on, and is present as soon as something
in it is set. Until then its ``_is_set`` is false.

Source: https://protobuf.dev/programming-guides/encoding/#optional, and below, on repeated fields,
"last one wins" and maps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from constructs_lib.backend.plugin.protocol.protobuf.forms import (
    SPAN,
    TEXT,
    VARINT,
    DecodeError,
    Form,
    read_span,
    read_tag,
    skip,
    varint,
)

Values = dict[str, Any]
Reader = Callable[[Values, bytes, int, int, int], int]
"""Reads a field into the values of a message: the values, the data, the position after the tag,
the end of the message, how many levels may still come; it returns the position after the field."""


class Field:
    """A field that comes once; of several on the wire the last one counts.

    :param name: its name in Python
    :param number: its number on the wire
    :param form: how its value is written
    :param is_optional: true if a value that is the default can be told from no value
    :param others: the other members of its oneof, of which at most one is set
    """

    def __init__(
        self,
        name: str,
        number: int,
        form: Form,
        *,
        is_optional: bool = False,
        others: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.number = number
        self.form = form
        self.has_presence = is_optional
        self._others = others
        self._tag = varint(number << 3 | self._wire())

    def readers(self) -> dict[int, Reader]:
        """Return what reads the field, by the tags that it may come with."""
        return {self.number << 3 | self.form.wire: self.read}

    def read(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        """Read the field; see :data:`Reader`."""
        if self._others:
            self._clear(values)
        values[self.name], at = self.form.read(data, at, end, depth)
        return at

    def put(self, values: Values, value: Any) -> None:
        """Set the field to a value.

        :raises TypeError: if it is of another type
        :raises ValueError: if the field cannot hold it
        """
        try:
            self.form.check(value)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{self.name}: {error}") from None
        if self._others:
            self._clear(values)
        values[self.name] = value

    def unset(self, values: Values) -> Any:
        """Return the value of the field while it is not set."""
        return self.form.default

    def write(self, value: Any, out: list[bytes]) -> int:
        """Append the bytes of the field, and return how many they are.

        :raises TypeError: if something in the value is of another type
        :raises ValueError: if the field cannot hold it
        """
        tag = self._tag
        out.append(tag)
        return len(tag) + self.form.write(value, out)

    def _wire(self) -> int:
        return self.form.wire

    def _clear(self, values: Values) -> None:
        for other in self._others:
            values.pop(other, None)


class Many(Field):
    """A field that comes any number of times: a list."""

    def read(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        """Append one value; see :data:`Reader`."""
        value, at = self.form.read(data, at, end, depth)
        self.unset(values).append(value)
        return at

    def put(self, values: Values, value: Any) -> None:
        """See :meth:`Field.put`; what is in the list is checked when it is written."""
        if not isinstance(value, list):
            raise TypeError(f"{self.name}: expected list, not {type(value).__name__}")
        values[self.name] = value

    def unset(self, values: Values) -> Any:
        """Return a list that belongs to the message from now on."""
        return values.setdefault(self.name, [])

    def write(self, value: Any, out: list[bytes]) -> int:
        """See :meth:`Field.write`."""
        size = 0
        for one in value:
            self.form.check(one)
            size += super().write(one, out)
        return size


class Packed(Many):
    """Numbers of any count: written as one span, and read from spans or one by one."""

    def readers(self) -> dict[int, Reader]:
        """See :meth:`Field.readers`."""
        return {self.number << 3 | VARINT: self.read, self.number << 3 | SPAN: self._read_span}

    def write(self, value: Any, out: list[bytes]) -> int:
        """See :meth:`Field.write`."""
        numbers: list[bytes] = []
        for one in value:
            self.form.check(one)
            self.form.write(one, numbers)
        data = b"".join(numbers)
        head = self._tag + varint(len(data))
        out += head, data
        return len(head) + len(data)

    def _wire(self) -> int:
        return SPAN

    def _read_span(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        at, stop = read_span(data, at, end)
        while at < stop:
            at = self.read(values, data, at, stop, depth)
        if at > stop:
            raise DecodeError("a number beyond the end")
        return stop


class ByKey(Field):
    """A field that comes any number of times, each time with a key that is a text: a dictionary."""

    def __init__(self, name: str, number: int, entry: tuple[Field, Field]) -> None:
        super().__init__(name, number, entry[1].form)
        self._entry = entry
        self._readers = {**entry[0].readers(), **entry[1].readers()}

    def readers(self) -> dict[int, Reader]:
        """See :meth:`Field.readers`."""
        return {self.number << 3 | SPAN: self.read}

    def read(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        """Set one entry; see :data:`Reader`."""
        start, stop = read_span(data, at, end)
        entry: Values = {}
        read_fields(self._readers, entry, data, start, stop, depth - 1)
        value = entry["value"] if "value" in entry else self._entry[1].unset(entry)
        self.unset(values)[entry.get("key", "")] = value
        return stop

    def put(self, values: Values, value: Any) -> None:
        """See :meth:`Field.put`; what is in the dictionary is checked when it is written."""
        if not isinstance(value, dict):
            raise TypeError(f"{self.name}: expected dict, not {type(value).__name__}")
        values[self.name] = value

    def unset(self, values: Values) -> Any:
        """Return a dictionary that belongs to the message from now on."""
        return values.setdefault(self.name, {})

    def write(self, value: Any, out: list[bytes]) -> int:
        """See :meth:`Field.write`."""
        size = 0
        for key, one in value.items():
            TEXT.check(key)
            self.form.check(one)
            out.append(self._tag)
            size += len(self._tag) + write_span(self._entry, {"key": key, "value": one}, out)
        return size

    def _wire(self) -> int:
        return SPAN


def read_fields(
    readers: Mapping[int, Reader], values: Values, data: bytes, at: int, end: int, depth: int
) -> None:
    """Read all fields of a message or an entry into its values.

    :raises DecodeError: if the bytes are no message, or nested too deep; some forms raise
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


def write_span(fields: Iterable[Field], values: Values, out: list[bytes]) -> int:
    """Append the same with its length in front, which is known only afterwards."""
    place = len(out)
    out.append(b"")
    size = write_fields(fields, values, out)
    out[place] = varint(size)
    return len(out[place]) + size


class Nested(Form):
    """A message of a class.

    :param class_: a subclass of :class:`~.protobuf.Message`
    """

    def __init__(self, class_: Any) -> None:
        self.type_ = class_
        self._class = class_

    def read(self, data: bytes, at: int, end: int, depth: int) -> tuple[Any, int]:
        """See :meth:`Form.read`."""
        start, stop = read_span(data, at, end)
        message = self._class.__new__(self._class)
        readers = self._class._layout.readers
        read_fields(readers, message.__dict__, data, start, stop, depth - 1)
        return message, stop

    def write(self, value: Any, out: list[bytes]) -> int:
        """See :meth:`Form.write`."""
        return write_span(self._class._layout.fields, value.__dict__, out)


class One(Field):
    """A message that comes once; of several on the wire each is laid over those before it."""

    def read(self, values: Values, data: bytes, at: int, end: int, depth: int) -> int:
        """Read the field; see :data:`Reader`."""
        message = values.get(self.name)
        if message is None:
            return super().read(values, data, at, end, depth)
        start, stop = read_span(data, at, end)
        message.__dict__.pop("_is_set", None)
        readers = type(message)._layout.readers
        read_fields(readers, message.__dict__, data, start, stop, depth - 1)
        return stop

    def put(self, values: Values, value: Any) -> None:
        """See :meth:`Field.put`; the message is present from then on."""
        super().put(values, value)
        value.__dict__.pop("_is_set", None)

    def unset(self, values: Values) -> Any:
        """Return an empty message; see :class:`Nested`."""
        message = values[self.name] = self.form.type_()
        message.__dict__["_is_set"] = False
        return message

    def write(self, value: Any, out: list[bytes]) -> int:
        """See :meth:`Field.write`."""
        place = len(out)
        out += self._tag, b""
        size = write_fields(type(value)._layout.fields, value.__dict__, out)
        if not size and not value._is_set:
            del out[place:]
            return 0
        out[place + 1] = varint(size)
        return len(self._tag) + len(out[place + 1]) + size
