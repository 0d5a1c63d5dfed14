"""Which texts are the mask of a secret."""

from __future__ import annotations

from typing import Any

from every_case import check_every

from constructs_lib.schemas import MASK, is_mask

MASKS = (
    MASK,
    "***",
    "********",
    "\N{BULLET}" * 8,
    "\N{BLACK CIRCLE}" * 3,
    "\N{BULLET OPERATOR}" * 6,
    "\N{MIDDLE DOT}" * 5,
    "\N{FULLWIDTH ASTERISK}" * 4,
    "\N{BLACK LARGE CIRCLE}" * 4,
    " ****** ",
    "*" * 500,
)
OTHERS = ("", "*", "**", "*.csv", "***a", "a***", "* * *", "------", "....", None, 0, True, [])


def test_mask_is_any_run_of_stars_or_bullets() -> None:
    def is_one(text: str) -> None:
        assert is_mask(text)

    check_every(MASKS, is_one)


def test_mask_is_nothing_that_says_something() -> None:
    def is_none(value: Any) -> None:
        assert not is_mask(value)

    check_every(OTHERS, is_none)
