"""Load the environments: read their YAML files, merge and check them, and build typed settings.

``base.yaml`` holds what the environments share, ``<environment>.yaml`` what differs. Both are
merged deeply: mappings merge, lists and scalars replace, and ``null`` removes a key. The
``defaults`` are then laid under each connection; a null in a connection removes a default.

All mistakes of the environments are reported together, each with its file, line and column: see
``constructs_lib.validation``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from constructs_lib.adopt.description import variables_in as variables_in
from constructs_lib.schemas.keywords import did_you_mean
from constructs_lib.schemas.sections import sections
from constructs_lib.validation import FilePlace, Finding, ValidationFailed, errors
from stacks.settings.backend import settings_of
from stacks.settings.checks import check_environment
from stacks.settings.merging import (
    BASE,
    EnvironmentFindings,
    merge_findings,
    merge_layers,
    nearest_node,
    node_at,
    with_location,
    with_lost_connections,
    without_follow_ups,
)
from stacks.settings.model import (
    Backend,
    ConnectionActionSettings,
    ConnectionSettings,
    ConnectorStatusSettings,
    Environment,
    ManagedState,
)
from stacks.settings.shared_states import StateLocation, check_shared_states
from stacks.settings.variables import with_variables
from stacks.settings.yaml_reader import Node, displayed, read

ENVIRONMENTS = Path(__file__).parents[1] / "environments"
"""The folder of the settings files."""
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


class _Checked(NamedTuple):
    """One environment with all its findings."""

    name: str
    environment: Environment | None
    found: EnvironmentFindings
    location: StateLocation | None = None
    """Where it keeps its state; None if its backend has an error."""


def environment_names(folder: Path) -> list[str]:
    """Return the names of the environments in a folder: its ``*.yaml`` files but ``base.yaml``."""
    return sorted(path.stem for path in folder.glob("*.yaml") if path.stem != BASE)


def load_environment(name: str, folder: Path) -> Environment:
    """Return one environment, merged from ``base.yaml`` and ``<name>.yaml`` and checked.

    :param name: such as ``sandbox``
    :param folder: the folder of the files, such as ``stacks/environments``. Relative paths in
        them start two folders above it, at the root of the project.
    :raises ValidationFailed: with all findings of this environment, if any of them is an error
    """
    return _all_or_nothing([_checked(name, folder)])[0]


def load_environments(folder: Path) -> list[Environment]:
    """Return all environments of a folder, sorted by name.

    :param folder: the folder of the files, such as ``stacks/environments``. Relative paths in
        them start two folders above it, at the root of the project.
    :raises ValidationFailed: with all findings of all environments, if any of them is an error
    """
    return _all_or_nothing([_checked(name, folder) for name in environment_names(folder)])


def warnings_of(environments: Sequence[Environment]) -> list[Finding]:
    """Return the warnings about the files of some environments, each once.

    :param environments: environments that were loaded together
    """
    return merge_findings({each.name: EnvironmentFindings(each.warnings) for each in environments})


def _all_or_nothing(checked: list[_Checked]) -> list[Environment]:
    checked = _with_shared_states(checked)
    findings = merge_findings({each.name: each.found for each in checked})
    if errors(findings):
        raise ValidationFailed(findings)
    return [each.environment for each in checked if each.environment is not None]


def _with_shared_states(checked: list[_Checked]) -> list[_Checked]:
    shared = dict(check_shared_states([each.location for each in checked if each.location]))
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
        return _Checked(name, None, EnvironmentFindings(found, is_whole=False))
    root, null_findings = merge_layers(base, own)
    values, variable_findings = with_variables(root)
    checked = [*variable_findings, *check_environment(values, root.place)]
    found += null_findings
    found += [with_location(each, root) for each in checked]
    found = with_lost_connections(found, base, root)
    found = without_follow_ups([*found, *_other_endings(folder)])
    project = folder.resolve().parent.parent
    location = _location(name, values, root, project, errors(found))
    if errors(found):
        return _Checked(name, None, EnvironmentFindings(found), location)
    environment = build_environment(name, values, root, project=project, found=found)
    return _Checked(name, environment, EnvironmentFindings(found), location)


def _location(
    name: str, values: Any, root: Node, project: Path, mistakes: Sequence[Finding]
) -> StateLocation | None:
    if any(each.pointer.startswith("/backend") for each in mistakes):
        return None
    backend = values.get("backend", {"type": "local"})
    return StateLocation(name, backend, root, project)


def _read(name: str, path: Path, folder: Path) -> tuple[Node | None, list[Finding]]:
    names = environment_names(folder)
    if name in names and _NAME.fullmatch(name):
        return read(path)
    allowed = "one of the environments " + ", ".join(names) if names else "a file with this name"
    other = folder / f"{name}.yml"
    hint = f"rename {displayed(other)} to {name}.yaml" if other.is_file() else ""
    if name in names:
        allowed = (
            "a name of lower-case letters, digits, underscores and hyphens that begins with a "
            "letter"
        )
    else:
        hint = hint or did_you_mean(name, names)
    place = FilePlace(displayed(path), 0, 0)
    return None, [Finding("environment", "error", place, "", repr(name), allowed, hint)]


def _other_endings(folder: Path) -> list[Finding]:
    """Return a warning for each file that looks like a settings file, but is not read."""
    return [
        Finding(
            "file",
            "warning",
            FilePlace(displayed(path), 0, 0),
            "",
            "a file that is ignored",
            "files that end in .yaml",
            f"rename it to {path.stem}.yaml, or delete it",
        )
        for path in sorted(folder.glob("*.yml"))
    ]


class EnvironmentFileError(Exception):
    """There is no such file; the message lists the files that exist."""


def environment_file(given: str, folder: Path) -> Path:
    """Return the settings file that a command was given, by its name or by its path.

    :param given: the name of an environment, such as ``production``, or ``base`` for what all
        share; or the path of a settings file, such as ``stacks/environments/production.yaml``
    :param folder: the folder of the settings files
    :raises EnvironmentFileError: if there is none
    """
    if Path(given).is_file():
        return Path(given)
    if Path(given).name != given or Path(given).suffix:
        raise EnvironmentFileError(f"there is no settings file {displayed(Path(given))}")
    named = folder / f"{given}.yaml"
    if not named.is_file():
        names = environment_names(folder)
        hint = did_you_mean(given, [*names, BASE]) or f"create {displayed(named)}; it may be empty"
        known = ", ".join(names)
        raise EnvironmentFileError(f"there is no environment {given!r} (found: {known}); {hint}")
    return named


_SANDBOX = "sandbox:"


def build_environment(
    name: str,
    values: dict[str, Any],
    root: Node,
    *,
    project: Path,
    found: Sequence[Finding] = (),
) -> Environment:
    """Return one environment.

    :param name: its name
    :param values: its merged and checked values, with a ``Variable`` for each secret
    :param root: the tree that the values come from, for the places
    :param project: the folder at which relative paths start
    :param found: the warnings about its files
    """
    connections = values["connections"]
    used = set(variables_in(values))
    needed = {variable.name for variable in used if not variable.keep_unset}
    return Environment(
        name=name,
        provider=provider_parameters(values, project),
        backend=_backend(values.get("backend", {"type": "local"}), project),
        connections=tuple(_connection(key, connections[key], root) for key in connections),
        variables=tuple(sorted(needed)),
        warnings=tuple(found),
        elastic=_elastic(values, project),
        connector_statuses=_connector_statuses(values),
        sections={name: _actions(values, name) for name in sections()},
        keeping_variables=tuple(sorted({variable.name for variable in used} - needed)),
        removed=tuple(values.get("removed", ())),
        is_checked=True,
    )


def provider_parameters(values: dict[str, Any], project: Path) -> dict[str, Any]:
    """Return the keyword arguments of the ``FivetranProvider`` construct.

    :param values: the values of an environment
    :param project: the folder at which relative paths start
    """
    parameters = dict(values.get("provider", {}))
    if "api_url" in parameters:
        parameters["api_url"] = _address(parameters["api_url"], project)
    return parameters


def _elastic(values: dict[str, Any], project: Path) -> dict[str, Any] | None:
    if "elastic" not in values and not values.get("connector_statuses"):
        return None
    settings = dict(values.get("elastic", {}))
    if "endpoints" in settings:
        settings["endpoints"] = [_address(each, project) for each in settings["endpoints"]]
    if "ca_file" in settings:
        settings["ca_file"] = _absolute(settings["ca_file"], project)
    return settings


def _address(address: str, project: Path) -> str:
    if not address.startswith(_SANDBOX):
        return address
    # Terraform starts the provider in another folder, so a relative path would lead elsewhere.
    return _SANDBOX + _absolute(address.removeprefix(_SANDBOX), project)


def _actions(values: dict[str, Any], section: str) -> tuple[ConnectionActionSettings, ...]:
    entries: dict[str, dict[str, Any]] = values.get(section, {})
    return tuple(_action(name, dict(entry)) for name, entry in entries.items())


def _action(name: str, parameters: dict[str, Any]) -> ConnectionActionSettings:
    return ConnectionActionSettings(name, parameters.pop("connection", None), parameters)


def _connector_statuses(values: dict[str, Any]) -> tuple[ConnectorStatusSettings, ...]:
    statuses: dict[str, dict[str, Any]] = values.get("connector_statuses", {})
    return tuple(ConnectorStatusSettings(name, dict(given)) for name, given in statuses.items())


def _backend(values: dict[str, Any], project: Path) -> Backend:
    known = settings_of(values["type"])
    settings = {
        key: _with_absolute_paths(value, known[key].rule, project)
        for key, value in values.items()
        if key != "type"
    }
    return Backend(values["type"], settings)


def _with_absolute_paths(value: Any, rule: dict[str, Any], project: Path) -> Any:
    # Terraform works in the folder of the stack, which a clean-up deletes.
    if isinstance(value, dict):
        rules = rule.get("properties", {})
        return {k: _with_absolute_paths(v, rules.get(k, {}), project) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_absolute_paths(each, rule.get("items", {}), project) for each in value]
    is_path = rule.get("format") == "path" and not value.startswith("~")
    return _absolute(value, project) if is_path else value


def _absolute(path: str, project: Path) -> str:
    return str(project / path)


def _connection(name: str, values: dict[str, Any], root: Node) -> ConnectionSettings:
    parameters = dict(values)
    managed_state = parameters.pop("managed_state", None)
    pointer = f"/connections/{name}"
    state = None
    if managed_state is not None:
        state = ManagedState(
            managed_state, nearest_node(root, f"{pointer}/managed_state").key_place
        )
    protect = parameters.pop("protect", False)
    place = nearest_node(root, pointer).key_place
    protected = node_at(root, ("connections", name, "protect")) if protect else None
    protect_place = protected.key_place if protected is not None else None
    return ConnectionSettings(name, parameters, state, protect, place, protect_place)
