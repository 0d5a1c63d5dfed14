"""Merge the trees of settings files, and put the findings about them at their places.

Mappings merge deeply, everything else replaces, and a null removes a key. Each value keeps its
place in its own file. Two mistakes show only here: a null that removes nothing (a misspelt key, or
a value that somebody forgot to write), and a change to a connection that ``base.yaml`` does not
have.

The findings of all environments are merged as well: each is reported at its place, once, and
without those that follow from another one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from constructs_lib.schemas.keywords import did_you_mean, nearest_name
from constructs_lib.schemas.sections import sections
from constructs_lib.validation import FilePlace, Finding
from constructs_lib.validation.findings import Path, pointer, steps
from stacks.settings.yaml_reader import Node

_WORDS = {"variable", "unset"}


def merge_layers(base: Node, own: Node) -> tuple[Node, list[Finding]]:
    """Lay the file of an environment over ``base.yaml``, and ``defaults`` under each connection.

    A mapping in both files keeps its place in ``base.yaml``, so that a missing key is the same
    mistake in every environment; unless the file of the environment removes something from it.

    :param base: the tree of ``base.yaml``
    :param own: the tree of the file of the environment
    :returns: the merged tree, without nulls; and a warning for each null that has nothing to remove
    """
    merged = _laid_over(base, own, place_of=_base_unless_removed)
    defaults, connections = merged.value.get("defaults"), merged.value.get("connections")
    if defaults is not None and connections is not None and isinstance(connections.value, dict):
        laid = {
            name: _laid_over(defaults, connection, place_of=lambda _below, above: above)
            for name, connection in connections.value.items()
        }
        content = {**merged.value, "connections": connections._replace(value=laid)}
        merged = merged._replace(value=content)
    # A null stays until here: one in a file removes a default, too.
    return _without_nulls(merged), _check_nulls(merged, base)


def _base_unless_removed(base: Node, own: Node) -> Node:
    removes = any(inner.value is None for inner in own.value.values())
    return own if removes else base


def _laid_over(below: Node, above: Node, *, place_of: Callable[[Node, Node], Node]) -> Node:
    if not isinstance(below.value, dict) or not isinstance(above.value, dict):
        return above
    if is_variable(below) or is_variable(above):
        # A variable is one value, although it is written as a mapping: half of it means nothing.
        return above
    merged = dict(below.value)
    for key, node in above.value.items():
        merged[key] = _laid_over(merged[key], node, place_of=place_of) if key in merged else node
    return place_of(below, above)._replace(value=merged)


def is_variable(node: Node) -> bool:
    """Return whether a node is ``{variable: name}``, with or without ``unset``."""
    return isinstance(node.value, dict) and "variable" in node.value and set(node.value) <= _WORDS


def _without_nulls(node: Node) -> Node:
    # The items of lists stay, and so does {variable: null}: there the name is missing.
    if not isinstance(node.value, dict) or is_variable(node):
        return node
    kept = {
        key: _without_nulls(inner) for key, inner in node.value.items() if inner.value is not None
    }
    return node._replace(value=kept)


def node_at(root: Node, path: Path) -> Node | None:
    """Return the node at a path through mappings, or None if there is none."""
    node: Node | None = root
    for step in path:
        content = node.value if node is not None else None
        node = content.get(step) if isinstance(content, dict) else None
    return node


def nearest_node(root: Node, pointer: str) -> Node:
    """Return the node at a JSON pointer, or the nearest one above it that exists."""
    node = root
    for step in steps(pointer):
        if isinstance(node.value, dict) and step in node.value:
            node = node.value[step]
        elif isinstance(node.value, list) and step.isdigit() and int(step) < len(node.value):
            node = node.value[int(step)]
        else:
            return node
    return node


REMOVES_NOTHING = "removes-nothing"
_WITH_NAMES = ("connections", "connector_statuses")


def _check_nulls(merged: Node, base: Node) -> list[Finding]:
    found = []
    for node, path in _nulls(merged, ()):
        removable = list(_removable(node, path, merged, base))
        # A null that comes from the defaults is checked in its own place only.
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
    """Return the keys that a null in this mapping could remove."""
    if node_at(base, path) is not node:
        yield from _keys(node_at(base, path[:-1]))
    if path[0] == "connections" and len(path) > 2:
        yield from _keys(node_at(merged, ("defaults", *path[2:-1])))


def _keys(node: Node | None) -> Iterator[str]:
    if node is not None and isinstance(node.value, dict):
        yield from (key for key, inner in node.value.items() if inner.value is not None)


def _finding(node: Node, path: Path, removable: list[str]) -> Finding:
    is_named = path[0] in (*_WITH_NAMES, *sections()) and len(path) == 2
    otherwise = "write its settings, or delete the line" if is_named else "delete the line"
    hint = did_you_mean(path[-1], removable) or otherwise
    found = f"null, but there is no {str(path[-1])!r} to remove"
    allowed = "null only for a key that base.yaml or defaults sets"
    return Finding(REMOVES_NOTHING, "warning", node.key_place, node.pointer, found, allowed, hint)


_FOLLOWING = ("required", REMOVES_NOTHING)


def with_lost_connections(found: Sequence[Finding], base: Node, root: Node) -> list[Finding]:
    """Return the findings, with one for each connection that changes what base.yaml does not have.

    Such a connection has no service. Whatever else is missing in it is the same mistake.

    :param found: the findings of one environment
    :param base: the tree of ``base.yaml``
    :param root: the merged tree, without nulls
    """
    known = _names(base)
    unserved = {each.pointer for each in found if _is_about_the_service(each)}
    lost = [
        name
        for name in _names(root)
        if name not in known and pointer(("connections", name)) in unserved
    ]
    if not lost:
        return list(found)
    places = tuple(pointer(("connections", name)) + "/" for name in lost)
    kept = [
        each
        for each in found
        if each.rule not in _FOLLOWING or not (each.pointer + "/").startswith(places)
    ]
    if not base.value:
        rest = [each for each in kept if each.rule != REMOVES_NOTHING]
        return [*rest, _empty(base)]
    misnamed = {steps(each.pointer)[-1] for each in found if each.rule == "name"}
    return kept + [
        _lost(root, name, known)
        for name in lost
        if name not in misnamed and nearest_name(name, known) not in misnamed
    ]


def _is_about_the_service(finding: Finding) -> bool:
    return finding.rule == "required" and finding.allowed == "service, which is required"


def _names(root: Node) -> Collection[str]:
    """Return the names of the connections of a tree."""
    node = node_at(root, ("connections",))
    content = node.value if node is not None and isinstance(node.value, dict) else {}
    return [name for name, inner in content.items() if isinstance(inner.value, dict)]


def _lost(root: Node, name: str, known: Collection[str]) -> Finding:
    node = root.value["connections"].value[name]
    return Finding(
        "unknown-connection",
        "error",
        node.key_place,
        node.pointer,
        f"{name!r}, which has no service and is not in base.yaml",
        "a connection of base.yaml, or one with service, group_id and config",
        did_you_mean(name, known) or f"base.yaml has {', '.join(known) or 'no connections'}",
    )


def _empty(base: Node) -> Finding:
    place = base.place if isinstance(base.place, FilePlace) else FilePlace("base.yaml", 0, 0)
    return Finding(
        "file",
        "error",
        place._replace(line=0, column=0),
        "",
        "an empty file",
        "the connections that the environment files change",
        "restore it, or describe each connection in full in the file of its environment",
    )


BASE = "base"
"""Name of the file that all environments share, without its ending."""

_AT_THE_KEY = frozenset({"unknown-attribute", "unknown-field", "name", "unchecked-unneeded"})
# Warnings that add nothing where the same value is an error.
_ADDS_NOTHING_TO_AN_ERROR = frozenset({"yaml-boolean", REMOVES_NOTHING})
# What is missing may be in the part of the file that the second of two equal keys replaced.
_ABOUT_ABSENCE = frozenset({"required", "unknown-connection", REMOVES_NOTHING})


class EnvironmentFindings(NamedTuple):
    """The findings of one environment."""

    findings: Sequence[Finding]
    is_whole: bool = True
    """False if one of the two files could not be read, so that nothing else was checked."""


def with_location(finding: Finding, root: Node) -> Finding:
    """Return the finding with the place of its value, or of the mapping around it, in the files.

    :param finding: with a pointer from the top of the merged environment
    :param root: the merged tree
    """
    node = nearest_node(root, finding.pointer)
    at_the_key = finding.rule in _AT_THE_KEY or isinstance(node.value, (dict, list))
    return finding._replace(
        place=node.key_place if at_the_key else node.place, pointer=node.pointer
    )


def without_follow_ups(found: Iterable[Finding]) -> list[Finding]:
    """Return the findings, each once, without those that correcting another one corrects, too."""
    kept = list(dict.fromkeys(found))
    doubled = [finding for finding in kept if finding.rule == "duplicate-key"]
    mistakes = {(_file(each), each.pointer) for each in kept if each.severity == "error"}
    return [
        finding
        for finding in kept
        if not any(_follows(finding, first) for first in doubled)
        and not (
            finding.rule in _ADDS_NOTHING_TO_AN_ERROR
            and (_file(finding), finding.pointer) in mistakes
        )
    ]


def _follows(finding: Finding, doubled: Finding) -> bool:
    """Return whether a finding comes from a duplicate key, of which only one value is read."""
    below = (finding.pointer + "/").startswith(doubled.pointer + "/")
    same_file = _file(finding) == _file(doubled)
    is_other = finding.rule != "duplicate-key"
    return below and is_other and (same_file or finding.rule in _ABOUT_ABSENCE)


def merge_findings(found: Mapping[str, EnvironmentFindings]) -> list[Finding]:
    """Return the findings of all environments, each once.

    A mistake in ``base.yaml`` concerns every environment. If only some of them have it, the hint
    names them, because it comes from both files together. A null in ``base.yaml`` need not remove
    something in every environment.

    :param found: the findings by the name of the environment
    """
    return list(_merged(found))


def _merged(found: Mapping[str, EnvironmentFindings]) -> Iterator[Finding]:
    whole = {name for name, each in found.items() if each.is_whole}
    names: dict[Finding, list[str]] = {}
    for name, each in found.items():
        for finding in each.findings:
            names.setdefault(finding, []).append(name)
    for finding, where in names.items():
        in_some = PurePath(_file(finding)).stem == BASE and not whole.issubset(where)
        if not in_some:
            yield finding
        elif finding.rule != REMOVES_NOTHING:
            yield finding._replace(hint=_with_names(finding.hint, where))


def _with_names(hint: str, names: Sequence[str]) -> str:
    where = f"found in the environment{'s' if len(names) > 1 else ''} {', '.join(names)}"
    if hint.endswith((".", "?")):
        return f"{hint} {where.capitalize()}."
    return f"{hint}; {where}" if hint else where


def _file(finding: Finding) -> str:
    return finding.place.file if isinstance(finding.place, FilePlace) else ""
