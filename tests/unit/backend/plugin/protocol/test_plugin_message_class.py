"""How a message behaves in Python: what is set, what it refuses, and what it never shows."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from google.protobuf import timestamp_pb2

from constructs_lib.backend.plugin.protocol import messages as pb
from constructs_lib.backend.plugin.protocol.wire_format import DecodeError

VALUE = pb.DynamicValue(msgpack=b"\xc0")


def test_what_is_not_set_reads_as_its_default() -> None:
    request = pb.ReadResource.Request()

    assert (request.type_name, request.private) == ("", b"")
    assert request.current_state.msgpack == b""
    assert pb.GetMetadata.Response().resources == []
    assert pb.GetProviderSchema.Response().functions == {}


def test_a_default_that_is_set_is_not_written() -> None:
    assert pb.Schema.Attribute(name="", required=False, type=b"").SerializeToString() == b""


def test_an_optional_default_that_is_set_is_written() -> None:
    response = pb.OpenEphemeralResource.Response(private=b"")

    assert response.HasField("private")
    assert response.SerializeToString() == b"\x22\x00"


def test_a_message_that_was_only_read_is_not_set() -> None:
    response = pb.GetProviderSchema.Response()

    assert response.provider.block.attributes == []
    assert not response.HasField("provider")
    assert response.SerializeToString() == b""


@pytest.mark.parametrize("version", [0, 1])
def test_a_message_is_set_when_something_in_it_is(version: int) -> None:
    response = pb.GetProviderSchema.Response()
    response.provider.version = version

    assert response.HasField("provider")
    assert response.SerializeToString()[:1] == b"\x0a"


def test_a_message_is_set_when_something_deep_in_it_is() -> None:
    response = pb.GetProviderSchema.Response()
    response.provider.block.attributes.append(pb.Schema.Attribute())

    assert response.HasField("provider")
    assert response.SerializeToString() == b"\x0a\x04\x12\x02\x12\x00"


@pytest.mark.parametrize("way", ["keyword", "assignment", "copy", "bytes"])
def test_an_empty_message_may_be_set(way: str) -> None:
    response = pb.ReadResource.Response()
    if way == "keyword":
        response = pb.ReadResource.Response(new_state=pb.DynamicValue())
    elif way == "assignment":
        response.new_state = response.new_state
    elif way == "copy":
        response.new_state.CopyFrom(pb.DynamicValue())
    else:
        response.new_state.MergeFromString(b"")

    assert response.HasField("new_state")
    assert response.SerializeToString() == b"\x0a\x00"


def test_a_message_that_was_read_before_it_came_is_set() -> None:
    request = pb.ReadResource.Request()
    assert request.current_state.msgpack == b""
    request.MergeFromString(b"\x12\x00")

    assert request.HasField("current_state")


def test_a_cleared_field_is_not_set() -> None:
    response = pb.ReadResource.Response(new_state=VALUE)
    response.ClearField("new_state")

    assert response == pb.ReadResource.Response()


def test_a_member_of_a_oneof_takes_the_place_of_the_others() -> None:
    step = pb.AttributePath.Step(attribute_name="a")
    assert step.WhichOneof("selector") == "attribute_name"
    step.element_key_int = 0

    assert step.WhichOneof("selector") == "element_key_int"
    assert step.SerializeToString() == b"\x18\x00"


def test_the_last_member_of_a_oneof_on_the_wire_counts() -> None:
    step = pb.AttributePath.Step.FromString(b"\x0a\x01a\x18\x05")

    assert (step.WhichOneof("selector"), step.element_key_int) == ("element_key_int", 5)
    assert not step.HasField("attribute_name")


def test_a_oneof_without_a_member_is_none() -> None:
    assert pb.AttributePath.Step().WhichOneof("selector") is None


PROGRESS = pb.InvokeAction.Event(progress=pb.InvokeAction.Event.Progress(message="a"))
COMPLETED = pb.InvokeAction.Event(completed=pb.InvokeAction.Event.Completed())


def test_a_message_in_a_oneof_takes_the_place_of_others() -> None:
    event = pb.InvokeAction.Event()
    event.CopyFrom(PROGRESS)
    event.completed = pb.InvokeAction.Event.Completed()

    assert (event, event.WhichOneof("type")) == (COMPLETED, "completed")


@pytest.mark.parametrize(("first", "last"), [(PROGRESS, COMPLETED), (COMPLETED, PROGRESS)])
def test_the_last_message_of_a_oneof_on_the_wire_counts(first: Any, last: Any) -> None:
    event = pb.InvokeAction.Event()
    assert event.progress.message == ""
    event.MergeFromString(first.SerializeToString() + last.SerializeToString())

    assert event == last


def test_reading_a_message_of_a_oneof_does_not_choose_it() -> None:
    event = pb.InvokeAction.Event()

    assert event.progress.message == ""
    assert event.WhichOneof("type") is None
    assert event.SerializeToString() == b""


def test_a_message_that_comes_twice_is_merged() -> None:
    first = pb.ReadResource.Request(current_state=pb.DynamicValue(msgpack=b"a"), type_name="a")
    second = pb.ReadResource.Request(current_state=pb.DynamicValue(json=b"b"), type_name="b")
    read = pb.ReadResource.Request.FromString(
        first.SerializeToString() + second.SerializeToString()
    )

    both = pb.DynamicValue(msgpack=b"a", json=b"b")
    assert read == pb.ReadResource.Request(current_state=both, type_name="b")


SKIPPED = {
    "a number": b"\xf8\x01\xff\x01",
    "eight bytes": b"\xf9\x01abcdefgh",
    "a span": b"\xfa\x01\x02\xff\xff",
    "four bytes": b"\xfd\x01abcd",
    "of another type than the field": b"\x10\x05",
}


@pytest.mark.parametrize("data", SKIPPED.values(), ids=SKIPPED)
def test_a_field_that_is_not_known_is_skipped_and_not_kept(data: bytes) -> None:
    request = pb.ReadResource.Request.FromString(data + b"\x0a\x01a" + data)

    assert request == pb.ReadResource.Request(type_name="a")
    assert request.SerializeToString() == b"\x0a\x01a"


def test_one_field_is_read_without_the_others() -> None:
    state = pb.DynamicValue(msgpack=b"a")
    request = pb.ReadResource.Request(type_name="a", current_state=state)

    assert pb.ReadResource.Request.read_field("type_name", request.SerializeToString()) == "a"
    assert pb.ReadResource.Request.read_field("type_name", b"") == ""


@pytest.mark.parametrize("data", [b"\x0a\x05a", b"\x0a\x01\xff", b"\x0a"], ids=repr)
def test_one_field_of_what_is_no_message_is_an_error(data: bytes) -> None:
    with pytest.raises(DecodeError):
        pb.ReadResource.Request.read_field("type_name", data)


def test_the_parts_of_a_copy_are_its_own() -> None:
    original = pb.Schema(block=pb.Schema.Block(attributes=[pb.Schema.Attribute(name="a")]))
    copy = pb.Schema()
    copy.CopyFrom(original)
    copy.block.attributes[0].name = "b"

    assert original.block.attributes[0].name == "a"


def test_a_message_is_a_copy_of_itself() -> None:
    value = pb.DynamicValue(json=b"1")
    value.CopyFrom(value)

    assert value.json == b"1"


@pytest.mark.parametrize(
    "other",
    [
        pb.DynamicValue(),
        pb.DynamicValue(json=b"\xc0"),
        pb.RawState(json=b""),
        None,
        b"\x0a\x01\xc0",
    ],
)
def test_messages_of_other_content_and_of_other_classes_differ(other: Any) -> None:
    assert other != VALUE


def test_what_is_set_to_its_default_makes_no_difference() -> None:
    assert pb.DynamicValue(msgpack=b"\xc0", json=b"") == VALUE


@pytest.mark.parametrize(
    "values",
    [{"msgpack": "text"}, {"msgpack": None}, {"json": bytearray(b"1")}, {"json": 1}],
)
def test_a_value_of_another_type_is_refused_without_being_shown(values: Any) -> None:
    [(name, value)] = values.items()

    with pytest.raises(TypeError, match=f"^{name}: expected bytes, not {type(value).__name__}$"):
        pb.DynamicValue(**values)
    with pytest.raises(TypeError, match=f"^{name}: expected bytes"):
        setattr(pb.DynamicValue(), name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("block", VALUE), ("block", {}), ("version", "1"), ("version", 1.0)],
)
def test_a_message_or_a_number_of_another_type_is_refused(name: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"^{name}: expected"):
        pb.Schema(**{name: value})


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_a_number_of_more_than_64_bits_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match=r"^element_key_int: a number of more than 64 bits$"):
        pb.AttributePath.Step(element_key_int=number)


def test_half_of_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^summary: half of a surrogate pair$"):
        pb.Diagnostic(summary="secret \ud800")


@pytest.mark.parametrize("name", ["resources", "diagnostics"])
def test_a_list_is_needed_where_a_field_comes_many_times(name: str) -> None:
    with pytest.raises(TypeError, match=f"^{name}: expected list, not DynamicValue$"):
        pb.GetMetadata.Response(**{name: VALUE})


def test_a_dictionary_is_needed_where_a_field_comes_by_keys() -> None:
    with pytest.raises(TypeError, match=r"^flatmap: expected dict, not list$"):
        pb.RawState(flatmap=[])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "message",
    [
        pb.AttributePath(steps=[VALUE]),  # type: ignore[list-item]
        pb.RawState(flatmap={"a": 1}),  # type: ignore[dict-item]
        pb.RawState(flatmap={1: "a"}),  # type: ignore[dict-item]
    ],
    ids=["list", "value", "key"],
)
def test_a_wrong_type_in_a_collection_is_refused_when_written(
    message: Any,
) -> None:
    with pytest.raises(TypeError, match="expected"):
        message.SerializeToString()


def test_a_name_that_is_no_field_is_refused() -> None:
    with pytest.raises(AttributeError, match="DynamicValue has no field yaml"):
        pb.DynamicValue(yaml=b"")  # type: ignore[call-arg]
    with pytest.raises(AttributeError, match="DynamicValue has no field yaml"):
        pb.DynamicValue().yaml = b""  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="DynamicValue has no field yaml"):
        pb.DynamicValue().ClearField("yaml")
    with pytest.raises(ValueError, match="DynamicValue has no oneof yaml"):
        pb.DynamicValue().WhichOneof("yaml")


@pytest.mark.parametrize("name", ["msgpack", "yaml"])
def test_a_field_that_cannot_tell_whether_it_is_set_is_not_asked(name: str) -> None:
    with pytest.raises(ValueError, match=f"DynamicValue.{name} does not tell"):
        pb.DynamicValue().HasField(name)


def test_a_message_shows_no_values() -> None:
    request = pb.ReadResource.Request(private=b"s3cret", current_state=VALUE)

    assert repr(request) == "<ReadResource.Request with current_state, private>"
    assert repr(pb.RawState(flatmap={"s3cret": "s3cret"})) == "<RawState with flatmap>"
    assert repr(pb.RawState()) == "<RawState with nothing>"


MOMENTS = [
    datetime(1970, 1, 1, tzinfo=timezone.utc),
    datetime(1969, 12, 31, 23, 59, 59, 999999, tzinfo=timezone.utc),
    datetime(2026, 5, 4, 3, 2, 1, 7, tzinfo=timezone(timedelta(hours=-3))),
    datetime(1, 1, 2, tzinfo=timezone.utc),
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc),
]


@pytest.mark.parametrize("moment", [*MOMENTS, datetime(2026, 5, 4)])
def test_a_moment_is_written_as_google_does(moment: datetime) -> None:
    our, their = pb.Timestamp(), timestamp_pb2.Timestamp()
    our.FromDatetime(moment)
    their.FromDatetime(moment)

    assert (our.seconds, our.nanos) == (their.seconds, their.nanos)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_comes_back(moment: datetime) -> None:
    message = pb.Timestamp()
    message.FromDatetime(moment)

    assert message.ToDatetime(tzinfo=timezone.utc) == moment
    assert message.ToDatetime(tzinfo=timezone.utc).tzinfo is timezone.utc


def test_the_first_moment_of_all_is_set() -> None:
    response = pb.OpenEphemeralResource.Response()
    response.renew_at.FromDatetime(MOMENTS[0])

    assert response.HasField("renew_at")
    assert response.SerializeToString() == b"\x12\x00"
