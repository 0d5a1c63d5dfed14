"""Which texts are the mask of a secret."""

from __future__ import annotations

from typing import Any

from every_case import check_every

from constructs_lib.schemas import MASK, is_mask
from constructs_lib.schemas.redaction import holds_secret, may_hold_login

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


WITH_SECRET = (
    {"password": "canary"},
    {"a": {"password": "canary"}},
    {"password": {"a": ["canary"]}},
    {"a": [{"b": 1}, {"api_key": "canary"}]},
    [{"password": "canary"}],
)
WITHOUT_SECRET = (
    {},
    {"user": "canary"},
    {"password": MASK},
    {"password": 1},
    {"password": None},
    {"password": {"a": [MASK, 1]}, "user": "canary"},
    ["canary"],
    "canary",
    None,
)


def test_settings_hold_a_secret_where_a_name_says_so() -> None:
    check_every(WITH_SECRET, lambda settings: _is(holds_secret(settings), True))
    check_every(WITHOUT_SECRET, lambda settings: _is(holds_secret(settings), False))
    assert holds_secret("canary", is_secret=True)


def test_an_address_may_hold_a_login() -> None:
    assert [may_hold_login(one) for one in ("https://u:p@example.com", "u@", "example.com", 3)] == [
        True,
        True,
        False,
        False,
    ]


def _is(found: bool, expected: bool) -> None:
    assert found is expected
