"""Two values for each attribute of each resource, and what changing one to the other sends."""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from constructs_lib.sandbox.fivetran.trust.source import CERTIFICATE, FINGERPRINT, Kind

CONNECTION, STATE = "fivetranops_connection", "fivetranops_connection_state"
TEST, SYNC = "fivetranops_connection_test", "fivetranops_connection_sync"
TRUST = {f"fivetranops_connection_{kind.segment}": kind for kind in (CERTIFICATE, FINGERPRINT)}
"""The resources with what a connection trusts, each with its kind."""
SCHEMA = "fivetranops_connection_schema"
MASK = "******"
OTHER = "OTHER"
"""Stands for the identifier of another connection."""


class Effect(Enum):
    """What setting or changing an attribute makes of requests."""

    SENT = "stands in the creation, and alone in the request that changes it"
    CHANGED = "is not taken at creation; stands alone in the request that changes it"
    SET_AFTER = "is not taken at creation, but set by a request of its own right after it"
    CREATED = "stands in the creation; a later change sends nothing"
    REPLACES = "stands in the creation; a change replaces the resource"
    STEERS = "is never sent by itself"


class Case(NamedTuple):
    """One attribute, alone beside what is required."""

    first: Any
    """The value at creation."""
    second: Any
    """The value to which it is changed."""
    effect: Effect = Effect.SENT
    beside: dict[str, Any] = {}  # noqa: RUF012 - never changed; a default of a tuple.
    """Attributes without which it would have no effect."""
    shown: tuple[Any, Any] | None = None
    """The two values as the journal shows them, where it masks."""
    warns: str = ""
    """The warning that comes with the change; empty if none does."""
    along: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    """What goes with the first value, and with the second: it is changed and taken back with them,
    because the attribute must not stand without it."""
    controls: dict[str, Any] = {}  # noqa: RUF012 - as above.
    """What the attribute adds to the creation that it steers."""
    sent_along: dict[str, Any] = {}  # noqa: RUF012 - as above.
    """What is sent once more with a change, because it may not have counted before."""


def nested(name: str, first: Any, second: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    return {name: first}, {name: second}


_CARD = {"redirect_uri": "https://example.com"}
_NO_EFFECT = "connect_card_config only takes effect at creation"
_REPLACING = "Replacing the connection syncs its whole history again"
_STEERS = Effect.STEERS
_TESTS_RUN = {"run_setup_tests": True}
_LIMITS = {
    f"timeouts.{name}": Case({name: "5m"}, {name: "6m"}, _STEERS)
    for name in ("create", "update", "delete")
}
_LIMITS_OF_ACTIONS = {n: c for n, c in _LIMITS.items() if n != "timeouts.delete"}

_RESYNC = {"mode": "resync"}
_LINK, _AGENT = {"networking_method": "PrivateLink"}, {"networking_method": "ProxyAgent"}


def _trusted(kind: Kind, host: str) -> dict[str, str]:
    shown = kind.shown(host)
    return {shown["hash"]: shown[kind.value]}


CASES: dict[str, dict[str, Case]] = {
    CONNECTION: {
        "group_id": Case("sandbox_warehouse", "sandbox_lake", Effect.REPLACES, warns=_REPLACING),
        "service": Case("postgres", "mysql", Effect.REPLACES, warns=_REPLACING),
        "config": Case({"extra": "one"}, {"extra": "two"}),
        "config_wo": Case(
            {"password": "canary-one"},
            {"password": "canary-two"},
            shown=({"password": MASK}, {"password": MASK}),
        ),
        "auth": Case({"agent": "one"}, {"agent": "two"}, shown=({"agent": MASK}, {"agent": MASK})),
        "auth_wo": Case(
            {"token": "canary-one"},
            {"token": "canary-two"},
            shown=({"token": MASK}, {"token": MASK}),
        ),
        "paused": Case(True, False),
        "pause_after_trial": Case(True, False),
        "sync_frequency": Case(60, 15),
        "daily_sync_time": Case("05:00", "06:00", beside={"sync_frequency": 1440}),
        "schedule_type": Case("manual", "auto"),
        "data_delay_sensitivity": Case("LOW", "HIGH"),
        "data_delay_threshold": Case(30, 60, beside={"data_delay_sensitivity": "CUSTOM"}),
        "networking_method": Case("SshTunnel", "Directly"),
        "private_link_id": Case("one", "two", along=(_LINK, _LINK), sent_along=_LINK),
        "proxy_agent_id": Case("one", "two", along=(_AGENT, _AGENT), sent_along=_AGENT),
        "hybrid_deployment_agent_id": Case("one", "two"),
        "destination_configuration.virtual_warehouse": Case(
            *nested("virtual_warehouse", "one", "two")
        ),
        "destination_schema_names": Case(
            "FIVETRAN_NAMING", "SOURCE_NAMING", Effect.REPLACES, warns=_REPLACING
        ),
        "connect_card_config.redirect_uri": Case(
            *nested("redirect_uri", "https://a.example.com", "https://b.example.com"),
            Effect.CREATED,
            warns=_NO_EFFECT,
        ),
        "connect_card_config.hide_setup_guide": Case(
            {**_CARD, "hide_setup_guide": True},
            {**_CARD, "hide_setup_guide": False},
            Effect.CREATED,
            warns=_NO_EFFECT,
        ),
        "connect_card_config.all_fields": Case(
            {**_CARD, "all_fields": True},
            {**_CARD, "all_fields": False},
            Effect.CREATED,
            warns=_NO_EFFECT,
        ),
        "external_secrets_manager_id": Case("one", "two"),
        "external_secrets_keys_config": Case({"user": "one"}, {"user": "two"}),
        "schema_status": Case("blocked_on_capture", "ready", Effect.SET_AFTER),
        "is_historical_sync": Case(False, True, Effect.CHANGED),
        "run_setup_tests": Case(False, True, _STEERS, controls={"run_setup_tests": False}),
        "trust_certificates": Case(
            True, False, _STEERS, controls={"trust_certificates": True, **_TESTS_RUN}
        ),
        "trust_fingerprints": Case(
            True, False, _STEERS, controls={"trust_fingerprints": True, **_TESTS_RUN}
        ),
        "require_setup_tests": Case(True, False, _STEERS),
        "pause_to_update": Case(True, False, _STEERS),
        "unchecked": Case(
            {"config.port": "one"}, {"config.port": "two"}, _STEERS, warns="unchecked without need"
        ),
        **_LIMITS,
    },
    STATE: {
        "connection_id": Case("OWN", OTHER, Effect.REPLACES),
        "state": Case({"cursor": 1}, {"cursor": 2}, warns="The state of connection"),
        "drift_policy": Case("enforce", "on_change", _STEERS),
        "paused_after": Case("running", "restore", _STEERS),
        "explain_values": Case(True, False, _STEERS),
        "on_destroy": Case("restore", "keep", _STEERS),
        **_LIMITS,
    },
    TEST: {
        "connection_id": Case("OWN", OTHER, Effect.REPLACES),
        "triggers": Case({"day": "1"}, {"day": "2"}),
        "fail_on": Case("warning", "never", _STEERS),
        "trust_certificates": Case(True, False, _STEERS),
        "trust_fingerprints": Case(True, False, _STEERS),
        **_LIMITS_OF_ACTIONS,
    },
    SYNC: {
        "connection_id": Case("OWN", OTHER, Effect.REPLACES),
        "triggers": Case({"day": "1"}, {"day": "2"}),
        "mode": Case("resync", "sync", _STEERS, along=({"resync_everything": True}, {})),
        "force": Case(True, False, _STEERS),
        "scope": Case({"public": ["a"]}, {"public": ["a", "b"]}, _STEERS, along=(_RESYNC, _RESYNC)),
        "resync_everything": Case(True, False, _STEERS, along=(_RESYNC, {})),
        "wait": Case(True, False, _STEERS),
        "on_reschedule": Case("fail", "wait", _STEERS),
        **_LIMITS_OF_ACTIONS,
    },
    **{
        resource: {
            "connection_id": Case("OWN", OTHER, Effect.REPLACES),
            kind.segment: Case(_trusted(kind, "one.test"), _trusted(kind, "two.test")),
            "exclusive": Case(True, False, _STEERS),
            **_LIMITS,
        }
        for resource, kind in TRUST.items()
    },
    SCHEMA: {
        "connection_id": Case("OWN", OTHER, Effect.REPLACES),
        "schema_change_handling": Case("BLOCK_ALL", "ALLOW_COLUMNS"),
        "schemas": Case(
            {"internal": {"enabled": False}},
            {"internal": {"enabled": True}},
            warns="Tables are enabled",
        ),
        "is_type_locked": Case(True, False),
        "reload": Case("always", "never", _STEERS),
        **_LIMITS_OF_ACTIONS,
    },
}
"""For each resource, the cases by place: an attribute, or one inside another after a point."""
