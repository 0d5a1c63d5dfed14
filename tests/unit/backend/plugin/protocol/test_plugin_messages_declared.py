"""Our messages are those of the protocol, and lists of numbers, of which it has none, Google's."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
import tfplugin6_pb2
from every_case import check_every
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google_messages import DESCRIPTORS, NOT_OFFERED, is_map, name_in_python, ours, type_name
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.protobuf import Message
from constructs_lib.backend.plugin.protocol.wire_format import DecodeError, parse_fields

FOLDER = Path(tfplugin6_pb2.__file__).parent


def test_the_generated_messages_are_those_of_the_proto_file(tmp_path: Path) -> None:
    protoc: Any = pytest.importorskip("grpc_tools.protoc")
    proto = shutil.copy(FOLDER / "tfplugin6.proto", tmp_path)
    output = tmp_path / "set"
    standard = Path(protoc.__file__).parent / "_proto"
    includes = [f"-I{tmp_path}", f"-I{standard}"]
    arguments = ["protoc", *includes, f"--descriptor_set_out={output}", str(proto)]
    assert protoc.main(arguments) == 0
    compiled = descriptor_pb2.FileDescriptorSet.FromString(output.read_bytes()).file[0]
    committed = descriptor_pb2.FileDescriptorProto()
    tfplugin6_pb2.DESCRIPTOR.CopyToProto(committed)
    for message in (compiled, committed):
        strip_json_names(message.message_type)
    assert compiled == committed


def strip_json_names(messages: Any) -> None:
    """Whether the compiler fills them in differs between versions."""
    for message in messages:
        for declaration in message.field:
            declaration.ClearField("json_name")
        strip_json_names(message.nested_type)


def test_every_supported_runtime_loads_the_generated_code() -> None:
    text = (FOLDER / "tfplugin6_pb2.py").read_text()
    assert "Protobuf Python Version: 6.31.0" in text


TYPES = {
    "TYPE_BYTES": "bytes",
    "TYPE_STRING": "string",
    "TYPE_BOOL": "bool",
    "TYPE_INT32": "int32",
    "TYPE_INT64": "int64",
    "TYPE_ENUM": "enum",
}
Row = tuple[str, str, str, str]


def declared(class_: Any) -> dict[int, Row]:
    """The rows of one of our classes by number: name, type, label, oneof."""
    rows = parse_fields(class_.FIELDS)
    found = {one.number: (one.name, one.type_, one.label, one.oneof) for one in rows}
    assert len(found) == len(rows), "two rows have the same number"
    return found


def described(descriptor: Any) -> dict[int, Row]:
    """The same of the protocol."""
    return {
        one.number: (name_in_python(one), type_of(one), *presence(one)) for one in descriptor.fields
    }


def type_of(one: Any) -> str:
    if is_map(one):
        return type_of(one.message_type.fields_by_name["value"])
    return TYPES.get(type_name(one)) or str(ours(one.message_type).__qualname__)


def presence(one: Any) -> tuple[str, str]:
    """The label of a field, and the oneof that it is a member of."""
    if one.is_repeated:
        return ("map" if is_map(one) else "repeated"), ""
    # The compiler makes a oneof of its own of each field that is optional. A message tells whether
    # it is set, with that word or without.
    oneof = one.containing_oneof.name if one.containing_oneof else ""
    if oneof == f"_{one.name}":
        return ("" if one.message_type else "optional"), ""
    return ("oneof" if oneof else ""), oneof


def test_the_fields_of_a_message_are_those_of_the_protocol() -> None:
    def are_those(name: str) -> None:
        descriptor = DESCRIPTORS[name]

        assert ours(descriptor).__qualname__ == name
        assert declared(ours(descriptor)) == described(descriptor)

    check_every(DESCRIPTORS, are_those)


def constants(descriptor: Any) -> dict[str, int]:
    return {value.name: value.number for enum in descriptor.enum_types for value in enum.values}


def test_the_numbers_of_enums_are_those_of_the_protocol() -> None:
    def are_those(name: str) -> None:
        descriptor = DESCRIPTORS[name]
        found = {key: one for key, one in vars(ours(descriptor)).items() if key.isupper()}
        assert found.pop("FIELDS")

        assert found == constants(descriptor)

    check_every([name for name in DESCRIPTORS if DESCRIPTORS[name].enum_types], are_those)


def test_the_kinds_of_descriptions_are_those_of_the_protocol() -> None:
    [enum] = tfplugin6_pb2.DESCRIPTOR.enum_types_by_name.values()

    found = {key: value for key, value in vars(pb.StringKind).items() if key.isupper()}
    assert (enum.name, found) == ("StringKind", {v.name: v.number for v in enum.values})


def test_all_messages_are_offered_but_those_of_function_calls() -> None:
    protocol = {*tfplugin6_pb2.DESCRIPTOR.message_types_by_name, "StringKind", "Timestamp"}

    assert set(pb.__all__) == protocol - set(NOT_OFFERED)
    assert all(hasattr(pb, name) for name in pb.__all__)


def test_a_message_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="CallFunction"):
        _ = pb.CallFunction


def test_a_class_is_made_once_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = pb.ActionSchema
    monkeypatch.delitem(vars(pb), "ActionSchema")
    all_ask = Barrier(8)

    def ask(_: int) -> Any:
        all_ask.wait(10)
        return pb.ActionSchema

    with ThreadPoolExecutor(8) as threads:
        [made] = set(threads.map(ask, range(8)))

    assert made is pb.ActionSchema
    assert made is not kept


class Unknown(Message):
    FIELDS = "complex value = 1"


class Bare(Message):
    FIELDS = "value = 1"


class Place:
    pass


class Plain(Message):
    FIELDS = "Place value = 1"


@pytest.mark.parametrize("class_", [Unknown, Bare, Plain])
def test_a_declaration_of_no_known_type_is_an_error_at_first_use(class_: Any) -> None:
    with pytest.raises(TypeError, match=class_.__name__):
        class_(value=1)


PARTS = descriptor_pb2.FieldDescriptorProto


class Numbers(Message):
    FIELDS = (
        "repeated int64 long = 1; repeated int32 short = 2; repeated bool flags = 3; "
        "repeated string texts = 4"
    )
    if TYPE_CHECKING:
        long: list[int] = []
        short: list[int] = []


NAMES = [row.name for row in parse_fields(Numbers.FIELDS)]


def google() -> Any:
    """The same message as Google's runtime makes it."""
    file = descriptor_pb2.FileDescriptorProto(name="numbers.proto", syntax="proto3")
    types = (PARTS.TYPE_INT64, PARTS.TYPE_INT32, PARTS.TYPE_BOOL, PARTS.TYPE_STRING)
    fields = [
        PARTS(name=name, number=number, type=type_, label=PARTS.LABEL_REPEATED)
        for number, (name, type_) in enumerate(zip(NAMES, types, strict=True), start=1)
    ]
    file.message_type.add(name="Numbers", field=fields)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("Numbers"))


GOOGLE = google()
CONTENT = st.fixed_dictionaries(
    {
        "long": st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30),
        "short": st.lists(st.integers(-(2**31), 2**31 - 1), max_size=4),
        "flags": st.lists(st.booleans(), max_size=4),
        "texts": st.lists(st.text("aä", max_size=2), max_size=4),
    }
)


def content(message: Any) -> dict[str, list[Any]]:
    return {name: list(getattr(message, name)) for name in NAMES}


@given(CONTENT)
def test_numbers_are_written_as_google_does(values: Any) -> None:
    assert Numbers(**values).SerializeToString() == GOOGLE(**values).SerializeToString()


@given(CONTENT)
def test_numbers_are_read_from_one_span(values: Any) -> None:
    assert content(Numbers.FromString(GOOGLE(**values).SerializeToString())) == values


@pytest.mark.parametrize(
    "data", [b"\x08\x01\x08\x02", b"\x08\x01\x0a\x01\x02", b"\x0a\x01\x01\x0a\x01\x02"]
)
def test_numbers_are_read_one_by_one_and_from_many_spans(data: bytes) -> None:
    assert Numbers.FromString(data).long == list(GOOGLE.FromString(data).long) == [1, 2]


@pytest.mark.parametrize(
    "data", [b"\x0a\x01\x80\x01", b"\x0a\x02\x80\x80\x08\x01", b"\x0a\x05\x01"]
)
def test_a_number_beyond_the_end_of_its_span_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match="beyond the end"):
        Numbers.FromString(data)


def test_more_bits_than_a_number_has_are_cut_off_as_google_does() -> None:
    data = b"\x10" + b"\xff" * 9 + b"\x7f"

    assert content(Numbers.FromString(data)) == content(GOOGLE.FromString(data))


def test_a_number_beyond_32_bits_is_refused_when_written() -> None:
    with pytest.raises(ValueError, match="more than 32 bits"):
        Numbers(short=[2**31]).SerializeToString()
