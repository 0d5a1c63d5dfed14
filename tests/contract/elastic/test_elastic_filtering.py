"""The sync rules (filtering) of a connector: a draft, its validation, its activation."""

from __future__ import annotations

from typing import Any

import pytest
from elastic_bodies import AT, DEFAULT_RULE, SNIPPET, rule, rules
from elastic_carriers import ElasticEmbedded

WIKI = "/_connector/sandbox_wiki"
PATH = f"{WIKI}/_filtering"


def filtering(sandbox: ElasticEmbedded) -> Any:
    (only,) = sandbox.data("GET", WIKI)["filtering"]
    return only


def draft_ids(sandbox: ElasticEmbedded) -> list[tuple[str, int]]:
    return [(each["id"], each["order"]) for each in filtering(sandbox)["draft"]["rules"]]


@pytest.mark.parametrize("version", ["8.19.0", "9.1.0"])
def test_new_connector_lets_all_documents_in(sandbox: ElasticEmbedded, version: str) -> None:
    sandbox.configure(version=version)
    sandbox.data("PUT", WIKI)
    found = filtering(sandbox)
    assert (found["domain"], found["active"]) == ("DEFAULT", found["draft"])
    (only,) = found["active"]["rules"]
    assert {**only, "created_at": AT, "updated_at": AT} == DEFAULT_RULE
    assert found["active"]["validation"] == {"errors": [], "state": "valid"}
    assert found["active"]["advanced_snippet"]["value"] == {}


def test_draft_is_edited_and_the_active_rules_stay(sandbox: ElasticEmbedded) -> None:
    active = filtering(sandbox)["active"]
    body = {"advanced_snippet": SNIPPET, "rules": [rule("mine", 3), DEFAULT_RULE]}
    assert sandbox.data("PUT", PATH, json=body) == {"result": "updated"}
    found = filtering(sandbox)
    assert found["active"] == active
    assert found["draft"]["advanced_snippet"] == SNIPPET
    assert found["draft"]["validation"] == {"errors": [], "state": "edited"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], [("DEFAULT", 0)]),
        ([DEFAULT_RULE], [("DEFAULT", 0)]),
        ([rule("a", 0)], [("a", 0), ("DEFAULT", 1)]),
        (
            [{**DEFAULT_RULE, "order": 5}, rule("b", 3), rule("a", 0)],
            [("a", 0), ("b", 3), ("DEFAULT", 4)],
        ),
    ],
)
def test_rules_are_in_order_and_the_default_is_last(
    sandbox: ElasticEmbedded, given: list[Any], expected: list[tuple[str, int]]
) -> None:
    sandbox.data("PUT", PATH, json={"rules": given})
    assert draft_ids(sandbox) == expected


def test_what_is_not_given_of_a_draft_stays(sandbox: ElasticEmbedded) -> None:
    sandbox.data("PUT", PATH, json={"rules": [rule("a", 0)]})
    sandbox.data("PUT", PATH, json={"advanced_snippet": {"value": [{"query": "x"}]}})
    found = filtering(sandbox)["draft"]
    assert draft_ids(sandbox) == [("a", 0), ("DEFAULT", 1)]
    assert found["advanced_snippet"]["value"] == [{"query": "x"}]
    assert found["advanced_snippet"]["created_at"].endswith("Z")


def test_all_of_the_filtering_can_be_set(sandbox: ElasticEmbedded) -> None:
    given = {"active": rules(rule("a", 0)), "domain": "OTHER", "draft": rules(DEFAULT_RULE)}
    sandbox.data("PUT", PATH, json={"filtering": [given]})
    assert filtering(sandbox) == {**given, "domain": "DEFAULT"}


def test_no_filtering_is_that_of_a_new_connector(sandbox: ElasticEmbedded) -> None:
    before = filtering(sandbox)
    sandbox.data("PUT", PATH, json={"rules": [rule("a", 0)]})
    sandbox.data("PUT", PATH, json={"filtering": []})
    assert filtering(sandbox) == before
    assert sandbox.data("PUT", PATH, json={"rules": []}) == {"result": "updated"}


def test_valid_draft_is_activated(sandbox: ElasticEmbedded) -> None:
    sandbox.data("PUT", PATH, json={"rules": [rule("a", 0)]})
    validation = {"errors": [], "state": "valid"}
    sandbox.data("PUT", f"{PATH}/_validation", json={"validation": validation})
    assert sandbox.data("PUT", f"{PATH}/_activate") == {"result": "updated"}
    found = filtering(sandbox)
    assert found["active"] == found["draft"]
    assert found["active"]["rules"][0]["id"] == "a"


@pytest.mark.parametrize("state", ["edited", "invalid"])
def test_draft_that_is_not_valid_is_not_activated(sandbox: ElasticEmbedded, state: str) -> None:
    validation = {"errors": [{"ids": ["1"], "messages": ["no such field"]}], "state": state}
    sandbox.data("PUT", f"{PATH}/_validation", json={"validation": validation})
    before = filtering(sandbox)
    assert before["draft"]["validation"] == validation
    code, kind, reason = sandbox.refusal("PUT", f"{PATH}/_activate")
    assert (code, kind) == (400, "status_exception")
    assert f"validation state [{state}] is not equal to [valid]" in reason
    assert filtering(sandbox) == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {}),
        ("", {"rules": [], "filtering": []}),
        ("", {"rules": [{"id": "a"}]}),
        ("", {"rules": [rule("a", 0, policy="perhaps")]}),
        ("", {"rules": [rule("a", 0, rule="like")]}),
        ("", {"rules": ["a"]}),
        ("", {"advanced_snippet": {"value": "text"}}),
        ("", {"advanced_snippet": {"updated_at": "now", "value": {}}}),
        ("", {"advanced_snippet": {}}),
        ("", {"filtering": [{"active": rules(), "draft": {"rules": []}}]}),
        ("/_validation", {}),
        ("/_validation", {"validation": {"errors": []}}),
        ("/_validation", {"validation": {"state": "valid"}}),
        ("/_validation", {"validation": {"errors": [{"ids": "1"}], "state": "valid"}}),
        ("/_validation", {"validation": {"errors": [], "state": "fine"}}),
    ],
)
def test_wrong_filtering_is_400(sandbox: ElasticEmbedded, path: str, body: Any) -> None:
    before = filtering(sandbox)
    assert sandbox.refusal("PUT", f"{PATH}{path}", json=body)[0] == 400
    assert filtering(sandbox) == before


def test_filtering_of_no_connector_is_404(sandbox: ElasticEmbedded) -> None:
    bodies = {"": {"rules": []}, "/_validation": {"validation": {"errors": [], "state": "valid"}}}
    for path, body in {**bodies, "/_activate": None}.items():
        url = f"/_connector/nobody/_filtering{path}"
        assert sandbox.refusal("PUT", url, json=body)[0] == 404
