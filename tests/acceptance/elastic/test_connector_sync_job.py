"""A sync job as an action: begun, joined, followed, and never asked for twice."""

from __future__ import annotations

from typing import Any

import pytest
from elastic_server import ElasticSandbox
from scenario import Scenario
from workspace import wait_until

pytestmark = pytest.mark.newest_terraform

SALES = "sales"
JOBS = "/_connector/_sync_job"
ADDRESS = "action.elasticops_connector_sync_job.it"
COMMAND = ("apply", "-auto-approve", "-input=false", f"-invoke={ADDRESS}")
CANARY = "canary-of-a-sync-job"


@pytest.fixture(autouse=True)
def _connector(elastic: ElasticSandbox) -> None:
    """A connector that can sync, with a secret."""
    elastic.store.add_connector(
        SALES,
        index_name="sales",
        service_type="postgresql",
        configuration={"password": {"value": CANARY, "sensitive": True}},
    )


def write(terraform: Scenario, more: str = "", connector: str = SALES) -> None:
    terraform.write(
        f"""
action "elasticops_connector_sync_job" "it" {{
  config {{
    connector_id = "{connector}"
    {more}
  }}
}}
"""
    )


def begun(job_type: str = "full") -> tuple[str, str, Any]:
    return ("POST", JOBS, {"id": SALES, "job_type": job_type, "trigger_method": "on_demand"})


def jobs(elastic: ElasticSandbox) -> list[dict[str, Any]]:
    with elastic.store.transaction() as tables:
        return list(tables.sync_jobs())


def goes_on(elastic: ElasticSandbox, **changes: Any) -> None:
    """What the connector service writes into the job."""
    with elastic.store.transaction() as tables:
        (job,) = tables.sync_jobs()
        tables.save_sync_job({**job, **changes})


def has_looked(elastic: ElasticSandbox) -> bool:
    """True once the provider has asked how the job is doing."""
    paths = [f"{JOBS}/{job['id']}" for job in jobs(elastic)]
    return any((entry.method, entry.path) == ("GET", *paths) for entry in elastic.store.journal(0))


def invoke_and(terraform: Scenario, elastic: ElasticSandbox, **changes: Any) -> str:
    """Invokes the action, and lets the connector service work on the job meanwhile."""
    process = terraform.start(*COMMAND, "-no-color")
    wait_until(lambda: has_looked(elastic))
    goes_on(elastic, **changes)
    output: str = process.communicate(timeout=60)[0]
    return output


def test_a_job_is_begun_and_not_waited_for(terraform: Scenario, elastic: ElasticSandbox) -> None:
    write(terraform)

    output = terraform.run(*COMMAND)

    (job,) = jobs(elastic)
    assert f"Sync job {job['id']} (full) of connector {SALES} is started." in output
    assert elastic.writes() == [begun()]


def test_a_job_is_followed_to_its_end(terraform: Scenario, elastic: ElasticSandbox) -> None:
    write(terraform, 'wait = true\n job_type = "incremental"')

    output = invoke_and(terraform, elastic, status="completed", total_document_count=19)

    assert "which is pending, to end (since" in output
    assert f"of connector {SALES} is completed, 19 documents." in output
    assert elastic.writes() == [begun("incremental")]


@pytest.mark.parametrize("status", ["error", "canceled"])
def test_a_job_that_ends_badly_is_an_error(
    terraform: Scenario, elastic: ElasticSandbox, status: str
) -> None:
    write(terraform, "wait = true")

    output = invoke_and(terraform, elastic, status=status, error=f"no table for {CANARY}")

    assert f"ended with the status {status}: no table for" in " ".join(output.split())
    assert CANARY not in output
    assert "terraform apply" in output
    assert "-invoke=ADDRESS" in output


@pytest.mark.parametrize("status", ["pending", "in_progress", "suspended"])
def test_a_job_that_is_not_over_is_joined(
    terraform: Scenario, elastic: ElasticSandbox, status: str
) -> None:
    write(terraform)
    terraform.run(*COMMAND)
    goes_on(elastic, status=status)
    elastic.writes()

    output = terraform.run(*COMMAND)

    assert f"is {status} already" in output
    assert "no other is started" in output
    assert elastic.writes() == []


def test_a_job_of_another_type_is_not_joined(terraform: Scenario, elastic: ElasticSandbox) -> None:
    write(terraform)
    terraform.run(*COMMAND)
    write(terraform, 'job_type = "access_control"')

    terraform.run(*COMMAND)

    assert elastic.writes() == [begun(), begun("access_control")]


def test_an_answer_that_is_lost_begins_no_second_job(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    fault = {"kind": "reset_after", "method": "POST", "path": JOBS, "times": 1}
    elastic.store.configure(faults=[fault])
    write(terraform)

    output = terraform.run(*COMMAND)

    assert "is started." in output
    assert elastic.writes() == [begun()]


def test_an_interrupted_wait_joins_the_job_later(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    write(terraform, "wait = true")
    process = terraform.start(*COMMAND, "-no-color")

    output = terraform.interrupt(process, once_printed="Waiting")

    assert "If the action is invoked again, it waits for that job." in output
    assert process.returncode != 0
    write(terraform)
    assert "no other is started" in terraform.run(*COMMAND)
    assert len(jobs(elastic)) == 1


def test_a_connector_that_is_not_there_is_an_error(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    write(terraform, connector="nobody")

    output = terraform.run(*COMMAND, ok=False)

    assert "Connector with id 'nobody' does not exist." in output
    assert "Cannot run elasticops_connector_sync_job of connector nobody" in output


def test_a_change_of_a_status_begins_a_job(terraform: Scenario, elastic: ElasticSandbox) -> None:
    status = """
resource "elasticops_connector_status" "sales" {
  connector_id = "sales"
  status       = "configured"
  via          = "shortest"
  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.elasticops_connector_sync_job.it]
    }
  }
}
"""
    write(terraform)
    terraform.write(status + terraform.body)

    output = terraform.apply()

    assert f"of connector {SALES} is started." in output
    assert elastic.writes()[-1] == begun()
