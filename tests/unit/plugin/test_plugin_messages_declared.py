"""That our messages are those of the protocol: each field, number, type and presence."""

from __future__ import annotations

from typing import Any

import pytest
import tfplugin6_pb2
from every_case import check_every
from google_messages import DESCRIPTORS, NOT_OFFERED, is_map, name_in_python, ours, type_name

from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.protobuf import Message, field

TYPES = {
    "TYPE_BYTES": "bytes",
    "TYPE_STRING": "str",
    "TYPE_BOOL": "bool",
    "TYPE_INT32": "Int32",
    "TYPE_INT64": "int",
    "TYPE_ENUM": "EnumNumber",
}


def declared(class_: Any) -> dict[int, tuple[str, str, bool, str]]:
    """The fields of one of our classes by number: name, annotation, optional, oneof."""
    found = [one for one in vars(class_).values() if hasattr(one, "oneof")]
    return {
        one.number: (one.name, class_.__annotations__[one.name], one.is_optional, one.oneof)
        for one in found
    }


def described(descriptor: Any) -> dict[int, tuple[str, str, bool, str]]:
    """The same of the protocol."""
    return {
        one.number: (name_in_python(one), annotation(one), *presence(one))
        for one in descriptor.fields
    }


def annotation(one: Any) -> str:
    if is_map(one):
        return f"dict[str, {annotation(one.message_type.fields_by_name['value'])}]"
    single = TYPES.get(type_name(one)) or ours(one.message_type).__qualname__
    return f"list[{single}]" if one.is_repeated else single


def presence(one: Any) -> tuple[bool, str]:
    # The compiler makes a oneof of its own of each field that is optional.
    oneof = one.containing_oneof.name if one.containing_oneof else ""
    is_optional = oneof == f"_{one.name}"
    return is_optional, "" if is_optional else oneof


def test_the_fields_of_a_message_are_those_of_the_protocol() -> None:
    def are_those(name: str) -> None:
        descriptor = DESCRIPTORS[name]

        assert declared(ours(descriptor)) == described(descriptor)

    check_every(DESCRIPTORS, are_those)


def constants(descriptor: Any) -> dict[str, int]:
    return {value.name: value.number for enum in descriptor.enum_types for value in enum.values}


def test_the_numbers_of_enums_are_those_of_the_protocol() -> None:
    def are_those(name: str) -> None:
        descriptor = DESCRIPTORS[name]
        found = {key: value for key, value in vars(ours(descriptor)).items() if key.isupper()}

        assert found == constants(descriptor)

    check_every([name for name in DESCRIPTORS if DESCRIPTORS[name].enum_types], are_those)


def test_the_kinds_of_descriptions_are_those_of_the_protocol() -> None:
    [enum] = tfplugin6_pb2.DESCRIPTOR.enum_types_by_name.values()

    found = {key: value for key, value in vars(pb.StringKind).items() if key.isupper()}
    assert (enum.name, found) == ("StringKind", {v.name: v.number for v in enum.values})


def test_all_messages_are_offered_but_those_about_calls_of_functions() -> None:
    protocol = {*tfplugin6_pb2.DESCRIPTOR.message_types_by_name, "StringKind", "Timestamp"}

    assert set(pb.__all__) == protocol - set(NOT_OFFERED)
    assert all(hasattr(pb, name) for name in pb.__all__)


def test_a_message_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="CallFunction"):
        _ = pb.CallFunction


class Unknown(Message):
    value: complex = field(1)


class Bare(Message):
    value = field(1)


class Place:
    pass


class Plain(Message):
    value: Place = field(1)


@pytest.mark.parametrize("class_", [Unknown, Bare, Plain])
def test_a_declaration_of_no_known_type_is_an_error_at_first_use(class_: Any) -> None:
    with pytest.raises(TypeError, match=class_.__name__):
        class_(value=1)
