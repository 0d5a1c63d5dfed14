"""What is compared of an answer and a known value, part by part."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from constructs_lib.backend.managed_object.equivalence import (
    by_key,
    comparable_parts,
    echoes_nothing,
    fingerprint,
    has_mask,
    in_nfc,
    is_covered_by,
    is_equivalent,
    is_nothing,
    is_too_deep,
    named_in_order,
    reconcile,
    shows_effect,
    unmasked,
    without_secret,
)
from constructs_lib.backend.plugin.values.value import UNKNOWN
from constructs_lib.schemas import MASK
from constructs_lib.schemas.limits import MAX_LEVELS

KEYS = {"rows": ["id", "name"], "a.rows": ["id"]}
Case = tuple[Any, Any, bool]


def test_values_of_other_kinds_mean_something_else() -> None:
    cases: list[Case] = [
        ("TRUE", True, False),
        (True, "false", False),
        (False, "false", True),
        (True, True, True),
        ("1", True, False),
        ("5", 5.0, True),
        (" 5 ", 5, True),
        (0.1, Decimal("0.1"), True),
        ("five", 5, False),
        ("x", ["x"], False),
        (5, ["5"], False),
        ({"a": 1}, ["a"], False),
        (["a"], {"a": 1}, False),
        (["a"], "a", False),
        ([], 0, False),
        ("", False, False),
        ({"a": None}, {}, True),
        ({"a": None}, None, False),
    ]
    assert [is_equivalent(known, answer) for known, answer, _ in cases] == [
        each for *_, each in cases
    ]


def test_each_item_of_a_list_has_a_counterpart_of_its_own() -> None:
    cases: list[Case] = [
        ([1, "1"], ["1", 1], True),
        ([1, 1, 2], [2, 1, "1"], True),
        ([1, "1", "1"], [1, 1, 2], False),
        ([1, 1, 2], [2, "1", 2], False),
        (["a", "b"], ["b", "b"], False),
        (["a", "b", "c"], ["c", "a"], False),
        ([{"a": 1}, {"b": 2}], [{"b": "2", "x": 1}, {"a": "1"}], True),
        ([{"a": 1}, {"a": 2}], [{"a": "2"}, {"a": "2"}], False),
        (["a", "s"], [MASK, "a"], True),
        (["a", "s"], [MASK, "b"], False),
    ]
    assert [is_equivalent(known, answer) for known, answer, _ in cases] == [
        each for *_, each in cases
    ]


def test_nothing_is_null_or_empty_and_no_number() -> None:
    nothing, something = [None, "", [], {}], [0, False, Decimal(0), " ", [None], {"a": None}, ()]

    assert [is_nothing(one) for one in nothing] == [True] * 4
    assert [is_nothing(one) for one in something] == [False] * 7


def test_keys_of_items_are_compared_as_texts() -> None:
    one, other = {"id": " A1 "}, {"id": 5, "name": "x"}

    assert by_key(KEYS, "rows", [one, other], [other]) == [{"a1": one, "5": other}, {"5": other}]
    # A key that one of the lists lacks, or has twice, is none; the next one is tried.
    named = [{"id": True, "name": "x"}, {"id": [], "name": "y"}]
    assert by_key(KEYS, "rows", named) == [{"x": named[0], "y": named[1]}]
    assert by_key(KEYS, "rows", [other], [{"id": 5}, {"id": "5"}]) is None
    assert by_key(KEYS, "rows", [other], ["text"]) is None
    assert by_key(KEYS, "cells", [other]) is None
    assert by_key(KEYS, "rows", []) == [{}]


def test_an_order_by_keys_is_that_of_settings_alone() -> None:
    rows = [{"id": "b"}, {"id": "a"}]

    assert named_in_order(KEYS, "config.rows", rows) == rows[::-1]
    assert named_in_order(KEYS, "rows", rows) == rows
    assert named_in_order(KEYS, "auth.rows", rows) == rows
    assert named_in_order(KEYS, "config.a.rows", rows) == rows[::-1]
    others: list[Any] = [None, 5, "ab", {}, {"id": "b"}]
    assert [named_in_order(KEYS, "config.rows", one) for one in others] == others


def test_drift_inside_of_lists_is_that_of_the_item_with_the_key() -> None:
    known = {"a": {"rows": [{"id": 1, "x": "p"}, {"id": 2, "x": "q"}]}, "rows": [{"id": 3, "x": 1}]}
    live = {
        "a": {"rows": [{"id": 2, "x": "r", "y": 1}, {"id": 1, "x": "p", "y": MASK}], "more": MASK},
        "rows": [{"id": 3, "x": 2, "y": 3}, {"id": 4, "y": MASK}],
        "new": {"b": 1, "c": MASK},
    }

    assert reconcile(known, live, item_keys=KEYS) == {
        "a": {"rows": [{"id": 1, "x": "p"}, {"id": 2, "x": "r"}]},
        "rows": [{"id": 3, "x": 2}, {"id": 4}],
    }
    assert reconcile(known, live, item_keys=KEYS, widened=True) == {
        "a": {"rows": [{"id": 1, "x": "p"}, {"id": 2, "x": "r", "y": 1}]},
        "rows": [{"id": 3, "x": 2, "y": 3}, {"id": 4}],
        "new": {"b": 1},
    }


def test_drift_of_another_kind_takes_the_answer_over() -> None:
    assert reconcile(
        {"a": {"b": 1}, "c": [1], "d": "x", "e": [1]}, {"a": "x", "c": {}, "d": None}
    ) == {
        "a": "x",
        "c": {},
        "d": None,
        "e": [1],
    }
    assert reconcile([{"a": 1}, {"a": 2}], [{"a": 3, "b": MASK}, {"a": "2"}]) == [
        {"a": 3},
        {"a": 2},
    ]
    assert reconcile(["a", "b"], []) == []


def test_an_import_covers_what_is_configured_in_any_form() -> None:
    cases: list[Case] = [
        (None, UNKNOWN, True),
        ({"a": 1}, {}, True),
        ({}, None, True),
        (None, {}, True),
        (None, {"a": None}, False),
        ("", {}, True),
        ({"a": 1}, "x", False),
        ("x", {"a": 1}, False),
        ({"a": 1}, None, False),
        (["b", "a"], ["a", "b"], True),
        ("ab", ["a", UNKNOWN], False),
        ({"0": 1}, [UNKNOWN], False),
        (["a"], [{"b": UNKNOWN}], True),
        ("5", 5, True),
        (MASK, {"a": 1}, False),
    ]
    assert [is_covered_by(state, config) for state, config, _ in cases] == [
        one for *_, one in cases
    ]


def test_an_effect_shows_if_all_is_there_and_not_masked() -> None:
    cases: list[Case] = [
        ({"a": {"b": "1", "x": MASK}, "y": 1}, {"a": {"b": 1}}, True),
        ({"a": {}}, {"a": {"b": None}}, False),
        ({"a": {"b": 2}}, {"a": {"b": 1}}, False),
        ({"a": MASK}, {"a": "s"}, False),
        ({"a": [{"b": MASK}]}, {"a": [{"b": "s"}]}, False),
        ({"a": ["y", "x"]}, {"a": ["x", "y"]}, True),
        ({"a": {"b": 1}}, {"a": "b"}, False),
        ({"a": "b"}, {"a": {"b": 1}}, False),
        ({}, {}, True),
    ]
    assert [shows_effect(answer, sent) for answer, sent, _ in cases] == [each for *_, each in cases]


def test_what_is_compared_is_what_both_name_and_nothing_masks() -> None:
    known = {"a": "A", "b": {"c": "C", "d": "s"}, "e": ["E", "s"], "f": ["F"], "g": 1, "h": "s"}
    answer = {"a": "a", "b": {"c": "c", "d": MASK}, "e": ["e", MASK], "f": ["f", "g"], "h": MASK}

    assert comparable_parts(known, answer | {"i": 1}) == (
        {"a": "A", "b": {"c": "C"}, "e": ["E", None], "f": ["F"]},
        {"a": "a", "b": {"c": "c"}, "e": ["e", MASK], "f": ["f", "g"]},
    )
    assert comparable_parts(["E", "s"], ["e", MASK, "x"]) == (None, ["e", "x"])
    assert comparable_parts({"a": 1}, [MASK]) == (None, [])
    assert comparable_parts([1], {"a": 1}) == ([1], {"a": 1})
    assert comparable_parts("x", {"a": 1}) == ("x", {"a": 1})


def test_a_secret_is_taken_out_of_what_it_was_merged_into() -> None:
    value = {"a": 1, "b": {"c": 2, "d": "s"}, "e": ["s"], "f": "s", "g": {"h": 3}}
    secret = {"b": {"d": "s"}, "e": ["s"], "f": "s", "g": "whole"}

    assert without_secret(value, secret) == {"a": 1, "b": {"c": 2}}
    assert without_secret(value, None) == value
    assert without_secret(value, "s") == without_secret("s", {"a": 1}) == MASK


def test_masks_are_taken_out_wherever_they_are() -> None:
    answer = {"a": MASK, "b": [MASK, {"c": MASK, "d": 1}, [MASK]], "e": 2}

    assert unmasked(answer) == {"b": [{"d": 1}, []], "e": 2}
    assert [has_mask(one) for one in (answer, [{"c": MASK}], MASK)] == [True] * 3
    assert [has_mask(one) for one in ({"a": "b"}, [1, []], None, {})] == [False] * 4


def test_texts_and_keys_of_an_answer_are_composed() -> None:
    composed, decomposed = "caf\u00e9", "cafe\u0301"
    answer = {decomposed: [decomposed, {"a": decomposed, decomposed: 1}], "b": "x", "c": None}

    assert in_nfc(answer) == {
        composed: [composed, {"a": composed, composed: 1}],
        "b": "x",
        "c": None,
    }


def test_settings_are_too_deep_with_the_level_of_the_resource() -> None:
    def nested(levels: int) -> Any:
        return {"a": nested(levels - 1)} if levels else "x"

    assert [is_too_deep(nested(levels)) for levels in (MAX_LEVELS - 1, MAX_LEVELS)] == [False, True]


def test_the_last_fingerprint_may_be_that_of_nothing() -> None:
    something, nothing = fingerprint("x"), list(map(fingerprint, (None, "", [], {})))

    assert [echoes_nothing([something, one]) for one in nothing] == [True] * 4
    others: list[Any] = [[nothing[0], something], [], None, nothing[0], (nothing[0],), {}]
    others += [[nothing[0]], [something, something, nothing[0]]]
    assert [echoes_nothing(one) for one in others] == [False] * 8
    assert fingerprint(None) == "74234e98afe7498f"
