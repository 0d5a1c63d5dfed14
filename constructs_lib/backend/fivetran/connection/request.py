"""The bodies of the requests that create and change a connection.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/create-connection and
https://fivetran.com/docs/rest-api/api-reference/connections/modify-connection
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.managed_object.equivalence import in_order
from constructs_lib.backend.managed_object.secret_tracking import SCOPES, secrets_with_values
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object, same

SCHEMA = schemas.load("fivetranops_connection")
ONLY_CREATED = SCHEMA.only_created
"""What creation takes and no later request does."""
ONLY_MODIFIED = SCHEMA.only_updated
"""What creation does not take."""
SETTINGS = SCHEMA.settings
"""What both requests take."""
TEST_CONTROLS = SCHEMA.controls
"""What steers the setup tests of one request, and is not kept by the API. By its contract they run
after every change unless ``run_setup_tests`` is false; by public reports only where ``config`` or
``auth`` changes. So what is configured goes along with every change, which is right either way."""
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
DECIDING = (
    "networking_method",
    "hybrid_deployment_agent_id",
    "external_secrets_manager_id",
    "external_secrets_keys_config",
)
"""The attributes that may decide which settings and secrets of ``config`` count."""
_OF_ONE_METHOD = {
    name: attribute.only_with[1]
    for name, attribute in SCHEMA.attributes.items()
    if attribute.only_with and attribute.only_with[0] == "networking_method"
}
"""The attributes that belong to one networking method, and which."""
DESTINATION_SCHEMA_KEYS = schemas.DESTINATION_SCHEMA_KEYS
"""The keys of ``config`` that name the destination schema, in all their forms."""


def names_another_schema(service: Any, before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return the keys in which two configurations name different destination schemas. Names that
    differ only in case name the same schema; unknown values are ignored.
    """
    return [
        key
        for key in destination_keys(service)
        if isinstance(before.get(key), str)
        and isinstance(after.get(key), str)
        and before[key].casefold() != after[key].casefold()
    ]


def destination_keys(service: Any) -> tuple[str, ...]:
    """Return the keys of ``config`` that name the destination schema of a service.

    For a service that is newer than the catalogue, or whose form the catalogue does not tell, all
    four count, to be on the safe side.
    """
    facts = schemas.service(service) if isinstance(service, str) else None
    return (facts and facts.destination_schema) or schemas.DESTINATION_SCHEMA_KEYS


def creation_body(planned: Object, config: Object) -> dict[str, Any]:
    """Return the body of ``POST /v1/connections``: what is configured, and nothing else."""
    body = {
        name: api_value(request_value(name, planned.get(name)))
        for name in (*ONLY_CREATED, *SETTINGS)
    }
    # Defaults of the API are not repeated to it.
    body |= {name: api_value(config.get(name)) for name in TEST_CONTROLS}
    for scope in SCOPES:
        merged = _merged(planned.get(scope), config.get(SCOPES[scope]))
        body[scope] = {key: value for key, value in merged.items() if value is not None} or None
    body = {name: value for name, value in body.items() if value is not None}
    return _with_tests_for_trust(body)


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
    named: Collection[str],
    dropped: Collection[str] = (),
    *,
    adopted: bool = False,
) -> dict[str, Any]:
    """Return the body of ``PATCH /v1/connections/{id}``: what changed, and what takes effect with
    it; empty if nothing changed.

    :param named: the names of what is sent besides, such as ``config.password``: the secrets that
        changed, and what begins to count inside ``config`` and ``auth``
    :param dropped: the keys of ``config`` of which the API holds nothing although they were sent
    :param adopted: True while the settings are those that an import has read
    """
    body = {
        name: request_value(name, planned[name])
        for name in (*SETTINGS, *ONLY_MODIFIED)
        if planned.get(name) is not UNKNOWN
        and not same(prior.get(name), planned.get(name))
        and not clears_nothing(name, prior.get(name), planned[name])
    }
    body |= _beginning_to_count(body, planned, config) | _of_another_method(body, prior, config)
    if adopted and prior.get("is_historical_sync") is None:
        # Configured for a connection that exists, it says what was, and asks for nothing.
        body.pop("is_historical_sync", None)
    for scope, attribute in SCOPES.items():
        keys = changed_keys(prior.get(scope), planned.get(scope))
        keys |= {name.partition(".")[2] for name in named if name.startswith(scope + ".")}
        if scope == "config":
            # Another setting may be what makes them count.
            keys |= set(dropped) if keys or body.keys() & set(DECIDING) else set()
            keys -= set(destination_keys(planned.get("service")))
        merged = _merged(planned.get(scope), config.get(attribute))
        sent = {key: merged[key] for key in merged if key in keys}
        body |= {scope: sent} if sent else {}
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


def request_value(name: str, value: Any) -> Any:
    """Return an attribute as a request carries it: null where an empty value clears it, and in the
    spelling of the contract.
    """
    attribute = SCHEMA.attributes[name]
    sent = _null_for_empty(attribute, api_value(value))
    return attribute.spelled(sent) if attribute.ignores_case else sent


def clears_nothing(name: str, before: Any, after: Any) -> bool:
    """Return True if an attribute becomes the empty value, and had none before."""
    sent = request_value(name, after)
    return sent != api_value(after) and not (
        api_value(sent) or api_value(request_value(name, before))
    )


def _null_for_empty(attribute: schemas.Attribute, value: Any) -> Any:
    if attribute.clearable and value in ("", {}):
        return None
    if attribute.attributes and isinstance(value, dict):
        inside = attribute.attributes
        return {name: _null_for_empty(inside[name], inner) for name, inner in value.items()}
    return value


def api_value(value: Any) -> Any:
    """Return a value as the API takes it: without what is left out inside a nested attribute."""
    if value is UNKNOWN:
        return None
    if isinstance(value, Dynamic):
        return value.value
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if inner is not None}
    return value


def as_object(value: Any) -> dict[str, Any]:
    """Return the value of a dynamic attribute; an empty object if it is unknown or no object."""
    inner = value.value if isinstance(value, Dynamic) else None
    return inner if isinstance(inner, dict) else {}


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


def changed_keys(prior: Any, planned: Any) -> set[str]:
    """Return the keys of ``config`` or ``auth`` that a request has to carry."""
    before, after = as_object(prior), as_object(planned)
    return {key for key in after if key not in before or differs(key, before[key], after[key])}


def differs(setting: str, before: Any, after: Any) -> bool:
    """Return True if two values of a setting of ``config`` mean different things to the API."""
    return not same(in_order(setting, before), in_order(setting, after))


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


def without_controls(body: dict[str, Any]) -> dict[str, Any]:
    """Return what a body changes: the API refuses one that only steers the setup tests."""
    return {name: value for name, value in body.items() if name not in TEST_CONTROLS}


def controls_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return what steers the setup tests in a body."""
    return {name: body[name] for name in TEST_CONTROLS if name in body}


def with_controls(body: dict[str, Any], config: Object) -> dict[str, Any]:
    """Add what is configured for the setup tests to a body that changes something."""
    if not body:
        return body
    controls = {name: config.get(name) for name in TEST_CONTROLS}
    body |= {name: value for name, value in controls.items() if isinstance(value, bool)}
    return _with_tests_for_trust(body)


def _with_tests_for_trust(body: dict[str, Any]) -> dict[str, Any]:
    """Add ``run_setup_tests``, which the API requires when the tests shall trust something."""
    if any(body.get(name) for name in _TRUSTED):
        body.setdefault("run_setup_tests", True)
    return body
