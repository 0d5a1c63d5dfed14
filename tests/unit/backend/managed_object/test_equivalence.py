"""Whether the API's answer means what the configuration says."""

from decimal import Decimal
from typing import Any

import pytest

from constructs_lib.backend.managed_object.equivalence import (
    fingerprint,
    has_mask,
    is_covered_by,
    is_equivalent,
    is_fingerprint,
    reconcile,
    unmasked,
)
from constructs_lib.backend.plugin.values.value import UNKNOWN


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        ("db.example.com", "db.example.com"),
        ("secret", "******"),
        ("secret", "********"),
        ("secret", "\u2022" * 5),
        ({"password": "secret"}, {"password": "******"}),
        ([{"key": "TOKEN", "value": "secret"}], [{"key": "TOKEN", "value": "******"}]),
        (None, ""),
        ("", None),
        ([], None),
        ({}, []),
        (5432, "5432"),
        ("5432", 5432),
        (Decimal("0.50"), "0.5"),
        (True, "true"),
        ("false", False),
        (1, Decimal(1)),
        (["b", "a"], ["a", "b"]),
        (["a", "a", "b"], ["b", "a", "a"]),
        ([{"id": 2}, {"id": 1}], [{"id": 1, "added": True}, {"id": 2}]),
        ({"host": "h"}, {"host": "h", "added": 1}),
        ({"host": "h", "dropped": 1}, {"host": "h"}),
        ({"tunnel": {"host": "h"}}, {"tunnel": {"host": "h", "port": 22}}),
    ],
)
def test_answers_that_mean_the_same(known: Any, answer: Any) -> None:
    assert is_equivalent(known, answer)
    assert reconcile(known, answer) == known


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        ("a", "b"),
        ("a", "A"),
        ("1.10", "1.1"),
        ("a", None),
        (True, 1),
        (0, False),
        (0, None),
        (False, None),
        (["a"], ["a", "b"]),
        (["a", "b", "b"], ["a", "a", "b"]),
        ({"host": "h"}, {"host": "other"}),
        ({"host": "h"}, "h"),
        (10**30, 10**30 + 1),
    ],
)
def test_answers_that_mean_something_else(known: Any, answer: Any) -> None:
    assert not is_equivalent(known, answer)


def test_drift_is_taken_over_for_the_key_that_drifted_alone() -> None:
    known = {"host": "old", "port": 5432, "tunnel": {"host": "t", "user": "u"}}
    answer = {"host": "new", "port": "5432", "tunnel": {"host": "t", "user": "v", "port": 22}}

    assert reconcile(known, answer) == {
        "host": "new",
        "port": 5432,
        "tunnel": {"host": "t", "user": "v"},
    }


def test_fingerprint_depends_on_values_and_not_on_key_order() -> None:
    assert fingerprint({"a": 1, "b": [Decimal("0.1")]}) == fingerprint(
        {"b": [Decimal("0.1")], "a": 1}
    )
    assert fingerprint("a") != fingerprint("A")


@pytest.mark.parametrize("other", ["1000.0", "1e3", "1000.00"])
def test_fingerprint_takes_numbers_by_value(other: str) -> None:
    assert fingerprint({"cursor": 1000}) == fingerprint({"cursor": Decimal(other)})


@pytest.mark.parametrize("other", [2**53, 2**53 + 2, Decimal("9007199254740993.5")])
def test_fingerprint_tells_big_numbers_apart(other: Any) -> None:
    assert fingerprint({"cursor": 2**53 + 1}) != fingerprint({"cursor": other})


@pytest.mark.parametrize(
    ("kept", "answer", "expected"),
    [
        ("0ce7a3c25bdbcfb5", {"cursor": 1000}, True),
        ("0ce7a3c25bdbcfb5", {"cursor": Decimal("1000.0")}, True),
        ("5683ca1bde73f41f", {"cursor": Decimal("1000.0")}, True),
        ("0ce7a3c25bdbcfb5", {"cursor": 1001}, False),
        ("", {"cursor": 1000}, False),
        (None, {"cursor": 1000}, False),
    ],
)
def test_fingerprint_of_an_earlier_version_is_recognised(
    kept: Any, answer: Any, expected: bool
) -> None:
    # Given digests as earlier versions kept them: of {"cursor": 1000} and of {"cursor": 1000.0}
    assert is_fingerprint(kept, answer) is expected


def test_masks_are_found_and_taken_out_at_any_depth() -> None:
    answer = {"host": "h", "password": "******", "list": [{"key": "k", "value": "******"}]}

    assert has_mask(answer)
    assert unmasked(answer) == {"host": "h", "list": [{"key": "k"}]}
    assert not has_mask(unmasked(answer))


@pytest.mark.parametrize(
    ("state", "configured", "expected"),
    [
        ({"port": "5432"}, {"port": 5432}, True),
        ({}, {"x": None, "y": "", "z": []}, True),
        ({}, {"x": "y"}, False),
        ({"l": ["b", "a"]}, {"l": ["a", "b"]}, True),
        ({"n": {"a": 1, "b": 2}}, {"n": {"a": "1"}}, True),
        ({"n": {"a": 1}}, {"n": {"b": 1}}, False),
        ({"n": None}, {"n": {}}, True),
        ({"a": 1}, {"a": UNKNOWN}, True),
        ({}, {"a": {"b": UNKNOWN}}, False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": UNKNOWN}}, True),
        ({"l": [1, 2]}, {"l": [UNKNOWN, 1]}, True),
        ({"l": [1]}, {"l": [UNKNOWN, 1]}, False),
    ],
)
def test_an_import_adopts_what_means_the_same(state: Any, configured: Any, expected: bool) -> None:
    assert is_covered_by(state, configured) is expected


def test_long_lists_in_another_order_are_compared_by_their_items() -> None:
    known = [{"id": n, "name": f"table {n}"} for n in range(3000)]
    answer = [{**item, "name": item["name"]} for item in reversed(known)]

    assert is_equivalent(known, answer)
    answer[7] = {"id": -1, "name": "another"}
    assert not is_equivalent(known, answer)
