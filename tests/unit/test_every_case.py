"""A test over many cases tells of each that fails."""

from __future__ import annotations

import pytest
from every_case import check_every


def test_every_case_that_fails_is_named() -> None:
    def is_odd(number: int) -> None:
        assert number % 2, f"{number} is even"

    with pytest.raises(AssertionError) as failed:
        check_every(range(1, 6), is_odd)

    first, *cases = str(failed.value).splitlines()
    assert first == "2 of 5 cases fail"
    assert [case.partition(":")[0] for case in cases if "AssertionError" in case] == ["2", "4"]
    assert "2 is even" in str(failed.value.__cause__)


def test_every_case_that_raises_nothing_it_must_is_named() -> None:
    def is_refused(text: str) -> None:
        with pytest.raises(ValueError, match="invalid literal"):
            int(text)

    with pytest.raises(AssertionError, match="1 of 2 cases fail\n7: Failed: DID NOT RAISE"):
        check_every(["x", "7"], is_refused)


def test_no_case_at_all_is_a_failure() -> None:
    with pytest.raises(AssertionError, match="there is no case"):
        check_every([], print)


def test_cases_that_hold_are_each_checked() -> None:
    checked: list[int] = []

    check_every(range(3), checked.append)

    assert checked == [0, 1, 2]
