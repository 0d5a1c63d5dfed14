"""Find the variables of an environment, and refuse secrets that are written into its files."""

from __future__ import annotations

import re
from typing import Any

from constructs_lib import schemas
from constructs_lib.adopt.description import Variable, is_variable_name
from constructs_lib.schemas.keywords import nearest_name
from constructs_lib.schemas.redaction import HIDDEN, SECRET_PARAMETERS, display
from constructs_lib.schemas.rules.secrets import is_beside_secret
from constructs_lib.validation import Finding
from constructs_lib.validation.findings import Path, pointer
from stacks.settings.backend import hint_without_setting
from stacks.settings.merging import is_variable
from stacks.settings.yaml_reader import Node

_CREDENTIALS = {
    ("provider", "api_key"): "FIVETRAN_APIKEY",
    ("provider", "api_secret"): "FIVETRAN_APISECRET",
    ("elastic", "api_key"): "ELASTICSEARCH_API_KEY",
    ("elastic", "password"): "ELASTICSEARCH_PASSWORD",
    ("elastic", "bearer_token"): None,
}
"""The credentials of the providers, each with the environment variable that can hold it."""
_USER_NAME = ("elastic", "username")


def with_variables(root: Node) -> tuple[Any, list[Finding]]:
    """Return the values of an environment, with a ``Variable`` for each ``{variable: name}``.

    :param root: the merged tree
    :returns: the values as dicts, lists, scalars and variables; and findings about variables
        with a wrong place or name, and about secrets that are written into the file
    """
    walk = _Walk(root)
    return walk.value(root, ()), walk.findings


class _Walk:
    def __init__(self, root: Node) -> None:
        self.findings: list[Finding] = []
        self._root = root

    def value(self, node: Node, path: Path) -> Any:
        """Return one value, and report what is wrong with it."""
        if isinstance(node.value, dict):
            if is_variable(node):
                return self._variable(node, path)
            if self._is_misspelt(node, path):
                return self._misspelt(node, path)
            return {key: self.value(inner, (*path, key)) for key, inner in node.value.items()}
        if isinstance(node.value, list):
            return [self.value(inner, (*path, at)) for at, inner in enumerate(node.value)]
        is_empty_item = node.value == "" and any(isinstance(step, int) for step in path)
        if node.value is not None and not is_empty_item and not schemas.is_mask(node.value):
            self._literal(node, path)
        return node.value

    def _variable(self, node: Node, path: Path) -> Variable:
        name = node.value["variable"]
        if not is_variable_name(name.value):
            allowed = (
                "a name of lower-case letters, digits and underscores that Terraform does not "
                "reserve"
            )
            found = "nothing" if name.value is None else display(name.value)
            self._report("variable-name", name, (*path, "variable"), found, allowed)
        elif path[0] == "backend" and len(path) > 1:
            backend = {key: each.value for key, each in self._root.value["backend"].value.items()}
            hint = hint_without_setting(backend, path[1:])
            found, allowed = f"the variable {name.value}", "a backend without variables"
            self._report("variable-place", node, path, found, allowed, hint)
        elif not _takes_variable(path):
            allowed = "a variable inside secrets, inside auth_secrets, or as a provider credential"
            hint = "anywhere else, Terraform would write its value to plan and state"
            self._report("variable-place", node, path, f"the variable {name.value}", allowed, hint)
        return Variable(str(name.value), self._keeps_unset(node, path))

    def _keeps_unset(self, node: Node, path: Path) -> bool:
        """Return whether the variable has ``unset: keep``; report it where it cannot."""
        unset = node.value.get("unset")
        if unset is None:
            return False
        if unset.value != "keep":
            hint = "leave it out if the variable must have a value"
            self._report("variable-unset", unset, path, display(unset.value), "unset: keep", hint)
        elif path[:1] != ("connections",) or not _in_secrets(path):
            hint = "leave unset out: there is no secret to keep here"
            allowed = "unset: keep for a secret of one connection"
            self._report("variable-unset", unset, path, "unset: keep", allowed, hint)
        return True

    def _is_misspelt(self, node: Node, path: Path) -> bool:
        (key, inner) = next(iter(node.value.items()), ("", node))
        alone = len(node.value) == 1 and isinstance(inner.value, str)
        near = alone and nearest_name(key, ["variable"]) is not None
        return near and _takes_variable(path)

    def _misspelt(self, node: Node, path: Path) -> Variable:
        ((key, inner),) = node.value.items()
        words = (repr(key), "{variable: name}", "did you mean 'variable'?")
        named = node._replace(place=inner.key_place)
        self._report("variable-name", named, (*path, key), *words)
        return Variable(str(inner.value), keep_unset=False)

    def _literal(self, node: Node, path: Path) -> None:
        if path in _CREDENTIALS:
            variable = _CREDENTIALS[path]
            hint = f"leave it out and set {variable}, or " if variable else ""
            hint += "write {variable: name}"
            allowed = "no credentials in a file"
            self._report("credentials-in-file", node, path, HIDDEN, allowed, hint)
        elif _in_secrets(path) and not self._is_in_item_with_secret(path):
            hint = f"write {{variable: {_suggested(path)}}} and set TF_VAR_{_suggested(path)}"
            allowed = "a variable; secrets are never written into a file"
            self._report("secret-in-file", node, path, HIDDEN, allowed, hint)

    def _is_in_item_with_secret(self, path: Path) -> bool:
        """Return whether a setting names a secret in an item of a list (``secrets_list[].key``).

        A list is sent as one value, so its other settings must be among the secrets, too.
        """
        if path[0] != "connections" or path[2] != "secrets":
            return False
        service = self._root.value["connections"].value[path[1]].value.get("service")
        name = service.value if service and type(service.value) is str else ""
        return is_beside_secret(name, path[3:])

    def _report(self, rule: str, node: Node, path: Path, *words: str) -> None:
        self.findings.append(Finding(rule, "error", node.place, pointer(path), *words))


def _in_secrets(path: Path) -> bool:
    if path[:1] == ("connections",):
        return len(path) > 3 and path[2] in SECRET_PARAMETERS
    return path[:1] == ("defaults",) and len(path) > 2 and path[1] in SECRET_PARAMETERS


def _takes_variable(path: Path) -> bool:
    # A user's name is not a secret, but people keep it in the same place as the password.
    return _in_secrets(path) or path in _CREDENTIALS or path == _USER_NAME


def _suggested(path: Path) -> str:
    words = [path[1], *path[3:]] if path[0] == "connections" else path[2:]
    return re.sub(r"[^a-z0-9_]+", "_", "_".join(str(word) for word in words).lower())
