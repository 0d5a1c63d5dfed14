from __future__ import annotations

import pytest

from constructs_lib.constructs.expressions import has_clear_text

REFERENCES = [
    "",
    "${var.a}",
    "${TfToken[TOKEN.0]}",
    "${var.user}:${var.password}",
    '${join("}", [var.a])}',
    "${{ a = var.a }.a}",
    '${"a \\" } b"}',
    "%{ if var.a }${var.b}%{ endif }",
    "${var.never_closed",
]
PARTLY_CLEAR = [
    "hunter2",
    "hunter2${var.a}",
    "${var.a}hunter2",
    "${var.a}hunter2${var.b}",
    "$${var.a}",
    "%%{ if }",
    "é${var.a}",
]


@pytest.mark.parametrize("text", REFERENCES)
def test_references_alone_are_no_clear_text(text: str) -> None:
    assert not has_clear_text(text)


@pytest.mark.parametrize("text", PARTLY_CLEAR)
def test_what_stands_beside_references_is_clear_text(text: str) -> None:
    assert has_clear_text(text)
