"""Which known names a message suggests for one that is wrong."""

from __future__ import annotations

import pytest

from constructs_lib.schemas.keywords import did_you_mean, nearest_name

ENVIRONMENTS = ["production", "sandbox", "development_one", "development_two"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("sandbux", "sandbox"),
        ("SANDBOX", "sandbox"),
        ("prod", "production"),
        ("Prod", "production"),
        ("sand", "sandbox"),
        ("pr", None),
        ("dev", None),
        ("zzz", None),
    ],
)
def test_name_alike_or_its_beginning_is_suggested(word: str, meant: str | None) -> None:
    assert nearest_name(word, ENVIRONMENTS) == meant
    assert did_you_mean(word, ENVIRONMENTS) == (f"did you mean {meant!r}?" if meant else "")


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (7, "did you mean 5 or 15?"),
        (1, "did you mean 5?"),
        (99, "did you mean 15?"),
        (True, ""),
        (None, ""),
    ],
)
def test_nearest_numbers_are_suggested(number: object, hint: str) -> None:
    assert did_you_mean(number, [5, 15]) == hint
