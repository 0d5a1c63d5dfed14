"""Settings that count only together with another one, and are dropped in silence without it.

The contract says of some settings that they are for one value of another one only ("Password (only
when authentication_method is ``Basic``)"), and not what becomes of those that are sent all the
same. By default the sandbox keeps them. The setting ``counts_with`` names those that it drops, each
with the values without which it does not count::

    store.configure(
        counts_with={
            "config.password": {"config.auth_method": "PASSWORD"},
            "config.tunnel_host": {"networking_method": "SshTunnel"},
        }
    )

What was taken while it counted stays when it no longer does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.sandbox.records import Connection

_SCOPES = ("config", "auth")

Rules = Mapping[str, Mapping[str, Any]]
"""The places of settings, such as ``config.password``, to the values that they count with."""


def checked(rules: Any) -> dict[str, dict[str, Any]]:
    """Return the setting ``counts_with``, if it is right.

    :raises SandboxError: if a place is none of a setting, or a condition is no object
    """
    if not isinstance(rules, Mapping):
        raise SandboxError("counts_with must map settings to the values that they count with")
    for place, condition in rules.items():
        scope, _, key = str(place).partition(".")
        if scope not in _SCOPES or not key:
            raise SandboxError(f"{place!r} is no setting of config or auth, such as config.host")
        if not isinstance(condition, Mapping) or not condition:
            raise SandboxError(f'what {place} counts with must be such as {{"config.mode": "A"}}')
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
