"""The configuration of a connector: checked as Elasticsearch checks it, and kept as it keeps it."""

from __future__ import annotations

import pytest
from elastic_bodies import SETTING
from elastic_carriers import ElasticEmbedded

WIKI = "/_connector/sandbox_wiki"


def put(sandbox: ElasticEmbedded, **setting: object) -> tuple[int, str]:
    body = {"configuration": {"port": {**SETTING, **setting}}}
    response = sandbox.request("PUT", f"{WIKI}/_configuration", json=body)
    cause = response.json().get("error", {}).get("caused_by", {})
    return response.status_code, cause.get("reason", "")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("label", None, "label doesn't support values of type: VALUE_NULL"),
        ("display", "hologram", "Unknown DisplayType: hologram"),
        ("type", "float", "Unknown FieldType: float"),
        ("type", "INT", "Unknown FieldType: INT"),
        ("order", "first", "not a whole number"),
        ("required", "yes", "only [true] or [false] are allowed"),
        ("options", [{"label": "ten"}], "Required [value]"),
        ("depends_on", [{"value": 1}], "Required [field]"),
        ("validations", [{"constraint": 0, "type": "is_prime"}], "Unknown ValidationType"),
        ("validations", [{"type": "regex"}], "Required [constraint]"),
        ("validations", [{"constraint": [True], "type": "included_in"}], "constraint"),
        ("ui_restrictions", [1], "Expected VALUE_STRING"),
        ("tooltip", 1, "tooltip doesn't support values of type: VALUE_NUMBER"),
        ("value", ["a"], "value doesn't support values of type: START_ARRAY"),
        ("default_value", {}, "default_value doesn't support values of type: START_OBJECT"),
    ],
)
def test_setting_that_is_wrong_is_400_and_its_cause_says_why(
    sandbox: ElasticEmbedded, name: str, value: object, reason: str
) -> None:
    code, answer = put(sandbox, **{name: value})
    assert code == 400
    assert reason in answer
    assert sandbox.data("GET", WIKI)["configuration"] == {}


def test_setting_is_kept_as_elasticsearch_does(sandbox: ElasticEmbedded) -> None:
    code, _ = put(sandbox, display="NUMERIC", required="true", order="4", unheard_of=1)
    kept = {name: value for name, value in SETTING.items() if name != "tooltip"}
    assert code == 200
    assert sandbox.data("GET", WIKI)["configuration"] == {"port": kept}
    assert sandbox.status("sandbox_wiki") == "configured"


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (
            {"configuration": {}, "values": {}},
            "action_request_validation_exception",
            "Validation Failed: 1: [configuration] and [values] cannot both be provided in the "
            "same request.;",
        ),
        (
            {},
            "action_request_validation_exception",
            "Validation Failed: 1: [configuration] and [values] cannot both be null.;",
        ),
        (
            {"values": {"host": "a"}},
            "status_exception",
            "Unknown [configuration] fields in the request payload: [host]. Remove them from "
            "request or register their schema first.",
        ),
    ],
)
def test_configuration_is_refused_in_elasticsearchs_words(
    sandbox: ElasticEmbedded, body: dict[str, object], kind: str, reason: str
) -> None:
    assert sandbox.refusal("PUT", f"{WIKI}/_configuration", json=body) == (400, kind, reason)
