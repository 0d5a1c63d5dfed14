"""Nulls that remove nothing: a misspelt key, or a value that somebody forgot to write."""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lib.schemas.suggestions import did_you_mean
from constructs_lib.validation import Finding
from constructs_lib.validation.pointers import Path, pointer
from stacks import settings_actions
from stacks.settings_merge import at, is_variable
from stacks.settings_yaml import Node

RULE = "removes-nothing"
_WITH_NAMES = ("connections", "connector_statuses", *settings_actions.SECTIONS)


def findings(merged: Node, base: Node) -> list[Finding]:
    """A warning for each null of a merged tree that has nothing to remove.

    :param merged: the whole tree, with its nulls
    :param base: the tree of ``base.yaml``
    """
    found = []
    for node, path in _nulls(merged, ()):
        removable = list(_removable(node, path, merged, base))
        # A null that came from the defaults is looked at in its own place only.
        if node.pointer == pointer(path) and path[-1] not in removable:
            found.append(_finding(node, path, removable))
    return found


def _nulls(node: Node, path: Path) -> Iterator[tuple[Node, Path]]:
    if not isinstance(node.value, dict) or is_variable(node):
        return
    for key, inner in node.value.items():
        if inner.value is None:
            yield inner, (*path, key)
        else:
            yield from _nulls(inner, (*path, key))


def _removable(node: Node, path: Path, merged: Node, base: Node) -> Iterator[str]:
    """The keys that a null in this mapping could remove."""
    if at(base, path) is not node:
        yield from _keys(at(base, path[:-1]))
    if path[0] == "connections" and len(path) > 2:
        yield from _keys(at(merged, ("defaults", *path[2:-1])))


def _keys(node: Node | None) -> Iterator[str]:
    if node is not None and isinstance(node.value, dict):
        yield from (key for key, inner in node.value.items() if inner.value is not None)


def _finding(node: Node, path: Path, removable: list[str]) -> Finding:
    is_named = path[0] in _WITH_NAMES and len(path) == 2
    otherwise = "write its settings, or delete the line" if is_named else "delete the line"
    hint = did_you_mean(path[-1], removable) or otherwise
    found = f"null, but there is no {str(path[-1])!r} to remove"
    allowed = "null only for what base.yaml or the defaults bring"
    return Finding(RULE, "warning", node.key_place, node.pointer, found, allowed, hint)
