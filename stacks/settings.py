"""The settings of the environments, from YAML files to typed values.

``base.yaml`` holds what the environments share, ``<environment>.yaml`` what differs. Both are
merged deeply: mappings merge, lists and scalars replace, and ``null`` removes a key. The
``defaults`` are then laid under each connection; a null in a connection removes a default.

Every mistake of an environment is reported together with the others, with its file, line and
column: see ``constructs_lib.validation``.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from constructs_lib.validation import FilePlace, Finding, ValidationFailed, errors
from constructs_lib.validation.suggestions import did_you_mean
from stacks import settings_rules
from stacks.settings_build import environment
from stacks.settings_merge import merge, nearest, with_defaults, without_nulls
from stacks.settings_model import (
    Backend,
    ConnectionSettings,
    Environment,
    ManagedState,
    Variable,
)
from stacks.settings_variables import with_variables
from stacks.settings_yaml import Node, displayed, read

__all__ = [
    "Backend",
    "ConnectionSettings",
    "Environment",
    "ManagedState",
    "Variable",
    "environment_names",
    "load_environment",
    "load_environments",
]

_BASE = "base"
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_AT_THE_KEY = frozenset({"unknown-attribute", "name", "backend-setting"})


class _Checked(NamedTuple):
    """One environment with everything that was found about it."""

    name: str
    file: str
    environment: Environment | None
    findings: list[Finding]


def environment_names(folder: Path) -> list[str]:
    """The names of the environments in a folder, sorted: its ``*.yaml`` files but ``base.yaml``."""
    return sorted(path.stem for path in folder.glob("*.yaml") if path.stem != _BASE)


def load_environment(name: str, folder: Path) -> Environment:
    """One environment, merged from ``base.yaml`` and ``<name>.yaml`` and checked.

    :param name: such as ``sandbox``
    :param folder: the folder of the files, such as ``stacks/environments``. Relative paths in
        them start two folders above it, at the root of the project.
    :raises ValidationFailed: with all findings of this environment, if any of them is an error
    """
    return _all_or_nothing([_checked(name, folder)])[0]


def load_environments(folder: Path) -> list[Environment]:
    """All environments of a folder, sorted by name.

    :param folder: the folder of the files, such as ``stacks/environments``. Relative paths in
        them start two folders above it, at the root of the project.
    :raises ValidationFailed: with all findings of all environments, if any of them is an error
    """
    return _all_or_nothing([_checked(name, folder) for name in environment_names(folder)])


def _all_or_nothing(checked: list[_Checked]) -> list[Environment]:
    findings = _together(checked)
    if errors(findings):
        raise ValidationFailed(findings)
    return [each.environment for each in checked if each.environment is not None]


def _together(checked: list[_Checked]) -> list[Finding]:
    """The findings of all environments, each once.

    A mistake in ``base.yaml`` concerns every environment. If it shows in some of them only, the
    message says in which, because it comes from both files together.
    """
    common = set.intersection(*(set(each.findings) for each in checked)) if checked else set()
    found: dict[Finding, None] = {}
    for each in checked:
        for finding in each.findings:
            own = isinstance(finding.place, FilePlace) and finding.place.file == each.file
            found[finding if own or finding in common else _named(finding, each.name)] = None
    return list(found)


def _named(finding: Finding, name: str) -> Finding:
    hint = "; ".join(filter(None, [finding.hint, f"found in the environment {name}"]))
    return finding._replace(hint=hint)


def _checked(name: str, folder: Path) -> _Checked:
    path = folder / f"{name}.yaml"
    file = displayed(path)
    own, own_findings = _read(name, path, folder)
    base, base_findings = read(folder / f"{_BASE}.yaml")
    found = [*base_findings, *own_findings]
    if own is None or base is None:
        return _Checked(name, file, None, found)
    root = without_nulls(with_defaults(merge(base, own)))
    values, variable_findings = with_variables(root)
    checked = [*variable_findings, *settings_rules.findings(values, own.place)]
    found = list(dict.fromkeys([*found, *(_located(finding, root) for finding in checked)]))
    if errors(found):
        return _Checked(name, file, None, found)
    built = environment(name, values, root, project=folder.resolve().parent.parent)
    return _Checked(name, file, built, found)


def _read(name: str, path: Path, folder: Path) -> tuple[Node | None, list[Finding]]:
    names = environment_names(folder)
    if name in names and _NAME.fullmatch(name):
        return read(path)
    allowed = "one of the environments " + ", ".join(names) if names else "a file of this name"
    hint = did_you_mean(name, names)
    place = FilePlace(displayed(path), 1, 1)
    if name in names:
        allowed = "a name of small letters, digits, underscores and dashes, with a letter first"
        hint = ""
    return None, [Finding("environment", "error", place, "", repr(name), allowed, hint)]


def _located(finding: Finding, root: Node) -> Finding:
    """The finding at the place in the files where its value, or the mapping around it, stands."""
    if not finding.pointer:
        return finding
    node = nearest(root, finding.pointer)
    at_the_key = finding.rule in _AT_THE_KEY or isinstance(node.value, (dict, list))
    return finding._replace(
        place=node.key_place if at_the_key else node.place, pointer=node.pointer
    )
