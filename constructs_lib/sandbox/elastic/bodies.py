"""The bodies of requests that create a connector or change one thing about it.

A schedule is a crontab expression of six or seven fields: seconds, minutes, hours, day of the
month, month, day of the week, and an optional year. One of the two days is ``?``.

Sources: Elasticsearch's API, the group "Connector"; Elasticsearch's documentation, "Cron
expressions".
"""

from __future__ import annotations

import re
from typing import NamedTuple

from constructs_lib.sandbox.elastic import parser
from constructs_lib.sandbox.elastic.parser import Field, Parser
from constructs_lib.schemas.connector_status import STATUSES


class _Unit(NamedTuple):
    lowest: int
    highest: int
    names: tuple[str, ...] = ()
    special: str = "(?!)"
    """A regular expression of what only this unit takes."""


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_UNITS = (
    _Unit(0, 59),
    _Unit(0, 59),
    _Unit(0, 23),
    _Unit(1, 31, special=r"\?|LW?|L-([0-9]|[12][0-9]|30)|([1-9]|[12][0-9]|3[01])W"),
    _Unit(1, 12, _MONTHS),
    _Unit(1, 7, _DAYS, special=rf"\?|([1-7]|{'|'.join(_DAYS)})?L|([1-7]|{'|'.join(_DAYS)})#[1-5]"),
    _Unit(1970, 2200),
)
_DAY_OF_MONTH, _DAY_OF_WEEK = 3, 5


def check_schedule(expression: str) -> str:
    """Return the expression if it is right.

    :raises ValueError: if it is not
    """
    fields = expression.upper().split()
    if len(fields) not in (6, 7) or not all(map(_is_field, fields, _UNITS)):
        raise ValueError(f"invalid cron expression [{expression}]")
    if (fields[_DAY_OF_MONTH] == "?") == (fields[_DAY_OF_WEEK] == "?"):
        reason = "exactly one of day of month and day of week must be [?]"
        raise ValueError(f"invalid cron expression [{expression}]: {reason}")
    return expression


def _is_field(text: str, unit: _Unit) -> bool:
    return all(_is_item(item, unit) for item in text.split(","))


def _is_item(text: str, unit: _Unit) -> bool:
    if re.fullmatch(unit.special, text):
        return True
    span, slash, step = text.partition("/")
    if slash and not (re.fullmatch("[0-9]{1,2}", step) and 0 < int(step) <= unit.highest):
        return False
    first, dash, last = span.partition("-")
    if dash:
        return _is_value(first, unit) and _is_value(last, unit)
    return span == "*" or (span == "" and bool(slash)) or _is_value(span, unit)


def _is_value(text: str, unit: _Unit) -> bool:
    if text in unit.names:
        return True
    return bool(re.fullmatch("[0-9]{1,4}", text)) and unit.lowest <= int(text) <= unit.highest


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
"""All fields that a new connector may be given."""

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
            "interval": Field(parser.text().tokens, check_schedule, required=True),
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
"""The report of the connector service about the last sync."""
