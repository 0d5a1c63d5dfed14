"""The bodies that create a connector, and that change one thing about it.

Source: Elasticsearch's API, the group "Connector".
"""

from __future__ import annotations

from constructs_lib.sandbox.elastic.bodies import cron, parser
from constructs_lib.sandbox.elastic.bodies.parser import Field, Parser
from constructs_lib.schemas.connector_status import STATUSES

SYNC_STATUSES = (
    "canceling",
    "canceled",
    "completed",
    "error",
    "in_progress",
    "pending",
    "suspended",
)
"""The statuses of a sync."""


def _request(name: str, /, **fields: Field) -> Parser:
    return Parser(f"connector_{name}_request", fields, strict=True)


CREATE = _request(
    "put",
    description=parser.text(),
    index_name=parser.text(nullable=True),
    is_native=parser.flag(),
    language=parser.text(),
    name=parser.text(),
    service_type=parser.text(),
)
"""All that a new connector may be given."""

STATUS = _request("update_status", status=parser.choice("ConnectorStatus", STATUSES, nullable=True))
ERROR = _request("update_error", error=parser.text(required=True, nullable=True))
SERVICE_TYPE = _request("update_service_type", service_type=parser.text(nullable=True))
NATIVE = _request("update_native", is_native=parser.flag(required=True))
NAME = _request(
    "update_name", name=parser.text(nullable=True), description=parser.text(nullable=True)
)
INDEX_NAME = _request("update_index_name", index_name=parser.text(required=True, nullable=True))
API_KEY_ID = _request(
    "update_api_key_id",
    api_key_id=parser.text(nullable=True),
    api_key_secret_id=parser.text(nullable=True),
)

_ENABLED = parser.nested(
    Parser("connector_feature_enabled", {"enabled": parser.flag(required=True)})
)
_SYNC_RULES = Parser("sync_rules_features", {"advanced": _ENABLED, "basic": _ENABLED})
_FEATURES = Parser(
    "connector_features",
    {
        "document_level_security": _ENABLED,
        "incremental_sync": _ENABLED,
        "native_connector_api_keys": _ENABLED,
        "sync_rules": parser.nested(_SYNC_RULES),
    },
)
FEATURES = _request("update_features", features=parser.nested(_FEATURES, required=True))

_PIPELINE = Parser(
    "connector_ingest_pipeline",
    {
        "extract_binary_content": parser.flag(required=True),
        "name": parser.text(required=True),
        "reduce_whitespace": parser.flag(required=True),
        "run_ml_inference": parser.flag(required=True),
    },
)
PIPELINE = _request("update_pipeline", pipeline=parser.nested(_PIPELINE, required=True))

_SCHEDULE = parser.nested(
    Parser(
        "schedule_config",
        {
            "enabled": parser.flag(required=True),
            "interval": Field(parser.text().tokens, cron.check, required=True),
        },
    )
)
_SCHEDULING = Parser(
    "connector_scheduling",
    {"access_control": _SCHEDULE, "full": _SCHEDULE, "incremental": _SCHEDULE},
)
SCHEDULING = _request("update_scheduling", scheduling=parser.nested(_SCHEDULING, required=True))

_SYNC_STATUS = parser.choice("ConnectorSyncStatus", SYNC_STATUSES, nullable=True)
LAST_SYNC = _request(
    "update_last_sync_stats",
    last_access_control_sync_error=parser.text(nullable=True),
    last_access_control_sync_scheduled_at=parser.moment(nullable=True),
    last_access_control_sync_status=_SYNC_STATUS,
    last_deleted_document_count=parser.whole(),
    last_incremental_sync_scheduled_at=parser.moment(nullable=True),
    last_indexed_document_count=parser.whole(),
    last_seen=parser.moment(nullable=True),
    last_sync_error=parser.text(nullable=True),
    last_sync_scheduled_at=parser.moment(nullable=True),
    last_sync_status=_SYNC_STATUS,
    last_synced=parser.moment(nullable=True),
    sync_cursor=parser.anything("object", "null"),
)
"""What the connector service reports about the last sync."""
