"""Connections that break one rule each, and connections that keep all of them."""

from __future__ import annotations

from typing import Any

from validation_samples import TOKEN

SHEET = {"service": "google_sheets", "config": {"schema": "a", "table": "b"}}
ADS: dict[str, Any] = {"service": "google_ads", "config": {"schema": "a"}}
SDK = "connector_sdk"

REPORTED: list[tuple[dict[str, Any], str, str]] = [
    ({"daily_sync_time": "14:00"}, "daily-sync-time", "/daily_sync_time"),
    (
        {"daily_sync_time": "14:00", "sync_frequency": 60},
        "daily-sync-time",
        "/daily_sync_time",
    ),
    ({"data_delay_threshold": 5}, "data-delay-threshold", "/data_delay_threshold"),
    (
        {"data_delay_threshold": 5, "data_delay_sensitivity": "HIGH"},
        "data-delay-threshold",
        "/data_delay_threshold",
    ),
    ({"private_link_id": "link"}, "private-link", "/private_link_id"),
    ({"networking_method": "PrivateLink"}, "private-link", "/networking_method"),
    (
        {"networking_method": "PrivateLink", "private_link_id": ""},
        "private-link",
        "/networking_method",
    ),
    ({"proxy_agent_id": "agent"}, "proxy-agent", "/proxy_agent_id"),
    ({"networking_method": "ProxyAgent"}, "proxy-agent", "/networking_method"),
    (
        {"require_setup_tests": True, "run_setup_tests": False},
        "setup-tests",
        "/require_setup_tests",
    ),
    (
        {"trust_certificates": True, "run_setup_tests": False},
        "trust-needs-tests",
        "/trust_certificates",
    ),
    (
        {"trust_fingerprints": True, "run_setup_tests": False},
        "trust-needs-tests",
        "/trust_fingerprints",
    ),
    ({"service": "postgress"}, "unknown-service", "/service"),
    ({"config": {}}, "destination-schema", "/config"),
    ({"config": {"schema": "a"}}, "destination-schema", "/config/schema"),
    ({"config": {"schema_prefix": ""}}, "destination-schema", "/config/schema_prefix"),
    ({"config": {"schema_prefix": 5}}, "destination-schema", "/config/schema_prefix"),
    ({"config": {"schema_prefix": None}}, "destination-schema", "/config"),
    (SHEET | {"config": {"schema": "a"}}, "destination-schema", "/config"),
    (
        {"config": {"schema_prefix": "a", "public_key": "k"}},
        "read-only-setting",
        "/config/public_key",
    ),
    ({"config": {"schema_prefix": "a", "password": "p"}}, "secret-in-config", "/config/password"),
    (
        {"service": SDK, "config": {"schema": "a", "secrets_list": [{"key": "k"}, {"value": "v"}]}},
        "secret-in-config",
        "/config/secrets_list/1/value",
    ),
    (
        {"service": "github", "config": {"schema": "a", "pats": ["p"]}},
        "secret-in-config",
        "/config/pats/0",
    ),
    ({"secrets": {"host": "h"}}, "secret-twice", "/secrets/host"),
    (
        {"config": {"schema_prefix": "a", "host": None}, "secrets": {"host": "h"}},
        "secret-twice",
        "/secrets/host",
    ),
    (
        ADS
        | {
            "auth": {"client_access": {"user_agent": "a"}},
            "auth_secrets": {"client_access": {"user_agent": "b"}},
        },
        "secret-twice",
        "/auth_secrets/client_access/user_agent",
    ),
    ({"secrets": {"password": "******"}}, "mask", "/secrets/password"),
    (ADS | {"auth_secrets": {"refresh_token": "******"}}, "mask", "/auth_secrets/refresh_token"),
    (ADS | {"config": {"schema": "a", "accounts": ["b", "******"]}}, "mask", "/config/accounts/1"),
    ({"config": {"schema_prefix": "a", "host": "******"}}, "mask", "/config/host"),
    ({"config": {"schema_prefix": "a", "hostt": "h"}}, "unknown-field", "/config/hostt"),
    ({"secrets": {"passwort": TOKEN}}, "unknown-field", "/secrets/passwort"),
    ({"config": {"schema_prefix": "a", "port": "many"}}, "field-type", "/config/port"),
    ({"config": {"schema_prefix": "a", "auth_method": "NO"}}, "field-value", "/config/auth_method"),
    (
        ADS | {"auth": {"client_access": {"client_secret": "s"}}},
        "secret-in-auth",
        "/auth/client_access/client_secret",
    ),
    (
        {"config": {"schema_prefix": "a", "new": 1}, "unchecked": {"config.new": " "}},
        "unchecked-reason",
        "/unchecked/config.new",
    ),
    ({"unchecked": {"config.host": "why"}}, "unchecked-unneeded", "/unchecked/config.host"),
]
"""The changes to a valid connection, the rule that they break, and where."""

ACCEPTED: list[dict[str, Any]] = [
    {"daily_sync_time": "14:00", "sync_frequency": 1440},
    {"data_delay_threshold": 5, "data_delay_sensitivity": "CUSTOM"},
    {"private_link_id": "link", "networking_method": "PrivateLink"},
    {"proxy_agent_id": "agent", "networking_method": "ProxyAgent"},
    {"require_setup_tests": True},
    {"require_setup_tests": True, "run_setup_tests": True},
    {"trust_certificates": True},
    {"trust_certificates": False, "run_setup_tests": False},
    {"schedule_type": "manual", "sync_frequency": 60},
    SHEET,
    {"service": "s3", "config": {"schema": "a", "table_group_name": "b"}},
    {"service": "db2luw", "config": {"schema_prefix": "a", "schema": "source"}},
    {"service": SDK, "config": {"schema": "a", "secrets_list": [{"key": "k"}]}},
    {"data_delay_threshold": 0, "data_delay_sensitivity": "NORMAL"},
    {"private_link_id": "", "networking_method": "Directly"},
    {"daily_sync_time": "", "sync_frequency": 60},
    {"proxy_agent_id": ""},
    {"config": {"schema_prefix": "a", "password": None}},
    ADS
    | {
        "auth": {"client_access": {"user_agent": "a"}},
        "auth_secrets": {"client_access": {"client_secret": "b"}},
    },
    {"config": {"schema_prefix": "a", "new": 1}, "unchecked": {"config.new": "ticket 4711"}},
]
"""Changes to a valid connection that break no rule."""
