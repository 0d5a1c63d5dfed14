"""Moments, in each form in which an API may write them."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from constructs_lib.backend.http.response_values import parse_timestamp


@pytest.mark.parametrize(
    ("fraction", "microseconds"),
    [("", 0), (".5", 500_000), (".870", 870_000), (".870504", 870_504), (".870504123", 870_504)],
)
def test_a_moment_may_have_any_number_of_digits(fraction: str, microseconds: int) -> None:
    expected = datetime(2026, 3, 17, 12, 31, 40, microseconds, timezone.utc)

    assert parse_timestamp(f"2026-03-17T12:31:40{fraction}Z") == expected


@pytest.mark.parametrize("text", [None, "", "soon", "2026-03-17T12:31:40", 5, {}])
def test_what_names_no_moment_is_none(text: Any) -> None:
    assert parse_timestamp(text) is None
