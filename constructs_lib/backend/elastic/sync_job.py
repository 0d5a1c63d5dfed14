"""The action ``elasticops_connector_sync_job``: begin a sync job of a connector.

A job is joined if one of the same type that was begun on demand is pending, or runs. So an action
that was interrupted, or whose process was killed, begins no second one when it is invoked again.

Source: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-connector-sync-job-post
and the operations beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.elastic.client import Cluster
from constructs_lib.backend.elastic.connector_status import CONNECTOR
from constructs_lib.backend.elastic.exchange import VendorError
from constructs_lib.backend.http.deadline import Deadline, pauses
from constructs_lib.backend.http.errors import Interrupted, explain_errors
from constructs_lib.backend.http.progress import Report, reported
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.plugin.action import Action
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.planning.checks import check_schema_rules
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object

_TYPE = "elasticops_connector_sync_job"
_COMPLETED = "completed"
_GOES_ON = ("pending", "in_progress", "suspended")
"""The statuses of a job that will end: the connector service resumes a suspended one."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 30.0
_INVOKE = (
    "Terraform does not repeat an action that failed. To invoke it again: terraform apply "
    f"-invoke=ADDRESS, where ADDRESS is that of the action, such as action.{_TYPE}.NAME."
)


class SyncJobNotCompleted(VendorError):
    """The job ended, and is not complete."""

    remedy = "Fix the cause that it names; the log of the connector service has details."


class SyncJobAction(Action):
    """The action that begins a sync job."""

    schema = schemas.load(f"action.{_TYPE}")

    def plan(self, config: Object, operation: Operation) -> None:
        """Check what is known. Whether the connector is there is not asked: its identifier is
        chosen by whoever creates it, so it may be known before it is.
        """
        self._check(config, operation.diagnostics)
        CONNECTOR.check(config["connector_id"])

    def invoke(self, config: Object, operation: Operation) -> Iterator[str]:
        """Begin the job, or join one; with ``wait`` follow it to its end."""
        found = Diagnostics()
        self._check(config, found)
        for problem in found:
            detail = f"{problem.detail} Nothing was sent."
            raise ProviderError(problem.summary, detail, problem.path)
        connector = CONNECTOR.require(config["connector_id"])
        limit = self.schema.time_limit("invoke")
        deadline = Deadline.of(config["timeouts"], "invoke", limit, operation.stopping)
        cluster: Cluster = operation.provider_data

        def work(report: Report) -> None:
            _run(cluster, connector, config, deadline, report)

        with explain_errors("run", f"{_TYPE} of connector {connector}", _advice):
            yield from reported(work, deadline)

    def _check(self, config: Object, diagnostics: Diagnostics) -> None:
        check_schema_rules(self.schema.attributes, config, diagnostics)


def _run(
    cluster: Cluster, connector: str, config: Object, deadline: Deadline, report: Report
) -> None:
    job_type = config["job_type"] or "full"
    jobs = cluster.client.sync_jobs(connector, job_type, deadline)
    running = next((job for job in jobs if _status(job) in _GOES_ON), None)
    if running is None:
        known = {job["id"] for job in jobs}
        job = cluster.client.begin_sync_job(connector, job_type, known, deadline)
        report(f"Sync job {job} ({job_type}) of connector {connector} is started.")
    else:
        job = running["id"]
        report(
            f"Sync job {job} ({job_type}) of connector {connector} is {_status(running)} already, "
            f"since {running['created_at']}, so no other is started."
        )
    if config["wait"] is True:
        _follow(cluster, connector, job, deadline, report)


def _follow(
    cluster: Cluster, connector: str, identifier: str, deadline: Deadline, report: Report
) -> None:
    """Wait for the end of a job.

    :raises SyncJobNotCompleted: if it failed, or was canceled
    """
    for pause in pauses(_FIRST_PAUSE, _LONGEST_PAUSE):
        job = cluster.client.sync_job(identifier, deadline)
        status = _status(job)
        if status == _COMPLETED:
            count = job.get("total_document_count")
            documents = f", {count} documents" if isinstance(count, int) else ""
            report(f"Sync job {identifier} of connector {connector} is completed{documents}.")
            return
        if status in ("error", "canceled"):
            words = job.get("error")
            why = f": {words}" if isinstance(words, str) and words else ""
            named = f"sync job {identifier} of connector {connector}"
            raise SyncJobNotCompleted(f"{named} ended with the status {status}{why}")
        what = f"sync job {identifier} of connector {connector}, which is {status}, to end"
        deadline.poll(pause, what)


def _status(job: dict[str, Any]) -> str:
    return normalized_word(job["status"])


def _advice(error: VendorError) -> str:
    """Return what to do after an error: an apply that comes later does not do it again."""
    remedy = error.remedy
    if isinstance(error, Interrupted):
        remedy = (
            "A job that was started continues. If the action is invoked again, it waits for that "
            "job."
        )
    return f"{remedy}\n\n{_INVOKE}"
