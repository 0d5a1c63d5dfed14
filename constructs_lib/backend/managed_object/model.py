"""The model of one kind of object: what its JSON Schema says of its requests and responses.

Everything else in this package works by it. A vendor adds only what no schema can say: which keys
of ``config`` are fixed, which ones only the API sets, and which are secret.

The bodies of the requests that create and change an object follow from the model, too. A change
holds only what changed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from constructs_lib.backend.managed_object.equivalence import ItemKeys, in_order
from constructs_lib.backend.managed_object.secret_tracking import secrets_with_values
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object, same
from constructs_lib.schemas import Attribute, Kind, ResourceSchema

Body = dict[str, Any]
"""The body of a request."""
Answer = dict[str, Any]
"""What a response says about one object."""
CONFIG: Final = "config"
"""The attribute with the settings that the schema does not know one by one."""


def _no_keys(_: dict[str, Any]) -> Collection[str]:
    return ()


def _no_settings(_: Answer) -> dict[str, Any]:
    return {}


def _unchanged(config: dict[str, Any], _: Answer) -> dict[str, Any]:
    return config


class ObjectModel:
    """What the requests and responses of one kind of object say about its attributes.

    :param schema: the schema of the resource, with ``x-request`` and ``x-response``
    :param vendor: whose API it is, for messages, such as ``Acme``
    :param noun: one such object, for messages, such as ``widget``
    :param fixed_keys: returns the keys of ``config`` that no update carries and no response repeats
        there, given the attributes
    :param keys_of_api: returns the keys of ``config`` that only the API sets, given a response
    :param elsewhere: returns the settings of ``config`` that a response has in another place
    :param without_secrets: returns the ``config`` of a response without what is secret
    """

    def __init__(
        self,
        schema: ResourceSchema,
        *,
        vendor: str,
        noun: str,
        fixed_keys: Callable[[Object], Collection[str]] = _no_keys,
        keys_of_api: Callable[[Answer], Collection[str]] = _no_keys,
        elsewhere: Callable[[Answer], dict[str, Any]] = _no_settings,
        without_secrets: Callable[[dict[str, Any], Answer], dict[str, Any]] = _unchanged,
    ) -> None:
        self.attributes = schema.attributes
        config = schema.attributes.get(CONFIG)
        self.item_keys: ItemKeys = config.rule.get("x-item-keys", {}) if config else {}
        """The lists of ``config`` that are sets, with the keys of their items."""
        self.vendor, self.noun = vendor, noun
        self.fixed_keys, self.keys_of_api = fixed_keys, keys_of_api
        self.elsewhere, self.without_secrets = elsewhere, without_secrets
        self.settings, self.controls = schema.settings, schema.controls
        self.only_created = schema.only_created
        self.changeable = (*schema.settings, *schema.only_updated)
        """The names of the attributes that an update can send, without ``config``."""
        self.echoed = tuple(n for n in self.changeable if self.attributes[n].is_read_back)
        """The names of those that the API answers as well."""
        secrets = [name for name, one in self.attributes.items() if one.write_only]
        self.scopes = {name.removesuffix("_wo"): name for name in secrets}
        """For each part of a request that holds secrets: the write-only attribute that brings
        them."""
        self.places = {
            name: str(one.response).split(".")
            for name, one in self.attributes.items()
            if one.is_read_back and one.kind is not Kind.DYNAMIC
        }
        """The attributes that a read takes over, and the steps to each in a response."""
        self.roots = {CONFIG, *(way[0] for way in self.places.values() if len(way) > 1)}
        """The objects that a response has these attributes in, if it has all of them."""

    def request_value(self, name: str, value: Any) -> Any:
        """Return an attribute as a request carries it: null where an empty value clears it, and in
        the spelling of the contract.
        """
        attribute = self.attributes[name]
        sent = _null_for_empty(attribute, api_value(value))
        return attribute.spelled(sent) if attribute.ignores_case else sent

    def clears_nothing(self, name: str, before: Any, after: Any) -> bool:
        """Return True if an attribute becomes the empty value, and had none before."""
        sent = self.request_value(name, after)
        return sent != api_value(after) and not (
            api_value(sent) or api_value(self.request_value(name, before))
        )


def _null_for_empty(attribute: Attribute, value: Any) -> Any:
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
        keys = changed_keys(model, prior.get(scope), planned.get(scope)) | keys_of(scope, named)
        keys -= set(model.fixed_keys(planned)) if scope == CONFIG else set()
        merged = _merged(planned.get(scope), config.get(attribute))
        sent = {key: merged[key] for key in merged if key in keys}
        body |= {scope: sent} if sent else {}
    return body


def keys_of(scope: str, named: Collection[str]) -> set[str]:
    """Return the keys of ``config`` or ``auth`` among names such as ``config.password``."""
    return {name.partition(".")[2] for name in named if name.startswith(scope + ".")}


def changed_keys(model: ObjectModel, prior: Any, planned: Any) -> set[str]:
    """Return the keys of ``config`` or ``auth`` that a request has to carry."""
    before, after = as_object(prior), as_object(planned)
    return {
        key for key in after if key not in before or differs(model, key, before[key], after[key])
    }


def differs(model: ObjectModel, setting: str, before: Any, after: Any) -> bool:
    """Return True if two values of a setting of ``config`` mean different things to the API."""
    keys = model.item_keys
    return not same(in_order(keys, setting, before), in_order(keys, setting, after))


def without_controls(model: ObjectModel, body: Body) -> Body:
    """Return what a body changes: the API refuses one that only steers the request."""
    return {name: value for name, value in body.items() if name not in model.controls}


def with_controls(model: ObjectModel, body: Body, config: Object) -> Body:
    """Add what is configured to steer the request to a body that changes something."""
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
