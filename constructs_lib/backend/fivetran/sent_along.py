"""Secrets and settings that are sent along with a change because they may begin to count with it.

Fivetran drops in silence what does not count: a password that was sent while the connection
authenticated by certificate is not there when it changes to passwords. No answer shows it, as a
secret comes back masked at best, and the mask may stand for an older one. So when what decides
about it changes, all secrets that are configured go along in the same request:

* ``networking_method`` and its like decide about ``config_wo``;
* so does a setting of ``config`` with few possible values: one whose values the catalogue of
  services enumerates, or a flag. Of a setting that the catalogue lacks, nobody knows, so that any
  text or flag counts;
* one of ``config`` that is about authentication by its name, and one of ``auth`` with few possible
  values, decide about ``auth`` and ``auth_wo``. The others do not, because Fivetran may have
  exchanged a refresh token since it was sent, and the old one must not come back with any change.

A secret that is sent once more with the same value changes nothing at Fivetran.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran import comparison, connection_echo, connection_request
from constructs_lib.backend.fivetran.connection_read import ADOPTED
from constructs_lib.backend.fivetran.connection_request import (
    DECIDING,
    as_object,
    changed_keys,
    clears_nothing,
    destination_keys,
)
from constructs_lib.backend.fivetran.ledger import SCOPES, given, secrets_of
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values import UNKNOWN, Object, same
from constructs_lib.schemas.fields import Field, FieldKind

_AUTHENTICATES = re.compile("auth|access|credential")
"""What stands in the name of a setting of ``config`` that decides about ``auth``."""
_ALL = ("config", "auth")
"""Attributes that may hold anything while they are unknown as a whole."""


def modification(
    prior: Object,
    planned: Object,
    config: Object,
    secrets: list[str],
    private: dict[str, Any],
) -> dict[str, Any]:
    """Return the body of the request that makes a planned change; empty if none is needed.

    :param secrets: the names of the secrets to send
    :param private: the private state of the connection, which knows what was answered
    """
    named = [*secrets, *authorization(prior, planned, config)]
    absent, adopted = dropped(prior, planned, config, private), bool(private.get(ADOPTED))
    return connection_request.modification(prior, planned, config, named, absent, adopted=adopted)


def secrets(prior: Object, planned: Object, config: Object) -> list[str]:
    """Return the names of the secrets that a change sends along, such as ``config.password``.

    One with a part that has no value is not among them: Fivetran might lose that part.
    """
    scopes = _scopes(causes(prior, planned, config))
    names = [name for name in secrets_of(config) if name.partition(".")[0] in scopes]
    return sorted(name for name in names if not _lacks_value(config, name))


def authorization(prior: Object, planned: Object, config: Object) -> list[str]:
    """Return the names of the settings of ``auth`` that a change sends along."""
    if "auth" not in _scopes(causes(prior, planned, config)):
        return []
    auth = as_object(planned.get("auth"))
    names = [f"auth.{key}" for key, value in auth.items() if value is not None]
    return [name for name in names if not _lacks_value(config, name)]


def dropped(prior: Object, planned: Object, config: Object, private: dict[str, Any]) -> list[str]:
    """Return the keys of ``config`` of which Fivetran holds nothing although they were sent, such
    as those of another way to authenticate than the chosen one. What the last answer left out is
    among them where something changes that may decide about it.

    :param private: the private state of the connection, which knows what was answered
    """
    decides = bool(causes(prior, planned, config))
    absent = connection_echo.absent(private) if decides else []
    echo = connection_echo.echo_of(private)
    return [
        key
        for key, value in as_object(planned.get("config")).items()
        if not comparison.is_nothing(value)
        and (key in absent or comparison.echoes_nothing(echo.get(f"config.{key}")))
        and not _lacks_value(config, f"config.{key}")
    ]


def causes(prior: Object, planned: Object, config: Object) -> list[str]:
    """Return the changes that may decide which secrets count, such as ``config.auth_method``.

    A value that is not known yet may become any.
    """
    found = [name for name in DECIDING if _changes(name, prior, planned, config)]
    for scope in SCOPES:
        if config.get(scope) is UNKNOWN:
            found.append(scope)
        found += [f"{scope}.{key}" for key in _methods(scope, prior, planned)]
    return found


def tell(plan: Plan, names: list[str], diagnostics: Diagnostics) -> None:
    """Say in the plan which secrets go along although they did not change.

    :param names: such as ``config.password``
    """
    if not names or plan.replace:
        return
    why = ", ".join(causes(plan.prior or {}, plan.planned, plan.config))
    diagnostics.warning(
        "Secrets are sent once more",
        f"{', '.join(names)}: unchanged, and sent along with the change of {why}. That may decide "
        "which secrets count, and Fivetran drops in silence what does not count when it is sent.",
        ("secrets_applied",),
    )


def _scopes(names: list[str]) -> set[str]:
    """Return the parts of a request that the causes decide about: ``config``, ``auth`` or both."""
    found = set()
    for name in names:
        scope, _, key = name.partition(".")
        if scope != "auth":
            found.add("config")
        if name in _ALL or scope == "auth" or _AUTHENTICATES.search(key):
            found.add("auth")
    return found


def _changes(name: str, prior: Object, planned: Object, config: Object) -> bool:
    """Return True if an attribute changes by the configuration, and not by the API alone."""
    if config.get(name) in (None, UNKNOWN):
        return config.get(name) is UNKNOWN
    before, after = prior.get(name), planned.get(name)
    return not same(before, after) and not clears_nothing(name, before, after)


def _methods(scope: str, prior: Object, planned: Object) -> Iterator[str]:
    """Yield the keys of ``config`` or ``auth`` that change and have few possible values."""
    service = planned.get("service")
    facts = schemas.service(service) if isinstance(service, str) else None
    fields = getattr(facts, scope) if facts else {}
    before, after = as_object(prior.get(scope)), as_object(planned.get(scope))
    keys = changed_keys(prior.get(scope), planned.get(scope))
    for key in sorted(keys - set(destination_keys(service))):
        if _decides(fields.get(key), before.get(key), after[key]):
            yield key


def _decides(field: Field | None, before: Any, after: Any) -> bool:
    if field is None or field.kind is FieldKind.ANY:
        return any(each is UNKNOWN or isinstance(each, (str, bool)) for each in (before, after))
    return bool(field.allowed) or field.kind is FieldKind.BOOLEAN


def _lacks_value(config: Object, name: str) -> bool:
    """Return True if a part of a secret has no value."""
    scope, _, key = name.partition(".")
    secret = as_object(config.get(SCOPES[scope]))
    return key in secret and given(secret).get(key) != secret[key]
