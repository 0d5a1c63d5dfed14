"""Texts with expressions of Terraform in them: which part of a text stands in the code in clear."""

from __future__ import annotations

import re
from collections.abc import Iterator

_START = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_INSIDE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}]')


def has_clear_text(text: str) -> bool:
    """True if letters or digits stand outside of the expressions ``${...}`` of a text.

    What only joins references, as the colon of ``${var.user}:${var.password}``, does not count.

    :param text: a value that was given to a construct; tokens of the CDK are expressions
    """
    return any(re.search(r"\w", part) for part in _clear_parts(text))


def _clear_parts(text: str) -> Iterator[str]:
    position = 0
    while start := _START.search(text, position):
        yield text[position : start.start()]
        position = _end(text, start.end())
    yield text[position:]


def _end(text: str, position: int) -> int:
    """Where the expression ends whose inside begins at a position."""
    depth = 1
    for mark in _INSIDE.finditer(text, position):
        depth += {"{": 1, "}": -1}.get(mark.group(), 0)
        if depth == 0:
            return mark.end()
    return len(text)
