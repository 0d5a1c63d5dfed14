"""Each call that Elastic's own client has for connectors, in two major versions, over a socket."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from elastic_bodies import AT, DEFAULT_RULE, PIPELINE, SETTING, SNIPPET, rule
from elastic_carriers import ElasticServed
from elastic_client import ElasticClient

from constructs_lib.sandbox.elastic import ElasticSettings, routes

GROUPS = ("elasticsearch-8", "elasticsearch-9")
VALID = {"errors": [], "state": "valid"}


@pytest.fixture(autouse=True)
def served(elastic_server: str) -> ElasticServed:
    served = ElasticServed(elastic_server)
    served.clean()
    return served


@pytest.fixture(scope="module")
def older(elastic_server: str) -> Iterator[ElasticClient]:
    with ElasticClient.running("elasticsearch-8", elastic_server) as made:
        yield made


@pytest.fixture(scope="module")
def newer(elastic_server: str) -> Iterator[ElasticClient]:
    with ElasticClient.running("elasticsearch-9", elastic_server) as made:
        yield made


def document(client: ElasticClient) -> Any:
    return client.call("connector.get", connector_id="sandbox_wiki").body


def client_paths(group: str) -> Iterator[tuple[str, str]]:
    """Method and path of each call, read from the source of the client."""
    folder = Path(sys.prefix) / group / "elasticsearch" / "_sync" / "client"
    for function in ast.walk(ast.parse((folder / "connector.py").read_text())):
        if not isinstance(function, ast.FunctionDef):
            continue
        texts = [node.args[0] for node in ast.walk(function) if _performs(node)]
        paths = [node.value for node in ast.walk(function) if _is_path(node)]
        for method in texts:
            yield from ((ast.literal_eval(method), _path_text(path)) for path in paths)


def _performs(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "perform_request"
    )


def _is_path(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "__path"
    )


def _path_text(path: ast.expr) -> str:
    parts = path.values if isinstance(path, ast.JoinedStr) else [path]
    return "".join(part.value if isinstance(part, ast.Constant) else "some" for part in parts)


@pytest.mark.parametrize("group", GROUPS)
def test_each_call_of_the_client_has_an_endpoint(group: str) -> None:
    calls = set(client_paths(group))
    assert len(calls) >= 30
    for method, path in calls:
        routes.find(method, path, False, ElasticSettings())


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("update_name", {"name": "N", "description": "D"}, {"name": "N", "description": "D"}),
        ("update_index_name", {"index_name": "content-n"}, {"index_name": "content-n"}),
        ("update_api_key_id", {"api_key_id": "key"}, {"api_key_id": "key"}),
        ("update_pipeline", {"pipeline": PIPELINE}, {"pipeline": PIPELINE}),
        ("update_service_type", {"service_type": "mysql"}, {"service_type": "mysql"}),
        ("update_status", {"status": "error"}, {"status": "error"}),
        ("last_sync", {"last_sync_status": "error"}, {"last_sync_status": "error"}),
        (
            "update_features",
            {"features": {"incremental_sync": {"enabled": True}}},
            {"features": {"incremental_sync": {"enabled": True}}},
        ),
    ],
)
def test_client_changes_one_thing(
    client: ElasticClient, name: str, arguments: dict[str, Any], expected: dict[str, Any]
) -> None:
    answer = client.call(f"connector.{name}", connector_id="sandbox_wiki", **arguments)
    assert (answer.status, answer.body) == (200, {"result": "updated"})
    read = document(client)
    assert {field: read[field] for field in expected} == expected


def test_client_takes_a_connector_through_all_of_its_changes(client: ElasticClient) -> None:
    schedule = {"enabled": False, "interval": "1 0 0 * * ?"}
    changes: list[tuple[str, dict[str, Any]]] = [
        ("update_name", {"name": "test-name"}),
        ("update_filtering", {"advanced_snippet": SNIPPET, "rules": [DEFAULT_RULE]}),
        ("update_filtering_validation", {"validation": VALID}),
        ("update_active_filtering", {}),
        ("update_error", {"error": "some error"}),
        ("update_configuration", {"configuration": {"port": SETTING}}),
        ("update_index_name", {"index_name": "content-2-test"}),
        ("update_native", {"is_native": True}),
        ("update_pipeline", {"pipeline": PIPELINE}),
        ("update_scheduling", {"scheduling": {"access_control": schedule, "full": schedule}}),
        ("update_status", {"status": "needs_configuration"}),
        ("update_service_type", {"service_type": "even-better-connector"}),
        ("update_api_key_id", {"api_key_id": "test-api-key-id"}),
        ("check_in", {}),
    ]
    for name, arguments in changes:
        answer = client.call(f"connector.{name}", connector_id="sandbox_wiki", **arguments)
        assert (answer.status, answer.body) == (200, {"result": "updated"}), name
    read = document(client)
    assert (read["status"], read["error"]) == ("needs_configuration", "some error")
    assert read["filtering"][0]["active"] == read["filtering"][0]["draft"]
    assert read["scheduling"]["full"] == schedule


def test_client_sets_a_schedule_and_the_others_stay(client: ElasticClient) -> None:
    full = {"enabled": True, "interval": "0 0 2 * * ?"}
    arguments = {"connector_id": "sandbox_wiki", "scheduling": {"full": full}}
    assert client.call("connector.update_scheduling", **arguments).body == {"result": "updated"}
    scheduling = document(client)["scheduling"]
    assert scheduling["full"] == full
    assert scheduling["incremental"]["enabled"] is False


def test_client_configures_and_sets_values(client: ElasticClient) -> None:
    one = {"connector_id": "sandbox_wiki"}
    whole = {"configuration": {"port": SETTING}}
    answer = client.call("connector.update_configuration", **one, **whole)
    assert answer.body == {"result": "updated"}
    client.call("connector.update_configuration", **one, values={"port": 5433})
    read = document(client)
    assert (read["status"], read["configuration"]["port"]["value"]) == ("configured", 5433)
    wrong = {"configuration": {"port": {"value": 1}}}
    refused = client.call("connector.update_configuration", **one, **wrong)
    assert (refused.status, refused.error) == (400, "BadRequestError")


def test_client_edits_validates_and_activates_a_draft(client: ElasticClient) -> None:
    one = {"connector_id": "sandbox_wiki"}
    rules = [DEFAULT_RULE, rule("mine", 0)]
    client.call("connector.update_filtering", **one, rules=rules, advanced_snippet=SNIPPET)
    refused = client.call("connector.update_active_filtering", **one)
    assert (refused.status, refused.error) == (400, "BadRequestError")
    client.call("connector.update_filtering_validation", **one, validation=VALID)
    assert client.call("connector.update_active_filtering", **one).body == {"result": "updated"}
    (filtering,) = document(client)["filtering"]
    assert filtering["domain"] == "DEFAULT"
    assert [each["id"] for each in filtering["active"]["rules"]] == ["mine", "DEFAULT"]


def test_client_changes_who_manages_a_connector(client: ElasticClient) -> None:
    one = {"connector_id": "sandbox_wiki"}
    refused = client.call("connector.update_native", **one, is_native=True)
    assert (refused.status, refused.error) == (400, "BadRequestError")
    client.call("connector.update_index_name", **one, index_name="content-wiki")
    assert client.call("connector.update_native", **one, is_native=True).status == 200
    read = document(client)
    assert (read["is_native"], read["status"]) == (True, "created")


def test_client_reports_an_error_and_checks_in(client: ElasticClient) -> None:
    one = {"connector_id": "sandbox_wiki"}
    client.call("connector.update_error", **one, error="timeout")
    client.call("connector.check_in", **one)
    read = document(client)
    assert (read["status"], read["error"], "last_seen" in read) == ("error", "timeout", True)


def test_client_lists_what_a_query_finds(client: ElasticClient) -> None:
    client.call("connector.put", connector_id="shop", name="Shop", index_name="search-shop")
    found = client.call("connector.list", query="sho", size=5, from_=0).body
    assert [one["id"] for one in found["results"]] == ["shop"]
    named = client.call("connector.list", index_name=["search-shop", "search-wiki"]).body
    assert named["count"] == 2
    taken = client.call("connector.post", index_name="search-shop")
    assert (taken.status, taken.error) == (400, "BadRequestError")


def test_client_gets_only_what_it_wants(client: ElasticClient) -> None:
    one = {"connector_id": "sandbox_wiki"}
    answer = client.call("connector.get", **one, filter_path=["status", "filtering.domain"])
    assert answer.body == {"status": "created", "filtering": [{"domain": "DEFAULT"}]}
    missing = client.call("connector.get", connector_id="nobody", filter_path="status")
    assert missing.body["error"]["reason"] == "connector [nobody] not found"


def test_client_follows_a_sync_job_from_start_to_end(client: ElasticClient) -> None:
    job = client.call("connector.sync_job_post", id="sandbox_wiki", job_type="full")
    assert job.status == 201
    one = {"connector_sync_job_id": job.body["id"]}
    client.call("connector.sync_job_claim", **one, worker_hostname="worker")
    client.call("connector.sync_job_check_in", **one)
    counts = {"deleted_document_count": 1, "indexed_document_count": 2}
    client.call(
        "connector.sync_job_update_stats", **one, **counts, indexed_document_volume=3, last_seen=AT
    )
    client.call("connector.sync_job_error", **one, error="timeout")
    read = client.call("connector.sync_job_get", **one).body
    assert (read["status"], read["error"], read["last_seen"]) == ("error", "timeout", AT)
    assert {name: read[name] for name in counts} == counts
    ended = client.call("connector.sync_job_cancel", **one)
    assert (ended.status, ended.error) == (400, "BadRequestError")


def test_client_lists_cancels_and_deletes_sync_jobs(client: ElasticClient) -> None:
    made = [client.call("connector.sync_job_post", id="sandbox_wiki").body["id"] for _ in "ab"]
    canceled = client.call("connector.sync_job_cancel", connector_sync_job_id=made[0])
    assert canceled.body == {"result": "updated"}
    listed = client.call("connector.sync_job_list", status="pending", connector_id="sandbox_wiki")
    assert [one["id"] for one in listed.body["results"]] == [made[1]]
    deleted = client.call("connector.sync_job_delete", connector_sync_job_id=made[0])
    assert deleted.body == {"acknowledged": True}
    client.call("connector.delete", connector_id="sandbox_wiki", delete_sync_jobs=True)
    assert client.call("connector.sync_job_list").body == {"count": 0, "results": []}


def test_newer_client_finds_and_removes_a_deleted_connector(newer: ElasticClient) -> None:
    one = {"connector_id": "sandbox_wiki"}
    newer.call("connector.delete", **one)
    assert newer.call("connector.get", **one).status == 404
    assert newer.call("connector.get", **one, include_deleted=True).body["deleted"] is True
    assert newer.call("connector.list", include_deleted=True).body["count"] == 1
    newer.call("connector.delete", **one, hard=True)
    assert newer.call("connector.list", include_deleted=True).body["count"] == 0


def test_older_client_and_server_know_of_no_deleted_connectors(
    older: ElasticClient, served: ElasticServed
) -> None:
    served.configure(version="8.19.0")
    read = document(older)
    assert ("deleted" in read, read["filtering"][0]["domain"]) == (False, "DEFAULT")
    older.call("connector.update_native", connector_id="sandbox_wiki", is_native=True)
    assert document(older)["status"] == "configured"
    older.call("connector.delete", connector_id="sandbox_wiki")
    again = older.call("connector.put", connector_id="sandbox_wiki")
    assert again.body == {"result": "created", "id": "sandbox_wiki"}
