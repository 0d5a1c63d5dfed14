"""Messages inside of messages.

An unset message reads as an empty one, which belongs to the message around it from then on and is
present as soon as something in it is set. Until then its ``_is_set`` is false.
"""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.plugin.protobuf.fields import (
    Field,
    Values,
    read_fields,
    write_fields,
    write_span,
)
from constructs_lib.backend.plugin.protobuf.forms import Form
from constructs_lib.backend.plugin.protobuf.wire import read_span, varint


class Nested(Form):
    """A message of a class.

    :param class_: a subclass of :class:`~.message.Message`
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
        """Reads the field; see :data:`~.fields.Reader`."""
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
        """An empty message; see the module."""
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
