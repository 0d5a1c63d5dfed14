"""Build the typed settings of an environment from values that were checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from constructs_lib.validation import Finding
from stacks.settings.backend import settings_of
from stacks.settings.merging import nearest_node, node_at
from stacks.settings.model import (
    CARDS,
    SYNCS,
    TESTS,
    Backend,
    ConnectionActionSettings,
    ConnectionSettings,
    ConnectorStatusSettings,
    Environment,
    ManagedState,
    Variable,
)
from stacks.settings.yaml_reader import Node

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
        connection_tests=_actions(values, TESTS),
        connection_syncs=_actions(values, SYNCS),
        connect_cards=_actions(values, CARDS),
        keeping_variables=tuple(sorted({variable.name for variable in used} - needed)),
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


def variables_in(value: Any) -> Iterator[Variable]:
    """Return the variables in a value, each as often as it occurs there."""
    if isinstance(value, Variable):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from variables_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from variables_in(inner)
