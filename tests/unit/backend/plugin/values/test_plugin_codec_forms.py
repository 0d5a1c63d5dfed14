"""What each form of a value is read as, for each type; and why it is refused, word by word."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import Any

import msgpack
import pytest
from plugin_samples import decode, decode_json

from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.decoding import unknown_types
from constructs_lib.backend.plugin.values.types import BOOL, DYNAMIC, NUMBER, STRING
from constructs_lib.backend.plugin.values.value import UNKNOWN, CodecError, Dynamic, identical

LIST, MAP = types.list_of(NUMBER), types.map_of(STRING)
OBJECT, TUPLE = types.object_of({"a": NUMBER}), types.tuple_of((NUMBER, STRING))
PLAIN = msgpack.ExtType(0, b"\0")
TYPED_UNKNOWN = [b'"string"', PLAIN]


@pytest.mark.parametrize(
    ("form", "type_", "value"),
    [
        ("x", STRING, "x"),
        (1, NUMBER, 1),
        (0.5, NUMBER, 0.5),
        ("1.5", NUMBER, Decimal("1.5")),
        ("2.0", NUMBER, 2),
        (False, BOOL, False),
        ([1, "2", None], LIST, [1, 2, None]),
        ([], LIST, []),
        ({"a": "x", "b": None}, MAP, {"a": "x", "b": None}),
        ({"a": 1, "other": 2}, OBJECT, {"a": 1}),
        ({}, OBJECT, {"a": None}),
        ([1, "x"], TUPLE, [1, "x"]),
        ([b'"string"', "x"], DYNAMIC, Dynamic(STRING, "x")),
        ([b'["list","number"]', [1, "2"]], DYNAMIC, Dynamic(LIST, [1, 2])),
        ([b'"string"', None], DYNAMIC, None),
        (TYPED_UNKNOWN, DYNAMIC, UNKNOWN),
        ([PLAIN, PLAIN], LIST, [UNKNOWN, UNKNOWN]),
        ({"a": PLAIN}, OBJECT, {"a": UNKNOWN}),
        *((None, type_, None) for type_ in (STRING, NUMBER, BOOL, DYNAMIC, LIST, OBJECT, TUPLE)),
        *((PLAIN, type_, UNKNOWN) for type_ in (STRING, NUMBER, BOOL, DYNAMIC, LIST, TUPLE)),
    ],
)
def test_form_in_messagepack_is_read_as(form: Any, type_: Any, value: Any) -> None:
    assert identical(decode(msgpack.packb(form), type_), value)


@pytest.mark.parametrize(
    ("form", "type_", "words"),
    [
        (1, STRING, "expected a string"),
        (b"x", STRING, "expected a string"),
        (True, NUMBER, "expected a number"),
        (math.nan, NUMBER, "expected a number"),
        ("x", NUMBER, "this is not a number"),
        ([1], NUMBER, "expected a number"),
        (1, BOOL, "expected a bool"),
        ("true", BOOL, "expected a bool"),
        ("x", LIST, "expected a list"),
        ([1, True], LIST, "at [1]: expected a number"),
        ([1], MAP, "expected a map"),
        ({"a": "x", "b": 1}, MAP, "at b: expected a string"),
        ({b"a": "x"}, MAP, "expected a map"),
        ({1: 2}, MAP, "this is not MessagePack"),
        ([1], OBJECT, "expected a object"),
        (PLAIN, OBJECT, "expected an object"),
        ({"a": True}, OBJECT, "at a: expected a number"),
        ([1], TUPLE, "expected a tuple of 2"),
        ([1, "x", 2], TUPLE, "expected a tuple of 2"),
        ([1, 2], TUPLE, "at [1]: expected a string"),
        ("x", DYNAMIC, "expected a dynamic value"),
        ([b'"string"'], DYNAMIC, "expected a dynamic value"),
        ([b'"string"', "x", "y"], DYNAMIC, "expected a dynamic value"),
        ([b'"nonsense"', "x"], DYNAMIC, "expected a type"),
        ([b'"string"', 1], DYNAMIC, "expected a string"),
    ],
)
def test_form_in_messagepack_is_refused_as(form: Any, type_: Any, words: str) -> None:
    with pytest.raises(CodecError) as caught:
        decode(msgpack.packb(form), type_)

    assert str(caught.value) == words


@pytest.mark.parametrize("data", [b"\xc1", b"\x01\x02", b"\x91", b"\x81\xa1a"])
@pytest.mark.parametrize("type_", [STRING, DYNAMIC, OBJECT])
def test_bytes_that_are_no_messagepack_are_refused(data: bytes, type_: Any) -> None:
    with pytest.raises(CodecError) as caught:
        decode(data, type_)

    assert str(caught.value) == "this is not MessagePack"
    with pytest.raises(CodecError) as caught:
        unknown_types(data, type_)
    assert str(caught.value) == "this is not MessagePack"


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ('"x"', STRING, "x"),
        ("1.50", NUMBER, Decimal("1.50")),
        ("1", NUMBER, 1),
        ("true", BOOL, True),
        ("[1, 2]", LIST, [1, 2]),
        ('{"a": 1, "older": 2}', OBJECT, {"a": 1}),
        ("{}", OBJECT, {"a": None}),
        ('{"type": "string", "value": "x"}', DYNAMIC, Dynamic(STRING, "x")),
        ('{"type": "string", "value": "x"}', MAP, {"type": "string", "value": "x"}),
        ('{"type": "string", "value": null}', DYNAMIC, None),
    ],
)
def test_form_in_json_is_read_as(text: str, type_: Any, value: Any) -> None:
    assert identical(decode_json(text, type_), value)


@pytest.mark.parametrize(
    ("text", "type_", "words"),
    [
        ("1", STRING, "expected a string"),
        ("true", NUMBER, "expected a number"),
        ('{"a": 1}', MAP, "at a: expected a string"),
        ("1", DYNAMIC, "expected a dynamic value"),
        ('{"type": "string"}', DYNAMIC, "expected a dynamic value"),
        ('{"type": "string", "value": 1}', DYNAMIC, "expected a string"),
        ('{"type": "string", "value": 1, "more": 2}', DYNAMIC, "expected a dynamic value"),
        ("NaN", NUMBER, "this is not JSON"),
        ("1 2", NUMBER, "this is not JSON"),
    ],
)
def test_form_in_json_is_refused_as(text: str, type_: Any, words: str) -> None:
    with pytest.raises(CodecError) as caught:
        decode_json(text, type_)

    assert str(caught.value) == words


def test_types_of_unknown_values_are_those_that_are_sent() -> None:
    type_ = types.object_of(dict.fromkeys("bcdef", DYNAMIC) | {"a": STRING})
    refined = msgpack.ExtType(12, b"x")
    form = {
        "a": PLAIN,
        "b": TYPED_UNKNOWN,
        "c": [json.dumps(["list", "number"]).encode(), refined],
        "d": PLAIN,
        "e": [b'"string"', "known"],
        "f": [*TYPED_UNKNOWN, 1],
    }

    assert unknown_types(msgpack.packb(form), type_) == {"b": STRING, "c": LIST}
    assert unknown_types(msgpack.packb([1]), type_) == {}
    with pytest.raises(CodecError) as caught:
        unknown_types(msgpack.packb({"b": [b'"nonsense"', PLAIN]}), type_)
    assert str(caught.value) == "at b: expected a type"
