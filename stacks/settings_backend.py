"""The backend of one environment: the settings of its type, and secrets that do not belong there.

What each type takes stands in ``backend.<type>.schema.json``. Terraform writes the settings of a
backend to its working directory and to each plan file, so that no secret may be among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.schemas import Attribute
from constructs_lib.schemas.shown import HIDDEN
from constructs_lib.schemas.suggestions import nearest_name
from constructs_lib.validation import FilePlace, Finding, rules, schema_check
from constructs_lib.validation.parameters import compiled
from constructs_lib.validation.plain import UNRESOLVED
from constructs_lib.validation.pointers import Path, pointer
from constructs_lib.validation.rules_backend import backend_rules

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_PREFIX = "backend."
_ENVIRONMENT = "x-environment-variable"
_LOGIN = re.compile(r"://[^/@\s]*:[^/@\s]+@")
_PASSWORD = re.compile(r"(^|[\s?&])(ssl)?password\s*=\s*[^\s&]", re.IGNORECASE)
_DOCUMENT = re.compile(r"\s*[{]")
_HCP = "app.terraform.io"


def type_names() -> list[str]:
    """The types of backends, by Terraform's names, and ``cloud``; sorted."""
    return [name.removeprefix(_PREFIX) for name in schemas.names() if name.startswith(_PREFIX)]


def settings_of(type_name: str) -> dict[str, Attribute]:
    """The settings of one type of backend, by their names."""
    return schemas.load(_PREFIX + type_name).attributes


def findings(backend: Mapping[str, Any], place: FilePlace) -> Iterator[Finding]:
    """All findings about a backend; their pointers start at the top of the environment.

    :param backend: the type and the settings in plain form
    :param place: the place that each finding gets until its own is known
    """
    type_name = backend.get("type")
    settings = {key: value for key, value in backend.items() if key != "type"}
    found = list(_secrets(backend, place))
    # Otherwise the schema of the environment says what is wrong.
    if type_name in type_names():
        found += _of_type(type_name, settings, found, place)
    for finding in found:
        yield finding._replace(pointer="/backend" + finding.pointer)


def _of_type(
    type_name: str, settings: dict[str, Any], secrets: Sequence[Finding], place: FilePlace
) -> list[Finding]:
    known = settings_of(type_name)
    hidden = {finding.pointer for finding in secrets}
    wrong = schema_check.findings(_validator(type_name), settings, place=place)
    found = [_explained(each, known) for each in wrong if each.pointer not in hidden]
    # What a misspelt setting was meant to be is not missing as well.
    meant = {nearest_name(name, known) for name in settings if name not in known} - {None}
    broken = schema_check.roots([*secrets, *found]) | {str(name) for name in meant}
    return found + rules.apply(backend_rules(type_name), settings, place=place, broken=broken)


def from_environment(backend: Mapping[str, Any], path: Path) -> str:
    """What to do instead of writing a setting, as a hint.

    :param backend: the type and the settings
    :param path: the way to the setting, without ``backend``
    """
    type_name, name = backend.get("type"), str(path[-1])
    rule = _rule(type_name, path)
    if type_name == "pg" and name == "conn_str":
        return "leave the password out of it, or all of it and set PG_CONN_STR"
    if name == "token" and type_name in ("cloud", "remote"):
        return f"leave it out and set {token_variable(backend.get('hostname'))}, or terraform login"
    if _ENVIRONMENT in rule:
        return f"leave it out and set {rule[_ENVIRONMENT]}, which Terraform reads"
    return "leave it out; Terraform takes no variables here, only the settings of its environment"


def token_variable(hostname: Any) -> str:
    """The environment variable with the token for a host.

    :param hostname: such as ``tfe.example.com``; anything but text stands for HCP Terraform
    """
    host = hostname if isinstance(hostname, str) else _HCP
    return "TF_TOKEN_" + host.replace("-", "__").replace(".", "_")


def _secrets(backend: Mapping[str, Any], place: FilePlace) -> Iterator[Finding]:
    for path, value in _leaves(backend, ()):
        if _is_secret(value, _rule(backend.get("type"), path)):
            hint = from_environment(backend, path)
            allowed = "no credentials in a file"
            at = pointer(path)
            yield Finding("credentials-in-file", "error", place, at, HIDDEN, allowed, hint)


def _is_secret(value: Any, rule: Mapping[str, Any]) -> bool:
    if rule.get("format") == "password":
        return True
    if not isinstance(value, str):
        return False
    # A path of credentials may be the credentials themselves.
    is_document = rule.get("format") == "path" and _DOCUMENT.match(value)
    return bool(is_document or _LOGIN.search(value) or _PASSWORD.search(value))


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif value is not None and value is not UNRESOLVED:
        yield path, value


def _rule(type_name: Any, path: Path) -> dict[str, Any]:
    """The JSON Schema of a setting; empty if there is none of that name.

    A type that is not known has the secrets of all: a slip there must not show one.
    """
    if type_name in type_names():
        return _rule_of(type_name, path)
    found = (_rule_of(each, path) for each in type_names())
    return next((rule for rule in found if rule.get("format") == "password"), {})


def _rule_of(type_name: str, path: Path) -> dict[str, Any]:
    rule = schemas.load(_PREFIX + type_name).document
    for step in path:
        rule = rule.get("properties", {}).get(step, {})
    return rule


def _explained(finding: Finding, known: Mapping[str, Attribute]) -> Finding:
    """The finding where a person looks, and with what is known of other types."""
    if (finding.rule, finding.pointer) == ("required", ""):
        # The mapping may begin in base.yaml, and another file chose the type that needs it.
        return finding._replace(pointer="/type")
    name = finding.pointer.removeprefix("/")
    others = [each for each in type_names() if name in settings_of(each)]
    if finding.rule != "unknown-attribute" or nearest_name(name, known) or not others:
        return finding
    # It came with a merge, most often, and not by a slip.
    hint = f"a setting of {', '.join(others)}; where base.yaml brings it, write {name}: null here"
    return finding._replace(hint=hint)


@cache
def _validator(type_name: str) -> Validator:
    document = deepcopy(schemas.load(_PREFIX + type_name).document)
    document.pop("$id", None)
    return compiled(document)
