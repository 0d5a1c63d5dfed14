"""The settings of the environments, from YAML files to typed values.

``base.yaml`` holds what the environments share, ``<environment>.yaml`` what differs. Both are
merged deeply: mappings merge, lists and scalars replace, and ``null`` removes a key. The
``defaults`` are then laid under each connection; a null in a connection removes a default.

Every mistake of an environment is reported together with the others, with its file, line and
column: see ``constructs_lib.validation``.

The file of an environment that a command is given, by its name or by its path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from constructs_lib.schemas.suggestions import did_you_mean
from constructs_lib.validation import FilePlace, Finding, ValidationFailed, errors
from stacks.settings import checks, merging, shared_states
from stacks.settings.build import environment
from stacks.settings.findings import BASE, Found, located, together, without_follow_ups
from stacks.settings.merging import merge_files, with_defaults, with_lost_connections, without_nulls
from stacks.settings.model import (
    Backend,
    ConnectionActionSettings,
    ConnectionSettings,
    ConnectorStatusSettings,
    Environment,
    ManagedState,
    Variable,
)
from stacks.settings.variables import with_variables
from stacks.settings.yaml_reader import Node, displayed, read

__all__ = [
    "Backend",
    "ConnectionActionSettings",
    "ConnectionSettings",
    "ConnectorStatusSettings",
    "Environment",
    "ManagedState",
    "Variable",
    "environment_names",
    "load_environment",
    "load_environments",
    "warnings_of",
]

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class _Checked(NamedTuple):
    """One environment with everything that was found about it."""

    name: str
    environment: Environment | None
    found: Found
    kept: shared_states.Kept | None = None
    """Where it keeps its state; None if its backend has an error."""


def environment_names(folder: Path) -> list[str]:
    """The names of the environments in a folder, sorted: its ``*.yaml`` files but ``base.yaml``."""
    return sorted(path.stem for path in folder.glob("*.yaml") if path.stem != BASE)


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


def warnings_of(environments: Sequence[Environment]) -> list[Finding]:
    """The warnings about the files of some environments, each once.

    :param environments: those that were loaded together
    """
    return together({each.name: Found(each.warnings) for each in environments})


def _all_or_nothing(checked: list[_Checked]) -> list[Environment]:
    checked = _with_shared_states(checked)
    findings = together({each.name: each.found for each in checked})
    if errors(findings):
        raise ValidationFailed(findings)
    return [each.environment for each in checked if each.environment is not None]


def _with_shared_states(checked: list[_Checked]) -> list[_Checked]:
    shared = dict(shared_states.findings([each.kept for each in checked if each.kept]))
    return [_with(each, shared[each.name]) if each.name in shared else each for each in checked]


def _with(checked: _Checked, finding: Finding) -> _Checked:
    findings = (*checked.found.findings, finding)
    known = checked.environment
    environment = replace(known, warnings=findings) if known else None
    found = checked.found._replace(findings=findings)
    return checked._replace(environment=environment, found=found)


def _checked(name: str, folder: Path) -> _Checked:
    own, own_findings = _read(name, folder / f"{name}.yaml", folder)
    base, base_findings = read(folder / f"{BASE}.yaml")
    found = [*base_findings, *own_findings]
    if own is None or base is None:
        return _Checked(name, None, Found(found, is_whole=False))
    merged = with_defaults(merge_files(base, own))
    root = without_nulls(merged)
    values, variable_findings = with_variables(root)
    checked = [*variable_findings, *checks.check_environment(values, root.place)]
    found += merging.check_nulls(merged, base)
    found += [located(each, root) for each in checked]
    found = with_lost_connections(found, base, root)
    found = without_follow_ups([*found, *_other_endings(folder)])
    project = folder.resolve().parent.parent
    kept = _kept(name, values, root, project, errors(found))
    if errors(found):
        return _Checked(name, None, Found(found), kept)
    built = environment(name, values, root, project=project, found=found)
    return _Checked(name, built, Found(found), kept)


def _kept(
    name: str, values: Any, root: Node, project: Path, mistakes: Sequence[Finding]
) -> shared_states.Kept | None:
    if any(each.pointer.startswith("/backend") for each in mistakes):
        return None
    backend = values.get("backend", {"type": "local"})
    return shared_states.Kept(name, backend, root, project)


def _read(name: str, path: Path, folder: Path) -> tuple[Node | None, list[Finding]]:
    names = environment_names(folder)
    if name in names and _NAME.fullmatch(name):
        return read(path)
    allowed = "one of the environments " + ", ".join(names) if names else "a file of this name"
    other = folder / f"{name}.yml"
    hint = f"rename {displayed(other)} to {name}.yaml" if other.is_file() else ""
    if name in names:
        allowed = "a name of small letters, digits, underscores and dashes, with a letter first"
    else:
        hint = hint or did_you_mean(name, names)
    place = FilePlace(displayed(path), 0, 0)
    return None, [Finding("environment", "error", place, "", repr(name), allowed, hint)]


def _other_endings(folder: Path) -> list[Finding]:
    """A warning for each file that looks like one of ours, but is not read."""
    return [
        Finding(
            "file",
            "warning",
            FilePlace(displayed(path), 0, 0),
            "",
            "a file that is not read",
            "files that end in .yaml",
            f"rename it to {path.stem}.yaml, or delete it",
        )
        for path in sorted(folder.glob("*.yml"))
    ]


class EnvironmentFileError(Exception):
    """There is no such file; the message says which there are."""


def environment_file(given: str, folder: Path) -> Path:
    """Return the file that is meant.

    :param given: the name of an environment, such as ``production``, or ``base`` for what all
        share; or the path of a settings file, such as ``stacks/environments/production.yaml``
    :param folder: where the files of the names are
    :raises EnvironmentFileError: if there is none
    """
    if Path(given).is_file():
        return Path(given)
    if Path(given).name != given or Path(given).suffix:
        raise EnvironmentFileError(f"there is no settings file {displayed(Path(given))}")
    named = folder / f"{given}.yaml"
    if not named.is_file():
        names = environment_names(folder)
        hint = did_you_mean(given, [*names, BASE]) or f"make {displayed(named)}, which may be empty"
        known = ", ".join(names)
        raise EnvironmentFileError(f"there is no environment {given!r} among {known}; {hint}")
    return named
