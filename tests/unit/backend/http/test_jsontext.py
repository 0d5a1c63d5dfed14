"""JSON without loss."""

import json
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from constructs_lib.backend.http import jsontext

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False).filter(lambda n: abs(n.adjusted()) < 900)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


@pytest.mark.parametrize("depth", [251, 400, 3000, 100_000])
def test_json_that_is_nested_too_deeply_is_refused(depth: int) -> None:
    with pytest.raises(jsontext.Excessive, match="more than 250 levels"):
        jsontext.loads('{"a": ' * (depth - 1) + "[]" + "}" * (depth - 1))


def test_json_at_the_limit_is_read_and_written() -> None:
    text = "[" * 250 + "]" * 250

    assert jsontext.dumps(jsontext.loads(text)) == text
    assert jsontext.loads(f"[{', '.join(['[]'] * 1000)}]") == [[]] * 1000


@pytest.mark.parametrize(
    "text",
    ["1e1000000", "-1e99999999", "1e-99999999", "1e99999999999999999999", "0." + "1" * 999],
)
def test_number_of_too_many_digits_is_refused(text: str) -> None:
    with pytest.raises(jsontext.Excessive, match="a number of more than 1000 digits"):
        jsontext.loads(f'{{"a": [{text}]}}')


def test_whole_number_of_thousands_of_digits_is_refused() -> None:
    with pytest.raises(jsontext.Excessive, match="a number of more than 1000 digits"):
        jsontext.loads("9" * 10_000)


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
