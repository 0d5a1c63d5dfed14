"""The bodies that create a sync job, and that report how it goes.

Source: Elasticsearch's API, the operations of the group "Connector" on sync jobs.
"""

from __future__ import annotations

from constructs_lib.sandbox.elastic.bodies import parser
from constructs_lib.sandbox.elastic.bodies.parser import Parser

JOB_TYPES = ("full", "incremental", "access_control")
_METHODS = ("on_demand", "scheduled")

CREATE = Parser(
    "connector_sync_job_post_request",
    {
        "id": parser.text(required=True),
        "job_type": parser.choice("ConnectorSyncJobType", JOB_TYPES),
        "trigger_method": parser.choice("ConnectorSyncJobTriggerMethod", _METHODS),
    },
    strict=True,
)
CLAIM = Parser(
    "claim_connector_sync_job",
    {"worker_hostname": parser.text(required=True), "sync_cursor": parser.anything()},
    strict=True,
)
ERROR = Parser("connector_sync_job_error", {"error": parser.text(required=True)}, strict=True)
STATS = Parser(
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
"""How many documents were indexed and deleted, and their volume in MiB."""
