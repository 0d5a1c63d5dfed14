"""Messages of protobuf 3: declared as tables, read from bytes and written as bytes.

::

    class Reading(Message):
        FIELDS = "string station = 1; optional int64 celsius = 2; repeated Place places = 3"

They have what the Terraform plugin protocol needs, and the names of Google's API, which readers
know. Google's own runtime takes longer to import than all the rest of a provider, which Terraform
starts several times in each command, and other libraries pin its version.

A table stays text until its class is used for the first time, so a class costs little, and may
name classes that come after it. A message keeps its values in its ``__dict__``. What is not set
reads as the default of its type. An unset list, dictionary or message reads as an empty one that
belongs to the message from then on; it is written once something in it is set.

Left out: groups, numbers of a fixed size, maps whose keys are no texts, and extensions. Fields
that a message does not know are skipped, and not kept.

Source: https://protobuf.dev/programming-guides/encoding/ and .../field_presence/.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from constructs_lib.backend.plugin.protocol.wire_format import (
    SCALARS,
    SPAN,
    DecodeError,
    Field,
    FieldSpec,
    Kind,
    Reader,
    parse_fields,
    read_fields,
    read_span,
    varint,
    write_fields,
)

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_: bool) -> Any:
        """Do nothing: only type checkers read it, and Python 3.10 lacks it."""
        return lambda class_: class_


_DEPTH: Final = 100
"""How many levels of messages a message may hold, as in Google's runtime."""


class Layout:
    """The fields of a class of messages.

    :raises TypeError: if a row of its table has no type that there is
    """

    def __init__(self, owner: type[Message]) -> None:
        rows = parse_fields(owner.FIELDS)
        self.fields = [Field(row, _kind(owner, row), rows) for row in rows]
        self.by_name = {field.name: field for field in self.fields}
        self.readers: dict[int, Reader] = {}
        """What reads the fields, by their tags."""
        for field in self.fields:
            self.readers.update(field.readers)
            if field.whole.default is not None:
                # An unset value is found without a call, and a set one comes before it.
                setattr(owner, field.name, field.whole.default)


def _kind(owner: type[Message], row: FieldSpec) -> Kind:
    if row.label == "map":
        table = f"string key = 1; {row.type_} value = 2"
        members = {"FIELDS": table, "__module__": owner.__module__}
        return _message_kind(type("Entry", (Message,), members))
    if row.type_ in SCALARS:
        return SCALARS[row.type_]
    class_: Any = sys.modules[owner.__module__]
    for part in row.type_.split("."):
        class_ = getattr(class_, part, None)
    if not (isinstance(class_, type) and issubclass(class_, Message)):
        raise TypeError(f"{owner.__qualname__}.{row.name}: {row.type_} is no type of a field")
    return _message_kind(class_)


def _message_kind(class_: type[Message]) -> Kind:
    def read(data: bytes, at: int, end: int, depth: int) -> tuple[Message, int]:
        start, stop = read_span(data, at, end)
        message = class_.__new__(class_)
        read_fields(class_._layout.readers, message.__dict__, data, start, stop, depth - 1)
        return message, stop

    def write(value: Message, out: list[bytes]) -> int:
        place = len(out)
        out.append(b"")
        size = write_fields(class_._layout.fields, value.__dict__, out)
        out[place] = varint(size)
        return len(out[place]) + size

    return Kind(class_, None, SPAN, read, write)


class _LazyLayout:
    """The layout of the class that it is asked of, made when it is asked for first.

    Two threads may make it at once; it is the same.
    """

    def __get__(self, message: object, owner: type[Message]) -> Layout:
        owner._layout = layout = Layout(owner)
        return layout


@dataclass_transform(kw_only_default=True)
class Message:
    """A message: fields are attributes, and may be given by name when it is made.

    Messages that are given to another one are not copied. A value of a wrong type is refused when
    it is set; what is in lists and dictionaries, when it is written. A class of messages is not
    derived from. A message that is a member of a oneof is set as a whole.

    :raises AttributeError: if there is no field of a name
    :raises TypeError: if a value is of another type than its field
    :raises ValueError: if a field cannot hold its value, such as a number of too many bits
    """

    FIELDS: ClassVar[str] = ""
    """The table: a row for each field, such as ``repeated Place places = 3``, between semicolons.

    Its type is ``bytes``, ``string``, ``bool``, ``int64``, ``int32``, ``enum`` or the dotted name
    of a message in the same module; ``optional``, ``repeated`` or ``oneof`` and the name of the
    oneof come before it. Dictionaries are ``map<string, …>``.
    """
    if TYPE_CHECKING:
        _layout: ClassVar[Layout]
        _is_set: bool
    else:
        _layout = _LazyLayout()
        _is_set = True

        def __getattr__(self, name: str) -> Any:
            return self._field(name, AttributeError).unset(self.__dict__)

    def __init__(self, **values: Any) -> None:
        fields, own = self._layout.by_name, self.__dict__
        for name, value in values.items():
            (fields.get(name) or self._field(name, AttributeError)).put(own, value)

    def __setattr__(self, name: str, value: Any) -> None:
        self._field(name, AttributeError).put(self.__dict__, value)
        self.__dict__.pop("_is_set", None)

    @classmethod
    def FromString(cls, data: bytes) -> Self:
        """Return the message that bytes hold.

        :raises DecodeError: if they hold none
        """
        message = cls()
        message.MergeFromString(data)
        return message

    def MergeFromString(self, data: bytes) -> None:
        """Merge what bytes hold into the message: values replace, lists grow, messages merge.

        :raises DecodeError: if they hold no message; then some of it may have been read
        """
        self.__dict__.pop("_is_set", None)
        try:
            read_fields(self._layout.readers, self.__dict__, data, 0, len(data), _DEPTH)
        except IndexError:
            raise DecodeError("a field beyond the end") from None
        except UnicodeDecodeError:
            # What it quotes may be a secret.
            raise DecodeError("a text that is not UTF-8") from None

    @classmethod
    def read_field(cls, name: str, data: bytes) -> Any:
        """Return one field of the message that bytes hold, and read no other one.

        :raises DecodeError: if they hold no message
        """
        field, message = cls._layout.by_name[name], cls()
        try:
            read_fields(field.readers, message.__dict__, data, 0, len(data), _DEPTH)
        except IndexError:
            raise DecodeError("a field beyond the end") from None
        except UnicodeDecodeError:
            raise DecodeError("a text that is not UTF-8") from None
        return getattr(message, name)

    def SerializeToString(self) -> bytes:
        """Return the bytes of the message, its fields in the order of their numbers.

        :raises TypeError: if something in a list or dictionary is of another type
        :raises ValueError: if a field cannot hold it
        """
        out: list[bytes] = []
        write_fields(self._layout.fields, self.__dict__, out)
        return b"".join(out)

    def CopyFrom(self, other: Self) -> None:
        """Become a copy of another message; from then on, both are independent."""
        if other is not self:
            copied = _copy(other.__dict__)
            self.__dict__.clear()
            self.__dict__.update(copied)
        self.__dict__.pop("_is_set", None)

    def HasField(self, name: str) -> bool:
        """Return True if a field is set, even if to its default.

        :raises ValueError: if there is no field of the name, or one that cannot tell
        """
        field = self._layout.by_name.get(name)
        if field is None or not field.has_presence:
            raise ValueError(f"{type(self).__qualname__}.{name} does not tell whether it is set")
        return self._holds(field)

    def ClearField(self, name: str) -> None:
        """Clear a value.

        :raises ValueError: if there is no field of the name
        """
        self.__dict__.pop(self._field(name, ValueError).name, None)

    def WhichOneof(self, name: str) -> str | None:
        """Return the member of a oneof that is set, None if none is.

        :raises ValueError: if there is no oneof of the name
        """
        members = [one for one in self._layout.fields if one.oneof and one.oneof == name]
        if not members:
            raise ValueError(f"{type(self).__qualname__} has no oneof {name}")
        return next((member.name for member in members if self._holds(member)), None)

    def _field(self, name: str, error: type[Exception]) -> Field:
        field = self._layout.by_name.get(name)
        if field is None:
            raise error(f"{type(self).__qualname__} has no field {name}")
        return field

    def _holds(self, field: Field) -> bool:
        """Return True if a field would be written."""
        value = self.__dict__.get(field.name)
        if isinstance(value, Message):
            return bool(value._is_set or value._parts())
        return bool(value) or (field.has_presence and value is not None)

    def _parts(self) -> dict[str, Any]:
        fields = self._layout.fields
        return {one.name: self.__dict__[one.name] for one in fields if self._holds(one)}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._parts() == other._parts()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        # Values may be secrets, and so may the keys of a dictionary.
        return f"<{type(self).__qualname__} with {', '.join(self._parts()) or 'nothing'}>"


def _copy(value: Any) -> Any:
    """Copy a value and everything in it; bytes, texts and numbers never change."""
    if isinstance(value, Message):
        copied = type(value)()
        copied.__dict__.update(_copy(value.__dict__))
        return copied
    if isinstance(value, list):
        return [_copy(one) for one in value]
    if isinstance(value, dict):
        return {key: _copy(one) for key, one in value.items()}
    return value


def declare(name: str, module: str, tables: Mapping[str, str], enums: Mapping[str, str]) -> type:
    """Return the class of a dotted name, with the classes whose names begin with it.

    :param module: where its table finds the other messages
    :param tables: the tables by the dotted names of messages; what has none only holds others
    :param enums: the names of the numbers 0, 1, … of an enum, by the class that has them
    """
    members: dict[str, Any] = {"__module__": module, "__qualname__": name}
    members |= {word: number for number, word in enumerate(enums.get(name, "").split())}
    start = f"{name}."
    within = {inner: table for inner, table in tables.items() if inner.startswith(start)}
    for inner in within:
        last = inner.removeprefix(start)
        if "." not in last:
            members[last] = declare(inner, module, within, enums)
    if name not in tables:
        return type(name, (), members)
    return type(name.rpartition(".")[2], (Message,), {**members, "FIELDS": tables[name]})


class Timestamp(Message):
    """A moment, as seconds and nanoseconds since 1970 in UTC: ``google.protobuf.Timestamp``.

    Source: https://protobuf.dev/reference/protobuf/google.protobuf/#timestamp.
    """

    FIELDS = "int64 seconds = 1; int32 nanos = 2"
    if TYPE_CHECKING:
        seconds: int = 0
        nanos: int = 0

    def FromDatetime(self, moment: datetime) -> None:
        """Take a time; without a time zone it is UTC."""
        from datetime import timezone

        aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
        passed = aware - _epoch(timezone.utc)
        self.seconds = passed.days * 86400 + passed.seconds
        self.nanos = passed.microseconds * 1000

    def ToDatetime(self, tzinfo: tzinfo) -> datetime:
        """Return the time in a time zone, in whole microseconds.

        :raises OverflowError: if it is before the year 1 or after the year 9999
        """
        from datetime import timedelta, timezone

        passed = timedelta(seconds=self.seconds, microseconds=self.nanos // 1000)
        return (_epoch(timezone.utc) + passed).astimezone(tzinfo)


def _epoch(zone: tzinfo) -> datetime:
    from datetime import datetime

    return datetime(1970, 1, 1, tzinfo=zone)
