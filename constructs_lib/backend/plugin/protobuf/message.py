"""The base of all messages.

Values stand in the ``__dict__`` of a message; what is not set reads as the default of its type. An
unset list, dictionary or message reads as an empty one that belongs to the message from then on,
and is written once there is something in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from constructs_lib.backend.plugin.protobuf.fields import Field, read_fields, write_fields
from constructs_lib.backend.plugin.protobuf.layout import Lazily
from constructs_lib.backend.plugin.protobuf.wire import DecodeError

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_: bool) -> Any:
        """Python 3.10 has none; it only tells a checker of types what may be given by name."""
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
        """The message that bytes hold.

        :raises DecodeError: if they hold none
        """
        message = cls()
        message.MergeFromString(data)
        return message

    def MergeFromString(self, data: bytes) -> None:
        """Lays what bytes hold over what is there: values replace, lists grow, messages merge.

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
        """The bytes of the message, its fields in the order of their numbers.

        :raises TypeError: if something in a list or dictionary is of another type
        :raises ValueError: if a field cannot hold it
        """
        out: list[bytes] = []
        write_fields(self._layout.fields, self.__dict__, out)
        return b"".join(out)

    def CopyFrom(self, other: Self) -> None:
        """Becomes a copy of another message, which from then on are independent."""
        if other is not self:
            copied = {name: _copy(value) for name, value in other.__dict__.items()}
            self.__dict__.clear()
            self.__dict__.update(copied)
        self.__dict__.pop("_is_set", None)

    def HasField(self, name: str) -> bool:
        """True if a field is set, also to what is its default.

        :raises ValueError: if there is no field of the name, or one that cannot tell
        """
        field = self._layout.by_name.get(name)
        if field is None or not field.has_presence:
            raise ValueError(f"{type(self).__qualname__}.{name} does not tell whether it is set")
        return self._holds(field)

    def ClearField(self, name: str) -> None:
        """Forgets a value.

        :raises ValueError: if there is no field of the name
        """
        if name not in self._layout.by_name:
            raise ValueError(f"{type(self).__qualname__} has no field {name}")
        self.__dict__.pop(name, None)

    def WhichOneof(self, name: str) -> str | None:
        """The member of a oneof that is set, None if none is.

        :raises ValueError: if there is no oneof of the name
        """
        members = self._layout.oneofs.get(name)
        if members is None:
            raise ValueError(f"{type(self).__qualname__} has no oneof {name}")
        return next((member for member in members if member in self.__dict__), None)

    def _lacks(self, name: str) -> AttributeError:
        return AttributeError(f"{type(self).__qualname__} has no field {name}")

    def _holds(self, field: Field) -> bool:
        """True if a field would be written."""
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
    """A copy of a value and of all in it; bytes, texts and numbers never change."""
    copied: Any = value
    if isinstance(value, Message):
        copied = type(value)()
        copied.__dict__.update({name: _copy(one) for name, one in value.__dict__.items()})
    elif isinstance(value, list):
        copied = [_copy(one) for one in value]
    elif isinstance(value, dict):
        copied = {key: _copy(one) for key, one in value.items()}
    return copied  # type: ignore[no-any-return]
