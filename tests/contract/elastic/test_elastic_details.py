"""What can be changed about a connector besides its status."""

from __future__ import annotations

from typing import Any

import pytest
from elastic_bodies import AT, PIPELINE
from elastic_carriers import STATUSES, ElasticEmbedded

SHOP = "/_connector/shop"
CHANGES: dict[str, dict[str, Any]] = {
    "_name": {"name": "Orders", "description": "All orders"},
    "_index_name": {"index_name": "content-orders"},
    "_api_key_id": {"api_key_id": "key", "api_key_secret_id": "secret"},
    "_pipeline": {"pipeline": PIPELINE},
    "_scheduling": {"scheduling": {"full": {"enabled": True, "interval": "0 0 2 * * ?"}}},
    "_features": {"features": {"sync_rules": {"basic": {"enabled": True}}}},
    "_last_sync": {"last_sync_status": "completed", "last_indexed_document_count": 3},
}


def contains(whole: Any, part: Any) -> bool:
    if isinstance(part, dict):
        return all(name in whole and contains(whole[name], part[name]) for name in part)
    return bool(whole == part)


@pytest.mark.parametrize("path", CHANGES)
def test_detail_is_changed_and_then_equal(sandbox: ElasticEmbedded, path: str) -> None:
    sandbox.made_in("connected")

    first, second = (sandbox.data("PUT", f"{SHOP}/{path}", json=CHANGES[path]) for _ in range(2))

    read = sandbox.data("GET", SHOP)
    assert (first, second) == ({"result": "updated"}, {"result": "noop"})
    assert contains(read, CHANGES[path])
    assert read["status"] == "connected"


@pytest.mark.parametrize("path", CHANGES)
def test_detail_of_no_connector_is_404(sandbox: ElasticEmbedded, path: str) -> None:
    expected = (404, "resource_not_found_exception", "connector [nobody] not found")
    assert sandbox.refusal("PUT", f"/_connector/nobody/{path}", json=CHANGES[path]) == expected


@pytest.mark.parametrize("path", CHANGES)
def test_detail_without_an_identifier_is_400(sandbox: ElasticEmbedded, path: str) -> None:
    answer = sandbox.refusal("PUT", f"/_connector//{path}", json=CHANGES[path])
    assert answer[0] == 400
    assert '[connector_id] cannot be [null] or [""].' in answer[2]


@pytest.mark.parametrize("path", CHANGES)
@pytest.mark.parametrize(
    "content",
    ["", "[]", '{"x": 1}', '{"name": NaN}', '{"name": 1e999}', r'{"name": "\ud800"}', "[" * 5000],
)
def test_unreadable_detail_is_400(sandbox: ElasticEmbedded, path: str, content: str) -> None:
    headers = {"Content-Type": "application/json"}
    url = f"/_connector/sandbox_wiki/{path}"
    assert sandbox.refusal("PUT", url, data=content, headers=headers)[0] == 400


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("_name", {}, "[name] and [description] cannot both be [null]"),
        ("_name", {"name": {"x": 1}}, "name doesn't support values of type: START_OBJECT"),
        ("_api_key_id", {"api_key_id": None}, "cannot both be [null]"),
        ("_index_name", {}, "Required [index_name]"),
        ("_index_name", {"index_name": 1}, "doesn't support values of type: VALUE_NUMBER"),
        ("_pipeline", {}, "Required [pipeline]"),
        ("_pipeline", {"pipeline": {"name": "x"}}, "failed to parse field [pipeline]"),
        ("_scheduling", {"scheduling": {}}, "define at least one schedule type"),
        (
            "_scheduling",
            {"scheduling": {"full": {"enabled": True, "interval": "61 0 0 * * ?"}}},
            "failed to parse field [scheduling]",
        ),
        ("_features", {"featuresss": {}}, "unknown field [featuresss]"),
        ("_features", {"features": {"sync_rules": {"basic": 1}}}, "failed to parse"),
        ("_last_sync", {"last_sync_status": "done"}, "failed to parse field [last_sync_status]"),
        ("_last_sync", {"last_synced": "yesterday"}, "failed to parse field [last_synced]"),
        ("_last_sync", {"last_deleted_document_count": 1.5}, "failed to parse"),
    ],
)
def test_wrong_detail_is_400(
    sandbox: ElasticEmbedded, path: str, body: dict[str, Any], reason: str
) -> None:
    before = sandbox.data("GET", "/_connector/sandbox_wiki")
    code, _, answer = sandbox.refusal("PUT", f"/_connector/sandbox_wiki/{path}", json=body)
    assert code == 400
    assert reason in answer
    assert sandbox.data("GET", "/_connector/sandbox_wiki") == before


def test_wrong_interval_is_the_cause_of_the_refusal(sandbox: ElasticEmbedded) -> None:
    body = {"scheduling": {"full": {"enabled": True, "interval": "never"}}}
    response = sandbox.request("PUT", "/_connector/sandbox_wiki/_scheduling", json=body)
    assert response.json()["error"]["caused_by"] == {
        "type": "illegal_argument_exception",
        "reason": "invalid cron expression [never]",
    }


def test_schedules_and_features_that_are_not_given_stay(sandbox: ElasticEmbedded) -> None:
    sandbox.made_in("created")
    for name in ("basic", "advanced"):
        features = {"sync_rules": {name: {"enabled": True}}, "unheard_of": {"enabled": True}}
        sandbox.data("PUT", f"{SHOP}/_features", json={"features": features})
    sandbox.data("PUT", f"{SHOP}/_scheduling", json=CHANGES["_scheduling"])

    read = sandbox.data("GET", SHOP)

    assert read["features"] == {
        "sync_rules": {"basic": {"enabled": True}, "advanced": {"enabled": True}}
    }
    never = {"enabled": False, "interval": "0 0 0 * * ?"}
    assert (read["scheduling"]["incremental"], read["scheduling"]["access_control"]) == (
        never,
        never,
    )


def test_last_sync_leaves_what_is_null_as_it_is(sandbox: ElasticEmbedded) -> None:
    path = "/_connector/sandbox_wiki"
    first = {"last_sync_error": "timeout", "last_seen": AT, "sync_cursor": {"a": 1}}
    second = {"last_sync_error": None, "last_synced": AT, "sync_cursor": {"b": 2}}
    for body in (first, second):
        sandbox.data("PUT", f"{path}/_last_sync", json=body)
    read = sandbox.data("GET", path)
    assert (read["last_sync_error"], read["last_seen"], read["last_synced"]) == ("timeout", AT, AT)
    assert read["sync_cursor"] == {"a": 1, "b": 2}


def test_index_can_be_detached(sandbox: ElasticEmbedded) -> None:
    path = "/_connector/sandbox_wiki"
    assert sandbox.data("PUT", f"{path}/_index_name", json={"index_name": None}) == {
        "result": "updated"
    }
    assert sandbox.data("GET", path)["index_name"] is None


@pytest.mark.parametrize(
    "name", ["", "_x", "-x", "+x", ".", "..", "a b", "a,b", "a*", "a#", "a:b", "a/b", "x" * 256]
)
def test_what_is_no_name_of_an_index_is_400(sandbox: ElasticEmbedded, name: str) -> None:
    body = {"index_name": name}
    for method, path in (("PUT", SHOP), ("POST", "/_connector")):
        code, kind, reason = sandbox.refusal(method, path, json=body)
        assert (code, kind) == (400, "action_request_validation_exception")
        assert f"Invalid index name [{name}]" in reason
    path = "/_connector/sandbox_wiki/_index_name"
    assert sandbox.refusal("PUT", path, json=body)[0] == 400


def test_index_of_another_connector_is_400(sandbox: ElasticEmbedded) -> None:
    sandbox.made_in("created")
    body = {"index_name": "search-wiki"}
    expected = (400, "status_exception", "Index name [search-wiki] is used by another connector.")
    for method, path in (
        ("PUT", "/_connector/other"),
        ("POST", "/_connector"),
        ("PUT", f"{SHOP}/_index_name"),
    ):
        assert sandbox.refusal(method, path, json=body) == expected
    assert sandbox.request("PUT", "/_connector/sandbox_wiki", json=body).status_code == 200


def test_index_of_a_deleted_connector_is_free(sandbox: ElasticEmbedded) -> None:
    sandbox.data("DELETE", "/_connector/sandbox_wiki")
    assert sandbox.request("PUT", SHOP, json={"index_name": "search-wiki"}).status_code == 201


@pytest.mark.parametrize(("version", "code"), [("9.0.0", 400), ("8.19.0", 200)])
def test_index_of_a_managed_connector_has_a_prefix_since_9(
    sandbox: ElasticEmbedded, version: str, code: int
) -> None:
    sandbox.configure(version=version)
    managed = {"is_native": True, "index_name": "orders"}
    made = sandbox.request("PUT", "/_connector/new", json=managed)
    sandbox.data("PUT", SHOP, json={"is_native": True})
    moved = sandbox.request("PUT", f"{SHOP}/_index_name", json={"index_name": "other"})
    native = sandbox.request("PUT", "/_connector/sandbox_wiki/_native", json={"is_native": True})
    assert [made.status_code // 100, moved.status_code, native.status_code] == [
        code // 100,
        code,
        code,
    ]
    named = sandbox.request("PUT", f"{SHOP}/_index_name", json={"index_name": "content-shop"})
    assert named.status_code == 200


@pytest.mark.parametrize("current", STATUSES)
def test_native_makes_configured_before_9(sandbox: ElasticEmbedded, current: str) -> None:
    sandbox.configure(version="8.19.0")
    sandbox.made_in(current)
    sandbox.data("PUT", f"{SHOP}/_native", json={"is_native": False})
    assert sandbox.status("shop") == "configured"


@pytest.mark.parametrize(("version", "status"), [("8.14.3", "created"), ("8.15.0", "error")])
def test_error_sets_the_status_since_8_15(
    sandbox: ElasticEmbedded, version: str, status: str
) -> None:
    sandbox.configure(version=version)
    sandbox.data("PUT", "/_connector/sandbox_wiki/_error", json={"error": "timeout"})
    read = sandbox.data("GET", "/_connector/sandbox_wiki")
    assert (read["status"], read["error"]) == (status, "timeout")
