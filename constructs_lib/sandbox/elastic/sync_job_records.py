"""What the sandbox remembers about a sync job: the document that the API answers about it."""

from __future__ import annotations

from typing import Any

from constructs_lib.sandbox.elastic.records import ElasticConnector

SyncJob = dict[str, Any]
"""A sync job, by the names of its document."""

_ACCESS_CONTROL_PREFIX = ".search-acl-filter-"
NEXT = {
    "pending": ("in_progress", "canceled"),
    "in_progress": ("canceling", "completed", "suspended", "error"),
    "suspended": ("in_progress", "canceled"),
    "canceling": ("canceled", "error"),
    "canceled": (),
    "completed": (),
    "error": (),
}
"""The statuses that may follow each, by the Connector Protocol."""


def new(
    identifier: str, connector: ElasticConnector, job_type: str, trigger_method: str, at: str
) -> SyncJob:
    """Return a job that waits for the connector service.

    :param identifier: its own
    :param at: when it is made (RFC 3339)
    """
    return {
        "connector": _reference(connector, job_type),
        "created_at": at,
        "deleted_document_count": 0,
        "id": identifier,
        "indexed_document_count": 0,
        "indexed_document_volume": 0,
        "job_type": job_type,
        "last_seen": at,
        "metadata": {},
        "status": "pending",
        "total_document_count": 0,
        "trigger_method": trigger_method,
    }


def _reference(connector: ElasticConnector, job_type: str) -> dict[str, Any]:
    """Return the connector as it is when the job is made: later changes do not reach the job."""
    prefix = _ACCESS_CONTROL_PREFIX if job_type == "access_control" else ""
    found = {
        "configuration": connector.configuration,
        "filtering": connector.sync_rules[0]["active"],
        "id": connector.id,
        "index_name": f"{prefix}{connector.index_name}",
        "language": connector.language,
        "pipeline": connector.pipeline,
        "service_type": connector.service_type,
    }
    return {name: value for name, value in found.items() if value is not None}
