"""Put the findings of the environments in order: each at its place, once, without follow-ups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple

from constructs_lib.validation import FilePlace, Finding
from stacks.settings import merging
from stacks.settings.merging import nearest_node
from stacks.settings.yaml_reader import Node

BASE = "base"
"""Name of the file that all environments share, without its ending."""

_AT_THE_KEY = frozenset({"unknown-attribute", "unknown-field", "name", "unchecked-unneeded"})
# Warnings that add nothing where the same value is an error.
_ADDS_NOTHING_TO_AN_ERROR = frozenset({"yaml-boolean", merging.REMOVES_NOTHING})
# What is missing may be in the part of the file that the second of two equal keys replaced.
_ABOUT_ABSENCE = frozenset({"required", "unknown-connection", merging.REMOVES_NOTHING})


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
        elif finding.rule != merging.REMOVES_NOTHING:
            yield finding._replace(hint=_with_names(finding.hint, where))


def _with_names(hint: str, names: Sequence[str]) -> str:
    where = f"found in the environment{'s' if len(names) > 1 else ''} {', '.join(names)}"
    if hint.endswith((".", "?")):
        return f"{hint} {where.capitalize()}."
    return f"{hint}; {where}" if hint else where


def _file(finding: Finding) -> str:
    return finding.place.file if isinstance(finding.place, FilePlace) else ""
