"""What the sandbox remembers about a connector, and the document that the API answers about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any

from constructs_lib.sandbox.elastic import sync_rules

_NEVER = {"enabled": False, "interval": "0 0 0 * * ?"}
_SCHEDULING = {"access_control": _NEVER, "full": _NEVER, "incremental": _NEVER}
_UNKNOWN = "1970-01-01T00:00:00.000000Z"
"""The creation of a connector that was stored before creations were."""
_INTERNAL = ("created_at", "deleted", "last_sync")
_NULLABLE = ("error", "index_name")
"""The fields that the contract lets be null. All others are left out while they have no value."""


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
    """True after a deletion: Elasticsearch keeps the document, and finds it only when asked to."""
    created_at: str = _UNKNOWN
    """When it was made (RFC 3339, UTC): the time of its first sync rules."""
    api_key_id: str | None = None
    api_key_secret_id: str | None = None
    features: dict[str, Any] | None = None
    filtering: list[dict[str, Any]] | None = None
    """The sync rules; None or none for those of a new connector."""
    pipeline: dict[str, Any] | None = None
    scheduling: dict[str, Any] = field(default_factory=lambda: dict(_SCHEDULING))
    sync_cursor: dict[str, Any] | None = None
    last_sync: dict[str, Any] = field(default_factory=dict)
    """What was reported about the last sync, by the names of the document."""

    @property
    def sync_rules(self) -> list[dict[str, Any]]:
        """The sync rules, active ones and a draft."""
        return self.filtering or sync_rules.new(self.created_at)

    def document(self, *, with_deleted: bool = False) -> dict[str, Any]:
        """Return the document that the API answers.

        :param with_deleted: True if the server tells whether a connector is deleted
        """
        own = {name: value for name, value in _values(self).items() if name not in _INTERNAL}
        found = {
            **own,
            **self.last_sync,
            "custom_scheduling": {},
            "filtering": self.sync_rules,
            "sync_now": False,
        }
        if with_deleted:
            found["deleted"] = self.deleted
        kept = (name for name in found if found[name] is not None or name in _NULLABLE)
        return {name: found[name] for name in sorted(kept)}

    def to_json(self) -> str:
        """The record as it is stored."""
        return json.dumps(_values(self))

    @classmethod
    def from_json(cls, text: str) -> ElasticConnector:
        """The record that :meth:`to_json` wrote, of this version of the sandbox or an older one."""
        return cls(**json.loads(text))


def _values(record: ElasticConnector) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}
