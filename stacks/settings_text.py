"""Text that Terraform would take for an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from constructs_lib.schemas.shown import shown
from constructs_lib.validation import FilePlace, Finding
from constructs_lib.validation.pointers import Path, pointer

# As Terraform reads it: a doubled mark stands for the mark itself.
_EXPRESSION = re.compile(r"(?<!\$)\$\{|(?<!%)%\{")


def findings(value: Any, place: FilePlace, path: Path = ()) -> Iterator[Finding]:
    """An error for each text, or key, with an expression of Terraform in it.

    The values of a file are data. What is written as ``${NAME}`` is meant for a shell or another
    tool, and Terraform would answer with an error that names a line of ``cdk.tf.json``. In JSON
    Terraform reads keys as it reads text.

    :param value: plain values
    :param place: the place that each finding gets until its own is known
    :param path: where the value stands
    """
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _text(key, repr(key), place, (*path, key))
            yield from findings(inner, place, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from findings(inner, place, (*path, index))
    elif isinstance(value, str):
        yield from _text(value, shown(value, path), place, path)


def _text(text: str, found: str, place: FilePlace, path: Path) -> Iterator[Finding]:
    marks = sorted({match.group()[0] for match in _EXPRESSION.finditer(text)})
    if marks:
        literal = " and ".join(f"{mark * 2}{{ for the text {mark}{{" for mark in marks)
        hint = f"write {literal}; for a secret write {{variable: name}} in secrets"
        allowed = "values that stand in the files; no expression is evaluated"
        at = pointer(path)
        yield Finding("terraform-expression", "error", place, at, found, allowed, hint)
