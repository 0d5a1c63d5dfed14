"""Find environments that keep their state in one place: each would destroy what the others have."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from constructs_lib.schemas.rules import Severity
from constructs_lib.validation import FilePlace, Finding
from constructs_lib.validation.findings import pointer
from stacks.settings.merging import with_location
from stacks.settings.yaml_reader import Node

RULE = "shared-state"
_HCP = "app.terraform.io"


class StateLocation(NamedTuple):
    """Where one environment keeps its state, according to its files."""

    environment: str
    backend: Mapping[str, Any]
    """The type and the settings, without an error."""
    root: Node
    """The tree of the environment, for the places of findings."""
    project: Path
    """The folder at which relative paths start."""


class _Identity(NamedTuple):
    """What tells the states of one type of backend apart."""

    parts: Callable[[Mapping[str, Any], StateLocation], tuple[Any, ...]]
    setting: str
    """The setting that is changed most easily to keep two states apart."""


def check_shared_states(locations: Sequence[StateLocation]) -> Iterator[tuple[str, Finding]]:
    """Report each environment that shares its state with another one, by its name.

    :param locations: those of all environments whose backend has no error
    """
    groups: dict[tuple[Any, ...], list[StateLocation]] = {}
    for each in locations:
        groups.setdefault(_identity(each), []).append(each)
    for identity, group in groups.items():
        if len(group) > 1:
            for each in group:
                yield each.environment, _finding(each, group, is_known=identity[1:] != (None,))


def _identity(location: StateLocation) -> tuple[Any, ...]:
    type_name = location.backend["type"]
    kind = "cloud" if type_name == "remote" else type_name
    return (kind, *_TYPES[type_name].parts(location.backend, location))


def _finding(location: StateLocation, group: Sequence[StateLocation], *, is_known: bool) -> Finding:
    setting = _TYPES[location.backend["type"]].setting
    *first, last = sorted(each.environment for each in group)
    names = f"{', '.join(first)} and {last}"
    found = f"one state for {names}: each deploy would destroy the resources of the others"
    if not is_known:
        found = f"the same backend for {names}, and no setting that separates their states"
    # A missing setting is reported at the type, and not where the mapping begins.
    path = setting.split(".") if setting.split(".")[0] in location.backend else ["type"]
    at, place = pointer(("backend", *path)), FilePlace("", 0, 0)
    hint = f"write a different {setting} for each of them"
    allowed = "a separate state for each environment"
    severity: Severity = "error" if is_known else "warning"
    return with_location(Finding(RULE, severity, place, at, found, allowed, hint), location.root)


def _by_settings(**defaults: Any) -> Callable[[Mapping[str, Any], StateLocation], tuple[Any, ...]]:
    """Tell states apart by settings, each with Terraform's default."""

    def parts(backend: Mapping[str, Any], _location: StateLocation) -> tuple[Any, ...]:
        values = ((backend.get(name, default)) for name, default in defaults.items())
        return tuple(each.strip("/") if isinstance(each, str) else each for each in values)

    return parts


def _file(backend: Mapping[str, Any], location: StateLocation) -> tuple[Any, ...]:
    # Without a path the CDK keeps the state next to cdktf.json, a file for each stack.
    path = backend.get("path", f"terraform.{location.environment}.tfstate")
    return (os.path.realpath(location.project / path),)


def _object(backend: Mapping[str, Any], _location: StateLocation) -> tuple[Any, ...]:
    endpoint = backend.get("endpoints", {}).get("s3", backend.get("endpoint"))
    return (backend["bucket"], backend["key"], endpoint)


def _schema(backend: Mapping[str, Any], _location: StateLocation) -> tuple[Any, ...]:
    text = backend.get("conn_str")
    name = backend.get("schema_name", "terraform_remote_state")
    return (_database(text) if text is not None else None, name)


def _database(text: str) -> tuple[Any, ...]:
    """Return host, port and name of a database, whatever the user and the options."""
    if "://" not in text:
        words = dict(word.split("=", 1) for word in text.split() if "=" in word)
        return (words.get("host"), words.get("port", "5432"), words.get("dbname"))
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port or 5432
    except ValueError:
        return (text,)  # Terraform says what is wrong with it.
    asked = {key: values[-1] for key, values in parse_qs(url.query).items()}
    name = asked.get("dbname", url.path.strip("/"))
    return (asked.get("host", host), str(asked.get("port", port)), name)


def _workspace(backend: Mapping[str, Any], _location: StateLocation) -> tuple[Any, ...]:
    chosen = backend["workspaces"]
    tags = tuple(sorted(chosen.get("tags", ())))
    which = (chosen.get("name"), chosen.get("prefix"), tags)
    return (backend.get("hostname", _HCP), backend.get("organization"), *which)


_TYPES = {
    "azurerm": _Identity(
        _by_settings(storage_account_name=None, container_name=None, key=None), "key"
    ),
    "cloud": _Identity(_workspace, "workspaces.name"),
    "consul": _Identity(_by_settings(address=None, datacenter=None, path=None), "path"),
    "cos": _Identity(_by_settings(bucket=None, prefix="", key="terraform.tfstate"), "prefix"),
    "gcs": _Identity(_by_settings(bucket=None, prefix="", storage_custom_endpoint=None), "prefix"),
    "http": _Identity(_by_settings(address=None), "address"),
    "kubernetes": _Identity(
        _by_settings(secret_suffix=None, namespace="default", host=None, config_context=None),
        "secret_suffix",
    ),
    "local": _Identity(_file, "path"),
    "oss": _Identity(_by_settings(bucket=None, prefix="env:", key="terraform.tfstate"), "prefix"),
    "pg": _Identity(_schema, "schema_name"),
    "remote": _Identity(_workspace, "workspaces.name"),
    "s3": _Identity(_object, "key"),
}
