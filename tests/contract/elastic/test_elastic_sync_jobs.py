"""Sync jobs: asked for by anybody, claimed and reported by the connector service."""

from __future__ import annotations

from typing import Any

import pytest
from elastic_bodies import AT, PIPELINE, SETTING
from elastic_carriers import ElasticEmbedded

JOBS = "/_connector/_sync_job"
STATS = {
    "deleted_document_count": 1,
    "indexed_document_count": 20,
    "indexed_document_volume": 300,
    "total_document_count": 19,
    "last_seen": AT,
    "metadata": {"pages": 2},
}


def posted(sandbox: ElasticEmbedded, connector_id: str = "sandbox_wiki", **values: Any) -> str:
    response = sandbox.request("POST", JOBS, json={"id": connector_id, **values})
    assert response.status_code == 201, response.text
    assert list(response.json()) == ["id"]
    return str(response.json()["id"])


def read(sandbox: ElasticEmbedded, job: str) -> Any:
    return sandbox.data("GET", f"{JOBS}/{job}")


def claimed(sandbox: ElasticEmbedded) -> str:
    job = posted(sandbox)
    sandbox.data("PUT", f"{JOBS}/{job}/_claim", json={"worker_hostname": "worker"})
    return job


def in_status(sandbox: ElasticEmbedded, status: str) -> str:
    job = posted(sandbox) if status in ("pending", "canceled") else claimed(sandbox)
    if status in ("canceled", "canceling"):
        sandbox.data("PUT", f"{JOBS}/{job}/_cancel")
    if status == "error":
        sandbox.data("PUT", f"{JOBS}/{job}/_error", json={"error": "timeout"})
    assert read(sandbox, job)["status"] == status
    return job


def test_new_job_is_pending_and_has_the_defaults(sandbox: ElasticEmbedded) -> None:
    job = posted(sandbox)
    found = read(sandbox, job)
    assert found["id"] == job
    assert (found["status"], found["job_type"], found["trigger_method"]) == (
        "pending",
        "full",
        "on_demand",
    )
    assert {found[name] for name in found if name.endswith(("_count", "_volume"))} == {0}
    assert found["created_at"] == found["last_seen"]
    assert (found["metadata"], "error" in found) == ({}, False)


def test_job_keeps_the_connector_as_it_was(sandbox: ElasticEmbedded) -> None:
    wiki = "/_connector/sandbox_wiki"
    sandbox.data("PUT", f"{wiki}/_pipeline", json={"pipeline": PIPELINE})
    sandbox.data("PUT", f"{wiki}/_configuration", json={"configuration": {"port": SETTING}})
    active = sandbox.data("GET", wiki)["filtering"][0]["active"]
    job = posted(sandbox)
    sandbox.data("PUT", f"{wiki}/_index_name", json={"index_name": "other"})
    found = read(sandbox, job)["connector"]
    assert (found["id"], found["index_name"], found["service_type"]) == (
        "sandbox_wiki",
        "search-wiki",
        "confluence",
    )
    assert (found["filtering"], found["pipeline"]) == (active, PIPELINE)
    assert found["configuration"]["port"]["value"] == 5432


def test_access_control_job_writes_to_an_index_of_its_own(sandbox: ElasticEmbedded) -> None:
    job = posted(sandbox, job_type="ACCESS_CONTROL", trigger_method="scheduled")
    found = read(sandbox, job)
    assert found["connector"]["index_name"] == ".search-acl-filter-search-wiki"
    assert (found["job_type"], found["trigger_method"]) == ("access_control", "scheduled")


@pytest.mark.parametrize(
    ("body", "code", "reason"),
    [
        ({"id": "nobody"}, 404, "Connector with id 'nobody' does not exist."),
        ({}, 400, "Required [id]"),
        ({"id": ""}, 400, "cannot be null or empty"),
        ({"id": "sandbox_wiki", "job_type": "whole"}, 400, "failed to parse field [job_type]"),
        ({"id": "sandbox_wiki", "trigger_method": "me"}, 400, "failed to parse"),
        ({"id": "sandbox_wiki", "x": 1}, 400, "unknown field [x]"),
        ({"id": "no_index"}, 400, "no index attached"),
        ({"id": "no_type"}, 400, "[service_type] not defined"),
    ],
)
def test_job_that_cannot_be_is_refused(
    sandbox: ElasticEmbedded, body: dict[str, Any], code: int, reason: str
) -> None:
    sandbox.data("PUT", "/_connector/no_index", json={"service_type": "mysql"})
    sandbox.data("PUT", "/_connector/no_type", json={"index_name": "orders"})
    answer = sandbox.refusal("POST", JOBS, json=body)
    assert answer[0] == code
    assert reason in answer[2]
    assert sandbox.data("GET", JOBS) == {"count": 0, "results": []}


def test_claimed_job_is_in_progress(sandbox: ElasticEmbedded) -> None:
    job = posted(sandbox)
    body = {"worker_hostname": "worker", "sync_cursor": {"page": 2}}
    assert sandbox.data("PUT", f"{JOBS}/{job}/_claim", json=body) == {"result": "updated"}
    found = read(sandbox, job)
    assert (found["status"], found["worker_hostname"]) == ("in_progress", "worker")
    assert found["started_at"] == found["last_seen"]
    assert found["connector"]["sync_cursor"] == {"page": 2}


@pytest.mark.parametrize(
    ("status", "after"),
    [
        ("pending", "canceled"),
        ("in_progress", "canceling"),
        ("canceling", None),
        ("canceled", None),
        ("error", None),
    ],
)
def test_job_is_canceled_by_the_protocol(
    sandbox: ElasticEmbedded, status: str, after: str | None
) -> None:
    job = in_status(sandbox, status)
    response = sandbox.request("PUT", f"{JOBS}/{job}/_cancel")
    found = read(sandbox, job)
    if after is None:
        assert response.status_code == 400
        assert f"from [{status}] to [cancel" in response.json()["error"]["reason"]
    else:
        assert response.json() == {"result": "updated"}
    assert found["status"] == after or status
    assert ("canceled_at" in found) == (found["status"] == "canceled")


@pytest.mark.parametrize(
    ("status", "code"), [("pending", 400), ("in_progress", 200), ("canceling", 200), ("error", 400)]
)
def test_only_a_running_job_fails(sandbox: ElasticEmbedded, status: str, code: int) -> None:
    job = in_status(sandbox, status)
    response = sandbox.request("PUT", f"{JOBS}/{job}/_error", json={"error": "no route"})
    found = read(sandbox, job)
    assert response.status_code == code
    assert found["status"] == ("error" if code == 200 else status)
    assert (found.get("error") == "no route") == (code == 200)


def test_stats_and_check_in_are_kept(sandbox: ElasticEmbedded) -> None:
    job = claimed(sandbox)
    assert sandbox.data("PUT", f"{JOBS}/{job}/_stats", json=STATS) == {"result": "updated"}
    found = read(sandbox, job)
    assert {name: found[name] for name in STATS} == STATS
    assert sandbox.data("PUT", f"{JOBS}/{job}/_check_in") == {"result": "updated"}
    assert read(sandbox, job)["last_seen"] > AT


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("_claim", {}),
        ("_claim", {"worker_hostname": "a", "sync_cursor": 1}),
        ("_error", {"error": ""}),
        ("_error", {"error": None}),
        ("_stats", {"deleted_document_count": 1}),
        ("_stats", {**STATS, "indexed_document_volume": -1}),
        ("_stats", {**STATS, "total_document_count": "many"}),
        ("_stats", {**STATS, "metadata": []}),
    ],
)
def test_wrong_report_is_400(sandbox: ElasticEmbedded, path: str, body: Any) -> None:
    job = claimed(sandbox)
    before = read(sandbox, job)
    assert sandbox.refusal("PUT", f"{JOBS}/{job}/{path}", json=body)[0] == 400
    assert read(sandbox, job) == before


def test_missing_job_is_404(sandbox: ElasticEmbedded) -> None:
    bodies = {"_claim": {"worker_hostname": "a"}, "_error": {"error": "a"}, "_stats": STATS}
    paths = {**bodies, "_cancel": None, "_check_in": None}
    requests = [("GET", "", None), ("DELETE", "", None)]
    for method, path, body in [*requests, *(("PUT", f"/{each}", paths[each]) for each in paths)]:
        answer = sandbox.refusal(method, f"{JOBS}/nothing{path}", json=body)
        expected = "connector sync job [nothing] not found"
        assert answer == (404, "resource_not_found_exception", expected)


@pytest.mark.parametrize(("version", "newest"), [("9.1.0", 2), ("8.13.0", 2), ("8.12.2", 0)])
def test_jobs_are_listed_the_newest_first_since_8_13(
    sandbox: ElasticEmbedded, version: str, newest: int
) -> None:
    sandbox.configure(version=version)
    made = [posted(sandbox) for _ in range(3)]
    listed = sandbox.data("GET", JOBS)
    assert listed["count"] == 3
    assert listed["results"][0]["id"] == made[newest]
    paged = sandbox.data("GET", f"{JOBS}?from=1&size=1")
    assert (paged["count"], [one["id"] for one in paged["results"]]) == (3, [made[1]])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("connector_id=shop", ["shop"]),
        ("status=canceled", ["full"]),
        ("job_type=incremental,access_control", ["access", "incremental"]),
        ("job_type=full&connector_id=nobody", []),
    ],
)
def test_jobs_are_filtered(sandbox: ElasticEmbedded, query: str, found: list[str]) -> None:
    sandbox.data("PUT", "/_connector/shop", json={"service_type": "mysql", "index_name": "shop"})
    made = {
        "full": posted(sandbox),
        "incremental": posted(sandbox, job_type="incremental"),
        "access": posted(sandbox, job_type="access_control"),
        "shop": posted(sandbox, "shop"),
    }
    sandbox.data("PUT", f"{JOBS}/{made['full']}/_cancel")
    listed = sandbox.data("GET", f"{JOBS}?{query}")
    assert [one["id"] for one in listed["results"]] == [made[name] for name in found]


@pytest.mark.parametrize("query", ["status=done", "job_type=whole", "size=-1"])
def test_unknown_words_of_a_filter_are_400(sandbox: ElasticEmbedded, query: str) -> None:
    answer = sandbox.refusal("GET", f"{JOBS}?{query}")
    assert answer[:2] == (400, "illegal_argument_exception")


def test_journal_shows_a_job_and_masks_what_it_carries(sandbox: ElasticEmbedded) -> None:
    job = posted(sandbox)
    body = {"worker_hostname": "worker", "sync_cursor": {"token": "s3cr3t-needle"}}
    sandbox.data("PUT", f"{JOBS}/{job}/_claim", json=body)
    first, second = (entry.body for entry in sandbox.journal())
    assert first == {"id": "sandbox_wiki"}
    assert second["worker_hostname"] == "worker"
    assert "s3cr3t-needle" not in str(second)


def test_deleted_job_is_gone(sandbox: ElasticEmbedded) -> None:
    job = posted(sandbox)
    assert sandbox.data("DELETE", f"{JOBS}/{job}") == {"acknowledged": True}
    assert sandbox.refusal("GET", f"{JOBS}/{job}")[0] == 404


@pytest.mark.parametrize(("query", "left"), [("", 2), ("?delete_sync_jobs=true", 1)])
def test_jobs_go_with_their_connector_if_asked_to(
    sandbox: ElasticEmbedded, query: str, left: int
) -> None:
    sandbox.data("PUT", "/_connector/shop", json={"service_type": "mysql", "index_name": "shop"})
    posted(sandbox, "shop")
    posted(sandbox)
    sandbox.data("DELETE", f"/_connector/shop{query}")
    assert sandbox.data("GET", JOBS)["count"] == left


def test_reset_forgets_jobs(sandbox: ElasticEmbedded) -> None:
    posted(sandbox)
    sandbox.adapter.store.reset()
    assert sandbox.data("GET", JOBS)["count"] == 0
