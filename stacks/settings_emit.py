"""Values as YAML for a settings file, in the part of YAML that ``settings_yaml`` reads back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stacks.settings_model import Variable

STEP = 2
"""Columns by which one level is indented."""

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
# What YAML takes for a line break or refuses, and JSON leaves as it is.
_SPECIAL = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def emitted(values: Mapping[str, Any], indent: int) -> Iterator[str]:
    """The lines of a mapping, each key on a line of its own.

    :param values: JSON-like, with ``Variable`` leaves. Text is data: an expression of Terraform in
        it is written so that it stays the text that it is
    :param indent: columns before the keys
    """
    for key, value in values.items():
        head = f"{' ' * indent}{scalar(key)}:"
        if isinstance(value, (Mapping, list)) and value:
            yield head
            yield from _inside(value, indent + STEP)
        else:
            yield f"{head} {_flow(value)}"


def scalar(value: Any) -> str:
    """A single value as YAML: text without quotes where nobody can take it for anything else."""
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    if isinstance(value, float):
        # Only a number that comes back as it was written is one; the API reads text as the number.
        written = repr(value)
        return written if "e" not in written else json.dumps(written)
    text = re.sub(r"([$%])(?=\{)", r"\1\1", value)
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _SPECIAL.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def _inside(value: Mapping[str, Any] | Sequence[Any], indent: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from emitted(value, indent)
        return
    for item in value:
        if isinstance(item, (Mapping, list)) and item:
            first, *others = _inside(item, indent + STEP)
            yield f"{' ' * indent}- {first.lstrip(' ')}"
            yield from others
        else:
            yield f"{' ' * indent}- {_flow(item)}"


def _flow(value: Any) -> str:
    if isinstance(value, Variable):
        return f"{{variable: {value.name}{', unset: keep' if value.keep_unset else ''}}}"
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if isinstance(value, list) else scalar(value)
