"""The bodies of the requests that create and change a connection.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/create-connection and
https://fivetran.com/docs/rest-api/api-reference/connections/modify-connection
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib.backend.fivetran.connection.model import (
    MODEL,
    ONLY_CREATED,
    SCHEMA,
    SETTINGS,
    TEST_CONTROLS,
    destination_keys,
    request_value,
)
from constructs_lib.backend.fivetran.connection.secrets import DECIDING, authorization, dropped
from constructs_lib.backend.fivetran.private_state import ConnectionPrivateState
from constructs_lib.backend.managed_object import model
from constructs_lib.backend.managed_object.model import api_value, as_object, changed_keys
from constructs_lib.backend.plugin.values.value import Object

_TRUSTED = SCHEMA.sent("test")
"""What the setup tests alone take as well: what they shall trust."""
SIDE_EFFECTS = {
    "sync_frequency": ("daily_sync_time",),
    "schedule_type": ("sync_state",),
    "data_delay_sensitivity": ("data_delay_threshold",),
    "networking_method": ("private_link_id", "proxy_agent_id"),
    "private_link_id": ("networking_method",),
    "proxy_agent_id": ("networking_method",),
    "paused": ("sync_state",),
    "is_historical_sync": ("sync_state",),
}
"""For each attribute, those that the API may change along with it."""
_SENT_ALONG = SIDE_EFFECTS | {"external_secrets_manager_id": ("external_secrets_keys_config",)}
"""For each attribute, those of which the API may hold nothing until it is what it becomes."""
_OF_ONE_METHOD = {
    name: attribute.only_with[1]
    for name, attribute in SCHEMA.attributes.items()
    if attribute.only_with and attribute.only_with[0] == "networking_method"
}
"""The attributes that belong to one networking method, and which."""


def creation_body(planned: Object, config: Object) -> dict[str, Any]:
    """Return the body of ``POST /v1/connections``: what is configured, and nothing else."""
    return _with_tests_for_trust(model.creation_body(MODEL, planned, config))


def takeover_body(body: dict[str, Any]) -> dict[str, Any]:
    """Return the body of ``PATCH /v1/connections/{id}`` that asks an existing connection for all
    that a creation asks for, as far as a connection can be changed.

    :param body: that of the creation
    """
    sent = {name: value for name, value in body.items() if name not in ONLY_CREATED}
    keys = destination_keys(body.get("service"))
    config = {key: value for key, value in body.get("config", {}).items() if key not in keys}
    sent["config"] = config
    if not config:
        del sent["config"]
    return sent if without_controls(sent) else {}


def update_body(
    prior: Object,
    planned: Object,
    config: Object,
    secrets: Collection[str],
    private: dict[str, Any],
) -> dict[str, Any]:
    """Return the body of ``PATCH /v1/connections/{id}``: what changed, and what takes effect with
    it; empty if nothing changed.

    :param secrets: the names of the secrets to send, such as ``config.password``
    :param private: the private state of the connection, which knows what was answered
    """
    body = model.changed_settings(MODEL, prior, planned)
    body |= _beginning_to_count(body, planned, config) | _of_another_method(body, prior, config)
    if prior.get("is_historical_sync") is None and ConnectionPrivateState(private).is_imported:
        # Configured for a connection that exists, it says what was, and asks for nothing.
        body.pop("is_historical_sync", None)
    named = [*secrets, *authorization(prior, planned, config)]
    keys = changed_keys(MODEL, prior.get("config"), planned.get("config"))
    if keys or model.keys_of("config", named) or body.keys() & set(DECIDING):
        # Fivetran holds nothing of these, and another setting may be what makes them count.
        named += [f"config.{key}" for key in dropped(prior, planned, config, private)]
    body |= model.changed_parts(MODEL, prior, planned, config, named)
    return with_controls(body, config)


def trust_settings(config: Object) -> dict[str, Any]:
    """Return the body of ``POST /v1/connections/{id}/test``: what the tests shall trust."""
    return {name: True for name in _TRUSTED if config.get(name) is True}


def settings_in_response(planned: Object, body: dict[str, Any]) -> dict[str, Any]:
    """Return the settings whose form the response to a request shows: those that were sent, those
    that the API may change along with them, and at creation those that are null.
    """
    names = {effect for name in body for effect in SIDE_EFFECTS.get(name, ())} & set(SETTINGS)
    settings = {
        name: api_value(planned.get(name)) for name in names if planned.get(name) is not None
    }
    settings = {name: value for name, value in settings.items() if value is not None} | body
    if "service" in body:
        nulls = {k: None for k, v in as_object(planned.get("config")).items() if v is None}
        settings["config"] = nulls | body.get("config", {})
    return settings


def _beginning_to_count(body: dict[str, Any], planned: Object, config: Object) -> dict[str, Any]:
    """Return what is configured, and may not have counted before the change of a body.

    The API drops it in silence while it does not count, so that it is sent once more.
    """
    names = [effect for name in body for effect in _SENT_ALONG.get(name, ())]
    found = {
        name: request_value(name, planned.get(name))
        for name in names
        if name in SETTINGS and name not in body and config.get(name) is not None
    }
    return {name: value for name, value in found.items() if value is not None}


def _of_another_method(body: dict[str, Any], prior: Object, config: Object) -> dict[str, Any]:
    """Return null for what belongs to the networking method that a body leaves."""
    if "networking_method" not in body:
        return {}
    return {
        name: None
        for name, method in _OF_ONE_METHOD.items()
        if method != body["networking_method"] and prior.get(name) and config.get(name) is None
    }


def without_controls(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a body changes: the API refuses one that only steers the setup tests."""
    return model.without_controls(MODEL, body)


def controls_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return what steers the setup tests in a body."""
    return {name: body[name] for name in TEST_CONTROLS if name in body}


def with_controls(body: dict[str, Any], config: Object) -> dict[str, Any]:
    """Add what is configured for the setup tests to a body that changes something."""
    return _with_tests_for_trust(model.with_controls(MODEL, body, config))


def _with_tests_for_trust(body: dict[str, Any]) -> dict[str, Any]:
    """Add ``run_setup_tests``, which the API requires when the tests shall trust something."""
    if any(body.get(name) for name in _TRUSTED):
        body.setdefault("run_setup_tests", True)
    return body
