"""Values of Python as Terraform reads them: in ``cdk.tf.json``, in templates and in HCL.

In JSON: the CDK drops nulls inside lists and dicts, and passes numbers through JavaScript's
doubles. Both are written as Terraform expressions instead, which Terraform reads exactly:
``"${null}"`` and ``"${1763700000000000001}"``.

In templates: a text is split into its expressions and what is between them, which tells what is
written in clear and what Terraform is certain to refuse.

In HCL, for ``cdktf synth --hcl``: the CDK guesses what a text means. ``"5"`` becomes a number,
``'{"a": 1}'`` an object, and a backslash or a line break makes a file that Terraform cannot read.
So each value is written as an expression that says what ``cdk.tf.json`` would say. ``hcl_document``
makes the file of a synth of them; the CDK's ``Testing`` copies those of our constructs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from constructs_lib import toolkit
from constructs_lib.hcl import literal as literal
from constructs_lib.hcl import without_special, written
from constructs_lib.toolkit import is_token

_NULL = "${null}"
_EXACT_IN_JAVASCRIPT = 2**53
_MARKS_OF_CDK = frozenset({"String Map Token Value", "Any Map Token Value"})
_NUMBER_OF_CDK = -123456789
"""The values by which the CDK knows its own maps; elsewhere it ends with an error at them."""


def to_json_value(value: Any) -> Any:
    """Return a value of an attribute, ready to be handed to the CDK.

    Text is passed as it is: as everywhere in the CDK, ``${...}`` in it is an expression of
    Terraform, and ``$${`` is a literal ``${``.

    :param value: JSON-like; may contain tokens of the CDK
    """
    if value is None:
        return _NULL
    if isinstance(value, str):
        return f'${{"{value}"}}' if value in _MARKS_OF_CDK else value
    if isinstance(value, bool) or is_token(value):
        return value
    if isinstance(value, int) and (abs(value) > _EXACT_IN_JAVASCRIPT or value == _NUMBER_OF_CDK):
        return f"${{{value}}}"
    if isinstance(value, Mapping):
        return {key: to_json_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json_value(inner) for inner in value]
    return value


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


class TextPart(NamedTuple):
    """One part of a text: an expression ``${...}``, a directive ``%{...}``, or what is between."""

    text: str
    is_clear: bool
    """True if Terraform takes the part as it is, but for ``$${`` and ``%%{``."""
    is_closed: bool = True
    """False for an expression without an end."""


def has_literal_text(text: str) -> bool:
    """Return True if letters or digits are outside of the expressions ``${...}`` of a text.

    What only joins references, as the colon of ``${var.user}:${var.password}``, does not count.

    :param text: a value that was given to a construct; tokens of the CDK are expressions
    """
    return any(re.search(r"\w", part.text) for part in split_template(text) if part.is_clear)


def split_template(text: str) -> Iterator[TextPart]:
    """Yield the parts of a text, in their order; joined, they are the text again."""
    position = 0
    while start := _START.search(text, position):
        if start.start() > position:
            yield TextPart(text[position : start.start()], is_clear=True)
        position, is_closed = _end(text, start.end())
        yield TextPart(text[start.start() : position], is_clear=False, is_closed=is_closed)
    if position < len(text):
        yield TextPart(text[position:], is_clear=True)


def invalid_expression(text: str) -> str:
    """Return the first expression of a text that Terraform refuses for certain; empty if none.

    That is one without an end or without content, a directive that does not exist, and a name
    without a dot, such as ``${HOME}``: the names of Terraform have a dot, ``${var.home}``. What may
    be right, as anything in a ``for`` expression, is left to Terraform.
    """
    found = [part for part in split_template(text) if not part.is_clear]
    has_loop = any(re.match(r"%\{~?\s*for\b", part.text) for part in found)
    return next((part.text for part in found if _is_invalid(part, has_loop=has_loop)), "")


def _is_invalid(part: TextPart, *, has_loop: bool) -> bool:
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


_ENVIRONMENT: Final = "SYNTH_HCL_OUTPUT"
"""The environment variable by which the command line of the CDK asks for HCL."""
_RAW: Final = {"isBlock": False, "type": "reference", "storageClassType": "any"}
"""The form of an attribute whose value the CDK copies."""


def is_hcl() -> bool:
    """Return True if the command line of the CDK asks for HCL instead of JSON."""
    return os.environ.get(_ENVIRONMENT) in ("true", "1")


def hcl_attributes(attributes: Mapping[str, Any], scope: toolkit.IConstruct) -> dict[str, Any]:
    """Return attributes in the form that the CDK writes as HCL.

    :param attributes: as they are written as JSON; may contain tokens
    :param scope: the stack, or a construct in it
    """
    known = toolkit.resolved(dict(attributes), scope)
    return {name: hcl_attribute(each) for name, each in known.items()}


def hcl_attribute(value: Any) -> dict[str, Any]:
    """Return the value of an attribute, without tokens, in the form that the CDK copies."""
    return {"value": _copied(hcl_expression(value)), **_RAW}


def hcl_value(value: Any, scope: toolkit.IConstruct) -> str:
    """Return a value as a text that the CDK writes as an expression, wherever it is used."""
    return f"${{{hcl_expression(toolkit.resolved(value, scope))}}}"


def hcl_expression(value: Any) -> str:
    """Return a value in the language of Terraform, on one line.

    :param value: as in ``cdk.tf.json``: a text is a template, and so is a key; no tokens
    """
    return written(value, quoted)


def quoted(text: str) -> str:
    """Return a template in quotes; what is an expression in it stays as it is."""
    parts = (
        without_special(each.text) if each.is_clear else each.text for each in split_template(text)
    )
    return f'"{"".join(parts)}"'


def _copied(text: str) -> str:
    # What looks like a template the CDK puts into quotes; as one expression it is the same there.
    if "${" not in text:
        return text
    return text[1:-1] if text.startswith('"') else f"${{{text}}}"
