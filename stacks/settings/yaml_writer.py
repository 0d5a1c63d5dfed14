"""Values as YAML for a settings file, in the part of YAML that ``settings_yaml`` reads back.

The text of a new connection for a settings file, with all fields of its service.

What the connection needs stands there; everything else is commented out, so that it becomes valid
YAML when ``# `` is taken away. Secrets are variables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from constructs_lib.schemas import Field, FieldKind, Service
from stacks.settings.model import Variable

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


_MOST_SHOWN = 8
_PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_YAML_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_STEP = 2


class _Leaf(NamedTuple):
    """One value as YAML, and what may stand in its place."""

    text: str
    note: str = ""


_EXAMPLES = {
    FieldKind.STRING: _Leaf('""', "text"),
    FieldKind.INTEGER: _Leaf("0", "a whole number"),
    FieldKind.NUMBER: _Leaf("0", "a number"),
    FieldKind.BOOLEAN: _Leaf("false", "true or false"),
    FieldKind.OBJECT: _Leaf("{}", "a mapping"),
    FieldKind.LIST: _Leaf("[]", "a list"),
    FieldKind.ANY: _Leaf('""', "anything"),
}
_Tree: TypeAlias = "dict[str, _Tree] | list[_Tree] | _Leaf"


class _Line(NamedTuple):
    indent: int
    text: str
    note: str = ""
    live: bool = True

    def __str__(self) -> str:
        mark = "" if self.live else "# "
        note = f"  # {self.note}" if self.note else ""
        return f"{' ' * self.indent}{mark}{self.text}{note}"


def entry(service: Service, name: str, indent: int = _STEP) -> str:
    """The lines of a connection, with a line break at the end.

    :param service: the facts about its service
    :param name: the key of the connection, also its destination schema and the beginning of the
        names of its variables
    :param indent: columns before the key
    """
    inner = indent + _STEP
    head = [
        _Line(indent, f"{name}:"),
        _Line(inner, f"service: {_scalar(service.name)}"),
        _Line(inner, 'group_id: ""', "unless the defaults name the group", live=False),
    ]
    lines = [*head, *_config(service, name, inner), *_others(service, name, inner)]
    return "".join(f"{line}\n" for line in lines)


def _config(service: Service, name: str, indent: int) -> Iterator[_Line]:
    yield _Line(indent, "config:" if service.destination_schema else "config: {}")
    for key in service.destination_schema:
        yield _Line(indent + _STEP, f"{key}: {name}", "names the destination schema")
    tree = _part(service.config.values(), secret=False, prefix=name)
    yield from _commented(_emitted(tree, indent + _STEP))


def _others(service: Service, name: str, indent: int) -> Iterator[_Line]:
    parts: dict[str, _Tree] = {
        "secrets": _part(service.config.values(), secret=True, prefix=name),
        "auth": _part(service.auth.values(), secret=False, prefix=name),
        "auth_secrets": _part(service.auth.values(), secret=True, prefix=name),
    }
    given: _Tree = {attribute: tree for attribute, tree in parts.items() if tree}
    yield from _commented(_emitted(given, indent))


def _part(fields: Iterable[Field], *, secret: bool, prefix: str) -> dict[str, _Tree]:
    """The fields that belong into ``secrets``, or those that do not."""
    found: dict[str, _Tree] = {}
    for field in fields:
        leaves = [leaf for _, leaf in field.leaves()]
        if all(leaf.read_only for leaf in leaves):
            continue
        name = f"{prefix}_{field.name}"
        if field.kind is FieldKind.OBJECT and field.fields:
            inside = _part(field.fields.values(), secret=secret, prefix=name)
            found |= {field.name: inside} if inside else {}
        elif any(leaf.secret for leaf in leaves) is secret:
            # A list is one value, so it stands among the secrets as a whole.
            found[field.name] = _tree(field, name)
    return found


def _tree(field: Field, name: str) -> _Tree:
    if field.kind is FieldKind.LIST and field.item is not None:
        return [_tree(field.item, name)]
    if field.fields:
        return {key: _tree(inner, f"{name}_{key}") for key, inner in field.fields.items()}
    if field.secret:
        return _Leaf(f"{{variable: {re.sub(r'[^a-z0-9_]+', '_', name.lower())}}}")
    if field.allowed:
        values = [value for value in field.allowed if value]
        return _Leaf(_scalar(values[0]), f"one of {_some(values)}")
    return _EXAMPLES[field.kind]


def _emitted(tree: _Tree, indent: int) -> Iterator[_Line]:
    """The lines of a tree."""
    if isinstance(tree, _Leaf):
        yield _Line(indent, tree.text, tree.note)
    elif isinstance(tree, list):
        for item in tree:
            first, *others = _emitted(item, indent + _STEP)
            yield first._replace(indent=indent, text=f"- {first.text}")
            yield from others
    else:
        yield from _emitted_fields(tree, indent)


def _emitted_fields(tree: Mapping[str, _Tree], indent: int) -> Iterator[_Line]:
    for name, inner in tree.items():
        if isinstance(inner, _Leaf):
            yield _Line(indent, f"{name}: {inner.text}", inner.note)
        else:
            yield _Line(indent, f"{name}:")
            yield from _emitted(inner, indent + _STEP)


def _commented(lines: Iterable[_Line]) -> Iterator[_Line]:
    return (line._replace(live=False) for line in lines)


def _scalar(text: str) -> str:
    is_plain = _PLAIN_TEXT.fullmatch(text) and text.lower() not in _YAML_WORDS
    return text if is_plain else json.dumps(text)


def _some(values: list[str]) -> str:
    more = len(values) - _MOST_SHOWN
    return ", ".join(values[:_MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")
