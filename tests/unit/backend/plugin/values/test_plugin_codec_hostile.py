"""Bytes that nobody should send: an error or a value, in little time and memory; never a crash."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import msgpack
import pytest
import tfplugin6_pb2 as pb
from every_case import check_every
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from plugin_samples import (
    Sample,
    Scripted,
    call,
    decode,
    decode_json,
    errors,
    message,
    thing,
    values,
)

from constructs_lib.backend.plugin.protocol.dispatcher import methods
from constructs_lib.backend.plugin.protocol.session import Session
from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.decoding import unknown_types
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.types import BOOL, DYNAMIC, NUMBER, STRING
from constructs_lib.backend.plugin.values.value import (
    MAX_LEVELS,
    UNKNOWN,
    CodecError,
    Dynamic,
    LimitError,
    same,
)

TYPE = types.object_of(
    {
        "a": STRING,
        "b": DYNAMIC,
        "c": types.list_of(NUMBER),
        "d": types.map_of(types.tuple_of((BOOL, DYNAMIC))),
        "e": NUMBER,
    }
)
SCALARS = st.none() | st.booleans() | st.text(max_size=5) | st.integers(-(2**63), 2**64 - 1)
TYPES = st.recursive(
    st.sampled_from(["string", "number", "bool", "dynamic"]),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["list", "set", "map"]), inner).map(list),
        st.dictionaries(st.text(max_size=2), inner, max_size=2).map(lambda d: ["object", d]),
        st.lists(inner, max_size=2).map(lambda parts: ["tuple", parts]),
    ),
    max_leaves=4,
)
EXTENSIONS = st.builds(msgpack.ExtType, st.integers(0, 127), st.binary(max_size=6))
FORMS = st.recursive(
    SCALARS | EXTENSIONS | st.floats() | st.binary(max_size=5),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=2), inner, max_size=3),
        st.tuples(TYPES.map(json.dumps).map(str.encode), inner).map(list),
    ),
    max_leaves=8,
)
OBJECTS = st.fixed_dictionaries({}, optional=dict.fromkeys(TYPE.attributes, FORMS))
HEADS = {
    "array": b"\xdd\xff\xff\xff\xff",
    "map": b"\xdf\xff\xff\xff\xff",
    "text": b"\xdb\xff\xff\xff\xff",
    "bytes": b"\xc6\xff\xff\xff\xff",
    "extension": b"\xc9\xff\xff\xff\xff\x00",
}


PLACES = "allowed are numbers between 1e-1000 and 1e1000"
LEVELS = "allowed are at most 100 levels"
CAUSES = re.compile(
    r"(at .*: )?(expected an? .+|this is not (a number|JSON|MessagePack)|.*allowed are .+)", re.S
)
"""Why something is refused: always one of these, and never a word of the data."""


def outcome(read: Callable[[Any, Any], Any], data: bytes, type_: Any) -> Any:
    """Return what is read, or the error, whose cause is a known one."""
    refusal: CodecError
    try:
        return read(data, type_)
    except CodecError as error:
        refusal = error
    assert CAUSES.fullmatch(str(refusal)), refusal
    return refusal


def cause_of(data: bytes) -> str:
    """Return why bytes are refused whatever their type, by the library alone; empty if not."""
    if not data:
        return ""  # A message without a byte is null.
    try:
        msgpack.unpackb(data, raw=False, ext_hook=lambda code, payload: None)
    except msgpack.exceptions.StackError:
        return LEVELS
    except Exception:
        return "this is not MessagePack"
    return ""


def read_or_refused(data: bytes) -> None:
    """Read the bytes in every way; what is read is written, and read again as the same."""
    cause = cause_of(data)
    for type_ in (TYPE, DYNAMIC, NUMBER):
        for read in (decode, decode_json):
            value = outcome(read, data, type_)
            if not isinstance(value, CodecError):
                assert same(decode(encode(value, type_), type_), value)
        value = outcome(decode, data, type_)
        assert (cause in str(value)) if cause else ("MessagePack" not in str(value))
        unknown = outcome(unknown_types, data, type_)
        if isinstance(unknown, CodecError):
            # An empty message has no attributes that could be unknown.
            assert isinstance(value, CodecError) or not data
        elif isinstance(value, dict):
            assert [name for name in unknown if value[name] is not UNKNOWN] == []


@given(st.binary(max_size=100))
def test_any_bytes_are_a_value_or_a_codec_error(data: bytes) -> None:
    read_or_refused(data)


@given(FORMS | OBJECTS)
def test_any_messagepack_is_a_value_or_a_codec_error(form: Any) -> None:
    read_or_refused(msgpack.packb(form))


@given(OBJECTS, st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=4))
def test_changed_bytes_are_a_value_or_a_codec_error(
    form: Any, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(msgpack.packb(form))
    for place, byte in changes:
        data[place % len(data)] = byte
    read_or_refused(bytes(data))


@given(OBJECTS, st.integers(0, 200))
def test_a_message_that_is_cut_off_is_a_codec_error(form: Any, cut: int) -> None:
    data = msgpack.packb(form)
    assume(len(data) > 1)  # A message without a byte is null.
    with pytest.raises(CodecError):
        decode(data[: 1 + cut % (len(data) - 1)], TYPE)


@given(
    st.recursive(
        SCALARS | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.text(max_size=2), inner, max_size=3)
            | st.fixed_dictionaries({"type": TYPES | inner, "value": inner})
        ),
        max_leaves=8,
    )
)
def test_any_json_is_a_value_or_a_codec_error(form: Any) -> None:
    read_or_refused(json.dumps(form).encode())
    read_or_refused(json.dumps(dict.fromkeys(TYPE.attributes, form)).encode())


EXTREME = {
    "1" * 100_000: PLACES,
    "1e999999999": PLACES,
    "1E-999999999": PLACES,
    "1e99999999999999999999": "this is not JSON",
    "-1.5e-99999999999999999999": "this is not JSON",
    '{"type": 1.5, "value": 1}': "expected a number",
    "[" * 100_000: LEVELS,
    '{"a":' * 100_000: LEVELS,
    "\ufeff1": "this is not JSON",
    '"\\ud800"': "this is not a number",
}


@pytest.mark.parametrize(("text", "words"), EXTREME.items(), ids=[text[:20] for text in EXTREME])
def test_extreme_json_is_refused_wherever_it_stands(text: str, words: str) -> None:
    read_or_refused(text.encode())
    with pytest.raises(CodecError, match=words):
        decode_json(f'{{"e": {text}}}', TYPE)
    with pytest.raises(CodecError, match=words):
        decode_json(f'{{"type": "number", "value": {text}}}', DYNAMIC)


def test_place_without_a_name_is_told_as_any_other() -> None:
    read_or_refused(msgpack.packb([b'["object", {"": "string"}]', {"": False}]))


@pytest.mark.parametrize("type_", ["1.5", "[" * 90 + "]" * 90, '"list"', '["list"]', "null"])
def test_a_wrapped_type_that_is_none_is_refused(type_: str) -> None:
    with pytest.raises(CodecError, match="expected a type"):
        decode_json(f'{{"type": {type_}, "value": 1}}', DYNAMIC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1E+999999999", PLACES),
        ("1E-999999999", PLACES),
        ("9" * 100_000, PLACES),
        ("1E+99999999999999999999", "this is not a number"),
        ("sNaN", "this is not a number"),
    ],
    ids=lambda text: text[:20],
)
def test_an_extreme_number_is_refused(text: str, words: str) -> None:
    with pytest.raises(CodecError, match=words):
        decode(msgpack.packb(text), NUMBER)


def test_an_infinite_number_is_read_and_written() -> None:
    assert decode(encode(decode(msgpack.packb("Infinity"), NUMBER), NUMBER), NUMBER) == math.inf


@pytest.mark.parametrize("head", HEADS.values(), ids=list(HEADS))
@pytest.mark.parametrize("times", [1, 50])
def test_a_huge_declared_length_is_a_codec_error(head: bytes, times: int) -> None:
    for data in (head * times, head * times + bytes(1000), b"\x81\xa1c" + head):
        with pytest.raises(CodecError):
            decode(data, TYPE)


HUNGRY = """
import tracemalloc
from types import SimpleNamespace
from constructs_lib.backend.plugin.values.decoding import decode
from constructs_lib.backend.plugin.values.types import DYNAMIC
from constructs_lib.backend.plugin.values.value import CodecError
data = b"".join(b"\\xdd" + size.to_bytes(4, "big") for size in range(2_000_000, 1_999_600, -1))
try:
    tracemalloc.start()
    message = SimpleNamespace(msgpack=data.ljust(2_000_000, b"\\x00"), json=b"")
    decode(message, DYNAMIC)
except CodecError:
    print(tracemalloc.get_traced_memory()[1])
"""


def test_nested_declared_lengths_take_little_time_and_memory() -> None:
    # Four hundred lists, each of which says that it has two million items.
    done = subprocess.run([sys.executable, "-c", HUNGRY], capture_output=True, timeout=60)
    # Bytes that were allocated at most; the process itself may have inherited more.
    assert int(done.stdout) < 300_000_000


def nested(levels: int, kind: str) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value] if kind == "list" else {"a": value}
    return value


@pytest.mark.parametrize("kind", ["list", "object"])
def test_the_deepest_allowed_value_survives(kind: str) -> None:
    value = Dynamic.of(nested(MAX_LEVELS, kind))
    assert decode(encode(value, DYNAMIC), DYNAMIC) == value
    wrapped = json.dumps({"type": types.type_to_json(value.type), "value": value.value})
    assert decode_json(wrapped, DYNAMIC) == value


@pytest.mark.parametrize("kind", ["list", "object"])
@pytest.mark.parametrize("levels", [MAX_LEVELS + 1, 300, 450, 900, 5000])
def test_what_is_nested_deeper_is_a_codec_error(levels: int, kind: str) -> None:
    value, type_ = nested(levels, kind), NUMBER
    for _ in range(levels):
        type_ = types.list_of(type_) if kind == "list" else types.map_of(type_)
    opening, closing = ("[", "]") if kind == "list" else ('{"a":', "}")
    for refused in (
        lambda: Dynamic.of(value),
        lambda: encode(value, DYNAMIC),
        lambda: encode(value, type_),
        lambda: encode(Dynamic(type_, value), DYNAMIC),
        lambda: decode_json(opening * levels + "1" + closing * levels, type_),
    ):
        with pytest.raises(LimitError):
            refused()
    packed = (b"\x91" if kind == "list" else b"\x81\xa1a") * levels + b"\x01"
    with pytest.raises(LimitError):
        decode(packed, type_)


def within_dynamics(levels: int) -> bytes:
    return (b"\x92\xc4\x09" + b'"dynamic"') * levels + b"\x92\xc4\x08" + b'"string"' + b"\xa1x"


@pytest.mark.parametrize("levels", [1, 50, 200])
def test_a_dynamic_value_within_dynamic_values_is_read(levels: int) -> None:
    assert decode(within_dynamics(levels), DYNAMIC) == Dynamic.of("x")


@pytest.mark.parametrize("levels", [600, 5000])
def test_too_many_dynamic_values_within_each_other_are_refused(levels: int) -> None:
    with pytest.raises(LimitError, match=LEVELS):
        decode(within_dynamics(levels), DYNAMIC)


def test_every_extension_code_is_unknown_at_any_depth() -> None:
    check_every(range(-128, 128), is_unknown_at_any_depth)


def is_unknown_at_any_depth(code: int) -> None:
    # Code -1 is MessagePack's own: a timestamp, of which only three lengths exist.
    packed = b"\xd6" + code.to_bytes(1, "big", signed=True) + b"\x81\x01\xc3\x00"
    data = (
        b"\x83\xa1a" + packed + b"\xa1c\x91" + packed + b"\xa1b\x92\xc4\x08" + b'"string"' + packed
    )
    assert decode(data, TYPE) == {"a": UNKNOWN, "b": UNKNOWN, "c": [UNKNOWN], "d": None, "e": None}


REQUESTS = st.binary(max_size=80) | st.builds(
    lambda name, data, text: pb.PlanResourceChange.Request(
        type_name=name,
        config=pb.DynamicValue(msgpack=data),
        prior_state=pb.DynamicValue(json=text),
        prior_private=text,
    ).SerializeToString(),
    st.sampled_from(["toy_thing", "toy_other"]),
    st.binary(max_size=30),
    st.binary(max_size=30),
)


@settings(deadline=None)
@given(REQUESTS)
def test_any_request_gets_an_answer(data: bytes) -> None:
    for path, method in methods(Session(lambda: Sample(Scripted()))).items():
        name = path.rsplit("/", 1)[1]
        getattr(pb, name).Response.FromString(method(data))


DEEP: Any = nested(2000, "object")


@pytest.mark.parametrize("deep", [Dynamic(types.map_of(STRING), DEEP), DEEP])
@pytest.mark.parametrize("fails", [False, True])
def test_a_created_object_with_a_bottomless_value_is_not_lost(deep: Any, fails: bool) -> None:
    def create(planned: Any, config: Any, operation: Any) -> Any:
        operation.save({"id": "x", "config": deep, "labels": deep})
        if fails:
            raise RuntimeError
        return operation.saved

    planned = thing(name="one", config=UNKNOWN, labels=UNKNOWN, id=UNKNOWN)
    response = call(
        Scripted(create=create), "ApplyResourceChange", prior_state=message(None),
        planned_state=message(planned), config=message(thing(name="one")),
    )  # fmt: skip
    assert len(errors(response)) >= 2
    assert values(response.new_state) == thing(name="one", id="x")
