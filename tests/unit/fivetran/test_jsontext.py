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
