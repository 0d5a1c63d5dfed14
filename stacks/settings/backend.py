"""Check the state backend of one environment: its settings, its safety, and its secrets.

``backend.<type>.schema.json`` describes the settings of each type. Terraform writes the settings
of a backend to its working directory and to each plan file, so no secret may be among them. A
state holds everything that Terraform knows: further rules demand encryption on the network and a
lock.

Source: https://developer.hashicorp.com/terraform/language/backend, and what Terraform 1.11 does.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from constructs_lib import schemas
from constructs_lib.schemas import Attribute
from constructs_lib.schemas.keywords import nearest_name
from constructs_lib.schemas.redaction import HIDDEN
from constructs_lib.schemas.rules import Inputs, Problem, Rule
from constructs_lib.validation import FilePlace, Finding, checks, schema_check
from constructs_lib.validation.environment_schema import BACKEND, backend_types
from constructs_lib.validation.findings import Path, pointer
from constructs_lib.validation.json_values import UNKNOWN
from constructs_lib.validation.schema_check import compile_validator

if TYPE_CHECKING:
    from jsonschema.protocols import Validator


_UNLOCKED = "a state without a lock: if two deploys run at once, the changes of one can be lost"
_TYPE = ("type",)
"""The path to the type, which the environment chooses; the mapping may begin in another file."""
_LOCKED = "a state that is locked while a deploy changes it"


def backend_rules(type_name: str) -> tuple[Rule, ...]:
    """Return the rules of one type of backend.

    :param type_name: Terraform's name for it, such as ``s3``; ``cloud`` for the block of that name
    """
    attributes = schemas.load(f"backend.{type_name}").attributes.values()
    addresses = [
        attribute.name
        for attribute in attributes
        if any(
            each.rule.get("format") == "uri" for each in (attribute, *attribute.attributes.values())
        )
    ]
    encryption = [Rule("plain-address", (name,), plain_address) for name in addresses]
    return (*encryption, *_OWN.get(type_name, ()))


def plain_address(inputs: Inputs) -> Iterator[Problem]:
    """Demand encryption on the network: a state holds everything that Terraform knows."""
    for path, address in _texts(inputs, ()):
        if address.lower().startswith("http://") and not _is_this_machine(_host(address)):
            yield _unencrypted(path, "an address with http://")


def consul_address(inputs: Inputs) -> Iterator[Problem]:
    """Demand ``https`` of Consul, whose address has no scheme and whose default is ``http``."""
    address = inputs["address"] or ""
    if address and inputs["scheme"] != "https" and not _is_this_machine(_host(f"//{address}")):
        yield _unencrypted(("address",), "an address that uses http", "write scheme: https")


def s3_lock(inputs: Inputs) -> Iterator[Problem]:
    """Demand a setting for the lock: S3 locks only on request."""
    if inputs["use_lockfile"] is not True and inputs["dynamodb_table"] is None:
        yield _unlocked(_TYPE, "write use_lockfile: true")


def http_lock(inputs: Inputs) -> Iterator[Problem]:
    """Demand the addresses to lock and to unlock: the http backend locks only with them."""
    if inputs["lock_address"] is not None and inputs["unlock_address"] is None:
        hint = "write unlock_address, which may be the same address"
        found = "lock_address without unlock_address: the first run would never release its lock"
        yield Problem(("lock_address",), found, "both, or neither", hint)
    elif inputs["address"] is not None and inputs["lock_address"] is None:
        # Where the environment gives the address, it gives those of the lock, too.
        yield _unlocked(_TYPE, "write lock_address and unlock_address")


def consul_lock(inputs: Inputs) -> Iterator[Problem]:
    """Demand the lock, which Consul has unless it is switched off."""
    if inputs["lock"] is False:
        yield _unlocked(("lock",), "leave lock out")


def oss_lock(inputs: Inputs) -> Iterator[Problem]:
    """Demand a Table Store: the Object Storage of Alibaba Cloud locks with one."""
    if inputs["tablestore_table"] is None:
        yield _unlocked(_TYPE, "write tablestore_endpoint and tablestore_table")


def workspaces_of_cloud(inputs: Inputs) -> Iterator[Problem]:
    """Demand one way to choose workspaces: by name or by tags."""
    yield from _one_of(inputs["workspaces"], "name", "tags")


def workspaces_of_remote(inputs: Inputs) -> Iterator[Problem]:
    """Demand one way to choose workspaces: by name or by prefix."""
    yield from _one_of(inputs["workspaces"], "name", "prefix")


def _one_of(workspaces: Any, one: str, other: str) -> Iterator[Problem]:
    given = [name for name in (one, other) if name in (workspaces or {})]
    if workspaces is not None and len(given) != 1:
        found = " and ".join(given) or f"neither {one} nor {other}"
        yield Problem(("workspaces",), found, f"either {one} or {other}", f"keep {one}")


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))


def _unencrypted(path: Path, found: str, hint: str = "write https://") -> Problem:
    allowed = "https, or http to this machine only; others on the network could read the state"
    return Problem(path, found, allowed, hint)


def _unlocked(path: Path, hint: str) -> Problem:
    return Problem(path, _UNLOCKED, _LOCKED, hint, "warning")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_OWN = {
    "cloud": (Rule("workspaces", ("workspaces",), workspaces_of_cloud),),
    "consul": (
        Rule("plain-address", ("address", "scheme"), consul_address),
        Rule("state-lock", ("lock",), consul_lock),
    ),
    "http": (Rule("state-lock", ("address", "lock_address", "unlock_address"), http_lock),),
    "oss": (Rule("state-lock", ("tablestore_table",), oss_lock),),
    "remote": (Rule("workspaces", ("workspaces",), workspaces_of_remote),),
    "s3": (Rule("state-lock", ("use_lockfile", "dynamodb_table"), s3_lock),),
}
"""The rules of one type only; the types that are not here lock by themselves."""


_ENVIRONMENT = "x-environment-variable"
_LOGIN = re.compile(r"://[^/@\s]*:[^/@\s]+@")
_PASSWORD = re.compile(r"(^|[\s?&])(ssl)?password\s*=\s*[^\s&]", re.IGNORECASE)
_DOCUMENT = re.compile(r"\s*[{]")
_HCP = "app.terraform.io"


def settings_of(type_name: str) -> dict[str, Attribute]:
    """Return the settings of one type of backend, by their names."""
    return schemas.load(BACKEND + type_name).attributes


def check_backend(backend: Mapping[str, Any], place: FilePlace) -> Iterator[Finding]:
    """Return all findings about a backend; their pointers start at the top of the environment.

    :param backend: the type and the settings as JSON values
    :param place: the place that each finding gets until its own is known
    """
    type_name = backend.get("type")
    settings = {key: value for key, value in backend.items() if key != "type"}
    found = list(_secrets(backend, place))
    # The schema of the environment refuses an unknown type.
    if type_name in backend_types():
        found += _of_type(type_name, settings, found, place)
    for finding in found:
        yield finding._replace(pointer="/backend" + finding.pointer)


def _of_type(
    type_name: str, settings: dict[str, Any], secrets: Sequence[Finding], place: FilePlace
) -> list[Finding]:
    known = settings_of(type_name)
    hidden = {finding.pointer for finding in secrets}
    wrong = schema_check.check_schema(_validator(type_name), settings, place=place)
    found = [_explained(each, known) for each in wrong if each.pointer not in hidden]
    # A setting that is misspelt is not missing as well.
    meant = {nearest_name(name, known) for name in settings if name not in known} - {None}
    broken = schema_check.parameters_with_errors([*secrets, *found]) | {str(name) for name in meant}
    return found + checks.apply_rules(
        backend_rules(type_name), settings, place=place, broken=broken
    )


def hint_without_setting(backend: Mapping[str, Any], path: Path) -> str:
    """Return what to do instead of writing a setting into a file, as a hint.

    :param backend: the type and the settings
    :param path: the path to the setting, without ``backend``
    """
    type_name, name = backend.get("type"), str(path[-1])
    rule = _rule(type_name, path)
    if type_name == "pg" and name == "conn_str":
        return "leave out the password, or leave out conn_str and set PG_CONN_STR"
    if name == "token" and type_name in ("cloud", "remote"):
        return (
            f"leave it out and set {token_variable(backend.get('hostname'))}, or run terraform "
            "login"
        )
    if _ENVIRONMENT in rule:
        return f"leave it out and set {rule[_ENVIRONMENT]}, which Terraform reads"
    return "leave it out; a backend cannot use Terraform variables, only environment variables"


def token_variable(hostname: Any) -> str:
    """Return the environment variable with the token for a host.

    :param hostname: such as ``tfe.example.com``; anything but text means HCP Terraform
    """
    host = hostname if isinstance(hostname, str) else _HCP
    return "TF_TOKEN_" + host.replace("-", "__").replace(".", "_")


def _secrets(backend: Mapping[str, Any], place: FilePlace) -> Iterator[Finding]:
    for path, value in _leaves(backend, ()):
        if _is_secret(value, _rule(backend.get("type"), path)):
            hint = hint_without_setting(backend, path)
            allowed = "no credentials in a file"
            at = pointer(path)
            yield Finding("credentials-in-file", "error", place, at, HIDDEN, allowed, hint)


def _is_secret(value: Any, rule: Mapping[str, Any]) -> bool:
    if rule.get("format") == "password":
        return True
    if not isinstance(value, str):
        return False
    # A setting for the path of a credentials file may hold the credentials themselves.
    is_document = rule.get("format") == "path" and _DOCUMENT.match(value)
    return bool(is_document or _LOGIN.search(value) or _PASSWORD.search(value))


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif value is not None and value is not UNKNOWN:
        yield path, value


def _rule(type_name: Any, path: Path) -> dict[str, Any]:
    """Return the JSON Schema of a setting; empty if there is none of that name.

    A type that is not known has the secrets of all types: a misspelt type must not show one.
    """
    if type_name in backend_types():
        return _rule_of(type_name, path)
    found = (_rule_of(each, path) for each in backend_types())
    return next((rule for rule in found if rule.get("format") == "password"), {})


def _rule_of(type_name: str, path: Path) -> dict[str, Any]:
    rule = schemas.load(BACKEND + type_name).document
    for step in path:
        rule = rule.get("properties", {}).get(step, {})
    return rule


def _explained(finding: Finding, known: Mapping[str, Attribute]) -> Finding:
    """Return the finding at the place where a person looks, with a hint to other types."""
    if (finding.rule, finding.pointer) == ("required", ""):
        # The mapping may begin in base.yaml, while another file chose the type that needs it.
        return finding._replace(pointer="/type")
    name = finding.pointer.removeprefix("/")
    others = [each for each in backend_types() if name in settings_of(each)]
    if finding.rule != "unknown-attribute" or nearest_name(name, known) or not others:
        return finding
    # Most often it came with a merge, and is not a typing error.
    hint = f"a setting of {', '.join(others)}; if base.yaml sets it, write {name}: null here"
    return finding._replace(hint=hint)


@cache
def _validator(type_name: str) -> Validator:
    document = deepcopy(schemas.load(BACKEND + type_name).document)
    document.pop("$id", None)
    return compile_validator(document)
