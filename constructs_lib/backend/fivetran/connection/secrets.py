"""Secrets of a connection: those without a value, and those that are sent along with a change.

A secret that is configured as null has no value, so Fivetran keeps the one it has. An environment
writes the secrets of adopted connections so until somebody gives them values. Nothing is sent then;
the plan says so, and the value must not get lost.

Fivetran silently drops a secret that does not count at the moment: a password that was sent while
the connection authenticated by certificate is not there when it changes to passwords. No response
shows that, because a secret comes back masked at best, and the mask may hide an older one. So when
a setting that decides which secrets count changes, all configured secrets go along in the same
request:

* ``networking_method`` and similar settings decide about ``config_wo``;
* so does a setting of ``config`` with few possible values: one whose values the catalogue of
  services enumerates, or a flag. Nothing is known of a setting that the catalogue lacks, so any
  text or flag counts;
* a setting of ``config`` that concerns authentication by its name, and one of ``auth`` with few
  possible values, decide about ``auth`` and ``auth_wo``. Others do not, because Fivetran may have
  exchanged a refresh token since it was sent, and the old one must not come back with any change.

A secret that is sent again with the same value changes nothing at Fivetran.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import MODEL, clears_nothing, destination_keys
from constructs_lib.backend.managed_object import drift, equivalence
from constructs_lib.backend.managed_object.model import as_object, changed_keys
from constructs_lib.backend.managed_object.secret_tracking import (
    SCOPES,
    SecretTracking,
    secrets_of,
    secrets_with_values,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object, same
from constructs_lib.schemas.catalogue.service_facts import Field, FieldKind


def check_unset_secrets(plan: Plan, tracking: SecretTracking, diagnostics: Diagnostics) -> None:
    """Warn of secrets that have no value.

    :param tracking: knows which of the others will be sent
    :raises ProviderError: if a setting would be sent without a secret inside of it: whether the API
        keeps what an object lacks is not documented
    """
    kept = _without_value(plan.config)
    if not kept:
        return
    if plan.is_create:
        diagnostics.warning(
            "Secrets have no value",
            f"The connection will be created without {', '.join(kept)}.",
        )
        return
    _refuse_parts(plan, kept, tracking.changed(secrets_of(plan.config)))
    prior = plan.prior or {}
    diagnostics.warning(
        "Secrets without a value are left as they are at Fivetran",
        f"Connection {prior.get('id')} ({prior.get('schema')}): {', '.join(kept)}. Once they have "
        "a value they are sent, and managed from then on.",
    )


def _without_value(config: Object) -> list[str]:
    """Return the secrets that are null, such as ``config.aws_credentials.s3_role_arn``."""
    attributes = SCOPES.items()
    return [name for s, a in attributes for name in _nulls(as_object(config.get(a)), s)]


def _nulls(value: Any, name: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _nulls(inner, f"{name}.{key}")
    elif value is None:
        yield name


def _refuse_parts(plan: Plan, kept: list[str], sent: list[str]) -> None:
    for name in kept:
        scope, key, *_ = name.split(".")
        before, after = (
            as_object(values.get(scope)) for values in (plan.prior or {}, plan.planned)
        )
        is_changed = key in after and not (key in before and same(before[key], after[key]))
        if is_changed or f"{scope}.{key}" in sent:
            raise ProviderError(
                "A setting would be sent without its secret",
                f"{key} in {scope} changes, but {name} has no value, so Fivetran might lose that "
                "secret. Give the secret its value, or undo the change. Nothing was changed.",
                (scope,),
            )


DECIDING = (
    "networking_method",
    "hybrid_deployment_agent_id",
    "external_secrets_manager_id",
    "external_secrets_keys_config",
)
"""The attributes that may decide which settings and secrets of ``config`` count."""
_AUTHENTICATES = re.compile("auth|access|credential")
"""What stands in the name of a setting of ``config`` that decides about ``auth``."""
_ALL = ("config", "auth")
"""Attributes that may hold anything while they are unknown as a whole."""


def secrets_sent_along(prior: Object, planned: Object, config: Object) -> list[str]:
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
    absent = drift.absent(private) if decides else []
    echo = drift.echo_of(private)
    return [
        key
        for key, value in as_object(planned.get("config")).items()
        if not equivalence.is_nothing(value)
        and (key in absent or equivalence.echoes_nothing(echo.get(f"config.{key}")))
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


def warn_about_secrets_sent_along(plan: Plan, names: list[str], diagnostics: Diagnostics) -> None:
    """Announce in the plan which secrets are sent although they did not change.

    :param names: such as ``config.password``
    """
    if not names or plan.replace:
        return
    why = ", ".join(causes(plan.prior or {}, plan.planned, plan.config))
    diagnostics.warning(
        "Secrets are sent again",
        f"{', '.join(names)}: unchanged, but sent along with the change of {why}. That change may "
        "decide which secrets Fivetran uses, and Fivetran silently drops secrets that it does "
        "not use when they are sent.",
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
    if prior.get(scope) is planned.get(scope):
        return
    service = planned.get("service")
    facts = schemas.service(service) if isinstance(service, str) else None
    fields = getattr(facts, scope) if facts else {}
    before, after = as_object(prior.get(scope)), as_object(planned.get(scope))
    keys = changed_keys(MODEL, prior.get(scope), planned.get(scope))
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
    return key in secret and secrets_with_values(secret).get(key) != secret[key]
