"""The endpoints that change one thing about a connector and leave its status as it is.

One of them is the sync rules (filtering): a client edits a draft, the connector service validates
it, and then it is activated.

Sources: Elasticsearch's API, the operations "Update the connector …", among them "Update the
connector filtering", "Update the connector draft filtering validation" and "Activate the connector
draft filter".
"""

from __future__ import annotations

from dataclasses import replace

from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.elastic import bodies, connectors, errors, parser, records
from constructs_lib.sandbox.elastic.call import ElasticCall, merged, save_changed
from constructs_lib.sandbox.elastic.parser import Parser
from constructs_lib.sandbox.elastic.records import stored_sync_rules

_CONDITIONS = ("contains", "ends_with", "equals", "regex", "starts_with", ">", "<")

_SNIPPET = Parser(
    "connector_filtering_advanced_snippet",
    {
        "created_at": parser.moment(),
        "updated_at": parser.moment(),
        "value": parser.anything("object", "array", required=True),
    },
)
_RULE = Parser(
    "connector_filtering_rule",
    {
        "created_at": parser.moment(),
        "field": parser.text(required=True),
        "id": parser.text(required=True),
        "order": parser.whole(required=True),
        "policy": parser.choice("FilteringPolicy", ("exclude", "include"), required=True),
        "rule": parser.choice("FilteringRuleCondition", _CONDITIONS, required=True),
        "updated_at": parser.moment(),
        "value": parser.text(required=True),
    },
)
_ERROR = Parser(
    "connector_filtering_validation",
    {"ids": parser.texts(required=True), "messages": parser.texts(required=True)},
)
_VALIDATION = Parser(
    "filtering_validation_info",
    {
        "errors": parser.many(_ERROR, required=True),
        "state": parser.choice(
            "FilteringValidationState", ("edited", "invalid", "valid"), required=True
        ),
    },
)
_RULES = Parser(
    "connector_filtering_rules",
    {
        "advanced_snippet": parser.nested(_SNIPPET, required=True),
        "rules": parser.many(_RULE, required=True),
        "validation": parser.nested(_VALIDATION, required=True),
    },
)
_FILTERING = Parser(
    "connector_filtering",
    {
        "active": parser.nested(_RULES, required=True),
        "draft": parser.nested(_RULES, required=True),
    },
)
FILTERING = Parser(
    "connector_update_filtering_request",
    {
        "advanced_snippet": parser.nested(_SNIPPET),
        "filtering": parser.many(_FILTERING),
        "rules": parser.many(_RULE),
    },
    strict=True,
)
"""Either ``filtering``, all of it, or ``rules`` and ``advanced_snippet`` of the draft."""

VALIDATION = Parser(
    "connector_update_filtering_validation",
    {"validation": parser.nested(_VALIDATION, required=True)},
    strict=True,
)


def set_filtering(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_filtering``: rules and snippet of the draft, or all of it.

    :raises ElasticError: 400, if there is nothing, or both
    """
    body = call.body(FILTERING)
    whole, rules, snippet = (body.get(name) for name in ("filtering", "rules", "advanced_snippet"))
    in_parts = rules is not None or snippet is not None
    if whole is None and not in_parts:
        raise errors.invalid("[advanced_snippet] and [rules] cannot be both [null].")
    if whole is not None and in_parts:
        raise errors.invalid(
            "If [filtering] is specified, [rules] and [advanced_snippet] should not be present "
            "in the request body."
        )
    found, at = call.connector(), call.at()
    if whole is None:
        after = records.redrafted(found.sync_rules, rules, snippet, at)
    else:
        after = [stored_sync_rules(each["active"], each["draft"], at) for each in whole]
    return save_changed(call, found, replace(found, filtering=after))


def set_validation(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_filtering/_validation``: the service validates the draft."""
    validation = call.body(VALIDATION)["validation"]
    found = call.connector()
    after = records.validated(found.sync_rules, validation)
    return save_changed(call, found, replace(found, filtering=after))


def activate_filtering(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_filtering/_activate``: the draft becomes active.

    :raises ElasticError: 400, unless the draft is valid
    """
    found = call.connector()
    state = found.sync_rules[0]["draft"]["validation"]["state"]
    if state != "valid":
        raise errors.refused(
            "Filtering draft needs to be validated by the connector service before activation. "
            f"Current filtering draft validation state [{state}] is not equal to [valid]."
        )
    return save_changed(call, found, replace(found, filtering=records.activated(found.sync_rules)))


_OF_RECORD = ("last_seen", "sync_cursor")


def set_name(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_name``: the name, the description, or both.

    :raises ElasticError: 400, if there is neither
    """
    return _given(call, bodies.NAME)


def set_api_key_id(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_api_key_id``: the ids of the key, its secret, or both.

    :raises ElasticError: 400, if there is neither
    """
    return _given(call, bodies.API_KEY_ID)


def set_index_name(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_index_name``: another index, or null for none.

    :raises ElasticError: 400, if it is no name of an index, or this connector may not have it
    """
    name = call.body(bodies.INDEX_NAME)["index_name"]
    identifier = call.connector_id
    if (problem := connectors.index_name_problem(name)) is not None:
        raise errors.invalid(problem)
    connectors.check_unused(call, name, identifier)
    found = call.connector()
    if found.is_native:
        connectors.check_managed_name(call, name)
    return save_changed(call, found, replace(found, index_name=name))


def set_pipeline(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_pipeline``: the ingest pipeline, with all of its settings."""
    pipeline = call.body(bodies.PIPELINE)["pipeline"]
    found = call.connector()
    return save_changed(call, found, replace(found, pipeline=pipeline))


def set_scheduling(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_scheduling``: the schedules that are given; others stay.

    :raises ElasticError: 400, if there is none
    """
    scheduling = call.body(bodies.SCHEDULING)["scheduling"]
    if not scheduling:
        raise errors.invalid(
            "[scheduling] object needs to define at least one schedule type: "
            "[full | incremental | access_control]"
        )
    found = call.connector()
    return save_changed(
        call, found, replace(found, scheduling=merged(found.scheduling, scheduling))
    )


def set_features(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_features``: the features that are given; others stay."""
    features = call.body(bodies.FEATURES)["features"]
    found = call.connector()
    return save_changed(call, found, replace(found, features=merged(found.features, features)))


def set_last_sync(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/{id}/_last_sync``: what the service reports; null says nothing."""
    body = call.body(bodies.LAST_SYNC)
    found = call.connector()
    given = {name: value for name, value in body.items() if value is not None}
    own = {name: given.pop(name) for name in _OF_RECORD if name in given}
    if "sync_cursor" in own:
        own["sync_cursor"] = merged(found.sync_cursor, own["sync_cursor"])
    return save_changed(call, found, replace(found, last_sync={**found.last_sync, **given}, **own))


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
    return save_changed(call, found, replace(found, **given))
