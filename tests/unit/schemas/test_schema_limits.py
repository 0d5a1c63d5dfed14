"""How large a value may be whose form nobody knows beforehand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from constructs_lib.schemas import limits


def nested(levels: int, kind: type = dict) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value} if kind is dict else [value]
    return value


@pytest.mark.parametrize("kind", [dict, list])
def test_a_value_of_too_many_levels_is_an_excess(kind: type) -> None:
    assert limits.find_excess(nested(100, kind)) is None
    found = limits.find_excess({"state": nested(100, kind)})
    assert found == limits.Excess(("state",), "more than 100 levels", "100 levels")


@pytest.mark.parametrize("number", [1e308, 10**1000, Decimal("1e-1000"), 0, Decimal("0e-9999"), -1])
def test_a_number_within_the_limits_is_no_excess(number: Any) -> None:
    assert limits.find_excess([number]) is None


@pytest.mark.parametrize("number", [10**1001, Decimal("1e99999999"), -Decimal("1e-1001")])
def test_a_number_of_too_many_places_is_an_excess(number: Any) -> None:
    found = limits.find_excess({"a": [True, number]})
    assert found == limits.Excess(
        ("a", 1),
        "a number that is too large or too close to zero",
        "numbers between 1e-1000 and 1e1000",
    )


@pytest.mark.parametrize(
    ("number", "expected"),
    [(10**149 + 1, False), (10**150 + 1, True), (7 * 10**900, False), (Decimal("0.1"), False)],
)
def test_zeros_at_the_end_are_no_digits(number: Any, expected: bool) -> None:
    assert limits.has_too_many_digits(number) is expected


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"a": {"b": 1e99999999}}', ("a", "b")),
        ('{"a": 1e99999999999999999999999}', ("a",)),
        ('{"a": ' + "1" * 5000 + "}", ("a",)),
        ('{"a":' * 201 + "1" + "}" * 201, ("a",)),
        ("[" * 100_000 + "]" * 100_000, ()),
    ],
)
def test_a_json_text_has_limits_of_its_own(text: str, path: tuple[str, ...]) -> None:
    found = limits.find_excess_in_text(text)
    assert found is not None
    assert found.path == path


@pytest.mark.parametrize(
    "text", ["", "{", "text", '{"a": ' + "1" * 900 + "}", "[" * 150 + "]" * 150]
)
def test_other_texts_have_no_excess(text: str) -> None:
    assert limits.find_excess_in_text(text) is None
