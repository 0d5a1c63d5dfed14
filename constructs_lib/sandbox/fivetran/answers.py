"""The API's answers about a connection (the contract's ``ConnectorResponseV1``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs_lib import schemas
from constructs_lib.sandbox.fivetran import distortions, syncs
from constructs_lib.sandbox.fivetran.records import Connection
from constructs_lib.schemas import MASK

USER = "sandbox_user"
"""The user who did what was done through the API."""
_DEFAULTS: dict[str, Any] = {
    "paused": False,
    "pause_after_trial": False,
    "sync_frequency": 360,
    "schedule_type": "auto",
    "data_delay_sensitivity": "NORMAL",
    "data_delay_threshold": 0,
    "networking_method": "Directly",
    "destination_schema_names": "FIVETRAN_NAMING",
}
_FIXED = {"connection_type": "Directly", "project_type": "USER_ID_BASED_PROJECT"}
_SCHEMA = schemas.load("fivetranops_connection")
_ANSWERED = tuple(
    name for name in _SCHEMA.sent("create") if _SCHEMA.attributes[name].response == name
)
"""The attributes that an answer has at its top level; those without a default once they are set."""
_FORMER_NAMES = {"local_processing_agent_id": "hybrid_deployment_agent_id"}
"""Deprecated names, under which the API answers a field a second time."""


def connection_response(
    record: Connection, rules: Mapping[str, str], config: bool = True, **more: Any
) -> dict[str, Any]:
    """Return the answer about a connection that is up to date with the clock.

    :param rules: the distortions of the answer
    :param config: False leaves ``config`` out, as the items of a list may
    :param more: further fields of this answer, such as ``setup_tests``
    """
    answer = {**_base_attributes(record), **more}
    if config:
        answer["config"] = _config(record)
    return distortions.of_connection(rules, answer)


def _base_attributes(record: Connection) -> dict[str, Any]:
    return {
        "id": record.id,
        "group_id": record.group_id,
        "service": record.service,
        "service_version": 1,
        "schema": record.schema,
        "connected_by": USER,
        "created_at": record.created_at,
        "succeeded_at": record.succeeded_at,
        "failed_at": record.failed_at,
        "status": _status(record),
        "source_sync_details": _source_sync_details(record),
        **_attributes(record),
    }


def _status(record: Connection) -> dict[str, Any]:
    late = record.failed_at is not None and (record.succeeded_at or "") < record.failed_at
    sync_state = syncs.state_of(record)
    status: dict[str, Any] = {
        "setup_state": record.setup_state,
        "sync_state": sync_state,
        "update_state": "delayed" if late else "on_schedule",
        "is_historical_sync": record.is_historical_sync,
        "tasks": _tasks(record),
        "warnings": _warnings(record),
    }
    if sync_state == "rescheduled" and not record.rescheduled_untold:
        status["rescheduled_for"] = record.rescheduled_for
    # The contract answers schema_status only for connections that use column masking.
    schema_status = record.attributes.get("schema_status")
    return {**status, "schema_status": schema_status} if schema_status else status


def _tasks(record: Connection) -> list[dict[str, str]]:
    tasks = [record.task] if record.task is not None else []
    if record.setup_state == "broken":
        details = "A setup test failed."
        tasks.append({"code": "reconnect", "message": "Reconnect", "details": details})
    return tasks


def _warnings(record: Connection) -> list[dict[str, str]]:
    """Return a warning for each setup test that passed with one."""
    found = [test for test in record.setup_tests or () if test["status"] == "WARNING"]
    return [
        {"code": "setup_test_warning", "message": test["title"], "details": test["message"]}
        for test in found
    ]


def _source_sync_details(record: Connection) -> dict[str, Any]:
    # The contract leaves the format to each service; this is what public examples have.
    return {"last_synced": record.succeeded_at} if record.succeeded_at else {}


def _attributes(record: Connection) -> dict[str, Any]:
    given = record.attributes
    values = {name: given.get(name, default) for name, default in _DEFAULTS.items()}
    daily = values["sync_frequency"] == 1440
    values["daily_sync_time"] = given.get("daily_sync_time") if daily else None
    if values["data_delay_sensitivity"] != "CUSTOM":
        values["data_delay_threshold"] = 0
    # No schema of the contract allows null here: what is not set is left out.
    rest = [name for name in _ANSWERED if name not in values]
    values |= {name: given[name] for name in rest if given.get(name) is not None}
    return values | {
        former: values[name] for former, name in _FORMER_NAMES.items() if name in values
    }


def _config(record: Connection) -> dict[str, Any]:
    # The contract's responses have the settings without the destination schema, which is
    # in the top-level schema, and with what only Fivetran sets.
    facts = schemas.service(record.service)
    read_only = facts.read_only if facts else ()
    return {**record.config, **{key: _read_only(record, key) for key in read_only}}


def _read_only(record: Connection, key: str) -> str:
    if "secret" in key or key == "consumer_key":
        return MASK
    if "public_key" in key:
        return f"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC{record.id} fivetran user key"
    if "external_id" in key:
        return record.group_id
    if key.startswith("webhook"):
        return f"https://webhooks.fivetran.com/webhooks/{record.id}"
    if "email" in key:
        return f"{record.id}@fivetran.example"
    return _FIXED.get(key, f"{key}_{record.id}")


FIELDS = frozenset(_base_attributes(Connection("", "", "", "", ""))) | {
    *_ANSWERED,
    *_FORMER_NAMES,
    "setup_tests",
    "connect_card",
}
"""All fields that an answer about a connection may have at its top level."""
