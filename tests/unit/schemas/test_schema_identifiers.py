"""The rule for identifiers: nothing that leads to another path of an API."""

from __future__ import annotations

import json

import pytest

from constructs_lib import schemas
from constructs_lib.schemas import is_identifier
from constructs_lib.schemas.model import names

CONNECTION = "fivetranops_connection"
CONNECTOR = "elasticops_connector_status"
LEADING_ELSEWHERE = ["", " ", ".", "..", " .. ", "..\n", "%2e", "%2E%2e", "%252e%252e", "a/../b"]
INVISIBLE = ["\x00", "a\n", "a\x1b[2J", "a\x7f", "a\x85", "\ta", " a", "a ", "a\u2003", "\ud800"]
NOT_OF_FIVETRAN = ["a b", "a/b", "/", "a\\b", "a?b", "a#b", "%", "a%2fb"]


@pytest.mark.parametrize("value", [*LEADING_ELSEWHERE, *INVISIBLE, *NOT_OF_FIVETRAN])
def test_identifier_of_a_connection_is_refused(value: str) -> None:
    assert not is_identifier(value, CONNECTION)


@pytest.mark.parametrize("value", ["pale_hydrogen", "A-1", "a.b", "...", "été"])
def test_identifier_of_a_connection_is_taken(value: str) -> None:
    assert is_identifier(value, CONNECTION)


@pytest.mark.parametrize("value", [*LEADING_ELSEWHERE, *INVISIBLE, "../a", "a\\..", "a%2F%2e."])
def test_identifier_of_a_connector_is_refused(value: str) -> None:
    assert not is_identifier(value, CONNECTOR)


@pytest.mark.parametrize("value", ["wiki", "a/b c?d#é%2F", "..a", "a..", "a/..b"])
def test_identifier_of_a_connector_is_taken(value: str) -> None:
    assert is_identifier(value, CONNECTOR)


@pytest.mark.parametrize("value", [None, 5, ["a"]])
def test_identifier_that_is_no_text_is_refused(value: object) -> None:
    assert not is_identifier(value, CONNECTION)


def test_identifier_rule_is_the_same_in_every_schema() -> None:
    found: dict[str, set[str]] = {"connection_id": set(), "connector_id": set(), "import_id": set()}
    for name in names():
        _collect(schemas.load(name).document, found)

    rules = {
        attribute: {json.loads(rule)["pattern"] for rule in found[attribute]} for attribute in found
    }
    of_connections = schemas.load(CONNECTION).attributes["id"].rule["pattern"]
    assert rules["connection_id"] == rules["import_id"] == {of_connections}
    assert len(rules["connector_id"]) == 1


def _collect(schema: object, found: dict[str, set[str]]) -> None:
    """Add the rule of each attribute that names a connection or connector, wherever it stands."""
    if not isinstance(schema, dict):
        return
    for name, rule in schema.get("properties", {}).items():
        if name in found and not rule.get("readOnly"):
            kept = {keyword: rule.get(keyword) for keyword in ("type", "minLength", "pattern")}
            found[name].add(json.dumps(kept))
    for rule in (*schema.values(), *schema.get("properties", {}).values()):
        _collect(rule, found)
