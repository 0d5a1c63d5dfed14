from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plugin_samples import decode, decode_json

from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.decoding import from_json, parse_json, unknown_types
from constructs_lib.backend.plugin.values.encoding import encode, typed_unknowns
from constructs_lib.backend.plugin.values.types import BOOL, DYNAMIC, NUMBER, STRING
from constructs_lib.backend.plugin.values.value import (
    UNKNOWN,
    CodecError,
    Dynamic,
    LimitError,
    identical,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.one_of(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
)
LEAVES = st.one_of(st.none(), st.just(UNKNOWN), st.booleans(), NUMBERS, TEXT)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(JSON.filter(lambda value: value is not None and value is not UNKNOWN))
def test_every_dynamic_value_survives_the_way_there_and_back(value: Any) -> None:
    dynamic = Dynamic.of(value)
    assert identical(decode(encode(dynamic, DYNAMIC), DYNAMIC), dynamic)


@given(st.dictionaries(TEXT, LEAVES, min_size=1, max_size=3))
def test_every_object_survives_beside_one_like_it(value: Any) -> None:
    dynamic = Dynamic.of({"a": value, "b": value, "c": {"d": value}})
    assert identical(decode(encode(dynamic, DYNAMIC), DYNAMIC), dynamic)


@given(st.dictionaries(TEXT, st.lists(NUMBERS | st.none(), max_size=3), max_size=3))
def test_every_map_of_lists_survives(value: Any) -> None:
    type_ = types.map_of(types.list_of(NUMBER))
    assert identical(decode(encode(value, type_), type_), value)


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\x81\x01\xc3"])
@pytest.mark.parametrize("code", [0, 1, 12, 42, 127])
def test_every_extension_value_is_unknown(code: int, payload: bytes) -> None:
    data = msgpack.packb(msgpack.ExtType(code, payload))
    assert decode(data, STRING) is UNKNOWN
    assert decode(data, DYNAMIC) is UNKNOWN


def test_a_timestamp_is_unknown_as_well() -> None:
    assert decode(msgpack.packb(msgpack.Timestamp(1)), STRING) is UNKNOWN


def test_an_unknown_value_is_answered_plain() -> None:
    assert msgpack.unpackb(encode(UNKNOWN, STRING)) == msgpack.ExtType(0, b"\x00")
    assert msgpack.unpackb(encode(UNKNOWN, DYNAMIC)) == msgpack.ExtType(0, b"\x00")


@pytest.mark.parametrize(
    ("number", "form"),
    [
        (5, 5),
        (-(2**63), -(2**63)),
        (2**64 - 1, 2**64 - 1),
        (2**64, "18446744073709551616"),
        (2**68, "295147905179352825856"),
        (float(2**68), "2.9514790517935283E+20"),
        (Decimal("1E+22"), "1E+22"),
        (-(2**63) - 1, "-9223372036854775809"),
        (0.5, 0.5),
        (0.1, "0.1"),
        (Decimal("0.1"), "0.1"),
        (Decimal("0.25"), 0.25),
        (5.0, 5),
        (Decimal("1E+3"), 1000),
        (Decimal("1E+400"), "1E+400"),
        (Decimal("3.14159265358979323846264338327950288"), "3.14159265358979323846264338327950288"),
    ],
)
def test_numbers_travel_without_loss(number: Any, form: Any) -> None:
    packed = msgpack.unpackb(encode(number, NUMBER))
    assert (packed, type(packed)) == (form, type(form))
    assert identical(decode(encode(number, NUMBER), NUMBER), number)


def test_a_whole_decimal_string_becomes_an_int() -> None:
    value = decode(msgpack.packb("123456789012345678901234567890"), NUMBER)
    assert value == 123456789012345678901234567890
    assert isinstance(value, int)


def test_a_float_with_a_fraction_is_its_shortest_text() -> None:
    # So Terraform compares numbers that came as floats, from a function or another provider.
    value = decode(msgpack.packb(0.1), NUMBER)
    assert identical(value, Decimal("0.1"))
    assert terraform_reads(value) == "0.1"


@pytest.mark.parametrize("power", [53, 63, 64, 66, 67, 68, 70, 80, 200, 1000])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_power_of_two_is_read_as_it_is(power: int, sign: int) -> None:
    number = sign * 2**power
    assert terraform_reads(number) == str(number)
    # Terraform sends it as a float; what is answered must be the same number.
    assert terraform_reads(decode(msgpack.packb(float(number)), NUMBER)) == str(number)


@given(NUMBERS)
def test_terraform_reads_every_number_exactly(number: Any) -> None:
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    assert Decimal(terraform_reads(number)) == exact


def terraform_reads(number: Any) -> str:
    """The text by which Terraform compares a number that the provider sends."""
    raw = msgpack.unpackb(encode(number, NUMBER))
    return repr(raw) if isinstance(raw, float) else str(raw)


@pytest.mark.parametrize("text", ["NaN", "abc", "", "1" * 5000 + "x"])
def test_a_text_that_is_no_number_is_an_error(text: str) -> None:
    with pytest.raises(CodecError):
        decode(msgpack.packb(text), NUMBER)


def test_a_number_of_a_thousand_digits_survives() -> None:
    data = msgpack.packb("9" * 1000)
    assert decode(encode(decode(data, NUMBER), NUMBER), NUMBER) == Decimal("9" * 1000)


@pytest.mark.parametrize("text", ["1e99999999", "-1e1001", "1e-99999999", "9" * 1002])
def test_a_number_of_too_many_places_is_beyond_the_limits(text: str) -> None:
    type_ = types.object_of({"a": DYNAMIC})
    form = {"a": [types.dump_type(types.object_of({"n": NUMBER})), {"n": text}]}
    with pytest.raises(LimitError, match=r"^at a\.n: allowed are numbers between 1e-1000 and"):
        decode(msgpack.packb(form), type_)
    with pytest.raises(LimitError, match=r"^at a\.n: allowed are numbers between 1e-1000 and"):
        encode({"a": Dynamic.of({"n": Decimal(text)})}, type_)


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (1, STRING),
        ("1", BOOL),
        (True, NUMBER),
        ("x", types.list_of(STRING)),
        ([1], types.map_of(NUMBER)),
    ],
)
def test_a_value_of_another_type_is_an_error_without_the_value(value: Any, type_: Any) -> None:
    with pytest.raises(CodecError, match=r"^expected a"):
        encode(value, type_)
    with pytest.raises(CodecError, match=r"^expected a"):
        decode(msgpack.packb(value), type_)


def test_an_error_names_the_place() -> None:
    type_ = types.object_of({"a": types.list_of(STRING)})
    with pytest.raises(CodecError, match=r"^at a\[1\]: expected a string$"):
        encode({"a": ["x", 1]}, type_)


def test_an_attribute_that_the_type_lacks_is_an_error() -> None:
    with pytest.raises(CodecError, match="b"):
        encode({"b": 1}, types.object_of({"a": STRING}))


def test_a_missing_attribute_is_null() -> None:
    type_ = types.object_of({"a": STRING})
    assert decode(encode({}, type_), type_) == {"a": None}


def test_half_a_surrogate_pair_is_replaced() -> None:
    assert decode(encode("a\ud800b", STRING), STRING) == "a?b"


@pytest.mark.parametrize("text", ["ž", "日本", "\U0001f600", "a\x00b", ""])
def test_unicode_survives(text: str) -> None:
    assert decode(encode(text, STRING), STRING) == text


def test_a_plain_value_in_a_dynamic_place_gets_its_type() -> None:
    assert decode(encode({"a": 1}, DYNAMIC), DYNAMIC) == Dynamic.of({"a": 1})  # type: ignore[arg-type]


def test_a_typed_null_in_a_dynamic_place_is_null() -> None:
    assert decode(msgpack.packb([b'"string"', None]), DYNAMIC) is None


def test_a_typed_unknown_keeps_its_type_when_it_is_repeated() -> None:
    type_ = types.object_of({"a": DYNAMIC, "b": DYNAMIC})
    typed = [b'["object",{"x":"number"}]', msgpack.ExtType(0, b"\x00")]
    data = msgpack.packb({"a": typed, "b": msgpack.ExtType(12, b"\x80")})
    values = decode(data, type_)
    assert values == {"a": UNKNOWN, "b": UNKNOWN}
    repeated = msgpack.unpackb(encode(typed_unknowns(values, unknown_types(data, type_)), type_))  # type: ignore[arg-type]
    assert repeated == {"a": typed, "b": msgpack.ExtType(0, b"\x00")}


@pytest.mark.parametrize("form", [b"{}", b'["list"]', b'"strin"', b"x", 5])
def test_a_wrong_type_is_an_error(form: Any) -> None:
    with pytest.raises(CodecError, match="a type"):
        decode(msgpack.packb([form, "a"]), DYNAMIC)


def test_a_type_without_an_end_is_beyond_the_limits() -> None:
    with pytest.raises(LimitError, match="100 levels"):
        decode(msgpack.packb([b"[" * 100000, "a"]), DYNAMIC)


def test_json_states_keep_wrapped_dynamics_and_exact_numbers() -> None:
    type_ = types.object_of({"d": DYNAMIC, "n": NUMBER, "new": STRING})
    wrapped = {"type": ["object", {"a": "number"}], "value": {"a": 1}}
    data = json.dumps({"d": wrapped, "old": 1})[:-1] + ', "n": 0.10000000000000000000000001}'
    assert decode_json(data, type_) == {
        "d": Dynamic.of({"a": 1}),
        "n": Decimal("0.10000000000000000000000001"),
        "new": None,
    }


@pytest.mark.parametrize("data", [b"", b"{", b'{"n": NaN}', b'{"n": "x"}', b"[]", b"\xff"])
def test_json_that_is_no_state_is_an_error(data: bytes) -> None:
    with pytest.raises(CodecError):
        from_json(parse_json(data), types.object_of({"n": NUMBER}))


@given(JSON)
def test_types_survive_the_way_there_and_back(value: Any) -> None:
    type_ = types.infer(value)
    assert types.parse_type(types.dump_type(type_)) == type_
    assert types.parse_type(b'["set",["map","bool"]]').element == types.map_of(BOOL)


def test_a_message_without_a_value_is_null() -> None:
    assert decode(b"", STRING) is None
    assert decode(b"", types.object_of({"a": STRING})) is None


def test_an_object_is_not_unknown_as_a_whole() -> None:
    type_ = types.object_of({"a": types.object_of({"b": STRING})})
    with pytest.raises(CodecError, match=r"^expected an object$"):
        decode(encode(UNKNOWN, type_), type_)
    assert decode(encode({"a": UNKNOWN}, type_), type_) == {"a": UNKNOWN}
