from __future__ import annotations

import copy
from decimal import Decimal

import pytest

from constructs_lib.backend.plugin.values import types
from constructs_lib.backend.plugin.values.value import (
    UNKNOWN,
    Dynamic,
    contains_unknown,
    same,
    unwrap,
)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (1, 1.0),
        (1, Decimal(1)),
        (0.1, Decimal("0.1")),
        (Dynamic.of([1, "a"]), Dynamic(types.list_of(types.STRING), [1, "a"])),
        (Dynamic.of({"a": 1}), Dynamic(types.map_of(types.NUMBER), {"a": 1.0})),
        ({"a": [None]}, {"a": [None]}),
        (UNKNOWN, UNKNOWN),
    ],
)
def test_values_that_mean_the_same_are_the_same(a: object, b: object) -> None:
    assert same(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (True, 1),
        (False, 0),
        ("1", 1),
        (None, ""),
        (None, UNKNOWN),
        ([1, 2], [2, 1]),
        ([1], [1, 2]),
        ({"a": 1}, {"a": 1, "b": None}),
        (Dynamic.of({"a": 1}), Dynamic.of({"a": 2})),
        (2**64, 2**64 + 1),
    ],
)
def test_values_that_differ_are_not_the_same(a: object, b: object) -> None:
    assert not same(a, b)


def test_an_unknown_value_is_found_at_any_depth() -> None:
    nested = {"a": [Dynamic(types.object_of({"b": types.STRING}), {"b": UNKNOWN})]}
    assert contains_unknown(nested)
    assert not contains_unknown({"a": [Dynamic.of({"b": "x"})]})


def test_copies_of_the_unknown_value_are_the_unknown_value() -> None:
    assert copy.deepcopy({"a": UNKNOWN})["a"] is UNKNOWN
    assert repr(UNKNOWN) == "UNKNOWN"


def test_a_dynamic_value_infers_its_type() -> None:
    dynamic = Dynamic.of({"a": [1, None], "b": {"c": True}})
    assert types.type_to_json(dynamic.type) == [
        "object",
        {"a": ["tuple", ["number", "dynamic"]], "b": ["object", {"c": "bool"}]},
    ]


@pytest.mark.parametrize("value", [None, UNKNOWN])
def test_a_dynamic_value_is_never_null_or_unknown(value: object) -> None:
    with pytest.raises(ValueError, match="a value of its own"):
        Dynamic(types.STRING, value)  # type: ignore[arg-type]


def test_a_dynamic_value_cannot_be_changed() -> None:
    dynamic = Dynamic.of("a")
    with pytest.raises(AttributeError):
        dynamic.value = "b"


def test_the_repr_of_a_dynamic_value_shows_no_value() -> None:
    assert "s3cret" not in repr(Dynamic.of({"password": "s3cret"}))


def test_plain_values_have_no_wrappers() -> None:
    assert unwrap({"a": Dynamic.of({"b": [1]})}) == {"a": {"b": [1]}}
