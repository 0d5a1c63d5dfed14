"""Texts with expressions of Terraform in them: what stands in clear, and what cannot be right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_START = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")
_IN_EXPRESSION = re.compile(r'["{}]')
_IN_QUOTES = re.compile(r'\\.|\$\$(?=\{)|%%(?=\{)|[$%]\{|"', re.S)
_OPENING = frozenset({"{", "${", "%{", '"'})
_CLOSING = {"{": "}", '"': '"'}
_OF_CDK = re.compile(r"TfToken\[[^\]]*\]")
_DIRECTIVE = re.compile(r"%\{~?\s*(if|else|endif|for|endfor)\b")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_WORD = re.compile(r"\d[\w.]*|[A-Za-z_][\w-]*")
_KEYWORDS = frozenset({"true", "false", "null"})


class Part(NamedTuple):
    """One part of a text: an expression ``${...}``, a directive ``%{...}``, or what is between."""

    text: str
    is_clear: bool
    """True if Terraform takes the part as it stands, but for ``$${`` and ``%%{``."""
    is_closed: bool = True
    """False for an expression without an end."""


def has_clear_text(text: str) -> bool:
    """True if letters or digits stand outside of the expressions ``${...}`` of a text.

    What only joins references, as the colon of ``${var.user}:${var.password}``, does not count.

    :param text: a value that was given to a construct; tokens of the CDK are expressions
    """
    return any(re.search(r"\w", part.text) for part in parts(text) if part.is_clear)


def parts(text: str) -> Iterator[Part]:
    """Yield the parts of a text, in their order; joined, they are the text again."""
    position = 0
    while start := _START.search(text, position):
        if start.start() > position:
            yield Part(text[position : start.start()], is_clear=True)
        position, is_closed = _end(text, start.end())
        yield Part(text[start.start() : position], is_clear=False, is_closed=is_closed)
    if position < len(text):
        yield Part(text[position:], is_clear=True)


def impossible(text: str) -> str:
    """Return the first expression of a text that Terraform refuses for certain; empty if none.

    That is one without an end or without content, a directive that does not exist, and a name that
    stands alone, such as ``${HOME}``: the names of Terraform have a dot, ``${var.home}``. What may
    be right, as anything in a ``for`` expression, is left to Terraform.
    """
    found = [part for part in parts(text) if not part.is_clear]
    has_loop = any(re.match(r"%\{~?\s*for\b", part.text) for part in found)
    return next((part.text for part in found if _is_impossible(part, has_loop=has_loop)), "")


def _is_impossible(part: Part, *, has_loop: bool) -> bool:
    if not part.is_closed:
        return True
    if part.text.startswith("%"):
        return _DIRECTIVE.match(part.text) is None
    inside = part.text[2:-1].strip("~ \t\r\n")
    if not inside:
        return True
    # A template within the expression, or a loop, has names of its own.
    is_open = has_loop or "${" in inside or "%{" in inside or "<<" in inside
    return not is_open and _has_lone_name(_STRING.sub('""', _OF_CDK.sub("null", inside)))


def _has_lone_name(inside: str) -> bool:
    words = list(_WORD.finditer(inside))
    if any(word.group() == "for" for word in words):
        return False
    return any(_is_lone(word, inside) for word in words)


def _is_lone(word: re.Match[str], inside: str) -> bool:
    before, after = inside[: word.start()].rstrip(), inside[word.end() :].lstrip()
    if word.group()[0].isdigit() or word.group() in _KEYWORDS:
        return False
    # An attribute, a function, a function of a provider, and what has attributes.
    if before.endswith((".", "::")) or after.startswith((".", "(", "::")):
        return False
    is_key = re.match(r"=(?![=>])|:", after) is not None and "{" in before
    return not is_key


def _end(text: str, position: int) -> tuple[int, bool]:
    """Return where the expression ends whose inside begins at a position, and if it does."""
    # What is open, the innermost last: an expression or a brace in one, or a text in quotes.
    opened = ["{"]
    while opened:
        mark = (_IN_QUOTES if opened[-1] == '"' else _IN_EXPRESSION).search(text, position)
        if mark is None:
            return len(text), False
        position = mark.end()
        if mark.group() in _CLOSING[opened[-1]]:
            opened.pop()
        elif mark.group() in _OPENING:
            opened.append(mark.group()[-1])
    return position, True
