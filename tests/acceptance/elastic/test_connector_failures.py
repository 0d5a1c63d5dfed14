"""What can go wrong on the way to Elasticsearch, under the real Terraform."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from elastic_server import API_KEY, PASSWORD, TOKEN, ElasticSandbox, put
from scenario import Scenario
from workspace import Workspace

from constructs_lib.sandbox.elastic import ElasticFault

BODY = 'resource "elasticops_connector_status" "wiki" {\nconnector_id = "%s"\nstatus = "error"\n}\n'
WIKI_BODY = BODY % "wiki"
MANY = (
    'resource "elasticops_connector_status" "many" {\ncount = %d\n'
    'connector_id = "c${count.index}"\nstatus = "configured"\nvia = "shortest"\n}\n'
)
STATUS = "elasticops_connector_status.wiki"


def unused() -> str:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"


@pytest.mark.parametrize(
    "kind", ["500_after", "502_html_after", "reset_after", "truncated_body", "invalid_json"]
)
def test_a_lost_answer_is_resolved_by_reading(
    terraform: Scenario, elastic: ElasticSandbox, kind: str
) -> None:
    elastic.store.configure(faults=[ElasticFault(kind, method="PUT")])

    terraform.step(WIKI_BODY, [put("error")])

    assert terraform.resource(STATUS)["previous_status"] == "created"


@pytest.mark.parametrize("kind", ["429", "500", "502_html", "reset_before"])
def test_a_request_that_took_no_effect_is_repeated(
    terraform: Scenario, elastic: ElasticSandbox, kind: str
) -> None:
    elastic.store.configure(faults=[ElasticFault(kind, method="PUT")])

    terraform.step(WIKI_BODY, [put("error"), put("error")])


def test_broken_server_is_an_error_within_the_time_limit(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    elastic.store.configure(faults=[ElasticFault("500", method="PUT", times=1000)])
    limited = WIKI_BODY.replace("}", 'timeouts = { create = "1s" }\n}')
    terraform.write(limited)

    output = terraform.apply(ok=False)

    assert "Cannot create elasticops_connector_status wiki" in output
    assert "answered 500" in output
    assert elastic.status == "created"
    elastic.calm()
    elastic.writes()
    terraform.step(limited, [put("error")])
    assert terraform.resource(STATUS)["previous_status"] == "created"


def test_an_endpoint_that_refuses_gives_way_to_the_next(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    terraform.environment["ELASTICSEARCH_ENDPOINTS"] = f"{unused()},{elastic.url}"

    terraform.step(WIKI_BODY, [put("error")])


def test_when_no_endpoint_answers_each_is_named(terraform: Scenario) -> None:
    one, other = unused(), unused()
    terraform.environment["ELASTICSEARCH_ENDPOINTS"] = f"{one},{other}"
    limited = WIKI_BODY
    terraform.write(limited)

    output = terraform.run("plan", "-input=false", ok=False)

    assert one in output
    assert other in output
    assert "Check endpoints" in output


def test_many_connectors_out_of_reach_are_one_error(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    for number in range(5):
        elastic.store.add_connector(f"c{number}")
    terraform.write(MANY % 5)
    terraform.apply(from_file=True)
    elastic.writes()
    one, other = unused(), unused()
    endpoints = terraform.environment["ELASTICSEARCH_ENDPOINTS"]
    terraform.environment["ELASTICSEARCH_ENDPOINTS"] = f"{one},{other}"

    output = terraform.refused(None, "the connection was refused", during="plan")

    assert output.splitlines()[0].count("Error: ") == 1
    # Whichever connector is asked for first begins with the address that it finds.
    refused = [f"{url}: the connection was refused" for url in (one, other)]
    assert "; ".join(refused) in output or "; ".join(reversed(refused)) in output
    assert len(terraform.addresses()) == 5
    terraform.environment["ELASTICSEARCH_ENDPOINTS"] = endpoints


def test_wrong_credentials_name_the_remedy_and_not_the_secret(terraform: Scenario) -> None:
    terraform.environment["ELASTICSEARCH_PASSWORD"] = "canary-wrong"

    output = terraform.refused(WIKI_BODY, "Check api_key", during="plan")

    assert "401" in output
    assert "canary" not in output


def test_credentials_that_may_not_write_keep_everything(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    elastic.store.configure(manage_connector=False)

    terraform.refused(WIKI_BODY, "manage_connector", writes=[put("error")])

    assert elastic.status == "created"
    assert not terraform.holds_anything()


@pytest.mark.parametrize("missing", ["ELASTICSEARCH_USERNAME", "ELASTICSEARCH_PASSWORD"])
def test_half_of_a_login_is_one_clear_error(terraform: Scenario, missing: str) -> None:
    del terraform.environment[missing]

    # Without a block, Terraform itself adds an error about it.
    terraform.refused(
        'provider "elasticops" {}\n' + WIKI_BODY,
        "Credentials for Elasticsearch are incomplete.*" + missing,
        during="plan",
    )


@pytest.mark.parametrize(
    "line", [f'api_key = "{API_KEY}"', f'bearer_token = "{TOKEN}"'], ids=["api key", "token"]
)
def test_the_configuration_comes_before_the_environment(
    terraform: Scenario, elastic: ElasticSandbox, line: str
) -> None:
    terraform.environment |= {
        "ELASTICSEARCH_ENDPOINTS": "http://127.0.0.1:9",
        "ELASTICSEARCH_PASSWORD": "canary-wrong",
    }
    block = f'provider "elasticops" {{\nendpoints = ["{elastic.url}"]\n{line}\n}}\n'

    terraform.step(block + WIKI_BODY, [put("error")])


@pytest.mark.both_terraforms
def test_no_secret_is_in_any_file_of_terraform(terraform: Scenario) -> None:
    terraform.step(WIKI_BODY, [put("error")], planned=True)

    found = terraform.bytes_of_all_files()
    assert PASSWORD.encode() not in found
    assert b"canary-hidden" not in found


def test_addresses_and_credentials_are_checked_by_validate(terraform: Scenario) -> None:
    block = (
        'provider "elasticops" {\nendpoints = ["http://search.example.com"]\n'
        'api_key = "a"\nbearer_token = "b"\n}\n'
    )

    terraform.refused(block + WIKI_BODY, r"Invalid value of endpoints\[0\]", during="validate")
    terraform.refused(
        block.replace("http:", "https:") + WIKI_BODY, "Two ways to authenticate", during="validate"
    )


def test_configuration_known_only_at_apply_can_be_planned(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    del terraform.environment["ELASTICSEARCH_ENDPOINTS"]
    block = (
        f'resource "terraform_data" "url" {{ input = "{elastic.url}" }}\n'
        'provider "elasticops" { endpoints = [terraform_data.url.output] }\n'
    )

    terraform.step(block + WIKI_BODY, [put("error")])


@pytest.mark.launched
def test_embedded_sandbox_needs_no_credentials(tmp_path: Path, terraform: Scenario) -> None:
    file = tmp_path / "kept.sqlite3"
    workspace = Workspace(tmp_path / "embedded", f"sandbox:{file}", vendor=terraform.vendor)
    for name in ("ELASTICSEARCH_USERNAME", "ELASTICSEARCH_PASSWORD"):
        del workspace.environment[name]
    workspace.write(BODY % "sandbox_wiki")

    workspace.apply()

    assert workspace.is_settled()
    assert file.is_file()
    workspace.close()


def test_twenty_connectors_in_parallel(terraform: Scenario, elastic: ElasticSandbox) -> None:
    for number in range(20):
        elastic.store.add_connector(f"c{number}")
    terraform.write(MANY % 20)

    terraform.apply(from_file=True)

    assert len(elastic.writes()) == 40
    terraform.check_settled()
