"""Messages of protobuf 3: classes that are declared, read from bytes and written as bytes.

::

    class Reading(Message):
        station: str = field(1)
        celsius: int = field(2, optional=True)
        places: list[Place] = field(3)

They have what the Terraform plugin protocol needs, and the names of Google's API, which readers
know. Google's own runtime takes longer to import than all the rest of a provider, which Terraform
starts several times in each command, and other libraries pin its version.

A declaration is an annotation with a number. Annotations stay text until a class is used for the
first time, so a class costs little to define, and may name classes that come after it. Values are
kept in the ``__dict__`` of a message; what is not set reads as the default of its type. An unset
list, dictionary or message reads as an empty one that belongs to the message from then on, and is
written once there is something in it.

``forms`` reads and writes single values, ``fields`` fields: values that come
once, many times, or by key.

Left out: groups, numbers of a fixed size, maps whose keys are no texts, and extensions. Fields
that a message does not know are skipped, and not kept.

Source: https://protobuf.dev/programming-guides/encoding/ and .../field_presence/.
"""

from __future__ import annotations

import sys
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from constructs_lib.backend.plugin.protocol.protobuf.fields import (
    ByKey,
    Field,
    Many,
    Nested,
    One,
    Packed,
    Reader,
    read_fields,
    write_fields,
)
from constructs_lib.backend.plugin.protocol.protobuf.forms import (
    SCALARS,
    SPAN,
    TEXT,
    DecodeError,
    EnumNumber,
    Form,
    Int32,
)


class Declaration:
    """A field as a class declares it. Set values hide it, as they stand in the message itself.

    :param number: the number on the wire
    :param is_optional: as the word ``optional`` before a field in a ``.proto`` file
    :param oneof: the name of the oneof that the field is a member of, empty if of none
    """

    __slots__ = ("is_optional", "name", "number", "oneof")

    def __init__(self, number: int, is_optional: bool, oneof: str) -> None:
        self.number = number
        self.is_optional = is_optional
        self.oneof = oneof
        self.name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, message: Any, owner: Any) -> Any:
        if message is None:
            return self
        return owner._layout.by_name[self.name].unset(message.__dict__)


def field(number: int, *, optional: bool = False, oneof: str = "") -> Any:
    """Declare a field of a message.

    Its annotation is its type: ``bytes``, ``str``, ``bool``, ``int`` (64 bits), ``Int32``,
    ``EnumNumber``, the dotted name of a message, a ``list`` of these, or a ``dict`` of them by
    ``str``. An annotation is the type with its name spelt as the module sees it.

    :param number: the number on the wire
    :param optional: true if a value that is the default can be told from no value
    :param oneof: the name of the oneof that the field is a member of
    """
    return Declaration(number, optional, oneof)


class Layout:
    """All fields of a class of messages.

    :param owner: the class
    :raises TypeError: if a field has no annotation, or one that is not among those of :func:`field`
    """

    def __init__(self, owner: type) -> None:
        declared = [one for one in vars(owner).values() if isinstance(one, Declaration)]
        declared.sort(key=attrgetter("number"))
        self.oneofs: dict[str, tuple[str, ...]] = {}
        for one in declared:
            if one.oneof:
                self.oneofs[one.oneof] = (*self.oneofs.get(one.oneof, ()), one.name)
        self.fields = [self._field(owner, one) for one in declared]
        """The fields in the order of their numbers."""
        self.by_name = {one.name: one for one in self.fields}
        self.readers: dict[int, Reader] = {}
        """What reads the fields, by their tags."""
        for field_ in self.fields:
            self.readers.update(field_.readers())

    def _field(self, owner: type, declared: Declaration) -> Field:
        name, number = declared.name, declared.number
        annotation = owner.__annotations__.get(name)
        if not isinstance(annotation, str):
            raise TypeError(f"{owner.__qualname__}.{name} has no annotation that is a text")
        outer, _, inner = annotation.removesuffix("]").rpartition("[")
        form = _form(owner, inner.removeprefix("str, ") if outer == "dict" else inner)
        if outer == "dict":
            return ByKey(name, number, (Field("key", 1, TEXT), _single("value", 2, form)))
        if outer == "list":
            return (Many if form.wire == SPAN else Packed)(name, number, form)
        others = tuple(one for one in self.oneofs.get(declared.oneof, ()) if one != name)
        has_presence = declared.is_optional or bool(declared.oneof)
        return _single(name, number, form, is_optional=has_presence, others=others)


def _single(name: str, number: int, form: Form, **more: Any) -> Field:
    if not isinstance(form, Nested):
        return Field(name, number, form, **more)
    return One(name, number, form, **{**more, "is_optional": True})


def _form(owner: type, name: str) -> Form:
    """Return the form of a type, by its name as the module of the owner sees it."""
    if name in SCALARS:
        return SCALARS[name]
    found: Any = sys.modules[owner.__module__]
    for part in name.split("."):
        found = getattr(found, part, None)
    if not hasattr(found, "MergeFromString"):
        raise TypeError(f"{owner.__qualname__}: {name} is no type of a field")
    return Nested(found)


class Lazily:
    """The layout of the class that it is asked of, made when it is asked for first.

    Two threads may make it at once; it is the same.
    """

    def __get__(self, message: object, owner: type) -> Layout:
        layout = Layout(owner)
        owner._layout = layout  # type: ignore[attr-defined]
        return layout


if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_: bool) -> Any:
        """Do nothing: only type checkers read it, and Python 3.10 lacks it."""
        return lambda class_: class_


_DEPTH = 100
"""How many levels of messages may stand in a message, as in Google's runtime."""
_Copied = TypeVar("_Copied")


@dataclass_transform(kw_only_default=True)
class Message:
    """A message: fields are attributes, and may be given by name when it is made.

    Messages that are given to another one are not copied. A value of a wrong type is refused when
    it is set; what is in lists and dictionaries, when it is written. A class of messages is not
    derived from.

    :raises AttributeError: if there is no field of a name
    :raises TypeError: if a value is of another type than its field
    :raises ValueError: if a field cannot hold its value, such as a number of too many bits
    """

    if TYPE_CHECKING:
        _layout: Any
        _is_set: Any
    else:
        _layout = Lazily()
        _is_set = True

    def __init__(self, **values: Any) -> None:
        fields, set_ = self._layout.by_name, self.__dict__
        for name, value in values.items():
            if name not in fields:
                raise self._lacks(name)
            fields[name].put(set_, value)

    def __setattr__(self, name: str, value: Any) -> None:
        fields = self._layout.by_name
        if name not in fields:
            raise self._lacks(name)
        fields[name].put(self.__dict__, value)
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
            copied = {name: _copy(value) for name, value in other.__dict__.items()}
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
        if name not in self._layout.by_name:
            raise ValueError(f"{type(self).__qualname__} has no field {name}")
        self.__dict__.pop(name, None)

    def WhichOneof(self, name: str) -> str | None:
        """Return the member of a oneof that is set, None if none is.

        :raises ValueError: if there is no oneof of the name
        """
        members = self._layout.oneofs.get(name)
        if members is None:
            raise ValueError(f"{type(self).__qualname__} has no oneof {name}")
        return next((member for member in members if member in self.__dict__), None)

    def _lacks(self, name: str) -> AttributeError:
        return AttributeError(f"{type(self).__qualname__} has no field {name}")

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


def _copy(value: _Copied) -> _Copied:
    """Copy a value and everything in it; bytes, texts and numbers never change."""
    copied: Any = value
    if isinstance(value, Message):
        copied = type(value)()
        copied.__dict__.update({name: _copy(one) for name, one in value.__dict__.items()})
    elif isinstance(value, list):
        copied = [_copy(one) for one in value]
    elif isinstance(value, dict):
        copied = {key: _copy(one) for key, one in value.items()}
    return copied  # type: ignore[no-any-return]


__all__ = ["DecodeError", "EnumNumber", "Int32", "Message", "field"]
