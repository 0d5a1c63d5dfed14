"""The bodies of the requests that create and change an object: with only what changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib.backend.managed_object.equivalence import in_order
from constructs_lib.backend.managed_object.model import (
    CONFIG,
    Body,
    ObjectModel,
    api_value,
    as_object,
)
from constructs_lib.backend.managed_object.secret_tracking import secrets_with_values
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object, same


def creation_body(model: ObjectModel, planned: Object, config: Object) -> Body:
    """Return the body that creates an object: what is configured, and nothing else."""
    body = {
        name: api_value(model.request_value(name, planned.get(name)))
        for name in (*model.only_created, *model.settings)
    }
    # Defaults of the API are not repeated to it.
    body |= {name: api_value(config.get(name)) for name in model.controls}
    for scope, attribute in model.scopes.items():
        merged = _merged(planned.get(scope), config.get(attribute))
        body[scope] = {key: value for key, value in merged.items() if value is not None} or None
    return {name: value for name, value in body.items() if value is not None}


def update_body(
    model: ObjectModel, prior: Object, planned: Object, config: Object, named: Collection[str] = ()
) -> Body:
    """Return the body that changes an object: what changed, and what steers the request; empty if
    nothing changed.

    :param named: the names of what is sent besides, such as ``config.password``: the secrets that
        changed
    """
    body = changed_settings(model, prior, planned)
    body |= changed_parts(model, prior, planned, config, named)
    return with_controls(model, body, config)


def changed_settings(model: ObjectModel, prior: Object, planned: Object) -> Body:
    """Return the settings that change, without ``config`` and ``auth``."""
    return {
        name: model.request_value(name, planned[name])
        for name in model.changeable
        if planned.get(name) is not UNKNOWN
        and not same(prior.get(name), planned.get(name))
        and not model.clears_nothing(name, prior.get(name), planned[name])
    }


def changed_parts(
    model: ObjectModel, prior: Object, planned: Object, config: Object, named: Collection[str] = ()
) -> Body:
    """Return what changes inside ``config`` and ``auth``, with the secrets among it.

    :param named: the names of what is sent besides, such as ``config.password``
    """
    body: Body = {}
    for scope, attribute in model.scopes.items():
        keys = changed_keys(prior.get(scope), planned.get(scope)) | keys_of(scope, named)
        keys -= set(model.fixed_keys(planned)) if scope == CONFIG else set()
        merged = _merged(planned.get(scope), config.get(attribute))
        sent = {key: merged[key] for key in merged if key in keys}
        body |= {scope: sent} if sent else {}
    return body


def keys_of(scope: str, named: Collection[str]) -> set[str]:
    """Return the keys of ``config`` or ``auth`` among names such as ``config.password``."""
    return {name.partition(".")[2] for name in named if name.startswith(scope + ".")}


def changed_keys(prior: Any, planned: Any) -> set[str]:
    """Return the keys of ``config`` or ``auth`` that a request has to carry."""
    before, after = as_object(prior), as_object(planned)
    return {key for key in after if key not in before or differs(key, before[key], after[key])}


def differs(setting: str, before: Any, after: Any) -> bool:
    """Return True if two values of a setting of ``config`` mean different things to the API."""
    return not same(in_order(setting, before), in_order(setting, after))


def without_controls(model: ObjectModel, body: Body) -> Body:
    """Return what a body changes: the API refuses one that only steers the setup tests."""
    return {name: value for name, value in body.items() if name not in model.controls}


def with_controls(model: ObjectModel, body: Body, config: Object) -> Body:
    """Add what is configured for the setup tests to a body that changes something."""
    if not body:
        return body
    controls = {name: config.get(name) for name in model.controls}
    return body | {name: value for name, value in controls.items() if isinstance(value, bool)}


def _merged(shown: Any, secret: Any) -> dict[str, Any]:
    return _over(as_object(shown), secrets_with_values(as_object(secret)))


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merge ``above`` over ``below``: objects are merged, all other values are replaced."""
    merged = dict(below)
    for key, value in above.items():
        inner = merged.get(key)
        both = isinstance(inner, dict) and isinstance(value, dict)
        merged[key] = _over(inner, value) if both else value  # type: ignore[arg-type]
    return merged
