"""Values in the language of Terraform, on one line, or laid out as ``terraform fmt`` leaves them.

Source: Terraform documentation, "Strings and Templates" and "Style Guide"; HCL's own formatter
aligns the equals signs of arguments that follow each other on single lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final, TypeAlias

_SPECIAL: Final = re.compile(r'[\x00-\x1f"\\\x7f]')
_MARKS: Final = re.compile(r"[$%]+(?=\{)")
"""What makes a template of a text."""
_ESCAPES: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def literal(value: Any) -> str:
    """Return a value whose texts are no templates, such as the default of a variable.

    :param value: as in ``cdk.tf.json``
    """
    return written(value, _quoted_literal)


def written(value: Any, text: Callable[[str], str]) -> str:
    """Return a value on one line.

    :param value: JSON-like
    :param text: writes a text, or a key
    """
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        inside = (f"{text(key)} = {written(inner, text)}" for key, inner in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(written(inner, text) for inner in value) + "]"
    return str(value) if isinstance(value, Decimal) else repr(value)


def without_special(text: str) -> str:
    """Return a text as it is inside of quotes, but for the marks of a template."""
    return _SPECIAL.sub(_escape, text)


def _quoted_literal(text: str) -> str:
    return f'"{_MARKS.sub(_as_codes, without_special(text))}"'


def _as_codes(found: re.Match[str]) -> str:
    return "".join(f"\\u{ord(each):04x}" for each in found.group())


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found.group(), f"\\u{ord(found.group()):04x}")


class Expression(str):
    """A text that is an expression on one line, such as a reference, and no data."""

    __slots__ = ()


Lines: TypeAlias = "list[str]"
_STEP: Final = "  "
_WIDEST: Final = 80
"""Characters of a list that stays on one line."""
_BARE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_KEYWORDS: Final = frozenset({"true", "false", "null", "for"})
_NO_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def block(head: str, arguments: Mapping[str, Any], rest: Iterable[str] = ()) -> str:
    """Return a block, with a line break at the end.

    :param head: its name and labels, such as ``variable "orders_password"``
    :param arguments: its arguments by name; texts are data, unless they are an ``Expression``
    :param rest: further lines inside
    """
    inside = [*_arguments(arguments), *rest]
    if not inside:
        return f"{head} {{}}\n"
    return f"{head} {{\n" + "".join(f"{_STEP}{line}".rstrip() + "\n" for line in inside) + "}\n"


def expression(value: Any) -> Expression:
    """Return a value on one line, with the ``Expression`` in it as they are."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, Mapping):
        inside = (f"{key_of(key)} = {expression(inner)}" for key, inner in value.items())
        return Expression("{ " + ", ".join(inside) + " }" if value else "{}")
    if isinstance(value, list):
        return Expression("[" + ", ".join(map(expression, value)) + "]")
    return Expression(literal(value))


def key_of(name: str) -> str:
    """Return the key of an object, in quotes where it needs them."""
    if _BARE.fullmatch(name) and name not in _KEYWORDS:
        return name
    # The width of other characters is a matter of opinion, and keys are aligned by it.
    return _NO_ASCII.sub(_as_escapes, _quoted_literal(name))


def _as_escapes(found: re.Match[str]) -> str:
    code = ord(found.group())
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _arguments(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of arguments, aligned as long as each is on a line of its own."""
    aligned: list[tuple[str, str]] = []
    for name, value in values.items():
        key, lines = key_of(name), _laid_out(value)
        if len(lines) == 1:
            aligned.append((key, lines[0]))
            continue
        yield from _aligned(aligned)
        aligned = []
        yield f"{key} = {lines[0]}"
        yield from lines[1:]
    yield from _aligned(aligned)


def _aligned(pairs: list[tuple[str, str]]) -> Iterator[str]:
    widest = max((len(key) for key, _ in pairs), default=0)
    return (f"{key.ljust(widest)} = {value}" for key, value in pairs)


def _laid_out(value: Any) -> Lines:
    if isinstance(value, Mapping) and value:
        return ["{", *(f"{_STEP}{line}" for line in _arguments(value)), "}"]
    if isinstance(value, list) and value:
        line = expression(value)
        if len(line) <= _WIDEST and not any(isinstance(each, (Mapping, list)) for each in value):
            return [line]
        return ["[", *(f"{_STEP}{line}" for each in value for line in _item(each)), "]"]
    return [expression(value)]


def _item(value: Any) -> Lines:
    lines = _laid_out(value)
    return [*lines[:-1], f"{lines[-1]},"]
