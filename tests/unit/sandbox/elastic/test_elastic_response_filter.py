"""Which parts of an answer ``filter_path`` leaves."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.sandbox.elastic.api import filtered

ANSWER: dict[str, Any] = {
    "count": 2,
    "results": [
        {"id": "a", "error": None, "scheduling": {"full": {"enabled": True}}},
        {"id": "b", "error": "timeout", "scheduling": {"full": {"enabled": False}}},
    ],
}


@pytest.mark.parametrize(
    ("filter_path", "expected"),
    [
        ("", ANSWER),
        ("count", {"count": 2}),
        ("results.id", {"results": [{"id": "a"}, {"id": "b"}]}),
        ("count, results.id", {"count": 2, "results": [{"id": "a"}, {"id": "b"}]}),
        ("results.e*", {"results": [{"error": None}, {"error": "timeout"}]}),
        (
            "**.enabled",
            {
                "results": [
                    {"scheduling": {"full": {"enabled": True}}},
                    {"scheduling": {"full": {"enabled": False}}},
                ]
            },
        ),
        ("-results", {"count": 2}),
        ("results,-results.scheduling,-**.error", {"results": [{"id": "a"}, {"id": "b"}]}),
        ("nothing", {}),
        ("count.more", {}),
        ("**", ANSWER),
        ("-**", {}),
        ("**.**.**.**.**.**.**.**.x", {}),
        ("[a-z]*", {}),
    ],
)
def test_filter_path_leaves_what_it_names(filter_path: str, expected: dict[str, Any]) -> None:
    assert filtered(ANSWER, filter_path) == expected
