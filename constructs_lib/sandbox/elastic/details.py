"""The endpoints that change one thing about a connector, and leave its status as it is.

Source: Elasticsearch's API, the operations "Update the connector …".
"""

from __future__ import annotations

from dataclasses import replace

from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic import errors, index_names
from constructs_lib.sandbox.elastic.bodies import connector as bodies
from constructs_lib.sandbox.elastic.bodies.parser import Parser
from constructs_lib.sandbox.elastic.call import ElasticCall, merged, stored

_OF_RECORD = ("last_seen", "sync_cursor")


def set_name(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_name``: the name, the description, or both.

    :raises ElasticError: 400, if there is neither
    """
    return _given(call, bodies.NAME)


def set_api_key_id(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_api_key_id``: of the key, of the secret that holds it, or both.

    :raises ElasticError: 400, if there is neither
    """
    return _given(call, bodies.API_KEY_ID)


def set_index_name(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_index_name``: another index, or null for none.

    :raises ElasticError: 400, if it is no name of an index, or this connector may not have it
    """
    name = call.body(bodies.INDEX_NAME)["index_name"]
    identifier = call.connector_id
    if (complaint := index_names.complaint(name)) is not None:
        raise errors.invalid(complaint)
    index_names.check_free(call, name, identifier)
    found = call.connector()
    if found.is_native:
        index_names.check_managed_name(call, name)
    return stored(call, found, replace(found, index_name=name))


def set_pipeline(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_pipeline``: the ingest pipeline, with all of its settings."""
    pipeline = call.body(bodies.PIPELINE)["pipeline"]
    found = call.connector()
    return stored(call, found, replace(found, pipeline=pipeline))


def set_scheduling(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_scheduling``: the schedules that are given; others stay.

    :raises ElasticError: 400, if there is none
    """
    scheduling = call.body(bodies.SCHEDULING)["scheduling"]
    if not scheduling:
        raise errors.invalid(
            "[scheduling] object needs to define at least one schedule type: "
            "[full | incremental | access_control]"
        )
    found = call.connector()
    return stored(call, found, replace(found, scheduling=merged(found.scheduling, scheduling)))


def set_features(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_features``: the features that are given; others stay."""
    features = call.body(bodies.FEATURES)["features"]
    found = call.connector()
    return stored(call, found, replace(found, features=merged(found.features, features)))


def set_last_sync(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_last_sync``: what the service reports; null says nothing."""
    body = call.body(bodies.LAST_SYNC)
    found = call.connector()
    given = {name: value for name, value in body.items() if value is not None}
    own = {name: given.pop(name) for name in _OF_RECORD if name in given}
    if "sync_cursor" in own:
        own["sync_cursor"] = merged(found.sync_cursor, own["sync_cursor"])
    return stored(call, found, replace(found, last_sync={**found.last_sync, **given}, **own))


def _given(call: ElasticCall, parser: Parser) -> ApiResponse:
    body = call.body(parser)
    given = {name: value for name, value in body.items() if value is not None}
    if not given:
        one, other = parser.fields
        raise errors.invalid(
            f"[{one}] and [{other}] cannot both be [null]. "
            "Please provide a value for at least one of them."
        )
    found = call.connector()
    return stored(call, found, replace(found, **given))
