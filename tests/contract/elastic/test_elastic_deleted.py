"""What is left of deleted connectors, what a list finds, and what depends on the version."""

from __future__ import annotations

import pytest
from elastic_carriers import ElasticEmbedded

WIKI = "/_connector/sandbox_wiki"
DELETED = "include_deleted=true"


def found(sandbox: ElasticEmbedded, query: str) -> list[str]:
    return [one["id"] for one in sandbox.data("GET", f"/_connector?{query}")["results"]]


def test_deleted_connector_is_found_when_asked_for(sandbox: ElasticEmbedded) -> None:
    sandbox.made_in("created")
    assert sandbox.data("GET", f"{WIKI}?{DELETED}")["deleted"] is False
    sandbox.data("DELETE", WIKI)
    assert sandbox.data("GET", f"{WIKI}?{DELETED}")["deleted"] is True
    assert sandbox.refusal("GET", f"{WIKI}?include_deleted=false")[0] == 404
    assert found(sandbox, DELETED) == ["sandbox_wiki", "shop"]
    assert found(sandbox, "") == ["shop"]


def test_hard_deletion_leaves_nothing(sandbox: ElasticEmbedded) -> None:
    sandbox.data("DELETE", WIKI)
    assert sandbox.refusal("DELETE", WIKI)[0] == 404
    sandbox.data("DELETE", f"{WIKI}?hard=true")
    assert sandbox.refusal("GET", f"{WIKI}?{DELETED}")[0] == 404
    assert found(sandbox, DELETED) == []


def test_deletion_before_9_leaves_nothing(sandbox: ElasticEmbedded) -> None:
    sandbox.configure(version="8.19.0")
    assert "deleted" not in sandbox.data("GET", WIKI)
    sandbox.data("DELETE", WIKI)
    sandbox.configure(version="9.1.0")
    assert found(sandbox, DELETED) == []


@pytest.mark.parametrize(
    ("version", "flavor", "method", "path", "unknown"),
    [
        ("8.19.0", "default", "GET", f"{WIKI}?{DELETED}", "[include_deleted]"),
        ("8.19.0", "default", "GET", f"/_connector?{DELETED}", "[include_deleted]"),
        ("8.19.0", "default", "DELETE", f"{WIKI}?hard=true", "[hard]"),
        ("8.13.0", "default", "DELETE", f"{WIKI}?delete_sync_jobs=true", "[delete_sync_jobs]"),
        ("8.19.0", "serverless", "GET", f"{WIKI}?{DELETED}", None),
        ("9.0.0", "default", "DELETE", f"{WIKI}?hard=&delete_sync_jobs=false&pretty", None),
        ("9.1.0", "default", "GET", f"{WIKI}?sise=1&form=2", "[form], [sise]"),
    ],
)
def test_parameter_that_the_server_does_not_know_is_400(
    sandbox: ElasticEmbedded,
    version: str,
    flavor: str,
    method: str,
    path: str,
    unknown: str | None,
) -> None:
    sandbox.configure(version=version, build_flavor=flavor)
    response = sandbox.request(method, path)
    if unknown is None:
        assert response.status_code == 200
        return
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (400, "illegal_argument_exception")
    assert "contains unrecognized parameter" in error["reason"]
    assert error["reason"].endswith(unknown)


def test_flag_that_is_neither_true_nor_false_is_400(sandbox: ElasticEmbedded) -> None:
    code, kind, reason = sandbox.refusal("DELETE", f"{WIKI}?hard=yes")
    assert (code, kind) == (400, "illegal_argument_exception")
    assert "[yes]" in reason
    assert sandbox.status("sandbox_wiki") == "created"


@pytest.mark.parametrize(
    ("version", "path"),
    [
        ("8.14.3", "_features"),
        ("8.13.4", "_filtering/_activate"),
        ("8.13.4", "_filtering/_validation"),
    ],
)
def test_older_server_has_no_such_endpoint(
    sandbox: ElasticEmbedded, version: str, path: str
) -> None:
    sandbox.configure(version=version)
    response = sandbox.request("PUT", f"{WIKI}/{path}", json={})
    assert response.json()["error"].startswith("no handler found for uri")


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("search-", ["shop", "sandbox_wiki"]),
        ("op-orders", ["shop"]),
        ("Shop", ["shop"]),
        ("shop", ["shop"]),
        ("WIKI", []),
        ("invoices", ["shop"]),
        ("INVOICES", ["shop"]),
        ("all invoices", []),
        ("se*wi?i", ["sandbox_wiki"]),
        ("[a-z]", []),
        ("nothing", []),
        ("", ["shop", "sandbox_wiki"]),
    ],
)
def test_query_looks_at_index_name_name_and_description(
    sandbox: ElasticEmbedded, query: str, ids: list[str]
) -> None:
    body = {"index_name": "search-shop-orders", "name": "Shop", "description": "All Invoices."}
    sandbox.data("PUT", "/_connector/shop", json=body)
    assert found(sandbox, f"query={query}") == ids


def test_list_by_what_is_no_name_of_an_index_is_400(sandbox: ElasticEmbedded) -> None:
    answer = sandbox.refusal("GET", "/_connector?index_name=~.!$$%23index-name")
    assert answer[:2] == (400, "action_request_validation_exception")


def test_document_has_only_what_has_a_value(sandbox: ElasticEmbedded) -> None:
    sandbox.data("PUT", "/_connector/shop")
    assert set(sandbox.data("GET", "/_connector/shop")) == {
        "configuration",
        "custom_scheduling",
        "deleted",
        "error",
        "filtering",
        "id",
        "index_name",
        "is_native",
        "name",
        "scheduling",
        "status",
        "sync_now",
    }
