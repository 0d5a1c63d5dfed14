from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest

from constructs_lib.toolkit import Fn, IResolvable, Token, implements, is_token

TOKENS = {
    "text": lambda: Fn.upper("a"),
    "text inside": lambda: "x-" + Fn.upper("a"),
    "expression": lambda: "${var.x}",
    "directive": lambda: "%{ if var.x }a%{ endif }",
    "number": lambda: Token.as_number("${var.x}"),
    "list": lambda: Token.as_list("${var.x}"),
    "number list": lambda: Token.as_number_list("${var.x}"),
    "text map": lambda: Token.as_string_map("${var.x}"),
    "number map": lambda: Token.as_number_map("${var.x}"),
    "boolean map": lambda: Token.as_boolean_map("${var.x}"),
    "any map": lambda: Token.as_any_map("${var.x}"),
    "any": lambda: Token.as_any("${var.x}"),
}
PLAIN = ["text", "", "$${x}", "%%{x}", "#{x}", 0, 1.5, -8.1e10, True, None, [], ["a"], {}]


@pytest.mark.parametrize("kind", TOKENS)
def test_tokens_of_every_kind_are_seen(kind: str) -> None:
    assert is_token(TOKENS[kind]())


@pytest.mark.parametrize(
    "value", [*PLAIN, {"key": "Any Map Token Value"}, ["a", "${x}"], Path("x")]
)
def test_other_values_are_no_tokens(value: Any) -> None:
    assert not is_token(value)


@implements(IResolvable)
class _Resolvable:
    """A value that was made in Python and that only the CDK can resolve."""

    creation_stack: ClassVar[list[str]] = []

    def resolve(self, context: object) -> str:
        return "resolved"


def test_a_resolvable_of_python_is_a_token() -> None:
    assert is_token(_Resolvable())
