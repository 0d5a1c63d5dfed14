"""Distortions: ways in which the API answers something other than what was sent, field by field.

A provider that survives all of them has no perpetual differences. Distortions change only answers,
not what is stored. The setting ``distortions`` maps paths of fields to the names of
:data:`DISTORTIONS`, and the sandbox applies them in its order::

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

Secrets are masked first, and the mask stays as it is unless a distortion replaces the whole field.

The setting ``counts_with`` is another distortion: it makes the API drop a setting in silence. The
contract says that some settings are for one value of another one only ("Password (only when
authentication_method is ``Basic``)"), but not what the API does with them otherwise. By default the
sandbox keeps them. ``counts_with`` names those that it drops, each with the values that it needs::

    store.configure(
        counts_with={
            "config.password": {"config.auth_method": "PASSWORD"},
            "config.tunnel_host": {"networking_method": "SshTunnel"},
        }
    )

A value that was accepted earlier stays when its condition no longer holds.
"""

from __future__ import annotations

import enum
import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from constructs_lib.sandbox.common.errors import SandboxError
from constructs_lib.sandbox.common.messages import Number, dumps_exact
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.schemas import MASK, is_mask


class Absent(enum.Enum):
    """The type of :data:`ABSENT`."""

    ABSENT = enum.auto()


ABSENT = Absent.ABSENT
"""The value that a distortion gets, or returns, for a field that is not there."""

ADDED = "added_by_sandbox"
"""The value of a field that was never sent, and its name where one is needed."""

Act = Callable[[Any], Any]
"""A function from the value of a field, or :data:`ABSENT`, to the value that is answered. It
leaves its argument unchanged."""


class Distortion(NamedTuple):
    """One way in which a field is answered differently."""

    act: Act
    meaning: str
    makes_field: bool = False
    """True if it answers a field that is not there, so that its path must end with a name."""


def _deep(leaf: Act) -> Act:
    # A leaf is anything but an object or a list with something in it.
    def act(value: Any) -> Any:
        if isinstance(value, dict) and value:
            return {key: act(inner) for key, inner in value.items()}
        if isinstance(value, list) and value:
            return [act(inner) for inner in value]
        return value if value is ABSENT or is_mask(value) else leaf(value)

    return act


def _each_mask(other: str) -> Act:
    """Return an act that replaces the usual mask by another."""

    def act(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: act(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [act(inner) for inner in value]
        return other if is_mask(value) else value

    return act


def _text(change: Callable[[str], Any]) -> Act:
    return _deep(lambda value: change(value) if isinstance(value, str) else value)


def _nothing_as(other: Any) -> Act:
    return _deep(lambda value: other if _is_nothing(value) else value)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _present(change: Act) -> Act:
    return lambda value: value if value is ABSENT else change(value)


def _missing(value: Any) -> Act:
    return lambda found: value if found is ABSENT else found


def _list(change: Callable[[list[Any]], list[Any]]) -> Act:
    return lambda value: change(value) if isinstance(value, list) else value


def _reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(reversed(value.items()))
    return value[::-1] if isinstance(value, list) else value


def _is_number(value: Any) -> bool:
    return isinstance(value, Number) and not isinstance(value, bool)


def _as_decimal(value: Any) -> Any:
    # A number that no double holds would come back as another number.
    exact = type(value) is int and abs(value) <= 2**53
    return float(value) if exact else value


def _as_number(text: str) -> Any:
    return (
        json.loads(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?", text) else text
    )


def _as_boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)


def _without_fraction(text: str) -> str:
    return re.sub(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d+(?=Z$|[+-]\d\d:\d\d$)", r"\1", text)


DISTORTIONS: Mapping[str, Distortion] = {
    "add": Distortion(_missing(ADDED), "A field that is not there is answered with a text.", True),
    "add_null": Distortion(_missing(None), "A field that is not there is answered as null.", True),
    "add_key": Distortion(
        lambda value: {**value, ADDED: ADDED} if isinstance(value, dict) else value,
        "An object gains a key that nobody sent.",
    ),
    "add_item": Distortion(
        _list(lambda items: [*items, ADDED]), "A list gains a text at its end that nobody sent."
    ),
    "drop": Distortion(lambda _: ABSENT, "The field is left out."),
    "drop_item": Distortion(_list(lambda items: items[:-1]), "A list loses its last item."),
    "drop_nothing": Distortion(
        lambda value: ABSENT if _is_nothing(value) else value,
        'A field that is null, "", [] or {} is left out.',
    ),
    "reorder": Distortion(
        _reordered, "A list, or the keys of an object, comes in the reverse order."
    ),
    "lower": Distortion(_text(str.lower), "Text comes in lower case, at any depth."),
    "upper": Distortion(_text(str.upper), "Text comes in upper case, at any depth."),
    "trim": Distortion(_text(str.strip), "Text comes without blanks at its ends, at any depth."),
    "pad": Distortion(_text(lambda text: f" {text} "), "Text comes between blanks, at any depth."),
    "number_as_text": Distortion(
        _deep(lambda value: dumps_exact(value) if _is_number(value) else value),
        "Numbers come as text, at any depth.",
    ),
    "number_as_decimal": Distortion(
        _deep(_as_decimal), "Whole numbers come with a decimal point (5432.0), at any depth."
    ),
    "text_as_number": Distortion(
        _text(_as_number), "Text that reads as a number comes as one, at any depth."
    ),
    "boolean_as_text": Distortion(
        _deep(lambda value: json.dumps(value) if isinstance(value, bool) else value),
        'true and false come as "true" and "false", at any depth.',
    ),
    "text_as_boolean": Distortion(
        _text(_as_boolean), 'Text "true" or "false" comes as a boolean, at any depth.'
    ),
    "mask": Distortion(
        _deep(lambda value: value if value is None else MASK),
        "Everything but null is masked as a secret is, at any depth.",
    ),
    "mask_as_bullets": Distortion(
        _each_mask("\N{BULLET}" * 8), "Secrets are masked by eight bullets, at any depth."
    ),
    "mask_as_stars": Distortion(
        _each_mask("*" * 8), "Secrets are masked by eight stars, at any depth."
    ),
    "null": Distortion(_present(lambda _: None), "The field is null, whatever was sent."),
    "nothing_as_null": Distortion(_nothing_as(None), '"", [] and {} come as null, at any depth.'),
    "nothing_as_text": Distortion(_nothing_as(""), 'null, [] and {} come as "", at any depth.'),
    "nothing_as_list": Distortion(_nothing_as([]), 'null, "" and {} come as [], at any depth.'),
    "nothing_as_object": Distortion(_nothing_as({}), 'null, "" and [] come as {}, at any depth.'),
    "default_for_null": Distortion(
        _deep(lambda value: ADDED if value is None else value),
        "null comes as a text, as if it were the default, at any depth.",
    ),
    "truncate_time": Distortion(
        _text(_without_fraction), "Times (RFC 3339) come in whole seconds, at any depth."
    ),
}
"""All distortions by name, each with its meaning in words."""

STATE = "state"
"""The first part of the paths that concern the state, and not the connection."""

_NAME = r"[^\s.*\[\]]+"
_PATH = re.compile(rf"(?:{_NAME}|\*)(?:\[\])*(?:\.(?:{_NAME}|\*)(?:\[\])*)*")


def checked_distortions(rules: Any, attributes: Collection[str]) -> dict[str, str]:
    """Check and return the setting ``distortions``.

    :param attributes: the names of a connection's attributes in the API
    :raises SandboxError: if a path or a name is wrong
    """
    if not isinstance(rules, Mapping):
        raise SandboxError("distortions must map paths of fields to names of distortions")
    for path, name in rules.items():
        _check(path, name, {*attributes, STATE, "*"})
    return dict(rules)


def of_connection(rules: Mapping[str, str], answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer about a connection with these distortions applied."""
    return _apply({path: rules[path] for path in rules if _root(path) != STATE}, answer)


def of_state(rules: Mapping[str, str], answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer about the state of a connection with these distortions applied."""
    return _apply({path: rules[path] for path in rules if _root(path) == STATE}, answer)


def _check(path: Any, name: Any, roots: Collection[str]) -> None:
    if not isinstance(path, str) or not _PATH.fullmatch(path):
        raise SandboxError(f"{path!r} is not the path of a field, such as config.host or config.*")
    if not isinstance(name, str) or name not in DISTORTIONS:
        known = ", ".join(DISTORTIONS)
        raise SandboxError(f"unknown distortion {name!r} of {path}; there are {known}")
    parts, makes_field = _parts(path), DISTORTIONS[name].makes_field
    if parts[0] not in roots and (len(parts) > 1 or not makes_field):
        raise SandboxError(f"no response about a connection has the field {parts[0]}")
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


_SCOPES = ("config", "auth")

Rules = Mapping[str, Mapping[str, Any]]
"""The places of settings, such as ``config.password``, to the values that they count with."""


def checked_conditions(rules: Any) -> dict[str, dict[str, Any]]:
    """Check and return the setting ``counts_with``.

    :raises SandboxError: if a place does not name a setting, or a condition is not an object
    """
    if not isinstance(rules, Mapping):
        raise SandboxError("counts_with must map settings to the values that they count with")
    for place, condition in rules.items():
        scope, _, key = str(place).partition(".")
        if scope not in _SCOPES or not key:
            raise SandboxError(f"{place!r} is not a setting of config or auth, such as config.host")
        if not isinstance(condition, Mapping) or not condition:
            raise SandboxError(
                f'the condition of {place} must be an object such as {{"config.mode": "A"}}'
            )
    return {place: dict(condition) for place, condition in rules.items()}


def effective(record: Connection, given: Mapping[str, Any], rules: Rules) -> dict[str, Any]:
    """Return the fields of a request without the settings that do not count.

    :param record: the connection before the request
    :param given: the checked fields of the request
    :param rules: the setting ``counts_with``
    """
    after = _after(record, given)
    dropped = {
        place for place, condition in rules.items() if not condition.items() <= after.items()
    }
    kept = dict(given)
    for scope in _SCOPES:
        if scope in kept:
            inside = kept[scope].items()
            kept[scope] = {k: inner for k, inner in inside if f"{scope}.{k}" not in dropped}
    return kept


def _after(record: Connection, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values after a request, by place, that a setting may count with."""
    attributes = {name: value for name, value in given.items() if name not in _SCOPES}
    config = {**record.config, **given.get("config", {})}
    places = {f"config.{key}": value for key, value in config.items()}
    return {**record.attributes, **attributes, **places}
