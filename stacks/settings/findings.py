"""The findings of the environments: each at its place, without follow-ups, and each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from constructs_lib.validation import FilePlace, Finding
from stacks.settings import merging
from stacks.settings.merging import nearest
from stacks.settings.yaml_reader import Node

BASE = "base"
"""Name of the file that all environments share, without its ending."""

_AT_THE_KEY = frozenset({"unknown-attribute", "unknown-field", "name", "unchecked-unneeded"})
# Warnings that have nothing to add where the same value is an error.
_OF_NO_ERROR = frozenset({"yaml-boolean", merging.REMOVES_NOTHING})
# What is missing may stand in the part of the file that the second of two keys pushed aside.
_ABOUT_ABSENCE = frozenset({"required", "unknown-connection", merging.REMOVES_NOTHING})


class Found(NamedTuple):
    """What was found in one environment."""

    findings: Sequence[Finding]
    is_whole: bool = True
    """False if one of the two files could not be read, so that nothing else could be found."""


def located(finding: Finding, root: Node) -> Finding:
    """The finding at the place in the files where its value, or the mapping around it, stands.

    :param finding: with a pointer from the top of the merged environment
    :param root: the merged tree
    """
    node = nearest(root, finding.pointer)
    at_the_key = finding.rule in _AT_THE_KEY or isinstance(node.value, (dict, list))
    return finding._replace(
        place=node.key_place if at_the_key else node.place, pointer=node.pointer
    )


def without_follow_ups(found: Iterable[Finding]) -> list[Finding]:
    """The findings without those that mending another one mends, too; each once."""
    kept = list(dict.fromkeys(found))
    doubled = [finding for finding in kept if finding.rule == "duplicate-key"]
    mistakes = {(_file(each), each.pointer) for each in kept if each.severity == "error"}
    return [
        finding
        for finding in kept
        if not any(_follows(finding, first) for first in doubled)
        and not (finding.rule in _OF_NO_ERROR and (_file(finding), finding.pointer) in mistakes)
    ]


def _follows(finding: Finding, doubled: Finding) -> bool:
    """Whether a finding comes from a key that is there twice, of which only one is read."""
    below = (finding.pointer + "/").startswith(doubled.pointer + "/")
    same_file = _file(finding) == _file(doubled)
    is_other = finding.rule != "duplicate-key"
    return below and is_other and (same_file or finding.rule in _ABOUT_ABSENCE)


def together(found: Mapping[str, Found]) -> list[Finding]:
    """The findings of all environments, each once.

    A mistake in ``base.yaml`` concerns every environment. If it shows in some of them only, the
    message says in which, because it comes from both files together. A null of ``base.yaml`` need
    not remove something in every environment.

    :param found: by the name of the environment
    """
    return list(_together(found))


def _together(found: Mapping[str, Found]) -> Iterator[Finding]:
    whole = {name for name, each in found.items() if each.is_whole}
    names: dict[Finding, list[str]] = {}
    for name, each in found.items():
        for finding in each.findings:
            names.setdefault(finding, []).append(name)
    for finding, where in names.items():
        in_some = PurePath(_file(finding)).stem == BASE and not whole.issubset(where)
        if not in_some:
            yield finding
        elif finding.rule != merging.REMOVES_NOTHING:
            yield finding._replace(hint=_with_names(finding.hint, where))


def _with_names(hint: str, names: Sequence[str]) -> str:
    where = f"found in the environment{'s' if len(names) > 1 else ''} {', '.join(names)}"
    if hint.endswith((".", "?")):
        return f"{hint} {where.capitalize()}."
    return f"{hint}; {where}" if hint else where


def _file(finding: Finding) -> str:
    return finding.place.file if isinstance(finding.place, FilePlace) else ""
