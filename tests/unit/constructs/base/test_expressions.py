from __future__ import annotations

import pytest

from constructs_lib.constructs.base.expressions import (
    has_literal_text,
    invalid_expression,
    split_template,
)

REFERENCES = [
    "",
    "${var.a}",
    "${TfToken[TOKEN.0]}",
    "${var.user}:${var.password}",
    '${join("}", [var.a])}',
    "${{ a = var.a }.a}",
    '${"a \\" } b"}',
    '${upper("a${lower("}")}")}',
    '${"$${"}${"%%{"}',
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
    assert not has_literal_text(text)


@pytest.mark.parametrize("text", PARTLY_CLEAR)
def test_text_around_references_is_literal(text: str) -> None:
    assert has_literal_text(text)


MAY_BE_RIGHT = [
    "",
    "text",
    "$${x}",
    "%%{x}",
    "$ {x}",
    "${var.a}",
    "${ each.value.host }",
    "${each.key}-${count.index}",
    "${null}",
    "${5}",
    "${-1e5 + 0.5}",
    "${true ? var.a : null}",
    '${"text"}',
    "${aws_s3_bucket.x[0].id}",
    "${data.x.y.z}",
    "${upper(var.a)}",
    "${provider::x::f(var.a)}",
    "${[for x in var.l : x]}",
    "${{ a = var.x, b : null }}",
    '${merge({ "a" = 1 }, { b = 2 })}',
    '${"a ${var.x["k"]} b"}',
    "%{ if var.a }a%{ else }b%{ endif ~}",
    "%{ for x in var.l }${x}%{ endfor }",
    "${TfToken[TOKEN.0]}",
    "${upper(${TfToken[TOKEN.0]})}",
    "${path.module}/x",
]
IMPOSSIBLE = {
    "${x}": "${x}",
    "a ${HOME} b": "${HOME}",
    "${x:-1}": "${x:-1}",
    "${x y}": "${x y}",
    "${upper(x)}": "${upper(x)}",
    "${var.a == x}": "${var.a == x}",
    "${x[0]}": "${x[0]}",
    "${}": "${}",
    "${ }": "${ }",
    "${var.a": "${var.a",
    "a ${": "${",
    "%{": "%{",
    "100%{x}": "%{x}",
    "${var.a}${b}": "${b}",
    "$${a}${b}": "${b}",
}


@pytest.mark.parametrize("text", MAY_BE_RIGHT)
def test_an_expression_that_may_be_right_is_let_through(text: str) -> None:
    assert invalid_expression(text) == ""


@pytest.mark.parametrize(("text", "found"), IMPOSSIBLE.items())
def test_an_expression_that_cannot_be_right_is_found(text: str, found: str) -> None:
    assert invalid_expression(text) == found


@pytest.mark.parametrize("text", [*MAY_BE_RIGHT, *IMPOSSIBLE, *REFERENCES, *PARTLY_CLEAR])
def test_the_parts_of_a_text_are_the_text(text: str) -> None:
    assert "".join(part.text for part in split_template(text)) == text
