"""What a change of a state means, in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from every_case import check_every

from constructs_lib.backend.fivetran.connection_state.plan import lines, value_changes
from constructs_lib.backend.http.redaction import values_shown

CHANGES: list[tuple[Any, Any, str, bool]] = [
    ("2026-06-01", "2026-01-01", '"2026-06-01" -> "2026-01-01" (backwards by 151 days)', True),
    (
        "2026-06-01T12:00:00Z",
        "2026-06-01T13:30:00+00:00",
        '"2026-06-01T12:00:00Z" -> "2026-06-01T13:30:00+00:00" (forwards by 1:30:00)',
        False,
    ),
    (
        "2026-06-01T12:00:00.123456789Z",
        "2026-06-01 11:00:00",
        '"2026-06-01T12:00:00.123456789Z" -> "2026-06-01 11:00:00" (backwards by 1:00:00.123456)',
        True,
    ),
    (10, 5, "10 -> 5 (backwards by 5)", True),
    (5, Decimal("5.50"), "5 -> 5.50 (forwards by 0.50)", False),
    ("100", "99", '"100" -> "99" (backwards by 1)', True),
    (10**30, 10**30 - 1, f"{10**30} -> {10**30 - 1} (backwards by 1)", True),
    (10**30 + 1, 2, f"{10**30 + 1} -> 2 (backwards by {10**30 - 1})", True),
    ("b", "a", '"b" -> "a"', False),
    ("2026-13-45", "2026-01-01", '"2026-13-45" -> "2026-01-01"', False),
    (True, False, "true -> false", False),
    (1, "2026-01-01", '1 -> "2026-01-01"', False),
    ([1, 2], [1], "[1, 2] -> [1]", False),
    (None, 1, "null -> 1", False),
    ("2026-01-01", "2026-01-03", '"2026-01-01" -> "2026-01-03" (forwards by 2 days)', False),
    ({"b": 1}, [1], '{"b": 1} -> [1]', False),
    (
        "2026-01-01T00:00:00Z",
        "2026-01-01T01:00:00+01:00",
        '"2026-01-01T00:00:00Z" -> "2026-01-01T01:00:00+01:00"',
        False,
    ),
]


def test_one_value() -> None:
    def check(change: tuple[Any, Any, str, bool]) -> None:
        before, after, words, is_backwards = change
        (step,) = value_changes({"a": {"cursor": before}}, {"a": {"cursor": after}})
        assert step == ("a.cursor", words, is_backwards)

    with values_shown(True):
        check_every(CHANGES, check)


def test_what_is_added_removed_and_equal() -> None:
    found = value_changes({"gone": 1, "same": Decimal("1.0")}, {"new": [1], "same": 1})

    assert found == [("gone", "1 is removed", False), ("new", "[1] is added", False)]


def test_a_state_that_was_never_written_is_added_whole() -> None:
    assert [step.words for step in value_changes(None, {"a": 1, "b": 2})] == [
        "1 is added",
        "2 is added",
    ]


def test_what_is_named_like_a_secret_is_not_shown() -> None:
    (step,) = value_changes({"api_token": "canary-1"}, {"api_token": "canary-2"})

    assert "canary" not in step.words


def test_many_steps_are_counted() -> None:
    text = lines(value_changes({}, {f"t{n:02}": n for n in range(40)}))

    assert text.splitlines()[0] == "  t00: 0 is added"
    assert text.splitlines()[-1] == "  and 28 more"
    assert len(text.splitlines()) == 13


def test_steps_up_to_the_limit_are_all_shown() -> None:
    found = value_changes({}, {"a": 1, "b": 2})

    assert lines(found, 2) == "  a: 1 is added\n  b: 2 is added"
    assert lines(found, 1) == "  a: 1 is added\n  and 1 more"


MARKED: list[tuple[Any, Any, str]] = [
    ("canary-a", "canary-b", '"(hidden)" -> "(hidden)"'),
    (None, {"c": "canary"}, 'null -> {"c": "(hidden)"}'),
    (10, 5, "10 -> 5 (backwards by 5)"),
    ("100", "99", '"(hidden)" -> "(hidden)" (backwards)'),
    ("2026-01-02", "2026-01-01", '"2026-01-02" -> "2026-01-01" (backwards by 1 day)'),
]


def test_one_value_that_may_be_marked_as_sensitive() -> None:
    def check(change: tuple[Any, Any, str]) -> None:
        before, after, words = change
        (step,) = value_changes({"a": before}, {"a": after})
        assert (step.path, step.words) == ("a", words)

    check_every(MARKED, check)
