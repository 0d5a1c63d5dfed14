from __future__ import annotations

from typing import Any

import pytest
from elastic_carriers import ElasticCarrier

ONE = "/_connector/shop"


def ids(listed: Any) -> list[str]:
    return [one["id"] for one in listed["results"]]


def test_new_sandbox_has_one_connector(elastic: ElasticCarrier) -> None:
    (only,) = elastic.data("GET", "/_connector")["results"]
    assert (only["id"], only["service_type"]) == ("sandbox_wiki", "confluence")
    assert only["status"] == "created"


def test_new_connector_is_created(elastic: ElasticCarrier) -> None:
    response = elastic.request("PUT", ONE, json={"name": "Shop", "index_name": "search-shop"})
    assert (response.status_code, response.json()) == (201, {"result": "created", "id": "shop"})
    read = elastic.data("GET", ONE)
    assert (read["id"], read["name"], read["status"]) == ("shop", "Shop", "created")
    assert (read["error"], read["deleted"], read["configuration"]) == (None, False, {})


def test_connector_may_be_made_without_a_body(elastic: ElasticCarrier) -> None:
    assert elastic.request("PUT", ONE).status_code == 201
    assert elastic.data("GET", ONE)["is_native"] is False


def test_native_connector_begins_with_needs_configuration(elastic: ElasticCarrier) -> None:
    elastic.data("PUT", ONE, json={"is_native": True})
    assert elastic.status("shop") == "needs_configuration"


def test_connector_is_written_anew_by_a_second_put(elastic: ElasticCarrier) -> None:
    elastic.made_in("configured")
    response = elastic.request("PUT", ONE, json={"name": "Other"})
    assert (response.status_code, response.json()["result"]) == (200, "updated")
    read = elastic.data("GET", ONE)
    assert (read["name"], read["status"]) == ("Other", "created")
    assert "service_type" not in read


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_server_chooses_an_identifier(elastic: ElasticCarrier, method: str) -> None:
    made = [elastic.data(method, "/_connector", json={})["id"] for _ in range(2)]
    assert len(set(made)) == 2
    assert elastic.status(made[0]) == "created"


@pytest.mark.parametrize("body", [{"x": 1}, {"name": 1}, {"name": None}, {"is_native": "yes"}])
def test_wrong_body_makes_no_connector(elastic: ElasticCarrier, body: dict[str, Any]) -> None:
    assert elastic.refusal("PUT", ONE, json=body)[:2] == (400, "x_content_parse_exception")
    assert elastic.refusal("GET", ONE)[0] == 404


def test_identifier_is_percent_encoded_in_the_path(elastic: ElasticCarrier) -> None:
    made = elastic.data("PUT", "/_connector/a%2Fb%20%3Fc")
    assert made["id"] == "a/b ?c"
    assert elastic.data("GET", "/_connector/a%2Fb%20%3Fc")["id"] == "a/b ?c"
    assert elastic.put_status("a%2Fb%20%3Fc", "error").json() == {"result": "updated"}


def test_empty_part_at_the_end_of_a_path_does_not_count(elastic: ElasticCarrier) -> None:
    assert elastic.data("GET", "/_connector/sandbox_wiki/")["id"] == "sandbox_wiki"
    assert elastic.data("GET", "/_connector/")["count"] == 1


def test_missing_connector_is_404(elastic: ElasticCarrier) -> None:
    expected = (404, "resource_not_found_exception", "connector [nobody] not found")
    assert elastic.refusal("GET", "/_connector/nobody") == expected
    assert elastic.refusal("DELETE", "/_connector/nobody") == expected


@pytest.mark.parametrize(("query", "result"), [("", "updated"), ("?hard=true", "created")])
def test_deleted_connector_is_gone_and_can_be_made_again(
    elastic: ElasticCarrier, query: str, result: str
) -> None:
    elastic.made_in("connected")
    assert elastic.data("DELETE", f"{ONE}{query}") == {"acknowledged": True}
    assert elastic.refusal("GET", ONE)[0] == 404
    assert elastic.refusal("DELETE", ONE)[0] == 404
    assert ids(elastic.data("GET", "/_connector")) == ["sandbox_wiki"]
    assert elastic.data("PUT", ONE)["result"] == result
    assert elastic.status("shop") == "created"


def test_list_is_in_the_order_of_index_names(elastic: ElasticCarrier) -> None:
    for name in ("b", "c", "a"):
        elastic.data("PUT", f"/_connector/{name}", json={"index_name": f"an-{name}"})
    elastic.data("PUT", "/_connector/none")
    listed = elastic.data("GET", "/_connector")
    assert ids(listed) == ["a", "b", "c", "sandbox_wiki", "none"]
    assert listed["count"] == 5


def test_list_is_paged(elastic: ElasticCarrier) -> None:
    for name in ("a", "b", "c"):
        elastic.data("PUT", f"/_connector/{name}", json={"index_name": name})
    listed = elastic.data("GET", "/_connector?from=1&size=2")
    assert (ids(listed), listed["count"]) == (["b", "c"], 4)
    assert elastic.refusal("GET", "/_connector?size=x")[0] == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("service_type=mysql", ["shop"]),
        ("service_type=mysql,confluence", ["sandbox_wiki", "shop"]),
        ("index_name=search-wiki", ["sandbox_wiki"]),
        ("connector_name=Wiki&service_type=mysql", []),
    ],
)
def test_list_is_filtered(elastic: ElasticCarrier, query: str, found: list[str]) -> None:
    elastic.made_in("created")
    assert ids(elastic.data("GET", f"/_connector?{query}")) == found
