"""Connections that the file of an environment changes although ``base.yaml`` has none of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from constructs_lib.schemas.suggestions import did_you_mean, nearest_name
from constructs_lib.validation import FilePlace, Finding
from constructs_lib.validation.pointers import pointer, steps
from stacks import settings_nulls
from stacks.settings_merge import at
from stacks.settings_yaml import Node

_FOLLOWING = ("required", settings_nulls.RULE)


def with_lost_connections(found: Sequence[Finding], base: Node, root: Node) -> list[Finding]:
    """The findings with one for each connection that only changes what is not there.

    Such a connection has no service. All that is missing in it, too, is the same mistake.

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
        rest = [each for each in kept if each.rule != settings_nulls.RULE]
        return [*rest, _empty(base)]
    misnamed = {steps(each.pointer)[-1] for each in found if each.rule == "name"}
    return kept + [
        _lost(root, name, known)
        for name in lost
        if name not in misnamed and nearest_name(name, known) not in misnamed
    ]


def _is_about_the_service(finding: Finding) -> bool:
    return finding.rule == "required" and finding.allowed == "the attribute 'service'"


def _names(root: Node) -> Collection[str]:
    """The names of the connections of a tree."""
    node = at(root, ("connections",))
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
        "the connections that the files of the environments change",
        "restore it, or describe each connection wholly in the file of its environment",
    )
