"""A cluster in which managed connectors are gone: one of them, or suddenly all."""

from __future__ import annotations

from elastic_server import WIKI, ElasticSandbox, put
from planned import Messages
from scenario import Scenario

OTHER = "other"
ADDRESSES = [f"elasticops_connector_status.{name}" for name in (OTHER, WIKI)]
ALLOWED = 'provider "elasticops" { allow_vanished = true }\n'
ALL_GONE = "All 2 managed connectors that were asked for are gone"
EMPTY = "sandbox:empty.sqlite3"
STATUSES = "".join(
    f'resource "elasticops_connector_status" "{name}" {{\n'
    f'connector_id = "{name}"\nstatus = "error"\n}}\n'
    for name in (WIKI, OTHER)
)


def applied(terraform: Scenario, elastic: ElasticSandbox) -> None:
    elastic.store.add_connector(OTHER)
    terraform.write(STATUSES)
    terraform.apply()
    assert sorted(elastic.writes()) == sorted([put("error"), put("error", OTHER)])


def test_another_cluster_is_one_error(terraform: Scenario, elastic: ElasticSandbox) -> None:
    applied(terraform, elastic)
    right = dict(terraform.environment)
    terraform.environment["ELASTICSEARCH_ENDPOINTS"] = EMPTY

    output = terraform.refused(None, ALL_GONE, during="plan")

    assert f"According to {EMPTY}" in output
    assert "allow_vanished = true" in output
    assert terraform.addresses() == ADDRESSES

    terraform.write(ALLOWED + STATUSES)
    forgotten = terraform.run("plan", "-refresh-only", "-input=false")
    assert not Messages.of(forgotten).errors
    assert "does not exist any more" in forgotten
    terraform.environment = right
    terraform.write(STATUSES)
    assert terraform.is_settled()


def test_one_gone_of_two_warns(terraform: Scenario, elastic: ElasticSandbox) -> None:
    applied(terraform, elastic)
    elastic.remove()

    output = terraform.run("apply", "-refresh-only", "-auto-approve", "-input=false")

    assert f"Connector {WIKI} does not exist any more" in output
    assert terraform.addresses() == ADDRESSES[:1]
