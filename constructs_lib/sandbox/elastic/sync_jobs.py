"""The endpoints of sync jobs: they ask the connector service to sync, and take its reports.

Nothing runs a job here: as in Elasticsearch, it is ``pending`` until somebody claims it.

Source: Elasticsearch's API, the operations of the group "Connector" on sync jobs.
"""

from __future__ import annotations

import secrets
from typing import Any

from constructs_lib.sandbox.common.messages import ApiResponse
from constructs_lib.sandbox.elastic import errors, parser, records
from constructs_lib.sandbox.elastic.bodies import SYNC_STATUSES
from constructs_lib.sandbox.elastic.call import ElasticCall, merged
from constructs_lib.sandbox.elastic.parser import Parser, chosen
from constructs_lib.sandbox.elastic.records import NEXT_STATUSES, ElasticConnector, SyncJob

JOB_TYPES = ("full", "incremental", "access_control")
_METHODS = ("on_demand", "scheduled")

CREATE_BODY = Parser(
    "connector_sync_job_post_request",
    {
        "id": parser.text(required=True),
        "job_type": parser.choice("ConnectorSyncJobType", JOB_TYPES),
        "trigger_method": parser.choice("ConnectorSyncJobTriggerMethod", _METHODS),
    },
    strict=True,
)
CLAIM_BODY = Parser(
    "claim_connector_sync_job",
    {"worker_hostname": parser.text(required=True), "sync_cursor": parser.anything()},
    strict=True,
)
ERROR_BODY = Parser("connector_sync_job_error", {"error": parser.text(required=True)}, strict=True)
STATS_BODY = Parser(
    "connector_sync_job_update_ingestion_stats",
    {
        "deleted_document_count": parser.whole(required=True),
        "indexed_document_count": parser.whole(required=True),
        "indexed_document_volume": parser.whole(required=True),
        "last_seen": parser.moment(),
        "metadata": parser.anything(),
        "total_document_count": parser.whole(),
    },
    strict=True,
)
"""The numbers of documents that were indexed and deleted, and their volume in MiB."""


_PAGE = 100


def create(call: ElasticCall) -> ApiResponse:
    """Answer ``POST /_connector/_sync_job``: for a connector with an index and a service type."""
    body = call.body(CREATE_BODY)
    if not body["id"]:
        raise errors.invalid("[id] of the connector cannot be null or empty")
    connector = _syncable(call, body["id"])
    identifier = secrets.token_urlsafe(15)
    kind, method = body.get("job_type", "full"), body.get("trigger_method", "on_demand")
    call.tables.save_sync_job(records.new_sync_job(identifier, connector, kind, method, call.at()))
    return ApiResponse(201, {"id": identifier})


def read(call: ElasticCall) -> ApiResponse:
    """Answer ``GET /_connector/_sync_job/{id}``."""
    return ApiResponse(200, call.sync_job())


def list_all(call: ElasticCall) -> ApiResponse:
    """Answer ``GET /_connector/_sync_job``: newest first, filtered, ``size`` from ``from`` on."""
    start, size = call.number("from", 0), call.number("size", _PAGE)
    connector_id = call.request.query.get("connector_id")
    status = call.request.query.get("status")
    statuses = _checked_words(
        "ConnectorSyncStatus", SYNC_STATUSES, set() if status is None else {status}
    )
    kinds = _checked_words("ConnectorSyncJobType", JOB_TYPES, call.names("job_type"))
    found = [
        job
        for job in call.tables.sync_jobs()
        if connector_id in (None, job["connector"]["id"])
        and (not statuses or job["status"] in statuses)
        and (not kinds or job["job_type"] in kinds)
    ]
    if call.settings.at_least(8, 13):
        found.reverse()
    return ApiResponse(200, {"count": len(found), "results": found[start : start + size]})


def delete(call: ElasticCall) -> ApiResponse:
    """Answer ``DELETE /_connector/_sync_job/{id}``."""
    call.tables.remove_sync_job(call.sync_job()["id"])
    return ApiResponse(200, {"acknowledged": True})


def cancel(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/_sync_job/{id}/_cancel``: at once, unless it is in progress.

    :raises ElasticError: 400, if it has ended, or is being canceled
    """
    job, at = call.sync_job(), call.at()
    status = "canceled" if job["status"] in ("pending", "suspended") else "canceling"
    ended = {"canceled_at": at, "completed_at": at} if status == "canceled" else {}
    return _moved(call, job, status, {"cancelation_requested_at": at, **ended})


def check_in(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/_sync_job/{id}/_check_in``: the service is working on it."""
    return _updated(call, call.sync_job(), {"last_seen": call.at()})


def claim(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/_sync_job/{id}/_claim``: a worker begins, or begins again."""
    body = call.body(CLAIM_BODY)
    job, at = call.sync_job(), call.at()
    changes = {
        "last_seen": at,
        "started_at": at,
        "status": "in_progress",
        "worker_hostname": body["worker_hostname"],
    }
    if "sync_cursor" in body:
        changes["connector"] = {"sync_cursor": body["sync_cursor"]}
    return _updated(call, job, changes)


def set_error(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/_sync_job/{id}/_error``: it has failed.

    :raises ElasticError: 400, if it does not run
    """
    error = call.body(ERROR_BODY)["error"]
    if not error:
        raise errors.invalid("[error] of the connector sync job cannot be null or empty")
    return _moved(call, call.sync_job(), "error", {"error": error})


def set_stats(call: ElasticCall) -> ApiResponse:
    """Answer ``PUT /_connector/_sync_job/{id}/_stats``: what was indexed and deleted so far."""
    body = call.body(STATS_BODY)
    counts = (name for name in sorted(body) if isinstance(body[name], int))
    negative = [f"[{name}] cannot be negative." for name in counts if body[name] < 0]
    if negative:
        raise errors.invalid(*negative)
    return _updated(call, call.sync_job(), {"last_seen": call.at(), **body})


def _syncable(call: ElasticCall, connector_id: str) -> ElasticConnector:
    found = call.tables.connector(connector_id)
    if found is None:
        raise errors.nothing_to_sync(connector_id)
    if not found.index_name:
        raise errors.refused(
            f"Cannot start a sync for connector [{connector_id}] with no index attached. "
            "Set the [index_name] property for the connector to enable syncing data."
        )
    if not found.service_type:
        raise errors.refused(
            f"Cannot start a sync for connector [{connector_id}] with [service_type] not defined. "
            "Set the service type of your connector before starting the sync."
        )
    return found


def _checked_words(kind: str, values: tuple[str, ...], given: set[str]) -> set[str]:
    try:
        return {chosen(kind, values, each) for each in given}
    except ValueError as error:
        raise errors.illegal(str(error)) from None


def _moved(call: ElasticCall, job: SyncJob, status: str, changes: dict[str, Any]) -> ApiResponse:
    if status not in NEXT_STATUSES[job["status"]]:
        raise errors.wrong_sync_job_transition(job["status"], status)
    return _updated(call, job, {"status": status, **changes})


def _updated(call: ElasticCall, job: SyncJob, changes: dict[str, Any]) -> ApiResponse:
    after = merged(job, changes)
    if after == job:
        return ApiResponse(200, {"result": "noop"})
    call.tables.save_sync_job(after)
    return ApiResponse(200, {"result": "updated"})
