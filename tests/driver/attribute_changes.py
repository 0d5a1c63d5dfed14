"""Two values for every attribute of both resources, and which attributes send nothing."""

from __future__ import annotations

from typing import Any, NamedTuple

from api_world import GROUP

CONNECTION, STATE = "fivetranops_connection", "fivetranops_connection_state"
Values = dict[str, Any]


class Change(NamedTuple):
    """Two values of one attribute, and what must stand beside it."""

    before: Any
    after: Any
    beside: Values = {}  # noqa: RUF012 - never changed.


def _limits(operation: str) -> Change:
    return Change({operation: "5m"}, {operation: "6m"})


_CUSTOM = {"data_delay_sensitivity": "CUSTOM"}
_DAILY = {"sync_frequency": 1440}
_LINK = {"networking_method": "PrivateLink"}
_AGENT = {"networking_method": "ProxyAgent"}
_MANAGER = {"external_secrets_manager_id": "vault_a"}
_CARD = {"redirect_uri": "https://a.example.com", "hide_setup_guide": True, "all_fields": True}

CHANGES: dict[str, dict[str, Change]] = {
    CONNECTION: {
        "group_id": Change(GROUP, "sandbox_lake"),
        "service": Change("amplitude", "stripe"),
        "config.*": Change({"use_cloud_storage": True}, {"use_cloud_storage": False}),
        "config_wo.*": Change(
            {"aws_credentials": {"s3_role_arn": "first one"}},
            {"aws_credentials": {"s3_role_arn": "second one"}},
        ),
        "auth.*": Change(
            {"client_access": {"user_agent": "a"}}, {"client_access": {"user_agent": "b"}}
        ),
        "auth_wo.*": Change({"refresh_token": "first one"}, {"refresh_token": "second one"}),
        "paused": Change(False, True),
        "pause_after_trial": Change(False, True),
        "sync_frequency": Change(60, 15),
        "daily_sync_time": Change("03:00", "04:00", _DAILY),
        "schedule_type": Change("auto", "manual"),
        "data_delay_sensitivity": Change("LOW", "HIGH"),
        "data_delay_threshold": Change(10, 20, _CUSTOM),
        "networking_method": Change("Directly", "SshTunnel"),
        "private_link_id": Change("link_a", "link_b", _LINK),
        "proxy_agent_id": Change("agent_a", "agent_b", _AGENT),
        "hybrid_deployment_agent_id": Change("agent_a", "agent_b"),
        "destination_configuration.virtual_warehouse": Change(
            {"virtual_warehouse": "SMALL"}, {"virtual_warehouse": "LARGE"}
        ),
        "destination_schema_names": Change("FIVETRAN_NAMING", "SOURCE_NAMING"),
        "connect_card_config.redirect_uri": Change(
            _CARD, {**_CARD, "redirect_uri": "https://b.example.com"}
        ),
        "connect_card_config.hide_setup_guide": Change(_CARD, {**_CARD, "hide_setup_guide": False}),
        "connect_card_config.all_fields": Change(_CARD, {**_CARD, "all_fields": False}),
        "external_secrets_manager_id": Change("vault_a", "vault_b"),
        "external_secrets_keys_config.*": Change({"password": "a"}, {"password": "b"}, _MANAGER),
        "schema_status": Change("blocked_on_capture", "ready"),
        "is_historical_sync": Change(False, True),
        "run_setup_tests": Change(True, False),
        "trust_certificates": Change(False, True),
        "trust_fingerprints": Change(False, True),
        "require_setup_tests": Change(False, True),
        "pause_to_update": Change(False, True),
        "unchecked.*": Change({"config.added": "announced"}, {"config.added": "ticket 4711"}),
        "timeouts.create": _limits("create"),
        "timeouts.update": _limits("update"),
        "timeouts.delete": _limits("delete"),
    },
    STATE: {
        "connection_id": Change("FIRST", "SECOND"),
        "state.*": Change({"cursor": 1}, {"cursor": 2}),
        "drift_policy": Change("on_change", "enforce"),
        "paused_after": Change("restore", "running"),
        "explain_values": Change(False, True),
        "on_destroy": Change("keep", "restore"),
        "timeouts.create": _limits("create"),
        "timeouts.update": _limits("update"),
        "timeouts.delete": _limits("delete"),
    },
}

NEEDED = {"private_link_id", "proxy_agent_id"}
"""The attributes without which what stands beside them is refused."""
STEERING = {
    CONNECTION: {
        "run_setup_tests",
        "trust_certificates",
        "trust_fingerprints",
        "require_setup_tests",
        "pause_to_update",
        "connect_card_config",
        "unchecked",
        "timeouts",
    },
    STATE: {"drift_policy", "paused_after", "on_destroy", "explain_values", "timeouts"},
}
"""The attributes whose change is an update without a request."""
SAYS_SO = ("sends nothing", "has no effect")
"""How a description tells that."""
