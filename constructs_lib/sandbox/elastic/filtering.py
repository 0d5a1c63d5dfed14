"""The endpoints that set the sync rules (filtering) of a connector.

A draft is edited, validated by the connector service, and then activated.

Source: Elasticsearch's API, "Update the connector filtering", "Update the connector draft
filtering validation" and "Activate the connector draft filter".
"""

from __future__ import annotations

from dataclasses import replace

from constructs_lib.sandbox.answer import ApiResponse
from constructs_lib.sandbox.elastic import errors, sync_rules
from constructs_lib.sandbox.elastic.bodies import filtering as bodies
from constructs_lib.sandbox.elastic.call import ElasticCall, stored


def set_filtering(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_filtering``: rules and snippet of the draft, or all of it.

    :raises ElasticError: 400, if there is nothing, or both
    """
    body = call.body(bodies.FILTERING)
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
        after = sync_rules.redrafted(found.sync_rules, rules, snippet, at)
    else:
        after = [sync_rules.of(each["active"], each["draft"], at) for each in whole]
    return stored(call, found, replace(found, filtering=after))


def set_validation(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_filtering/_validation``: what the service finds about the draft."""
    validation = call.body(bodies.VALIDATION)["validation"]
    found = call.connector()
    after = sync_rules.validated(found.sync_rules, validation)
    return stored(call, found, replace(found, filtering=after))


def activate(call: ElasticCall) -> ApiResponse:
    """``PUT /_connector/{id}/_filtering/_activate``: the draft becomes active.

    :raises ElasticError: 400, unless the draft is valid
    """
    found = call.connector()
    state = found.sync_rules[0]["draft"]["validation"]["state"]
    if state != "valid":
        raise errors.refused(
            "Filtering draft needs to be validated by the connector service before activation. "
            f"Current filtering draft validation state [{state}] is not equal to [valid]."
        )
    return stored(call, found, replace(found, filtering=sync_rules.activated(found.sync_rules)))
