"""Objects of a large value that are alike: one that only looks like another is still checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgpack
import pytest
from plugin_samples import decode, decode_json

from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.encoding import encode
from constructs_lib.backend.plugin.values.types import BOOL, DYNAMIC, NUMBER, STRING, Type
from constructs_lib.backend.plugin.values.value import (
    UNKNOWN,
    CodecError,
    Dynamic,
    fingerprint,
    identical,
    same,
)

COLUMN = types.object_of({"hashed": BOOL, "name": STRING})
COLUMNS = types.map_of(COLUMN)
FIRST = {"hashed": True, "name": "x"}
FORMS: dict[str, tuple[Any, Any]] = {
    "the same": (FIRST, FIRST),
    "other values": ({"hashed": False, "name": "y"}, {"hashed": False, "name": "y"}),
    "another order": ({"name": "y", "hashed": False}, {"hashed": False, "name": "y"}),
    "a part that is missing": ({"hashed": True}, {"hashed": True, "name": None}),
    "a part that is null": ({"hashed": True, "name": None}, {"hashed": True, "name": None}),
    "a part too many": ({**FIRST, "other": "z"}, FIRST),
    "null": (None, None),
    "unknown": (msgpack.ExtType(0, b"\0"), UNKNOWN),
    "a part that is unknown": (
        {"hashed": msgpack.ExtType(0, b"\0"), "name": "x"},
        {"hashed": UNKNOWN, "name": "x"},
    ),
}


@pytest.mark.parametrize("case", FORMS)
def test_an_object_after_one_like_it_is_read(case: str) -> None:
    form, value = FORMS[case]

    read = decode(msgpack.packb({"a": FIRST, "b": form, "c": FIRST}), COLUMNS)

    assert identical(read, {"a": FIRST, "b": value, "c": FIRST})


@pytest.mark.parametrize("wrong", [{"hashed": 1, "name": "x"}, {"hashed": "x", "name": True}])
def test_an_object_of_other_types_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(CodecError, match=r"at b\.hashed: expected a bool"):
        decode(msgpack.packb({"a": FIRST, "b": wrong}), COLUMNS)
    with pytest.raises(CodecError, match=r"at b\.hashed: expected a bool"):
        encode({"a": FIRST, "b": wrong}, COLUMNS)


def test_an_object_with_a_part_too_many_is_not_written() -> None:
    with pytest.raises(CodecError, match="at b: expected no attribute named 'other'"):
        encode({"a": FIRST, "b": {**FIRST, "other": "z"}}, COLUMNS)


def test_an_object_of_another_type_is_none_like_it() -> None:
    both = types.object_of({"a": COLUMN, "b": types.object_of({"hashed": BOOL, "name": BOOL})})

    with pytest.raises(CodecError, match=r"at b\.name: expected a bool"):
        decode(msgpack.packb({"a": FIRST, "b": FIRST}), both)


@pytest.mark.parametrize("value", [{"a": FIRST, "b": {"name": "y"}}, {"a": FIRST, "b": None}])
def test_what_is_written_after_one_like_it_is_whole(value: dict[str, Any]) -> None:
    assert msgpack.unpackb(encode(value, COLUMNS))["a"] == FIRST
    assert identical(decode(encode(value, COLUMNS), COLUMNS)["b"], _whole(value["b"]))


def _whole(column: Any) -> Any:
    return None if column is None else {"hashed": None, **column}


RATIO = types.object_of({"ratio": NUMBER})
SETTING = types.object_of({"value": DYNAMIC})


@pytest.mark.parametrize(
    ("text", "number"),
    [("0.1", Decimal("0.1")), ("18446744073709551616", 2**64), ("7", 7)],
)
def test_a_number_that_travels_as_text_is_one_in_each_of_them(text: str, number: Any) -> None:
    form = {"a": {"ratio": text}, "b": {"ratio": text}}

    for type_ in (types.map_of(RATIO), types.object_of({"a": RATIO, "b": RATIO})):
        read = decode(msgpack.packb(form), type_)
        assert identical(read, {"a": {"ratio": number}, "b": {"ratio": number}})
    assert identical(
        decode(msgpack.packb([b'["map",["object",{"ratio":"number"}]]', form]), DYNAMIC).value,
        {"a": {"ratio": number}, "b": {"ratio": number}},
    )


def test_a_number_as_text_is_one_in_a_state_in_json() -> None:
    text = '{"a": {"ratio": "0.1"}, "b": {"ratio": "0.1"}}'

    read = decode_json(text, types.map_of(RATIO))

    assert read == {"a": {"ratio": Decimal("0.1")}, "b": {"ratio": Decimal("0.1")}}


def test_a_value_of_any_type_has_its_type_in_each_of_them() -> None:
    value = {"a": {"value": "x"}, "b": {"value": "y"}}

    written = msgpack.unpackb(encode(value, types.map_of(SETTING)))

    assert written == {"a": {"value": [b'"string"', "x"]}, "b": {"value": [b'"string"', "y"]}}


def test_equal_types_inside_a_type_are_read_once() -> None:
    form = b'["object",{"a":["object",{"x":"bool"}],"b":["object",{"x":"bool"}]}]'

    found = types.parse_type(form)

    assert found.attributes["a"] is found.attributes["b"]
    assert found == types.object_of({name: types.object_of({"x": BOOL}) for name in "ab"})
    assert types.dump_type(found) == form


def _of(value: Any, type_: Type | None = None) -> Dynamic:
    return Dynamic(type_ or types.infer(value), value)


@pytest.mark.parametrize(
    ("a", "b"), [(True, 1), (1, "1"), (None, ""), (UNKNOWN, None), (0.1, Decimal("0.2"))]
)
def test_dynamic_values_that_only_look_alike_differ(a: Any, b: Any) -> None:
    one, other = Dynamic(types.DYNAMIC, {"x": a}), Dynamic(types.DYNAMIC, {"x": b})

    assert not same(one, other)
    assert not identical(one, other)
    assert fingerprint({"v": one}) != fingerprint({"v": other})


@pytest.mark.parametrize("value", [1, "\ud800", Decimal("0.1"), UNKNOWN, {"y": [True, None]}])
def test_dynamic_values_that_are_alike_are_the_same(value: Any) -> None:
    assert identical(_of({"x": value}), _of({"x": value}))


def test_a_fingerprint_has_the_types_of_dynamic_values() -> None:
    one, other = _of({"x": "a"}), _of({"x": "a"}, types.map_of(STRING))

    assert fingerprint({"v": one}) == fingerprint({"v": _of({"x": "a"})})
    assert fingerprint({"v": one}) != fingerprint({"v": other})


def test_a_value_without_messagepack_has_no_fingerprint() -> None:
    assert fingerprint({"v": "\ud800"}) is None
