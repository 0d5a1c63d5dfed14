from __future__ import annotations

import json
from pathlib import Path

import pytest
from elastic_carriers import ElasticCarrier, ElasticEmbedded

from constructs_lib.sandbox.elastic import ElasticStore

SECRET = "s3cr3t-needle"


def test_every_request_is_in_the_journal_in_order(elastic: ElasticCarrier) -> None:
    elastic.request("GET", "/_connector/a%2Fb?include_deleted=false")
    elastic.put_status("sandbox_wiki", "error")
    elastic.put_status("sandbox_wiki", "created")
    entries = elastic.journal()
    assert [(entry.number, entry.method, entry.path, entry.status) for entry in entries] == [
        (1, "GET", "/_connector/a%2Fb", 404),
        (2, "PUT", "/_connector/sandbox_wiki/_status", 200),
        (3, "PUT", "/_connector/sandbox_wiki/_status", 400),
    ]
    assert [entry.body for entry in entries] == [None, {"status": "error"}, {"status": "created"}]


def test_journal_tells_of_faults_and_of_what_took_effect(elastic: ElasticCarrier) -> None:
    elastic.configure(faults=[{"kind": "500_after"}])
    assert elastic.put_status("sandbox_wiki", "error").status_code == 500
    (entry,) = elastic.journal()
    assert (entry.status, entry.fault) == (200, "500_after")


@pytest.mark.parametrize(
    "body",
    [
        {"configuration": {"password": {"value": SECRET}}},
        {"values": {"password": SECRET}},
        {"name": {"x": SECRET}},
        {"unknown": SECRET},
        [SECRET],
    ],
)
def test_journal_holds_no_configuration_in_clear(elastic: ElasticCarrier, body: object) -> None:
    elastic.request("PUT", "/_connector/sandbox_wiki/_configuration", json=body)
    answer = json.dumps([entry.to_dict() for entry in elastic.journal()])
    assert "_configuration" in answer
    assert SECRET not in answer


def test_configuration_is_answered_in_clear_as_by_elasticsearch(elastic: ElasticCarrier) -> None:
    configuration = {"password": {"label": "Password", "value": SECRET, "sensitive": True}}
    path = "/_connector/sandbox_wiki"
    elastic.data("PUT", f"{path}/_configuration", json={"configuration": configuration})
    read = elastic.data("GET", path)["configuration"]["password"]
    assert (read["value"], read["sensitive"]) == (SECRET, True)


def test_settings_connectors_and_journal_survive_a_restart(tmp_path: Path) -> None:
    for number in range(2):
        embedded = ElasticEmbedded(tmp_path / "elastic.db")
        with embedded.session:
            if number == 0:
                embedded.configure(version="8.14.0", faults=[{"kind": "500", "nth": 3}])
                embedded.made_in("created")
            assert embedded.request("GET", "/_connector/shop").status_code == (500, 200)[number]
            assert embedded.adapter.store.settings.version == "8.14.0"
            assert len(embedded.journal()) == 3 + number


def test_reset_forgets_all_but_the_settings() -> None:
    embedded = ElasticEmbedded(None)
    with embedded.session:
        embedded.configure(version="8.14.0")
        embedded.made_in("created")
        embedded.data("DELETE", "/_connector/sandbox_wiki")
        embedded.adapter.store.reset()
        assert embedded.journal() == []
        assert embedded.refusal("GET", "/_connector/shop")[0] == 404
        assert embedded.status("sandbox_wiki") == "created"
        assert embedded.adapter.store.settings.version == "8.14.0"


def test_added_connector_leaves_the_present_one_alone() -> None:
    with ElasticStore(None) as store:
        store.add_connector("shop", service_type="mysql", status="configured")
        assert store.add_connector("shop").status == "configured"
