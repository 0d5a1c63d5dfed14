"""The ways in which an API answers something other than what was sent, field by field.

A provider that survives all of them has no perpetual differences. Only answers are distorted; what
is stored stays as it was sent. The setting ``distortions`` maps paths of fields to the names of
:data:`DISTORTIONS`, and they are applied in its order::

    store.configure(distortions={"config.host": "lower", "config.*": "nothing_as_null"})

==========================  ======================================================================
path                        the fields
==========================  ======================================================================
``sync_frequency``          an attribute of the connection, by its name in the API
``config.host``             a setting; nested ones as ``config.options.mode``
``config.*``                each setting that is there; ``*`` alone is each attribute
``config.reports[].name``   the ``name`` in each item of a list
``state``, ``state.page``   the state (cursor), in the answers about it
==========================  ======================================================================

Secrets are masked before, and the mask is left as it is unless all of the field is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from constructs_lib.sandbox import distortions_table
from constructs_lib.sandbox.distortions_table import ABSENT, Act, Distortion
from constructs_lib.sandbox.errors import SandboxError

DISTORTIONS: Mapping[str, Distortion] = distortions_table.DISTORTIONS
"""All distortions by name, each with its meaning in words."""

STATE = "state"
"""The first part of the paths that concern the state, and not the connection."""

_NAME = r"[^\s.*\[\]]+"
_PATH = re.compile(rf"(?:{_NAME}|\*)(?:\[\])*(?:\.(?:{_NAME}|\*)(?:\[\])*)*")


def checked(rules: Any, attributes: Collection[str]) -> dict[str, str]:
    """The setting ``distortions``, if it is right.

    :param attributes: the names of a connection's attributes in the API
    :raises SandboxError: if a path or a name is wrong
    """
    if not isinstance(rules, Mapping):
        raise SandboxError("distortions must map paths of fields to names of distortions")
    for path, name in rules.items():
        _check(path, name, {*attributes, STATE, "*"})
    return dict(rules)


def of_connection(rules: Mapping[str, str], answer: dict[str, Any]) -> dict[str, Any]:
    """An answer about a connection, as it is told with these distortions."""
    return _apply({path: rules[path] for path in rules if _root(path) != STATE}, answer)


def of_state(rules: Mapping[str, str], answer: dict[str, Any]) -> dict[str, Any]:
    """An answer about the state of a connection, as it is told with these distortions."""
    return _apply({path: rules[path] for path in rules if _root(path) == STATE}, answer)


def _check(path: Any, name: Any, roots: Collection[str]) -> None:
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise SandboxError(f"{path!r} is no path of a field, such as config.host or config.*")
    if not isinstance(name, str) or name not in DISTORTIONS:
        known = ", ".join(DISTORTIONS)
        raise SandboxError(f"unknown distortion {name!r} of {path}; there are {known}")
    parts, makes_field = _parts(path), DISTORTIONS[name].makes_field
    if parts[0] not in roots and (len(parts) > 1 or not makes_field):
        raise SandboxError(f"no answer about a connection has the field {parts[0]}")
    if makes_field and parts[-1] in ("*", "[]"):
        raise SandboxError(f"{name} needs the name of a field at the end of its path, not {path}")


def _apply(rules: Mapping[str, str], answer: dict[str, Any]) -> dict[str, Any]:
    for path, name in rules.items():
        answer = _at(answer, _parts(path), DISTORTIONS[name].act)
    return answer


def _at(value: Any, path: list[str], act: Act) -> Any:
    if not path:
        return act(value)
    if path[0] == "[]":
        return _in_list(value, path[1:], act) if isinstance(value, list) else value
    return _in_object(value, path[0], path[1:], act) if isinstance(value, dict) else value


def _in_list(items: list[Any], path: list[str], act: Act) -> list[Any]:
    changed = (_at(item, path, act) for item in items)
    return [item for item in changed if item is not ABSENT]


def _in_object(values: dict[str, Any], name: str, path: list[str], act: Act) -> dict[str, Any]:
    result = dict(values)
    for key in values if name == "*" else (name,):
        inner = _at(values.get(key, ABSENT), path, act)
        result[key] = inner
    return {key: value for key, value in result.items() if value is not ABSENT}


def _parts(path: str) -> list[str]:
    return path.replace("[]", ".[]").split(".")


def _root(path: str) -> str:
    return _parts(path)[0]
