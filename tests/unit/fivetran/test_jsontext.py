"""JSON without loss."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from constructs_lib.backend.http import jsontext

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_every_value_survives_the_round_trip(value: object) -> None:
    text = jsontext.dumps(value)

    assert jsontext.loads(text) == value
    json.loads(text)


@pytest.mark.parametrize("text", ["1763700000000000001", "0.1", "1E+400", "123456789.123456789012"])
def test_no_digit_is_lost(text: str) -> None:
    assert jsontext.dumps(jsontext.loads(text)) == text


@pytest.mark.parametrize("text", ["NaN", "Infinity", "", "{"])
def test_what_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        jsontext.loads(text)


def test_an_answer_with_sorted_keys_is_canonical() -> None:
    assert jsontext.dumps({"b": 1, "a": Decimal("2.5")}, sort_keys=True) == '{"a": 2.5, "b": 1}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1000", "1000"),
        ("1000.0", "1000"),
        ("1e3", "1000"),
        ("-0.0", "0"),
        ("0.50", "0.5"),
        ("-2.5E+1", "-25"),
        ("1e-9", "1E-9"),
        ("9007199254740993.0", "9007199254740993"),
        ("12345678901234567890123456789012345678.5", "12345678901234567890123456789012345678.5"),
        ("1e99999999", "1E+99999999"),
        ("1" + "0" * 500, "1E+500"),
        ("10e499", "1E+500"),
    ],
)
def test_canonical_writes_numbers_by_value(text: str, expected: str) -> None:
    assert jsontext.canonical(jsontext.loads(f'{{"b": 1, "a": [{text}]}}')) == (
        f'{{"a": [{expected}], "b": 1}}'
    )


def test_canonical_reads_a_float_as_it_is_written() -> None:
    assert jsontext.canonical([0.1, 1e16, True, "1.0", None]) == (
        '[0.1, 10000000000000000, true, "1.0", null]'
    )
