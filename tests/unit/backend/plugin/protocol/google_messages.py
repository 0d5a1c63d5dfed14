"""Google's classes of messages as the other side of ours."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter
from typing import Any

import tfplugin6_pb2
from google.protobuf import timestamp_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass
from hypothesis import strategies as st

from constructs_lib.backend.plugin.protocol import messages as pb

NOT_OFFERED = ("CallFunction", "FunctionError")
"""The messages that only a provider with functions needs."""
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
_INT32 = st.integers(-(2**31), 2**31 - 1)
SCALARS: dict[str, Any] = {
    "TYPE_BYTES": st.binary(max_size=5) | st.binary(min_size=127, max_size=129),
    "TYPE_STRING": _TEXT,
    "TYPE_BOOL": st.booleans(),
    "TYPE_INT32": _INT32,
    "TYPE_ENUM": st.integers(0, 3) | _INT32,
    "TYPE_INT64": st.integers(-1, 2) | st.integers(-(2**63), 2**63 - 1),
}


_TYPE_NAMES = {
    getattr(FieldDescriptor, name): name for name in dir(FieldDescriptor) if name[:5] == "TYPE_"
}


def type_name(field: Any) -> str:
    """The type of a field as the protocol's description has it, such as ``TYPE_BYTES``."""
    return _TYPE_NAMES[field.type]


def is_map(field: Any) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def has_map(descriptor: Any, seen: tuple[Any, ...] = ()) -> bool:
    """True if a message has a map, or one of the messages in it."""
    inner = [one.message_type for one in descriptor.fields if one.message_type is not None]
    return any(map(is_map, descriptor.fields)) or any(
        has_map(one, (*seen, descriptor)) for one in inner if one not in seen
    )


def name_in_python(field: Any) -> str:
    return "return_" if field.name == "return" else str(field.name)


def _all(descriptors: Any) -> Iterator[Any]:
    for one in descriptors:
        if not one.GetOptions().map_entry:
            yield one
            yield from _all(one.nested_types)


DESCRIPTORS = {
    one.full_name.removeprefix("tfplugin6."): one
    for one in _all(tfplugin6_pb2.DESCRIPTOR.message_types_by_name.values())
    if not one.full_name.startswith(tuple(f"tfplugin6.{name}" for name in NOT_OFFERED))
    and (one.fields or not one.nested_types)
}
"""All messages by their dotted names, without those that only hold the names of others."""
DESCRIPTORS["Timestamp"] = timestamp_pb2.Timestamp.DESCRIPTOR


def ours(descriptor: Any) -> Any:
    """Our class of a message."""
    name = descriptor.full_name.removeprefix("google.protobuf.").removeprefix("tfplugin6.")
    return attrgetter(name)(pb)


@st.composite
def messages(draw: Any, descriptor: Any, depth: int = 3) -> Any:
    """Any message of Google's class, with fields of any kind set, also to their defaults."""
    message = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if draw(st.booleans()) and (field.message_type is None or depth):
            _fill(draw, message, field, depth)
    return message


def _fill(draw: Any, message: Any, field: Any, depth: int) -> None:
    place = getattr(message, field.name)
    if is_map(field):
        value = field.message_type.fields_by_name["value"]
        for key in draw(st.lists(_TEXT, max_size=2)):
            if value.message_type is None:
                place[key] = draw(_values(value, depth))
            else:
                place[key].CopyFrom(draw(_values(value, depth)))
    elif field.is_repeated:
        place.extend(draw(st.lists(_values(field, depth), max_size=2)))
    elif field.message_type is not None:
        place.SetInParent()
        place.CopyFrom(draw(_values(field, depth)))
    else:
        setattr(message, field.name, draw(_values(field, depth)))


def _values(field: Any, depth: int) -> Any:
    if field.message_type is not None:
        return messages(field.message_type, depth - 1)
    return SCALARS[type_name(field)]


def as_ours(message: Any) -> Any:
    """Our message of the same content, made by keywords."""
    return ours(message.DESCRIPTOR)(
        **{name_in_python(field): _converted(field, value) for field, value in message.ListFields()}
    )


def _converted(field: Any, value: Any) -> Any:
    if is_map(field):
        inner = field.message_type.fields_by_name["value"]
        return {key: _one(inner, one) for key, one in value.items()}
    if field.is_repeated:
        return [_one(field, one) for one in value]
    return _one(field, value)


def _one(field: Any, value: Any) -> Any:
    return value if field.message_type is None else as_ours(value)


def same(our: Any, their: Any) -> bool:
    """True if each field of both messages reads the same, and is set in both or in none."""
    return all(_same_field(our, their, field) for field in their.DESCRIPTOR.fields)


def _same_field(our: Any, their: Any, field: Any) -> bool:
    name = name_in_python(field)
    if field.has_presence and our.HasField(name) != their.HasField(field.name):
        return False
    mine, other = getattr(our, name), getattr(their, field.name)
    if is_map(field):
        return mine.keys() == other.keys() and all(_same(mine[key], other[key]) for key in mine)
    if field.is_repeated:
        return len(mine) == len(other) and all(map(_same, mine, other))
    return _same(mine, other) if field.message_type is None or our.HasField(name) else True


def _same(mine: Any, other: Any) -> bool:
    if hasattr(other, "DESCRIPTOR"):
        return same(mine, other)
    return type(mine) is type(other) and bool(mine == other)
