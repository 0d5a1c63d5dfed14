"""Whether the API's answer means what the configuration says."""

from decimal import Decimal
from typing import Any

from every_case import check_every

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


def test_answers_that_mean_the_same() -> None:
    cases: list[Any] = [
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
    ]

    def check(case: tuple[Any, Any]) -> None:
        assert is_equivalent(*case)
        assert reconcile(*case) == case[0]

    check_every(cases, check)


def test_answers_that_mean_something_else() -> None:
    cases: list[Any] = [
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
    ]

    assert [case for case in cases if is_equivalent(*case)] == []


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


def test_fingerprint_takes_numbers_by_value() -> None:
    for other in ("1000.0", "1e3", "1000.00"):
        assert fingerprint({"cursor": 1000}) == fingerprint({"cursor": Decimal(other)})


def test_fingerprint_tells_big_numbers_apart() -> None:
    for other in (2**53, 2**53 + 2, Decimal("9007199254740993.5")):
        assert fingerprint({"cursor": 2**53 + 1}) != fingerprint({"cursor": other})


def test_fingerprint_of_an_earlier_version_is_recognised() -> None:
    cases: list[Any] = [
        ("0ce7a3c25bdbcfb5", {"cursor": 1000}, True),
        ("0ce7a3c25bdbcfb5", {"cursor": Decimal("1000.0")}, True),
        ("5683ca1bde73f41f", {"cursor": Decimal("1000.0")}, True),
        ("0ce7a3c25bdbcfb5", {"cursor": 1001}, False),
        ("47426477875f9521", {"b": 1, "a": Decimal("2.0")}, True),
        ("", {"cursor": 1000}, False),
        (None, {"cursor": 1000}, False),
    ]

    # Given digests as earlier versions kept them: of {"cursor": 1000}, {"cursor": 1000.0} and more
    assert [is_fingerprint(kept, answer) for kept, answer, _ in cases] == [one for *_, one in cases]


def test_masks_are_found_and_taken_out_at_any_depth() -> None:
    answer = {"host": "h", "password": "******", "list": [{"key": "k", "value": "******"}]}

    assert has_mask(answer)
    assert unmasked(answer) == {"host": "h", "list": [{"key": "k"}]}
    assert not has_mask(unmasked(answer))


def test_an_import_adopts_what_means_the_same() -> None:
    cases: list[Any] = [
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
    ]

    assert [is_covered_by(state, given) for state, given, _ in cases] == [one for *_, one in cases]


def test_long_lists_in_another_order_are_compared_by_their_items() -> None:
    known = [{"id": n, "name": f"table {n}"} for n in range(3000)]
    answer = [{**item, "name": item["name"]} for item in reversed(known)]

    assert is_equivalent(known, answer)
    answer[7] = {"id": -1, "name": "another"}
    assert not is_equivalent(known, answer)
