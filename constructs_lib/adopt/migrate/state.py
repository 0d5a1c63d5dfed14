"""The objects of a Terraform state, whichever form the state has.

A state comes as the output of ``terraform show -json``, as a state file of version 4, or from the
working directory that it belongs to. Both forms name the same objects differently; here they are
one. A state holds secrets in clear, so no message shows any part of its content.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, NamedTuple

STDIN: Final = "-"
"""The name of the standard input."""
STATE_FILE: Final = "terraform.tfstate"
"""The name of the state file of a working directory."""
_VERSION = 4
_PROVIDER = re.compile(r'provider\["([^"]*)"\]')
_INSTANCE_KEYS = re.compile(r'\[(?:[0-9]+|"(?:[^"\\]|\\.)*")\]')
_REMEDY = (
    "give the output of 'terraform show -json', a state file of version 4, or the directory of "
    "the configuration"
)


class StateError(Exception):
    """The state cannot be read; the message says where, why and what to do."""


class StateObject(NamedTuple):
    """One instance of a resource in a state."""

    module: str
    """The address of its module, such as ``module.sources["eu"]``; empty for the root."""
    type_name: str
    """The type of the resource, such as ``fivetran_connector``."""
    name: str
    """The name of the resource."""
    key: str | int | None
    """The key of the instance, of ``for_each`` or ``count``; None without one."""
    provider: str
    """The address of the provider, such as ``registry.terraform.io/fivetran/fivetran``."""
    version: int
    """The version of the schema with which it is stored."""
    attributes: Mapping[str, Any]
    """The attributes in JSON form."""
    sensitive: frozenset[str]
    """The paths that Terraform marks as sensitive, such as ``config.files[].password``."""
    is_tainted: bool
    """True if Terraform would replace the object."""
    is_deposed: bool
    """True for the rest of a replacement, which Terraform would destroy."""

    @property
    def resource(self) -> str:
        """The address of the resource in the configuration, without the keys of instances."""
        return _joined(_INSTANCE_KEYS.sub("", self.module), self.type_name, self.name)

    @property
    def address(self) -> str:
        """The address of the instance, such as ``module.a.fivetran_connector.orders["eu"]``."""
        key = "" if self.key is None else f"[{quoted_key(self.key)}]"
        return _joined(self.module, self.type_name, self.name) + key

    @property
    def text(self) -> dict[str, str]:
        """The attributes that are text and not empty."""
        every = self.attributes.items()
        return {name: value for name, value in every if isinstance(value, str) and value}


def quoted_key(key: str | int) -> str:
    """Return the key of an instance as an address has it."""
    if isinstance(key, int):
        return str(key)
    text = json.dumps(key, ensure_ascii=False)
    return text.replace("${", "$${").replace("%{", "%%{")


def read_state(source: str) -> list[StateObject]:
    """Return the managed objects of a state, in the order of their addresses.

    :param source: a file, a directory, or ``-`` for the standard input
    :raises StateError: if there is no state, or it is of a form that is not known
    """
    place, content = _content(source)
    try:
        document = json.loads(content, parse_float=Decimal)
    except UnicodeDecodeError:
        raise StateError(f"{place} is not text in UTF-8; {_REMEDY}") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise StateError(f"{place} is not valid JSON at {where}; {_REMEDY}") from None
    except (ValueError, RecursionError):
        raise StateError(f"{place} is not JSON that can be read; {_REMEDY}") from None
    found = list(_objects(document, place))
    return sorted(found, key=lambda each: (each.address, each.is_deposed))


def _content(source: str) -> tuple[str, bytes]:
    """Return the name of a state for messages, and its content."""
    if source == STDIN:
        return "the standard input", sys.stdin.buffer.read()
    path = Path(source)
    if path.is_dir():
        file = path / STATE_FILE
        content = _bytes(file) if file.is_file() and not _is_elsewhere(path) else b""
        return (str(file), content) if content.strip() else _pulled(path)
    return source, _bytes(path)


def _is_elsewhere(directory: Path) -> bool:
    """Return True if a working directory has its state in a backend, or in another workspace.

    A state file in it is then one of before.
    """
    data = directory / (os.environ.get("TF_DATA_DIR") or ".terraform")
    chosen = data / "environment"
    workspace = os.environ.get("TF_WORKSPACE")
    if not workspace and chosen.is_file():
        workspace = _bytes(chosen).decode("utf-8", "replace").strip()
    if workspace not in (None, "", "default"):
        return True
    backend = data / STATE_FILE
    if not backend.is_file():
        return False
    try:
        document = json.loads(_bytes(backend))
    except (ValueError, RecursionError):
        return True
    return isinstance(document, dict) and bool(document.get("backend"))


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}; {_REMEDY}") from None


def _pulled(directory: Path) -> tuple[str, bytes]:
    """Return the state of a working directory, wherever Terraform keeps it."""
    program = os.environ.get("TERRAFORM_BINARY_NAME") or "terraform"
    command = [program, "state", "pull"]
    shown = f"'{program} state pull' in {directory}"
    try:
        done = subprocess.run(command, cwd=directory, capture_output=True, check=False)  # noqa: S603
    except OSError as error:
        raise StateError(
            f"{directory} has no {STATE_FILE} in use, and {shown} cannot be started: "
            f"{error.strerror}; install Terraform, name it in TERRAFORM_BINARY_NAME, or give a "
            "state file"
        ) from None
    if done.returncode != 0:
        raise StateError(
            f"{directory} has no {STATE_FILE} in use, and {shown} failed with status "
            f"{done.returncode}; run it there to see why, or 'terraform init' before it"
        )
    if not done.stdout.strip():
        raise StateError(f"{shown} printed nothing: there is no state yet; {_REMEDY}")
    return shown, done.stdout


def _objects(document: Any, place: str) -> Iterator[StateObject]:
    if not isinstance(document, dict):
        raise StateError(f"{place} is not a state: it is not a JSON object; {_REMEDY}")
    if "planned_values" in document or "resource_changes" in document:
        raise StateError(f"{place} is a plan, not a state; {_REMEDY}")
    try:
        if "format_version" in document:
            root = (document.get("values") or {}).get("root_module") or {}
            yield from _shown(root, "")
        elif "lineage" in document or "serial" in document:
            yield from _stored(document, place)
        else:
            raise StateError(
                f"{place} is not a state: it has neither format_version nor lineage; {_REMEDY}"
            )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise StateError(
            f"{place} is not a state that Terraform wrote: an object in it has another form; "
            f"{_REMEDY}"
        ) from None


def _shown(module: Mapping[str, Any], address: str) -> Iterator[StateObject]:
    """Yield the objects of a module as ``terraform show -json`` describes it."""
    for each in module.get("resources") or ():
        if each["mode"] == "managed":
            yield StateObject(
                module=address,
                type_name=each["type"],
                name=each["name"],
                key=each.get("index"),
                provider=each["provider_name"],
                version=int(each.get("schema_version") or 0),
                attributes=dict(each.get("values") or {}),
                sensitive=frozenset(_marked(each.get("sensitive_values") or {}, "")),
                is_tainted=bool(each.get("tainted")),
                is_deposed="deposed_key" in each,
            )
    for inner in module.get("child_modules") or ():
        yield from _shown(inner, inner["address"])


def _marked(marks: Any, path: str) -> Iterator[str]:
    """Yield the paths below which ``sensitive_values`` has true."""
    if marks is True:
        yield path
    elif isinstance(marks, dict):
        for name, inner in marks.items():
            yield from _marked(inner, f"{path}.{name}" if path else name)
    elif isinstance(marks, list):
        for inner in marks:
            yield from _marked(inner, f"{path}[]")


def _stored(document: Mapping[str, Any], place: str) -> Iterator[StateObject]:
    """Yield the objects of a state file."""
    version = document.get("version")
    if version != _VERSION:
        raise StateError(
            f"{place} is a state of version {version}, but version {_VERSION} is needed; run "
            "'terraform apply -refresh-only' with Terraform 1.11 or newer, which writes it"
        )
    for resource in document.get("resources") or ():
        if resource["mode"] == "managed":
            for each in resource["instances"]:
                yield _stored_object(resource, each)


def _stored_object(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> StateObject:
    provider = _PROVIDER.search(resource["provider"])
    # Before version 4 of the schema of states, attributes were flat; a provider that was not used
    # since then leaves them so.
    attributes = instance.get("attributes")
    marked = instance.get("sensitive_attributes") or ()
    return StateObject(
        module=resource.get("module") or "",
        type_name=resource["type"],
        name=resource["name"],
        key=instance.get("index_key"),
        provider=provider[1] if provider else resource["provider"],
        version=int(instance.get("schema_version") or 0),
        attributes=dict(attributes or {}),
        sensitive=frozenset(_path_of(steps) for steps in marked),
        is_tainted=instance.get("status") == "tainted",
        is_deposed="deposed" in instance,
    )


def _path_of(steps: Iterable[Mapping[str, Any]]) -> str:
    """Return the path that ``sensitive_attributes`` describes step by step."""
    path = ""
    for step in steps:
        if step["type"] == "get_attr":
            path += f".{step['value']}" if path else str(step["value"])
        else:
            key = step["value"]
            name = key.get("value") if isinstance(key, dict) else key
            path += f".{name}" if isinstance(name, str) else "[]"
    return path


def _joined(*parts: str) -> str:
    return ".".join(part for part in parts if part)
