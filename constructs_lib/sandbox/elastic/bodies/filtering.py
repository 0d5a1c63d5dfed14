"""The bodies that set the sync rules (filtering) of a connector, and whether a draft is valid.

Source: Elasticsearch's API, "Update the connector filtering".
"""

from __future__ import annotations

from constructs_lib.sandbox.elastic.bodies import parser
from constructs_lib.sandbox.elastic.bodies.parser import Parser

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
