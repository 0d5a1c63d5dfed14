"""Write new connections into a settings file, and leave every other byte of it as it is."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from constructs_lib.validation import render
from stacks.settings.yaml_reader import Node, displayed, read

_INDENT = 2


class InsertError(Exception):
    """The file was not changed; the message says why and what to do."""


Entry = Callable[[int], str]
"""A function that makes the lines of a connection for a number of columns before its key."""


def insert(path: Path, name: str, entry: Entry) -> None:
    """Add a connection at the end of the connections of a file, as :func:`insert_all` does."""
    insert_all(path, {name: entry})


def insert_all(path: Path, entries: Mapping[str, Entry]) -> None:
    """Add connections at the end of the connections of a file.

    The file is replaced as a whole, and only if the new content means what the old one meant, plus
    the new connections.

    :param path: the settings file, which exists
    :param entries: the connections by name
    :raises InsertError: if that cannot be done
    """
    before = _checked(path)
    for name in entries:
        if name in _connections(before):
            raise InsertError(
                f"{displayed(path)} has a connection {name!r} already; give another name"
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
        raise InsertError(f"{displayed(path)} cannot be written: {reason}") from None


def with_entries(path: Path, entries: Mapping[str, Entry]) -> str:
    """Return the content that a file would have with more connections.

    :param path: the settings file, which must be readable
    :param entries: the connections by name
    :raises InsertError: if they cannot be added to it
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InsertError(f"{displayed(path)} cannot be read: {reason}") from None

    def joined(indent: int) -> str:
        return "\n".join(entry(indent) for entry in entries.values())

    return _with_entry(text, joined, displayed(path))


def _checked(path: Path) -> Node:
    if not path.is_file():
        raise InsertError(f"there is no settings file {displayed(path)}")
    root, found = read(path)
    mistakes = [finding for finding in found if finding.severity == "error"]
    if root is None or mistakes:
        listed = "".join("\n" + render([finding]) for finding in mistakes)
        raise InsertError(f"{displayed(path)} has mistakes, correct them first{listed}")
    return root


def _connections(root: Node) -> dict[str, Node]:
    node = root.value.get("connections")
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _with_entry(text: str, entry: Entry, shown: str) -> str:
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += end
    # The text is parsed as it will be written: a last line without its end would move by one.
    root = yaml.compose("".join(lines), Loader=yaml.SafeLoader)
    at, indent, head = _place(lines, root, shown)
    added = (head + entry(indent)).splitlines()
    return "".join([*lines[:at], *(line + end for line in added), *lines[at:]])


def _place(lines: list[str], root: Any, shown: str) -> tuple[int, int, str]:
    """Return the line before which the entry belongs, its indentation, and what must precede it."""
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = [(key, value) for key, value in pairs if key.value == "connections"]
    if not found:
        return len(lines), _INDENT, "\nconnections:\n" if lines else "connections:\n"
    key, value = found[0]
    if isinstance(value, yaml.MappingNode) and not value.flow_style and value.value:
        at = _last_line(lines, value.end_mark.line)
        return at, value.value[0][0].start_mark.column, "\n"
    if isinstance(value, yaml.ScalarNode) and not value.value:
        return key.start_mark.line + 1, _INDENT, ""
    raise InsertError(
        f"the connections of {shown} are in braces; write each on lines of its own, or print the "
        "entry and paste it"
    )


def _last_line(lines: list[str], end: int) -> int:
    """Return the line after a block and its comments, which end before the line ``end``."""
    while end > 0 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    return end


def _require_only_new(before: Node, written: Path, names: Mapping[str, object], path: Path) -> None:
    root, _ = read(written)
    after = dict(_connections(root)) if root is not None else {}
    is_new = all(after.pop(name, None) is not None for name in names)
    others = root.value if root is not None else {}
    same = {key: _values(node) for key, node in others.items() if key != "connections"} == {
        key: _values(node) for key, node in before.value.items() if key != "connections"
    }
    kept = {key: _values(node) for key, node in _connections(before).items()}
    if not (is_new and same and kept == {key: _values(node) for key, node in after.items()}):
        raise InsertError(
            f"nothing can be added to {displayed(path)} without changing more than that; "
            "print the entry and paste it"
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
