"""Messages mean the same to Google's classes as to ours, and what is none is refused by both."""

from __future__ import annotations

from typing import Any

import pytest
import tfplugin6_pb2
from every_case import check_every
from google.protobuf.message import DecodeError as Refused
from google.protobuf.message_factory import GetMessageClass
from google_messages import DESCRIPTORS, as_ours, has_map, messages, ours, same
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from property_examples import examples

from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.wire_format import DecodeError

WITHOUT_MAPS = [name for name, descriptor in DESCRIPTORS.items() if not has_map(descriptor)]
few = settings(
    max_examples=examples(8),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_a_message_says_the_same_on_both_sides() -> None:
    def says_the_same(name: str) -> None:
        @few
        @given(messages(DESCRIPTORS[name], depth=2))
        def holds(theirs: Any) -> None:
            message = as_ours(theirs)
            written = message.SerializeToString()

            assert same(ours(DESCRIPTORS[name]).FromString(theirs.SerializeToString()), theirs)
            assert type(theirs).FromString(written) == theirs
            assert type(message).FromString(written) == message
            copy = type(message)()
            copy.CopyFrom(message)
            assert copy == message
            copy.MergeFromString(written)
            assert message.SerializeToString() == written, "a copy is not independent"

        holds()

    check_every(DESCRIPTORS, says_the_same)


def test_concatenated_messages_are_merged_as_google_does() -> None:
    def are_merged(name: str) -> None:
        any_ = messages(DESCRIPTORS[name], depth=2)

        @few
        @given(any_, any_)
        def holds(first: Any, second: Any) -> None:
            two = first.SerializeToString() + second.SerializeToString()

            assert same(ours(DESCRIPTORS[name]).FromString(two), type(first).FromString(two))

        holds()

    check_every(DESCRIPTORS, are_merged)


# Google's runtime drops an entry of a map that has fields which it does not know; others keep it.
def test_fields_of_another_message_are_skipped_as_google_does() -> None:
    others = st.sampled_from(sorted(DESCRIPTORS)).flatmap(
        lambda name: messages(DESCRIPTORS[name], depth=2)
    )

    def are_skipped(name: str) -> None:
        @few
        @given(others)
        def holds(other: Any) -> None:
            reads_or_refuses_as_google(DESCRIPTORS[name], other.SerializeToString())

        holds()

    check_every(WITHOUT_MAPS, are_skipped)


def reads_or_refuses_as_google(descriptor: Any, data: bytes) -> None:
    try:
        read = GetMessageClass(descriptor).FromString(data)
    except Refused:
        with pytest.raises(DecodeError):
            ours(descriptor).FromString(data)
        return
    try:
        found = ours(descriptor).FromString(data)
    except DecodeError as error:
        # A group that is not known is skipped by Google's runtime; nobody sends one.
        assert "group" in str(error)  # noqa: PT017
    else:
        assert same(found, read)


THEIRS = tfplugin6_pb2.PlanResourceChange.Response
OURS = pb.PlanResourceChange.Response
VALID = messages(THEIRS.DESCRIPTOR).map(lambda message: message.SerializeToString())


@st.composite
def damaged(draw: Any) -> bytes:
    """A message with bytes changed, taken out and cut off."""
    data = bytearray(draw(VALID))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        data[at : at + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=30) | damaged())
@example(b"\x0a\x02\x0a\x80\x01")
def test_bytes_are_refused_or_read_exactly_as_google_does(data: bytes) -> None:
    try:
        read = OURS.FromString(data)
    except DecodeError as error:
        # A group that is not known is skipped by Google's runtime; nobody sends one.
        if "group" not in str(error):
            with pytest.raises(Refused):
                THEIRS.FromString(data)
    else:
        assert same(read, THEIRS.FromString(data))


@given(st.binary(max_size=60))
def test_any_bytes_are_each_message_or_a_decode_error(data: bytes) -> None:
    def is_read_or_refused(name: str) -> None:
        class_ = ours(DESCRIPTORS[name])
        try:
            message = class_.FromString(data)
        except DecodeError:
            return
        assert class_.FromString(message.SerializeToString()) == message

    check_every(DESCRIPTORS, is_read_or_refused)


@pytest.mark.parametrize(
    "data",
    [
        b"\x0a",
        b"\x0a\x05abc",
        b"\x0a\xff\xff\xff\xff\x07",
        b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        b"\x0a\x02\x0a\x05abcdefgh",
    ],
    ids=["no length", "too short", "two gigabytes", "all bits", "beyond the message around it"],
)
def test_a_length_beyond_the_end_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match="beyond the end"):
        OURS.FromString(data)


@pytest.mark.parametrize(
    "data", [b"\x28", b"\x28\x80", b"\x80", b"\x2d\x00\x00\x00", b"\x29abcdefg"]
)
def test_a_field_beyond_the_end_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match="beyond the end"):
        OURS.FromString(data)


def test_a_number_of_eleven_bytes_is_refused() -> None:
    with pytest.raises(DecodeError, match="ten bytes"):
        OURS.FromString(b"\x28" + b"\x80" * 10 + b"\x01")


@pytest.mark.parametrize(
    "data", [b"\x00", b"\x02\x00", b"\x80\x00", b"\x8a\x80\x80\x80\x80\x00\x00"]
)
def test_a_field_without_a_valid_number_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError, match="valid number"):
        OURS.FromString(data)


@pytest.mark.parametrize("wire", [3, 4, 6, 7])
def test_groups_and_what_does_not_exist_are_refused(wire: int) -> None:
    with pytest.raises(DecodeError, match="group"):
        OURS.FromString(bytes([15 << 3 | wire]))


@pytest.mark.parametrize("text", [b"\xff", b"\xed\xa0\x80", b"\xc0\x80", b"\xf4\x90\x80\x80"])
def test_a_text_that_is_not_utf_8_is_refused_without_quoting_it(text: bytes) -> None:
    with pytest.raises(DecodeError, match=r"^a text that is not UTF-8$") as caught:
        pb.StopProvider.Response.FromString(b"\x0a" + bytes([len(text)]) + text)

    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def schema(levels: int) -> bytes:
    """A schema in which blocks stand in blocks; each takes two levels."""
    data = b""
    for level in reversed(range(levels)):
        data = (b"\x1a" if level % 2 else b"\x12") + length(data) + data
    return data


def length(data: bytes) -> bytes:
    value, coded = len(data), []
    while value > 127:
        coded.append(value & 127 | 128)
        value >>= 7
    return bytes([*coded, value])


@pytest.mark.parametrize("levels", [1, 99, 100])
def test_messages_of_a_hundred_levels_are_read(levels: int) -> None:
    data = schema(levels)

    assert same(pb.Schema.FromString(data), tfplugin6_pb2.Schema.FromString(data))


@pytest.mark.parametrize("levels", [101, 5000])
def test_messages_of_more_than_a_hundred_levels_are_refused(levels: int) -> None:
    data = schema(levels)

    with pytest.raises(Refused):
        tfplugin6_pb2.Schema.FromString(data)
    with pytest.raises(DecodeError, match="too deep"):
        pb.Schema.FromString(data)


def by_key(levels: int) -> bytes:
    """A dictionary with one schema: its entry is a level, too."""
    entry = b"\x12" + length(schema(levels)) + schema(levels)
    return b"\x12" + length(entry) + entry


def test_an_entry_of_a_dictionary_counts_as_a_level() -> None:
    theirs = tfplugin6_pb2.GetProviderSchema.Response
    read = pb.GetProviderSchema.Response.FromString(by_key(98))

    assert same(read, theirs.FromString(by_key(98)))
    with pytest.raises(Refused):
        theirs.FromString(by_key(99))
    with pytest.raises(DecodeError, match="too deep"):
        pb.GetProviderSchema.Response.FromString(by_key(99))


@pytest.mark.parametrize("last", [b"\x01", b"\x02", b"\x7e"])
def test_bits_beyond_the_64th_are_cut_off_as_google_does(last: bytes) -> None:
    data = b"\x28" + b"\x80" * 9 + last

    assert OURS.FromString(data).legacy_type_system == THEIRS.FromString(data).legacy_type_system
