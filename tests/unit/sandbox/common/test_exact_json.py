from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.sandbox.common.messages import dumps_exact, loads_exact

DIGITS = [
    "0.1",
    "5432.0",
    "1.10",
    "0.12345678901234567890",
    "-0.0",
    "1E+400",
    "1E-400",
    "9007199254740993.5",
]
TEXT = st.text(max_size=8)
NUMBERS = st.integers() | st.decimals(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=10,
)


@pytest.mark.parametrize("digits", DIGITS)
def test_decimals_keep_their_digits(digits: str) -> None:
    text = '{"a": [%s, {"b": "%s"}]}' % (digits, digits)

    assert dumps_exact(loads_exact(text)) == text


def test_ordinary_decimals_are_ordinary_numbers() -> None:
    assert repr(loads_exact("[0.1, 5432.0, 1.10]")) == "[0.1, 5432.0, Decimal('1.10')]"


@given(VALUES)
def test_whatever_is_written_is_read_as_it_was(value: Any) -> None:
    text = dumps_exact(value)

    assert dumps_exact(loads_exact(text)) == text


@given(VALUES)
def test_what_is_written_is_json_for_others_too(value: Any) -> None:
    assert json.loads(dumps_exact(value), parse_float=Decimal) == value


def test_keys_can_be_written_in_their_order() -> None:
    value = loads_exact('{"b": 1.10, "a": {"d": 1, "c": 2}}')

    written = dumps_exact(value, sort_keys=True)

    assert written == '{"a": {"c": 2, "d": 1}, "b": 1.10}'


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "[1.]", "1e99999999999999999999", "{"])
def test_what_is_not_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has words of its own.
        loads_exact(text)
