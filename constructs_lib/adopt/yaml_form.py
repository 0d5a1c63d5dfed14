"""Connections as YAML: the entries of a settings file, as an environment has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from constructs_lib.adopt.description import (
    Belonging,
    Described,
    Document,
    Variable,
    comment_lines,
    number,
    require_names,
)

FILE = "connections.yaml"
IMPORTS = re.compile(r'^  ([^\s:]+):\n    import_id: "?([^"\n]+)"?$', re.MULTILINE)
"""Finds name and identifier of each connection in a file that was written here."""


def to_yaml(document: Document) -> dict[str, str]:
    """Return the entries of a document, by the name of the file.

    :raises UnfitForm: if a name cannot be written
    """
    require_names(document)
    entries = [_entry(each) for each in document.connections]
    if not entries and not document.removed:
        return {}
    text = "connections:\n" + "\n".join(entries) if entries else "connections: {}\n"
    text += "".join(_sections(document))
    if document.removed:
        addresses = (f"{' ' * STEP}- {scalar(address)}\n" for address in document.removed)
        text += "\nremoved:\n" + "".join(addresses)
    return {FILE: text}


def _sections(document: Document) -> Iterator[str]:
    """Yield the sections with what belongs to connections."""
    every = [(one, each) for one in document.connections for each in one.belongings]
    for section in sorted({each.section.name for _, each in every}):
        entries = [
            belonging_entry(one.name, one.import_id, each, STEP)
            for one, each in every
            if each.section.name == section
        ]
        yield f"\n{section}:\n" + "\n".join(entries)


def belonging_entry(name: str, import_id: str | None, belonging: Belonging, indent: int) -> str:
    """Return the lines of what belongs to a connection, with a line break at the end.

    :param name: the name of the connection, and of the entry
    :param import_id: the identifier of the connection
    :param indent: columns before the key
    """
    # The name of the connection comes first: IMPORTS finds connections by what follows theirs.
    identified = {"connection": name, "import_id": import_id}
    return entry(name, {**identified, **belonging.attributes}, (), indent)


def _entry(described: Described) -> str:
    identified = {
        name: getattr(described, name)
        for name in ("import_id", "moved_from")
        if getattr(described, name) is not None
    }
    values = {**identified, **described.attributes}
    return entry(described.name, values, described.comments, STEP)


def entry(name: str, values: Mapping[str, Any], comments: Sequence[str], indent: int) -> str:
    """Return the lines of a connection, with a line break at the end.

    :param name: its key
    :param values: its parameters
    :param comments: one line each, without the mark of a comment
    :param indent: columns before the key
    """
    lines = [f"{' ' * indent}{name}:", *entry_lines(values, indent + STEP)]
    lines += [f"{' ' * (indent + STEP)}{comment}" for comment in comment_lines(comments)]
    return "".join(f"{line}\n" for line in lines)


STEP = 2
"""Columns by which one level is indented."""

_NEEDS_NO_QUOTES = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*")
_YAML_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
# YAML takes these for a line break or refuses them, and JSON leaves them as they are.
_SPECIAL = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def entry_lines(values: Mapping[str, Any], indent: int) -> Iterator[str]:
    """Return the lines of a mapping, each key on a line of its own.

    :param values: JSON values, with ``Variable`` leaves. Text is data: an expression of Terraform
        in it is escaped, so that it stays text
    :param indent: columns before the keys
    """
    tree = {scalar(key): _tree_of(value) for key, value in values.items()}
    return map(str, lines_of_mapping(tree, indent))


def scalar(value: Any) -> str:
    """Return a single value as YAML: text without quotes where it cannot be anything else."""
    if value is None or isinstance(value, (bool, int)):
        return json.dumps(value)
    if isinstance(value, Decimal):
        return scalar(number(value))
    if isinstance(value, float):
        # A number that would be read differently is written as text, which the API accepts, too.
        written = repr(value)
        return written if "e" not in written else json.dumps(written)
    text = re.sub(r"([$%])(?=\{)", r"\1\1", value)
    if _NEEDS_NO_QUOTES.fullmatch(text) and text.lower() not in _YAML_WORDS:
        return text
    return _SPECIAL.sub(
        lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False)
    )


def _tree_of(value: Any) -> Tree:
    if isinstance(value, Mapping) and value:
        return {scalar(key): _tree_of(inner) for key, inner in value.items()}
    if isinstance(value, list) and value:
        return [_tree_of(item) for item in value]
    return Leaf(_flow(value))


def _flow(value: Any) -> str:
    if isinstance(value, Variable):
        return f"{{variable: {value.name}{', unset: keep' if value.keep_unset else ''}}}"
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if isinstance(value, list) else scalar(value)


class Leaf(NamedTuple):
    """One value as YAML, with a note about what is allowed there."""

    text: str
    note: str = ""


Tree: TypeAlias = "dict[str, Tree] | list[Tree] | Leaf"


class Line(NamedTuple):
    """One line of YAML."""

    indent: int
    text: str
    note: str = ""
    live: bool = True
    """False for a line that is commented out."""

    def __str__(self) -> str:
        mark = "" if self.live else "# "
        note = f"  # {self.note}" if self.note else ""
        return f"{' ' * self.indent}{mark}{self.text}{note}"


def lines_of(tree: Tree, indent: int) -> Iterator[Line]:
    """Yield the lines of a value."""
    if isinstance(tree, Leaf):
        yield Line(indent, tree.text, tree.note)
    elif isinstance(tree, list):
        for item in tree:
            first, *others = lines_of(item, indent + STEP)
            yield first._replace(indent=indent, text=f"- {first.text}")
            yield from others
    else:
        yield from lines_of_mapping(tree, indent)


def lines_of_mapping(tree: Mapping[str, Tree], indent: int) -> Iterator[Line]:
    """Yield the lines of a mapping, each key on a line of its own."""
    for name, inner in tree.items():
        if isinstance(inner, Leaf):
            yield Line(indent, f"{name}: {inner.text}", inner.note)
        else:
            yield Line(indent, f"{name}:")
            yield from lines_of(inner, indent + STEP)
