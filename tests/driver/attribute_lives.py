"""Two values for each optional attribute of the resources that do something once."""

from __future__ import annotations

from typing import Any, NamedTuple

from attribute_changes import CHANGES, CONNECTION, STATE, STEERING

from constructs_lib.schemas import Attribute, Kind

TEST, SYNC = "fivetranops_connection_test", "fivetranops_connection_sync"
CARD, SCHEMA = "fivetranops_connect_card", "fivetranops_connection_schema"
RESOURCES = (CONNECTION, STATE, TEST, SYNC, CARD, SCHEMA)


class Life(NamedTuple):
    """The values of one attribute, and what must stand beside it."""

    value: Any
    other: Any
    beside: dict[str, Any] = {}  # noqa: RUF012 - never changed.
    """What stands there all the time."""
    along: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    """What comes and goes with each of the two values."""
    along_cleared: dict[str, Any] | None = None
    """What stands beside the cleared value; None for what stands beside the second one."""


_RESYNC = {"mode": "resync"}
_LIMITS = {
    f"timeouts.{name}": Life({name: "5m"}, {name: "6m"}) for name in ("create", "update", "delete")
}
_OF_ACTIONS = {name: one for name, one in _LIMITS.items() if name != "timeouts.delete"}

LIVES: dict[str, dict[str, Life]] = {
    **{
        resource: {place: Life(c.after, c.before, c.beside) for place, c in table.items()}
        for resource, table in CHANGES.items()
    },
    TEST: {
        "triggers.*": Life({"day": "1"}, {"day": "2"}),
        "fail_on": Life("warning", "never"),
        "trust_certificates": Life(True, False),
        "trust_fingerprints": Life(True, False),
        **_OF_ACTIONS,
    },
    SYNC: {
        "mode": Life("resync", "sync", along=({"resync_everything": True}, {})),
        "force": Life(True, False),
        "scope.*": Life({"public": ["a"]}, {"public": ["b"]}, along=(_RESYNC, _RESYNC)),
        "resync_everything": Life(True, False, along=(_RESYNC, {})),
        "triggers.*": Life({"day": "1"}, {"day": "2"}),
        "wait": Life(True, False),
        "on_reschedule": Life("fail", "wait"),
        **_OF_ACTIONS,
    },
    SCHEMA: {
        "schema_change_handling": Life("BLOCK_ALL", "ALLOW_COLUMNS"),
        "schemas.*": Life({"internal": {"enabled": False}}, {"internal": {"enabled": True}}),
        "is_type_locked": Life(True, False),
        "reload": Life("always", "never"),
        **_OF_ACTIONS,
    },
    CARD: {
        "hide_setup_guide": Life(True, False),
        "all_fields": Life(True, False),
        "triggers.*": Life({"day": "1"}, {"day": "2"}),
        **_OF_ACTIONS,
    },
}
_DIRECTLY = {"networking_method": "Directly"}
for _name in ("private_link_id", "proxy_agent_id"):
    # The networking method and its identifier come and go together.
    _life = LIVES[CONNECTION][_name]
    LIVES[CONNECTION][_name] = Life(
        _life.value, _life.other, {}, (_life.beside, _life.beside), _DIRECTLY
    )
SENT: dict[str, set[str]] = {
    TEST: {"triggers"},
    SYNC: {"triggers"},
    CARD: {"hide_setup_guide", "all_fields", "triggers"},
    SCHEMA: {"schema_change_handling", "schemas", "is_type_locked"},
}
"""The attributes of the other resources whose change is a request."""


def is_sent(resource: str, name: str) -> bool:
    """True if a change of an attribute to a value is part of a request."""
    if resource in STEERING:
        return name not in STEERING[resource]
    return name in SENT[resource]


def cleared(attribute: Attribute, value: Any) -> Any:
    """The form that clears an attribute: null, an empty text, or nothing in an object."""
    if attribute.kind is Kind.DYNAMIC:
        return dict.fromkeys(value)
    if attribute.kind is Kind.STRING and attribute.clearable:
        return ""
    return {} if attribute.kind is Kind.MAP else None
