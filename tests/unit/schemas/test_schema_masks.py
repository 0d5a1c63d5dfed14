"""Which texts are the mask of a secret."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.schemas import MASK, is_mask


@pytest.mark.parametrize(
    "text",
    [
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
    ],
)
def test_mask_is_any_run_of_stars_or_bullets(text: str) -> None:
    assert is_mask(text)


@pytest.mark.parametrize(
    "value", ["", "*", "**", "*.csv", "***a", "a***", "* * *", "------", "....", None, 0, True, []]
)
def test_mask_is_nothing_that_says_something(value: Any) -> None:
    assert not is_mask(value)
