"""What the sandbox remembers about a connector, and the document that the API answers about it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

_NEVER = {"enabled": False, "interval": "0 0 0 * * ?"}
_FIXED: dict[str, Any] = {
    "api_key_id": None,
    "api_key_secret_id": None,
    "custom_scheduling": {},
    "features": None,
    "filtering": [],
    "last_access_control_sync_error": None,
    "last_access_control_sync_scheduled_at": None,
    "last_access_control_sync_status": None,
    "last_deleted_document_count": None,
    "last_incremental_sync_scheduled_at": None,
    "last_indexed_document_count": None,
    "last_sync_error": None,
    "last_sync_scheduled_at": None,
    "last_sync_status": None,
    "last_synced": None,
    "pipeline": {
        "name": "search-default-ingestion",
        "extract_binary_content": True,
        "reduce_whitespace": True,
        "run_ml_inference": False,
    },
    "scheduling": {"access_control": _NEVER, "full": _NEVER, "incremental": _NEVER},
    "sync_cursor": None,
    "sync_now": False,
}
_INTERNAL = ("deleted",)


@dataclass(frozen=True)
class ElasticConnector:
    """A connector: what distinguishes it from a new one."""

    id: str
    name: str | None = None
    description: str | None = None
    index_name: str | None = None
    service_type: str | None = None
    is_native: bool = False
    language: str | None = None
    status: str = "created"
    """One of the statuses of the Connector Protocol, in lower case."""
    error: str | None = None
    last_seen: str | None = None
    """When the connector service was last heard of (RFC 3339, UTC)."""
    configuration: dict[str, Any] = field(default_factory=dict, repr=False)
    """By name; each with ``value`` and more. May hold secrets, in clear as in Elasticsearch."""
    deleted: bool = False
    """True after a deletion: Elasticsearch keeps the document, and does not find it any more."""

    def document(self) -> dict[str, Any]:
        """The document that the API answers."""
        own = {name: value for name, value in asdict(self).items() if name not in _INTERNAL}
        return {**_FIXED, **own}

    def to_json(self) -> str:
        """The record as it is stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> ElasticConnector:
        """The record that :meth:`to_json` wrote."""
        return cls(**json.loads(text))
