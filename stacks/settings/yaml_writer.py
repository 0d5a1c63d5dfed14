"""Write YAML, in the part that ``yaml_reader`` reads, and insert it into a settings file.

New connections are written into a file without changing any other byte of it. Among what can be
written is the template of a new connection, with all fields of its service. What the connection
needs is written as it is; everything else is commented out, and becomes valid YAML when ``# `` is
removed. Secrets are variables.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from constructs_lib.adopt.yaml_form import (
    STEP,
    Leaf,
    Line,
    Tree,
    lines_of,
    scalar,
)
from constructs_lib.schemas import Field, FieldKind, Service
from constructs_lib.validation import render
from stacks.settings.yaml_reader import Node, displayed, read

_EXAMPLES = {
    FieldKind.STRING: Leaf('""', "text"),
    FieldKind.INTEGER: Leaf("0", "a whole number"),
    FieldKind.NUMBER: Leaf("0", "a number"),
    FieldKind.BOOLEAN: Leaf("false", "true or false"),
    FieldKind.OBJECT: Leaf("{}", "a mapping"),
    FieldKind.LIST: Leaf("[]", "a list"),
    FieldKind.ANY: Leaf('""', "anything"),
}
_MAX_SHOWN = 8


def connection_template(service: Service, name: str, indent: int = STEP, group: str = "") -> str:
    """Return the lines of a new connection, with a line break at the end.

    :param service: the facts about its service
    :param name: the key of the connection, which is also its destination schema and the prefix of
        its variables
    :param indent: columns before the key
    :param group: the identifier of its group; empty if the defaults name one
    """
    inner = indent + STEP
    no_group = Line(inner, 'group_id: ""', "unless the defaults name the group", live=False)
    head = [
        Line(indent, f"{name}:"),
        Line(inner, f"service: {scalar(service.name)}"),
        Line(inner, f"group_id: {scalar(group)}") if group else no_group,
    ]
    lines = [*head, *_config(service, name, inner), *_others(service, name, inner)]
    return "".join(f"{line}\n" for line in lines)


def _config(service: Service, name: str, indent: int) -> Iterator[Line]:
    yield Line(indent, "config:" if service.destination_schema else "config: {}")
    for key in service.destination_schema:
        yield Line(indent + STEP, f"{key}: {name}", "names the destination schema")
    tree = _part(service.config.values(), secret=False, prefix=name)
    yield from _commented(lines_of(tree, indent + STEP))


def _others(service: Service, name: str, indent: int) -> Iterator[Line]:
    parts: dict[str, Tree] = {
        "secrets": _part(service.config.values(), secret=True, prefix=name),
        "auth": _part(service.auth.values(), secret=False, prefix=name),
        "auth_secrets": _part(service.auth.values(), secret=True, prefix=name),
    }
    given: Tree = {attribute: tree for attribute, tree in parts.items() if tree}
    yield from _commented(lines_of(given, indent))


def _part(fields: Iterable[Field], *, secret: bool, prefix: str) -> dict[str, Tree]:
    """Return the fields that belong in ``secrets``, or those that do not."""
    found: dict[str, Tree] = {}
    for field in fields:
        leaves = [leaf for _, leaf in field.leaves()]
        if all(leaf.read_only for leaf in leaves):
            continue
        name = f"{prefix}_{field.name}"
        if field.kind is FieldKind.OBJECT and field.fields:
            inside = _part(field.fields.values(), secret=secret, prefix=name)
            found |= {field.name: inside} if inside else {}
        elif any(leaf.secret for leaf in leaves) is secret:
            # A list is one value, so all of it belongs to the secrets.
            found[field.name] = _tree(field, name)
    return found


def _tree(field: Field, name: str) -> Tree:
    if field.kind is FieldKind.LIST and field.item is not None:
        return [_tree(field.item, name)]
    if field.fields:
        return {key: _tree(inner, f"{name}_{key}") for key, inner in field.fields.items()}
    if field.secret:
        return Leaf(f"{{variable: {re.sub(r'[^a-z0-9_]+', '_', name.lower())}}}")
    if field.allowed:
        values = [value for value in field.allowed if value]
        return Leaf(scalar(values[0]), f"one of {_some(values)}")
    return _EXAMPLES[field.kind]


def _commented(lines: Iterable[Line]) -> Iterator[Line]:
    return (line._replace(live=False) for line in lines)


def _some(values: list[str]) -> str:
    more = len(values) - _MAX_SHOWN
    return ", ".join(values[:_MAX_SHOWN]) + (f" and {more} more" if more > 0 else "")


_INDENT = 2


class InsertError(Exception):
    """The file was not changed; the message says why and what to do."""


Entry = Callable[[int], str]
"""A function that makes the lines of an entry for a number of columns before its key."""
Entries = Mapping[str, Mapping[str, Entry]]
"""The entries by section, such as ``connections``, and by name."""
_CONNECTIONS = "connections"


def insert(path: Path, name: str, entry: Entry) -> None:
    """Add a connection at the end of the connections of a file, as :func:`insert_all` does."""
    insert_all(path, {_CONNECTIONS: {name: entry}})


def refuse_merging(path: Path, name: str) -> None:
    """Refuse a name that another file has already, which would merge with the new connection.

    :param path: the settings file that is to get it
    :raises InsertError: if that is so
    """
    base = path.with_name("base.yaml")
    others = set(path.parent.glob("*.yaml")) - {path} if path == base else {base}
    for other in sorted(other for other in others if other.is_file()):
        if name in _section(_checked(other), _CONNECTIONS):
            raise InsertError(
                f"{displayed(other)} has a connection {name!r}, which would be merged with that "
                f"of {displayed(path)}; choose another name"
            )


def insert_all(path: Path, entries: Entries) -> None:
    """Add entries at the end of the sections of a file.

    The file is replaced as a whole, and only if the new content means what the old one meant, plus
    the new entries.

    :param path: the settings file, which exists
    :param entries: the entries; a section that the file lacks is added
    :raises InsertError: if that cannot be done
    """
    before = _checked(path)
    for section, names in entries.items():
        for name in names:
            if name in _section(before, section):
                noun = section.removesuffix("s").replace("_", " ")
                raise InsertError(
                    f"{displayed(path)} has a {noun} {name!r} already; choose another name"
                )
    changed = with_entries(path, entries)
    try:
        _replace(
            path.resolve(),
            changed,
            lambda written: _require_only_new(before, written, entries, path),
        )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InsertError(
            f"{displayed(path)} cannot be written: {reason}; print the entry and paste it"
        ) from None


def with_entries(path: Path, entries: Entries) -> str:
    """Return the content that a file would have with more entries.

    :param path: the settings file, which must be readable
    :param entries: the entries
    :raises InsertError: if they cannot be added to it
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InsertError(
            f"{displayed(path)} cannot be read: {reason}; print the entry and paste it"
        ) from None

    for section, named in entries.items():

        def joined(indent: int, named: Mapping[str, Entry] = named) -> str:
            return "\n".join(entry(indent) for entry in named.values())

        text = _with_entry(text, joined, section, displayed(path))
    return text


def _checked(path: Path) -> Node:
    if not path.is_file():
        raise InsertError(f"there is no settings file {displayed(path)}")
    root, found = read(path)
    mistakes = [finding for finding in found if finding.severity == "error"]
    if root is None or mistakes:
        listed = "".join("\n" + render([finding]) for finding in mistakes)
        raise InsertError(f"{displayed(path)} has mistakes; correct them first{listed}")
    return root


def _section(root: Node, section: str) -> dict[str, Node]:
    node = root.value.get(section)
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _with_entry(text: str, entry: Entry, section: str, shown: str) -> str:
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    # The text is parsed as it will be written: a last line without its end would move by one.
    root = yaml.compose("".join(lines), Loader=yaml.SafeLoader)
    at, indent, head = _place(lines, root, section, shown)
    added = (head + entry(indent)).splitlines()
    return "".join([*lines[:at], *(line + end for line in added), *lines[at:]])


def _place(lines: list[str], root: Any, section: str, shown: str) -> tuple[int, int, str]:
    """Return the line before which the entry belongs, its indentation, and what must precede it."""
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = [(key, value) for key, value in pairs if key.value == section]
    if not found:
        return len(lines), _INDENT, f"\n{section}:\n" if lines else f"{section}:\n"
    key, value = found[0]
    if isinstance(value, yaml.MappingNode) and not value.flow_style and value.value:
        at = _last_line(lines, value.end_mark.line)
        return at, value.value[0][0].start_mark.column, "\n"
    if isinstance(value, yaml.ScalarNode) and not value.value:
        return key.start_mark.line + 1, _INDENT, ""
    raise InsertError(
        f"the {section.replace('_', ' ')} of {shown} are in braces; write each key on a line of "
        "its own, or print the entry and paste it"
    )


def _last_line(lines: list[str], end: int) -> int:
    """Return the line after a block and its comments, which end before the line ``end``."""
    while end > 0 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


def _require_only_new(before: Node, written: Path, entries: Entries, path: Path) -> None:
    root, _ = read(written)
    after = {} if root is None else {key: _values(node) for key, node in root.value.items()}
    wanted = {key: _values(node) for key, node in before.value.items()}
    is_new = all(
        (after.get(section) or {}).pop(name, None) is not None
        for section, names in entries.items()
        for name in names
    )
    # A section that is new, or was empty, says nothing once its new entries are taken out.
    for section in entries:
        for values in (after, wanted):
            values[section] = values.get(section) or {}
    if not (is_new and after == wanted):
        raise InsertError(
            f"no entry can be added to {displayed(path)} without changing other lines; print the "
            "entry and paste it"
        )


def _values(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _values(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return [_values(inner) for inner in node.value]
    return node.value


def _replace(target: Path, text: str, check: Callable[[Path], None]) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        check(temporary)
        temporary.chmod(target.stat().st_mode)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
