"""The records that the sandbox stores, connectors and sync jobs, and the documents that it answers.

A connector has active sync rules (filtering) and a draft of them. The last rule of each is the
default rule, which lets all documents in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

_DEFAULT_RULE = {
    "field": "_",
    "id": "DEFAULT",
    "policy": "include",
    "rule": "regex",
    "value": ".*",
}


def new_sync_rules(at: str) -> list[dict[str, Any]]:
    """Return the filtering of a connector made at a moment (RFC 3339)."""
    return [_filtering(_rules(at), _rules(at))]


def stored_sync_rules(active: Any, draft: Any, at: str) -> dict[str, Any]:
    """Return active rules and a draft, as parsed, as they are stored.

    :param at: the time (RFC 3339) of what has none
    """
    return _filtering(*(_dated_rules(rules, at) for rules in (active, draft)))


def redrafted(
    filtering: Sequence[Mapping[str, Any]], rules: Any, snippet: Any, at: str
) -> list[dict[str, Any]]:
    """Return filtering with another draft, which is yet to be validated.

    :param rules: the new rules; None leaves them as they are
    :param snippet: the new advanced snippet; None leaves it as it is
    :param at: the time (RFC 3339) of what has none
    """
    former = filtering[0]["draft"]
    draft = {
        "advanced_snippet": former["advanced_snippet"] if snippet is None else _dated(snippet, at),
        "rules": former["rules"] if rules is None else _in_order(rules, at),
        "validation": {"errors": [], "state": "edited"},
    }
    return [_filtering(filtering[0]["active"], draft)]


def validated(filtering: Sequence[Mapping[str, Any]], validation: Any) -> list[dict[str, Any]]:
    """Return filtering whose draft has this validation."""
    draft = {**filtering[0]["draft"], "validation": validation}
    return [_filtering(filtering[0]["active"], draft)]


def activated(filtering: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return filtering whose draft is active, too."""
    return [_filtering(filtering[0]["draft"], filtering[0]["draft"])]


def _filtering(active: Any, draft: Any) -> dict[str, Any]:
    # Elasticsearch knows no other domain, whatever is sent.
    return {"active": active, "domain": "DEFAULT", "draft": draft}


def _rules(at: str) -> dict[str, Any]:
    return {
        "advanced_snippet": _dated({"value": {}}, at),
        "rules": [_default_rule(at, at, 0)],
        "validation": {"errors": [], "state": "valid"},
    }


def _dated_rules(rules: Mapping[str, Any], at: str) -> dict[str, Any]:
    return {
        **rules,
        "advanced_snippet": _dated(rules["advanced_snippet"], at),
        "rules": [_dated(rule, at) for rule in rules["rules"]],
    }


def _dated(value: Mapping[str, Any], at: str) -> dict[str, Any]:
    return {"created_at": at, "updated_at": at, **value}


def _default_rule(created_at: str, updated_at: str, order: int) -> dict[str, Any]:
    return {**_DEFAULT_RULE, "created_at": created_at, "order": order, "updated_at": updated_at}


def _in_order(rules: Sequence[Mapping[str, Any]], at: str) -> list[dict[str, Any]]:
    """Return rules by their order, and behind them the default rule, given or not."""
    own = sorted((rule for rule in rules if not _is_default(rule)), key=lambda rule: rule["order"])
    dates = [rule.get("created_at", at) for rule in rules if _is_default(rule)]
    last = own[-1]["order"] + 1 if own else 0
    created_at = dates[0] if dates else at
    return [*(_dated(rule, at) for rule in own), _default_rule(created_at, created_at, last)]


def _is_default(rule: Mapping[str, Any]) -> bool:
    return all(rule.get(name) == value for name, value in _DEFAULT_RULE.items())


_NEVER = {"enabled": False, "interval": "0 0 0 * * ?"}
_SCHEDULING = {"access_control": _NEVER, "full": _NEVER, "incremental": _NEVER}
_UNKNOWN = "1970-01-01T00:00:00.000000Z"
"""The creation of a connector that was stored before creations were."""
_INTERNAL = ("created_at", "deleted", "last_sync")
_NULLABLE = ("error", "index_name")
"""The fields that the contract lets be null. All others are left out while they have no value."""


@dataclass(frozen=True)
class ElasticConnector:
    """A connector, with defaults as a new one has them."""

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
    """The last sign of life of the connector service (RFC 3339, UTC)."""
    configuration: dict[str, Any] = field(default_factory=dict, repr=False)
    """By name; each with ``value`` and more. May hold secrets, in clear as in Elasticsearch."""
    deleted: bool = False
    """True after a deletion: Elasticsearch keeps the document, and finds it only when asked to."""
    created_at: str = _UNKNOWN
    """The time of its creation (RFC 3339, UTC), and of its first sync rules."""
    api_key_id: str | None = None
    api_key_secret_id: str | None = None
    features: dict[str, Any] | None = None
    filtering: list[dict[str, Any]] | None = None
    """The sync rules; None or none for those of a new connector."""
    pipeline: dict[str, Any] | None = None
    scheduling: dict[str, Any] = field(default_factory=lambda: dict(_SCHEDULING))
    sync_cursor: dict[str, Any] | None = None
    last_sync: dict[str, Any] = field(default_factory=dict)
    """The report about the last sync, by the names of the document."""

    @property
    def sync_rules(self) -> list[dict[str, Any]]:
        """The sync rules, active ones and a draft."""
        return self.filtering or new_sync_rules(self.created_at)

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
        """Return the record as it is stored."""
        return json.dumps(_values(self))

    @classmethod
    def from_json(cls, text: str) -> ElasticConnector:
        """Return the record that :meth:`to_json` wrote, in this version or an older one."""
        return cls(**json.loads(text))


def _values(record: ElasticConnector) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}


SyncJob = dict[str, Any]
"""A sync job, by the names of its document."""

_ACCESS_CONTROL_PREFIX = ".search-acl-filter-"
NEXT_STATUSES = {
    "pending": ("in_progress", "canceled"),
    "in_progress": ("canceling", "completed", "suspended", "error"),
    "suspended": ("in_progress", "canceled"),
    "canceling": ("canceled", "error"),
    "canceled": (),
    "completed": (),
    "error": (),
}
"""The statuses that may follow each, by the Connector Protocol."""


def new_sync_job(
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
