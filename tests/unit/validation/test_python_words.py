"""Findings about Python code speak of True, False and None."""

from __future__ import annotations

import pytest

from constructs_lib.validation import ConstructPlace, Finding
from constructs_lib.validation.findings import in_python

PLACE = ConstructPlace("demo/orders")


@pytest.mark.parametrize(
    ("said", "in_code"),
    [
        ("true or false", "True or False"),
        ("write true or false, without quotes", "write True or False, without quotes"),
        ("null", "None"),
        ("text or null.", "text or None."),
        ("text, numbers, true, false, null, lists", "text, numbers, True, False, None, lists"),
        ("'true' (text)", "'true' (text)"),
        ('"a true story" is null', '"a true story" is None'),
        ("trueish nulls", "trueish nulls"),
        ("the name is_true and true.example.com", "the name is_true and true.example.com"),
    ],
)
def test_the_words_of_a_finding_are_those_of_python(said: str, in_code: str) -> None:
    found = in_python(Finding("type", "error", PLACE, "/paused", said, said, said))

    assert (found.found, found.allowed, found.hint) == (in_code, in_code, in_code)


def test_a_finding_without_such_words_is_itself() -> None:
    finding = Finding("type", "error", PLACE, "/true", "a list", "text")

    assert in_python(finding) is finding
