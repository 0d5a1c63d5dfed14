"""Lists of numbers, of which the protocol has none yet, against Google's runtime."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.backend.plugin.protocol.protobuf import DecodeError, Int32, Message, field

PARTS = descriptor_pb2.FieldDescriptorProto


class Numbers(Message):
    long: list[int] = field(1)
    short: list[Int32] = field(2)
    flags: list[bool] = field(3)
    texts: list[str] = field(4)


def google() -> Any:
    """The same message as Google's runtime makes it."""
    file = descriptor_pb2.FileDescriptorProto(name="numbers.proto", syntax="proto3")
    types = (PARTS.TYPE_INT64, PARTS.TYPE_INT32, PARTS.TYPE_BOOL, PARTS.TYPE_STRING)
    fields = [
        PARTS(name=name, number=number, type=type_, label=PARTS.LABEL_REPEATED)
        for number, (name, type_) in enumerate(
            zip(Numbers.__annotations__, types, strict=True), start=1
        )
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
    return {name: list(getattr(message, name)) for name in Numbers.__annotations__}


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


def test_a_number_of_more_than_32_bits_is_refused_when_it_is_written() -> None:
    with pytest.raises(ValueError, match="more than 32 bits"):
        Numbers(short=[2**31]).SerializeToString()
