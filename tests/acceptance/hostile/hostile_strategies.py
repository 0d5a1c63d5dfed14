"""What is generated: configurations, what people do, and how the API answers."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from constructs_lib.sandbox import DISTORTIONS

SERVICES: dict[str, dict[str, str]] = {
    "amplitude": {"schema": "events"},
    "aws_lambda": {"schema": "erp"},
    "google_sheets": {"schema": "sheets", "table": "targets"},
    "postgres": {"schema_prefix": "orders"},
    "s3": {"schema": "lake", "table_group_name": "files"},
}
"""The services, each with the part of ``config`` that names the destination schema."""

KEYS = ("host", "port", "tables", "options", "reports", "Größe", "aws_credentials", "public_key")
"""Settings of ``config``. ``public_key`` is one that Fivetran sets for some services, and the
objects in ``aws_credentials`` may get a secret beside them."""

INNER = ("mode", "days", "name", "ключ")

_UNLIKE_NUMBERS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="."), max_size=6
).map(lambda text: unicodedata.normalize("NFC", text))
TEXTS = st.one_of(
    st.sampled_from(["", "Main", "UPPER", "lower", " padded ", "12", "0.50", "true", "False"]),
    st.sampled_from(["2026-01-31T12:00:00.123456Z", "Straße", "İstanbul", "é", "null", "[]"]),
    _UNLIKE_NUMBERS,
).filter(lambda text: text not in ("wrong", "******"))
NUMBERS = st.one_of(
    st.integers(-5, 5),
    st.sampled_from([5432, 2**53 + 1, 2**64, -(2**63) - 1, 10**40]),
    st.sampled_from([Decimal("0.1"), Decimal("2.50"), Decimal("1e-9"), Decimal("-0.75")]),
    st.just(Decimal("12345678901234567.1234567890123456789")),
)
SCALARS = st.one_of(TEXTS, NUMBERS, st.booleans(), st.none())
_FLAT = st.dictionaries(st.sampled_from(INNER), SCALARS, max_size=3)
OBJECTS = st.dictionaries(
    st.sampled_from(INNER), st.one_of(SCALARS, st.lists(SCALARS, max_size=2), _FLAT), max_size=3
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=4), st.lists(_FLAT, max_size=3), OBJECTS)
SETTINGS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=5)

ATTRIBUTES: dict[str, st.SearchStrategy[Any]] = {
    "paused": st.booleans(),
    "pause_after_trial": st.booleans(),
    "sync_frequency": st.sampled_from([5, 60, 360, 1440]),
    "daily_sync_time": st.sampled_from(["03:00", "14:00"]),
    "schedule_type": st.sampled_from(["auto", "manual"]),
    "data_delay_sensitivity": st.sampled_from(["LOW", "NORMAL", "CUSTOM"]),
    "data_delay_threshold": st.sampled_from([0, 30]),
    "networking_method": st.sampled_from(["Directly", "SshTunnel", "PrivateLink"]),
    "private_link_id": st.sampled_from(["link_one", "Link_Two"]),
    "hybrid_deployment_agent_id": st.sampled_from(["agent_one", "Agent_Two"]),
    "destination_configuration": st.sampled_from(
        [{"virtual_warehouse": "SMALL"}, {"virtual_warehouse": "Large"}]
    ),
    "external_secrets_keys_config": st.dictionaries(
        st.sampled_from(["user", "Key"]), st.sampled_from(["a/B", "c"]), max_size=2
    ),
    "schema_status": st.sampled_from(["ready", "blocked_on_capture"]),
}
"""The attributes beside ``config`` that both people and Terraform may set."""
ATTRIBUTE_CHANGES = st.one_of(
    *(st.tuples(st.just(name), values) for name, values in ATTRIBUTES.items())
)
CHOSEN = st.fixed_dictionaries({}, optional=ATTRIBUTES).filter(lambda chosen: len(chosen) <= 4)

_SECRET = st.sampled_from(["s3cret-One", "s3cret-Two", "s3cret-Three"])
SECRETS: dict[str, st.SearchStrategy[Any]] = {
    "password": _SECRET,
    "client_private_key": _SECRET,
    "role_arn": st.one_of(_SECRET, st.none()),
    "secrets_list": st.lists(
        st.fixed_dictionaries({"key": st.just("TOKEN"), "value": _SECRET}), max_size=2
    ),
    "aws_credentials": st.fixed_dictionaries({"s3_role_arn": _SECRET}),
}
"""Settings of ``config_wo``."""
SECRETS_OF = {
    "amplitude": ("aws_credentials",),
    "aws_lambda": ("role_arn", "secrets_list"),
    "google_sheets": (),
    "postgres": ("password", "client_private_key"),
    "s3": ("role_arn",),
}
"""For each service those that are secret to the API, too, and masked by it."""
SECRET_CHANGES = st.one_of(*(st.tuples(st.just(name), one) for name, one in SECRETS.items()))
GIVEN_SECRETS = st.fixed_dictionaries({}, optional=SECRETS)

_ANY = st.sampled_from(sorted(DISTORTIONS))
_OF_PATTERNS = st.sampled_from(
    sorted(name for name, one in DISTORTIONS.items() if not one.makes_field)
)
_PATTERNS = ["config.*", *(f"config.{key}[]" for key in ("tables", "reports"))]
_FIELDS = [
    "config",
    *(f"config.{key}" for key in KEYS),
    *(f"config.options.{key}" for key in INNER),
    *(f"config.aws_credentials.{key}" for key in INNER),
    *(f"config.reports[].{key}" for key in INNER),
    *(name for name in ATTRIBUTES if name != "schema_status"),
    "destination_configuration.virtual_warehouse",
    "destination_schema_names",
    "schema",
    "service_version",
    "connected_by",
    "created_at",
    "succeeded_at",
    "status",
    "status.setup_state",
    "status.sync_state",
    "status.schema_status",
    "setup_tests",
]
_INSIDE = [f"config.{key}.mode" for key in ("options", "aws_credentials", "reports[]")]
_INSIDE += [f"config.{key}.name" for key in ("options", "aws_credentials", "reports[]")]
"""A mask beside what is normalised is what many services answer."""
_OF_ALL = st.sampled_from(
    ["boolean_as_text", "default_for_null", "drop_nothing", "lower", "nothing_as_list",
     "nothing_as_null", "nothing_as_object", "nothing_as_text", "number_as_decimal",
     "number_as_text", "reorder", "text_as_boolean", "truncate_time"]
)  # fmt: skip
"""What may happen to all attributes at once, so that the identifier stays one."""
_DISTORTION = st.one_of(
    st.tuples(st.sampled_from(_FIELDS), _ANY),
    st.tuples(st.sampled_from([f"config.{key}" for key in KEYS]), _ANY),
    st.tuples(st.sampled_from(_PATTERNS), _OF_PATTERNS),
    st.tuples(st.just("*"), _OF_ALL),
    st.tuples(st.sampled_from(_INSIDE), st.sampled_from(["lower", "upper", "mask", "drop"])),
)
DISTORTED = st.lists(_DISTORTION, max_size=5).map(dict)
