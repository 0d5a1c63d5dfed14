"""The operations that faults strike, each from what is there before to what is to be there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from api_world import GROUP, World
from terraform_values import exact, literal

from constructs_lib.sandbox.fivetran.trust.source import CERTIFICATE, FINGERPRINT

CONNECTION = "fivetranops_connection"
STATE = "fivetranops_connection_state"
CARD = "fivetranops_connect_card"
TEST = "fivetranops_connection_test"
SYNC = "fivetranops_connection_sync"
TRUST = {f"fivetranops_connection_{kind.segment}": kind for kind in (CERTIFICATE, FINGERPRINT)}
"""The resources with what a connection trusts, each with its kind."""
CERTIFICATES, FINGERPRINTS = TRUST
SCHEMA = "fivetranops_connection_schema"
CANARY = "canary-s3cret"
"""In every secret; it may stand in no message, no log and no state file."""

Values = dict[str, Any]

BEFORE = {"since": "2026-01-01", "page": 1, "done": False}
WANTED = {"since": "2026-06-01", "page": 2, "done": True}
DRIFTED = {"since": "2026-03-01", "page": 3, "done": False}
DYNAMIC = ("config", "config_wo", "state", "schemas")
_VERY_LONG = 1e8
"""Seconds of a sync that outlasts all tests."""
_SECRETS = {"password": f"{CANARY}-1"}
_ORDERS: Values = {
    "group_id": GROUP,
    "service": "postgres",
    "config": {"schema_prefix": "orders", "host": "one.example.com", "port": 5432},
    "config_wo": _SECRETS,
}
_CURSOR: Values = {"state": WANTED, "timeouts": dict.fromkeys(("create", "update", "delete"), "5m")}
_CARD: Values = {
    "redirect_uri": "https://example.com",
    "triggers": {"month": "may"},
    "timeouts": dict.fromkeys(("create", "update"), "5m"),
}
_LIMITS = {"timeouts": dict.fromkeys(("create", "update"), "5m")}


def _synced(enabled: bool, **columns: Any) -> Values:
    tables = {"orders": {"enabled": enabled, "columns": columns}}
    return {
        "schema_change_handling": "BLOCK_ALL",
        "schemas": {"public": {"tables": tables}},
    } | _LIMITS


_CHOSEN = _synced(False, email={"hashed": True})
_ENFORCED: Values = {**_CURSOR, "drift_policy": "enforce"}


class Operation(NamedTuple):
    """One operation of Terraform on one resource."""

    name: str
    resource: str
    """The type of the resource."""
    wanted: Values
    """The configuration that it applies, and that holds in the end."""
    action: str = "apply"
    """``apply``, ``refresh``, ``import`` or ``destroy``."""
    before: Values | None = None
    """The configuration that was applied before; None if there was none."""
    people: Callable[[World], str] | None = None
    """Makes the connection that Terraform did not make; returns its identifier."""
    meanwhile: Values | None = None
    """The state that the connection gets by itself before the operation."""
    leaves: Values | None = None
    """The state (cursor) that is to be there in the end, or the hashes that are approved; None if
    the operation has none.
    """
    begins: str | None = None
    """``sync`` or ``resync``, if the operation begins one: once, whatever happens to its answer."""


def values(core: Any, given: Values, identifier: str | None) -> Values:
    """A configuration as Terraform has it.

    :param identifier: the connection that all but a connection belong to
    """
    belongs = {} if "group_id" in given else {"connection_id": identifier}
    whole = {k: literal(v) if k in DYNAMIC else exact(v) for k, v in {**given, **belongs}.items()}
    configured: Values = core.config(whole)
    return configured


def _orders(world: World) -> str:
    return world.add("postgres", {**_ORDERS["config"], **_SECRETS})


def _syncing(world: World) -> str:
    identifier = _orders(world)
    world.begin_sync(identifier, _VERY_LONG)
    return identifier


def _running(world: World) -> str:
    identifier = world.add("connector_sdk", {"schema": "sdk"})
    world.set_state(identifier, BEFORE)
    return identifier


def _paused(world: World) -> str:
    identifier = _running(world)
    world.change(identifier, {"paused": True})
    return identifier


def _moved(**changes: Any) -> Values:
    return {**_ORDERS, "config": {**_ORDERS["config"], "host": "two.example.com"}, **changes}


def _triggered(day: str, **more: Any) -> Values:
    return {"triggers": {"day": day}, **_LIMITS, **more}


_ALL = {"mode": "resync", "resync_everything": True}
_TABLES = {"mode": "resync", "scope": {"public": ["orders", "returns"]}}


def _trusted(resource: str, *hosts: str, **more: Any) -> Values:
    kind = TRUST[resource]
    shown = [kind.shown(host) for host in hosts]
    values = {each["hash"]: each[kind.value] for each in shown}
    limits = {"timeouts": dict.fromkeys(("create", "update", "delete"), "5m")}
    return {kind.segment: values, **limits, **more}


def _hashes(resource: str, *hosts: str) -> Values:
    return dict.fromkeys((TRUST[resource].shown(host)["hash"] for host in hosts), True)


_PINNED = _trusted(CERTIFICATES, "one.test")

OPERATIONS = (
    Operation("create a connection", CONNECTION, _ORDERS),
    Operation("create with schema_status", CONNECTION, {**_ORDERS, "schema_status": "ready"}),
    Operation("read a connection", CONNECTION, _ORDERS, "refresh", before=_ORDERS),
    Operation("update a connection", CONNECTION, _moved(), before=_ORDERS),
    Operation(
        "update with leave to pause",
        CONNECTION,
        _moved(pause_to_update=True),
        before={**_ORDERS, "pause_to_update": True},
    ),
    Operation(
        "update with secrets",
        CONNECTION,
        _moved(config_wo={"password": f"{CANARY}-2"}),
        before=_ORDERS,
    ),
    Operation("delete a connection", CONNECTION, _ORDERS, "destroy", before=_ORDERS),
    Operation("import a connection", CONNECTION, _ORDERS, "import", people=_orders),
    Operation("set a state", STATE, _CURSOR, people=_running, leaves=WANTED),
    Operation("set a state, paused", STATE, _CURSOR, people=_paused, leaves=WANTED),
    Operation(
        "change a state",
        STATE,
        _CURSOR,
        before={**_CURSOR, "state": DRIFTED},
        people=_running,
        leaves=WANTED,
    ),
    Operation(
        "enforce a state",
        STATE,
        _ENFORCED,
        before=_ENFORCED,
        people=_running,
        meanwhile=DRIFTED,
        leaves=WANTED,
    ),
    Operation(
        "restore a state",
        STATE,
        {**_CURSOR, "on_destroy": "restore"},
        "destroy",
        before={**_CURSOR, "on_destroy": "restore"},
        people=_running,
        leaves=BEFORE,
    ),
    Operation(
        "read a state", STATE, _ENFORCED, "refresh", before=_ENFORCED, people=_running,
        leaves=WANTED,
    ),
    Operation(
        "import a state", STATE, {**_CURSOR, "state": BEFORE}, "import", people=_running,
        leaves=BEFORE,
    ),
    Operation(
        "rotate a certificate",
        CERTIFICATES,
        _trusted(CERTIFICATES, "two.test"),
        before=_PINNED,
        people=_orders,
        leaves=_hashes(CERTIFICATES, "two.test"),
    ),
    Operation(
        "revoke fingerprints",
        FINGERPRINTS,
        _trusted(FINGERPRINTS, "one.test", exclusive=True),
        "destroy",
        before=_trusted(FINGERPRINTS, "one.test", exclusive=True),
        people=_orders,
        leaves={},
    ),
    Operation("issue a connect card", CARD, _CARD, people=_running),
    Operation(
        "renew a connect card",
        CARD,
        _CARD,
        before={**_CARD, "triggers": {"month": "april"}},
        people=_running,
    ),
    Operation("read a connect card", CARD, _CARD, "refresh", before=_CARD, people=_running),
    Operation("forget a connect card", CARD, _CARD, "destroy", before=_CARD, people=_running),
    Operation("import a connect card", CARD, _CARD, "import", people=_running),
    Operation("choose a schema", SCHEMA, _CHOSEN, people=_orders),
    Operation(
        "change a schema",
        SCHEMA,
        _CHOSEN,
        before=_synced(True, email={"hashed": False}),
        people=_orders,
    ),
    Operation("read a schema", SCHEMA, _CHOSEN, "refresh", before=_CHOSEN, people=_orders),
    Operation("run setup tests", TEST, _triggered("1"), people=_orders),
    Operation(
        "run setup tests again", TEST, _triggered("2"), before=_triggered("1"), people=_orders
    ),
    Operation("sync", SYNC, _triggered("1"), people=_orders, begins="sync"),
    Operation("force a sync", SYNC, _triggered("1", force=True), people=_orders, begins="sync"),
    Operation(
        "force a running sync", SYNC, _triggered("1", force=True), people=_syncing, begins="sync"
    ),
    Operation("follow a sync", SYNC, _triggered("1", wait=True), people=_orders, begins="sync"),
    Operation("re-sync", SYNC, _triggered("1", **_ALL), people=_orders, begins="resync"),
    Operation("re-sync tables", SYNC, _triggered("1", **_TABLES), people=_orders, begins="resync"),
    Operation(
        "follow a re-sync again",
        SYNC,
        _triggered("2", **_ALL, wait=True),
        before=_triggered("1", mode="sync"),
        people=_orders,
        begins="resync",
    ),
    Operation(
        "read a sync", SYNC, _triggered("1"), "refresh", before=_triggered("1"), people=_orders
    ),
    Operation("import a sync", SYNC, _triggered("1"), "import", people=_orders),
    Operation(
        "forget a sync", SYNC, _triggered("1"), "destroy", before=_triggered("1"), people=_orders
    ),
)  # fmt: skip
"""Every operation of the resources, with each of the ways that it can take."""
