"""Laying one tree of settings over another, without losing the places."""

from __future__ import annotations

from collections.abc import Callable

from constructs_lib.validation.pointers import Path, steps
from stacks.settings_yaml import Node

_WORDS = {"variable", "unset"}


def merge(below: Node, above: Node) -> Node:
    """``above`` laid over ``below``: mappings merge deeply, everything else replaces.

    A null stays in the result, so that it can remove what still another layer brings; see
    ``without_nulls``.
    """
    return _laid_over(below, above, place_of=lambda _below, above: above)


def merge_files(base: Node, own: Node) -> Node:
    """The file of an environment laid over ``base.yaml``, as by ``merge``.

    A mapping of both files keeps its place in ``base.yaml``, so that what is missing in it is
    the same mistake in every environment; unless its own file removes something from it.
    """
    return _laid_over(base, own, place_of=_base_unless_removed)


def _base_unless_removed(base: Node, own: Node) -> Node:
    removes = any(inner.value is None for inner in own.value.values())
    return own if removes else base


def _laid_over(below: Node, above: Node, *, place_of: Callable[[Node, Node], Node]) -> Node:
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    if is_variable(below) or is_variable(above):
        # One value, although it is written as a mapping: half of another one means nothing.
        return above
    merged = dict(below.value)
    for key, node in above.value.items():
        merged[key] = _laid_over(merged[key], node, place_of=place_of) if key in merged else node
    return place_of(below, above)._replace(value=merged)


def is_variable(node: Node) -> bool:
    """True for ``{variable: name}``, with or without ``unset``."""
    return isinstance(node.value, dict) and "variable" in node.value and set(node.value) <= _WORDS


def without_nulls(node: Node) -> Node:
    """A tree without the keys whose value is null.

    The items of lists stay, and so does ``{variable: null}``: there a name was forgotten.
    """
    if not isinstance(node.value, dict) or is_variable(node):
        return node
    kept = {
        key: without_nulls(inner) for key, inner in node.value.items() if inner.value is not None
    }
    return node._replace(value=kept)


def with_defaults(root: Node) -> Node:
    """An environment with its ``defaults`` laid under each of its ``connections``."""
    defaults, connections = root.value.get("defaults"), root.value.get("connections")
    if defaults is None or connections is None or not isinstance(connections.value, dict):
        return root
    laid = {
        name: connection if connection.value is None else merge(defaults, connection)
        for name, connection in connections.value.items()
    }
    return root._replace(value={**root.value, "connections": connections._replace(value=laid)})


def at(root: Node, path: Path) -> Node | None:
    """The node at a path through mappings, or None if there is none."""
    node: Node | None = root
    for step in path:
        content = node.value if node is not None else None
        node = content.get(step) if isinstance(content, dict) else None
    return node


def nearest(root: Node, pointer: str) -> Node:
    """The node at a JSON pointer, or the nearest one above it that exists."""
    node = root
    for step in steps(pointer):
        if isinstance(node.value, dict) and step in node.value:
            node = node.value[step]
        elif isinstance(node.value, list) and step.isdigit() and int(step) < len(node.value):
            node = node.value[int(step)]
        else:
            return node
    return node
