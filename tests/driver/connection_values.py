"""A connection as the tests of its plans and responses configure it, know it and read it."""

from __future__ import annotations

import threading
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import MODEL
from constructs_lib.backend.fivetran.connection.resource import ConnectionResource
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher, SecretTracking
from constructs_lib.backend.plugin.consistency import rules
from constructs_lib.backend.plugin.planning.planner import plan_change
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import Dynamic

SCHEMA = schemas.load("fivetranops_connection")
CONFIG = {"schema_prefix": "orders", "host": "db", "port": 5432}
HASHER = SecretHasher("key", "secret")


def answer(**given: Any) -> dict[str, Any]:
    return {
        "id": "abc",
        "group_id": "g",
        "service": "postgres",
        "schema": "orders",
        "paused": False,
        "sync_frequency": 360,
        "status": {
            "setup_state": "connected",
            "sync_state": "scheduled",
            "update_state": "delayed",
        },
        "config": {"host": "db", "port": 5432, "password": "******", "public_key": "k"},
        **given,
    }


def state(**given: Any) -> dict[str, Any]:
    known: dict[str, Any] = dict.fromkeys(SCHEMA.attributes)
    known |= {
        "id": "abc",
        "group_id": "g",
        "service": "postgres",
        "paused": False,
        "sync_frequency": 360,
        "config": Dynamic.of({"schema_prefix": "orders", "host": "db", "port": 5432}),
    }
    return known | given


def configured(**given: Any) -> dict[str, Any]:
    values: dict[str, Any] = dict.fromkeys(SCHEMA.attributes)
    values |= {"group_id": "g", "service": "postgres", "config": Dynamic.of(CONFIG)}
    return values | given


def existing(**given: Any) -> dict[str, Any]:
    defaults = {name: a.default for name, a in SCHEMA.attributes.items() if a.has_default}
    return (
        configured(
            **defaults,
            id="abc",
            schema="orders",
            paused=False,
            sync_frequency=1440,
            daily_sync_time="03:00",
            networking_method="Directly",
            setup_state="connected",
            sync_state="scheduled",
        )
        | given
    )


def planned(
    config: dict[str, Any],
    prior: dict[str, Any] | None,
    private: dict[str, Any] | None = None,
    *,
    refreshed: bool = True,
    hasher: SecretHasher | None = HASHER,
) -> tuple[Plan, Operation]:
    """The plan; whatever it is, it keeps what Terraform is promised."""
    account = Account(None, hasher)
    if refreshed:
        account.refreshed.add("abc")
    operation = Operation(account, {} if private is None else private, threading.Event())
    plan = plan_change(SCHEMA.attributes, config, prior)
    ConnectionResource().plan(plan, operation)
    assert list(rules.violations_of_plan(SCHEMA.attributes, plan)) == []
    return plan, operation


def recorded(secrets: dict[str, Any]) -> dict[str, Any]:
    private: dict[str, Any] = {}
    SecretTracking(private, HASHER, MODEL.item_keys).record(secrets)
    return private
