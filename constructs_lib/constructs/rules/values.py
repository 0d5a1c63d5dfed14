"""The rules about values that neither the CDK nor Terraform can take as they are.

The values of a construct pass through Node and then through ``cdk.tf.json``, where each text, and
each key, is a template. What cannot arrive there is a finding, not a traceback of the CDK, nor an
error of Terraform that names a line of ``cdk.tf.json``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from constructs_lib.constructs.base.expressions import invalid_expression
from constructs_lib.schemas.redaction import HIDDEN, display, is_secret_path
from constructs_lib.toolkit import is_token
from constructs_lib.validation import Finding, Place
from constructs_lib.validation.findings import Path, pointer

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_LIST_OF_CDK: Final = "#{TfToken["
_OF_CONSTRUCTS: Final = frozenset({"_children", "_metadata"})


class _Problem(NamedTuple):
    rule: str
    found: str
    allowed: str
    hint: str


def check_values(values: Mapping[str, Any], place: Place) -> list[Finding]:
    """Return all findings about the values of a construct.

    :param values: JSON-like values by the names of their parameters; none contains itself
    :param place: the place of the construct
    """
    return [
        Finding(each.rule, "error", place, pointer(path), each.found, each.allowed, each.hint)
        for path, each in _walk(values, ())
    ]


def _walk(value: Any, path: Path) -> Iterator[tuple[Path, _Problem]]:
    if isinstance(value, str):
        yield from ((path, each) for each in _of_text(value, display(value, path), path))
    elif is_token(value):
        return
    elif isinstance(value, Mapping):
        yield from ((path, each) for each in _of_keys(value))
        for key, inner in value.items():
            here = (*path, str(key))
            if isinstance(key, str):
                yield from ((here, each) for each in _of_text(key, repr(key), ()))
            yield from _walk(inner, here)
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _walk(inner, (*path, index))


def _of_text(text: str, found: str, path: Path) -> Iterator[_Problem]:
    for rule in _RULES:
        yield from rule(text, HIDDEN if is_secret_path(path) else found)


def _expression(text: str, found: str) -> Iterator[_Problem]:
    """Report a text that Terraform takes for an expression, and then refuses."""
    if wrong := invalid_expression(text):
        mark = wrong[0]
        what = found if found in (HIDDEN, display(wrong)) else f"{display(wrong)} in {found}"
        yield _Problem(
            "terraform-expression",
            what,
            "an expression of Terraform, such as ${var.name}, or a text without one",
            f"write {mark * 2}{{ for the text {mark}{{",
        )


def _list_in_text(text: str, found: str) -> Iterator[_Problem]:
    """Report a list of the CDK, which is a list of one text, inside of a text."""
    if _LIST_OF_CDK in text:
        yield _Problem(
            "list-in-text",
            "a list that only Terraform knows, inside a text",
            "the list itself, or a text made of it",
            "join it with Fn.join, or take one element with Fn.element",
        )


def _lone_surrogate(text: str, found: str) -> Iterator[_Problem]:
    """Report a lone surrogate, which Terraform would replace by another character."""
    if _SURROGATE.search(text):
        yield _Problem(
            "not-text",
            f"{found}, with half of a character (a lone surrogate)",
            "text that is valid Unicode",
            "decode the bytes that it came from without errors='surrogateescape'",
        )


_RULES: Final[Iterable[Callable[[str, str], Iterator[_Problem]]]] = (
    _expression,
    _list_in_text,
    _lone_surrogate,
)


def _of_keys(value: Mapping[Any, Any]) -> Iterator[_Problem]:
    """Report keys that Node takes for something else than the key of a mapping."""
    hint = "give a state as JSON text instead, with json.dumps"
    if "__proto__" in value:
        found = "the key '__proto__', which JavaScript has for itself"
        yield _Problem("reserved-key", found, "another key: the CDK cannot pass it on", hint)
    if value.keys() >= _OF_CONSTRUCTS:
        found = "the keys '_children' and '_metadata' together"
        yield _Problem("reserved-key", found, "one of the two: the CDK has them itself", hint)
