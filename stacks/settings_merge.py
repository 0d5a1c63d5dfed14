"""Laying one tree of settings over another, without losing the places."""

from __future__ import annotations

from typing import Any

from constructs_lib.validation.pointers import steps
from stacks.settings_yaml import Node


def merge(below: Node, above: Node) -> Node:
    """``above`` laid over ``below``: mappings merge deeply, everything else replaces.

    A null stays in the result, so that it can remove what still another layer brings; see
    ``without_nulls``.
    """
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    merged = dict(below.value)
    for key, node in above.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return above._replace(value=merged)


def without_nulls(node: Node) -> Node:
    """A tree without the keys whose value is null. The items of lists stay."""
    if not isinstance(node.value, dict):
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


def content(node: Node) -> Any:
    """The values of a tree alone, as dicts, lists and scalars."""
    if isinstance(node.value, dict):
        return {key: content(inner) for key, inner in node.value.items()}
    if isinstance(node.value, list):
        return [content(inner) for inner in node.value]
    return node.value


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
