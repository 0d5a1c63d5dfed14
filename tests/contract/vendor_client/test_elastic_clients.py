"""Elastic's own client, in two major versions, takes the sandbox for an Elasticsearch."""

from __future__ import annotations

import pytest
from elastic_carriers import ALLOWED, PAIRS, ElasticServed
from elastic_client import ElasticClient


@pytest.fixture(autouse=True)
def served(elastic_server: str) -> ElasticServed:
    served = ElasticServed(elastic_server)
    served.clean()
    return served


def test_client_creates_reads_lists_and_deletes(client: ElasticClient) -> None:
    made = client.call("connector.put", connector_id="shop", name="Shop", service_type="mysql")
    assert (made.status, made.body) == (201, {"result": "created", "id": "shop"})
    assert client.call("connector.get", connector_id="shop").body["name"] == "Shop"
    listed = client.call("connector.list").body
    assert {one["id"] for one in listed["results"]} == {"shop", "sandbox_wiki"}
    assert client.call("connector.delete", connector_id="shop").body == {"acknowledged": True}
    gone = client.call("connector.get", connector_id="shop")
    assert (gone.status, gone.error) == (404, "NotFoundError")
    assert gone.body["error"]["reason"] == "connector [shop] not found"


@pytest.mark.parametrize(("current", "wanted"), PAIRS)
def test_client_changes_status_by_the_table(
    client: ElasticClient, served: ElasticServed, current: str, wanted: str
) -> None:
    served.made_in(current)
    answer = client.call("connector.update_status", connector_id="shop", status=wanted)
    if wanted in ALLOWED[current]:
        result = "noop" if wanted == current else "updated"
        assert (answer.status, answer.body) == (200, {"result": result})
        assert served.status("shop") == wanted
    else:
        assert (answer.status, answer.error) == (400, "BadRequestError")
        reason = f"Invalid transition attempt from [{current}] to [{wanted}]."
        assert answer.body["error"]["reason"].startswith(reason)
        assert served.status("shop") == current


def test_client_makes_identifiers_with_any_characters(
    client: ElasticClient, served: ElasticServed
) -> None:
    odd = "a/b c?d#é%2F"
    client.call("connector.put", connector_id=odd)
    client.call("connector.update_status", connector_id=odd, status="error")
    assert client.call("connector.get", connector_id=odd).body["status"] == "error"


def test_client_lets_the_server_choose_an_identifier(client: ElasticClient) -> None:
    made = client.call("connector.post", service_type="mysql")
    assert made.status == 201
    assert client.call("connector.get", connector_id=made.body["id"]).status == 200


def test_client_reads_the_version(client: ElasticClient, served: ElasticServed) -> None:
    served.configure(version="9.2.1")
    assert client.call("info").body["version"]["number"] == "9.2.1"


@pytest.mark.parametrize(
    "credentials", [{"basic_auth": ["sandbox", "sandbox"]}, {"bearer_auth": "sandbox"}]
)
@pytest.mark.parametrize("group", ["elasticsearch-8", "elasticsearch-9"])
def test_client_may_show_other_credentials(
    elastic_server: str, group: str, credentials: dict[str, object]
) -> None:
    with ElasticClient.running(group, elastic_server, **credentials) as client:
        assert client.call("info").status == 200


def test_client_with_a_wrong_key_is_refused(elastic_server: str) -> None:
    with ElasticClient.running("elasticsearch-9", elastic_server, api_key="d3Jvbmc6a2V5") as client:
        answer = client.call("connector.list")
    assert (answer.status, answer.error) == (401, "AuthenticationException")


def test_client_is_refused_by_an_older_server(elastic_server: str, served: ElasticServed) -> None:
    served.configure(version="8.19.0")
    with ElasticClient.running("elasticsearch-9", elastic_server) as client:
        answer = client.call("info")
    assert (answer.status, answer.error) == (400, "BadRequestError")
    assert "but found 9" in answer.body["error"]["caused_by"]["reason"]
