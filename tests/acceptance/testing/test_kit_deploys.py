"""The test kit under the real Terraform: one deployment of both providers, from all sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from constructs_lib import (
    Connection,
    ConnectionState,
    ConnectorStatus,
    ElasticProvider,
    FivetranProvider,
)
from constructs_lib.testing import DeployFailed, Deployment, ElasticSandbox, FivetranSandbox
from constructs_lib.toolkit import App, TerraformOutput, TerraformStack, TerraformVariable

pytestmark = pytest.mark.terraform

SNAPSHOT = """\
plan:
  create elasticops_connector_status.wiki
  create fivetranops_connection.invoices
  create fivetranops_connection_state.cursor
requests:
  POST /v1/connections {"config": {"package_id": "p", "schema": "invoices", "secrets_list": [{\
"key": "k", "value": "******"}]}, "group_id": "sandbox_warehouse", "service": "connector_sdk"}
  PUT /_connector/sandbox_wiki/_status {"status": "needs_configuration"}
  PATCH /v1/connections/{invoices} {"paused": true}
  PATCH /v1/connections/{invoices}/state {"state": {"page": 1}}
  PATCH /v1/connections/{invoices} {"paused": false}
outputs:
  created_at = "(time)"
  invoices_id = "{invoices}"
"""


def pipelines(app: App, page: int = 1) -> None:
    stack = TerraformStack(app, "pipelines")
    FivetranProvider(stack, "fivetran")
    ElasticProvider(stack, "elastic")
    key = TerraformVariable(stack, "key", type="string", sensitive=True)
    invoices = Connection(
        stack,
        "invoices",
        group_id="sandbox_warehouse",
        service="connector_sdk",
        config={"schema": "invoices", "package_id": "p"},
        secrets={"secrets_list": [{"key": "k", "value": key.string_value}]},
    )
    ConnectionState(stack, "cursor", connection=invoices, state={"page": page})
    ConnectorStatus(stack, "wiki", connector_id="sandbox_wiki", status="needs_configuration")
    TerraformOutput(stack, "invoices_id", value=invoices.id)
    TerraformOutput(stack, "created_at", value=invoices.created_at)
    TerraformOutput(stack, "key_again", value=key.string_value, sensitive=True)


class Deployed(NamedTuple):
    deployment: Deployment
    fivetran: FivetranSandbox
    elastic: ElasticSandbox
    identifier: str


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with FivetranSandbox() as fivetran, ElasticSandbox() as elastic:
        made = Deployment(
            pipelines, sandboxes=(fivetran, elastic), variables={"key": "not the real one"}
        )
        with made as deployment:
            deployment.deploy()
            yield Deployed(deployment, fivetran, elastic, deployment.outputs["invoices_id"])
        assert not deployment.folder.exists()


def test_a_deploy_tells_what_it_did(deployed: Deployed) -> None:
    deployment = deployed.deployment

    assert deployment.snapshot == SNAPSHOT
    assert deployment.state["fivetranops_connection.invoices"]["id"] == deployed.identifier
    assert deployment.outputs["key_again"] == "not the real one"
    assert deployed.elastic.connector("sandbox_wiki").status == "needs_configuration"
    place = "config.secrets_list[0].value"
    assert deployed.fivetran.holds_secret(deployed.identifier, place, "not the real one")


def test_drift_is_in_the_next_plan(deployed: Deployed) -> None:
    deployed.fivetran.modify_connection(deployed.identifier, config={"package_id": "q"})

    plan = deployed.deployment.plan()

    deployed.fivetran.modify_connection(deployed.identifier, config={"package_id": "p"})
    assert plan.changes == {"fivetranops_connection.invoices": "update"}
    assert deployed.deployment.plan().is_empty


def test_an_error_of_the_api_is_an_assertion(deployed: Deployed) -> None:
    deployed.fivetran.fail("refused", method="PATCH", path="/v1/connections/{id}/state")

    with pytest.raises(DeployFailed, match=r"state answered 406 \(NotAcceptable\)") as failure:
        deployed.deployment.deploy(lambda app: pipelines(app, page=2))

    assert "not the real one" not in str(failure.value)
    (error,) = (each for each in failure.value.diagnostics if each.severity == "error")
    assert error.address == "fivetranops_connection_state.cursor"
    assert deployed.deployment.requests[-1].endpoint == "PATCH /v1/connections/{id}"
    assert not deployed.fivetran.connection(deployed.identifier)["paused"]


def test_what_was_deployed_can_be_destroyed(deployed: Deployed) -> None:
    deployed.deployment.destroy()

    assert deployed.deployment.planned is not None
    assert set(deployed.deployment.planned.changes.values()) == {"delete"}
    assert deployed.deployment.transcript[-1] == "DELETE /v1/connections/{invoices}"
    assert deployed.fivetran.connections == []
    assert deployed.deployment.state == {}
