"""What a planned change of a connection will do: one small rule each, called in order by
:class:`~constructs_lib.backend.fivetran.connection.ConnectionResource`.
"""

from __future__ import annotations

from constructs_lib.backend.fivetran import comparison
from constructs_lib.backend.fivetran.connection_request import (
    DESTINATION_SCHEMA_KEYS,
    TEST_CONTROLS,
    as_object,
    destination_keys,
)
from constructs_lib.backend.fivetran.ledger import Ledger, planned_times, secrets_of
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values import UNKNOWN, Dynamic, Object, same

_CONTROLS = (*TEST_CONTROLS, "require_setup_tests", "timeouts", "connect_card_config")
_INFLUENCES = {
    "sync_frequency": ("daily_sync_time",),
    "schedule_type": ("sync_state",),
    "data_delay_sensitivity": ("data_delay_threshold",),
    "networking_method": ("private_link_id", "proxy_agent_id"),
    "private_link_id": ("networking_method",),
    "proxy_agent_id": ("networking_method",),
    "paused": ("sync_state",),
    "is_historical_sync": ("sync_state",),
}
"""For each attribute, those that the API may change along with it."""
_NAMES_SHOWN = 10


def keep_unmanaged_keys(plan: Plan) -> None:
    """A configuration that says nothing else than the state plans nothing.

    The state of an imported connection holds all its settings, and the configuration may name a
    few. Keys that are no longer configured are no longer managed: there is no request for that.
    """
    configured, known = plan.planned.get("config"), (plan.prior or {}).get("config")
    if not isinstance(configured, Dynamic) or not isinstance(known, Dynamic):
        return
    if comparison.covers(known.value, configured.value):
        plan.planned["config"] = known


def plan_secrets(plan: Plan, ledger: Ledger, diagnostics: Diagnostics) -> None:
    """Shows in ``secrets_applied`` which secrets will be sent."""
    secrets = secrets_of(plan.config)
    if plan.is_create:
        plan.planned["secrets_applied"] = planned_times(None, secrets, sorted(secrets))
        return
    prior = (plan.prior or {}).get("secrets_applied")
    changed = ledger.changed(secrets)
    plan.planned["secrets_applied"] = planned_times(prior, secrets, changed)
    if changed and ledger.is_sealed_by_another_key:
        diagnostics.warning(
            "The provider's API secret changed",
            "Whether the secrets of this connection changed, too, can only be told under the API "
            "secret that they were last sent with. They will be sent once more.",
            ("secrets_applied",),
        )


def plan_replacement(plan: Plan, diagnostics: Diagnostics) -> None:
    """Another destination schema means another connection; says what any replacement costs."""
    before, after = (as_object(values.get("config")) for values in (plan.prior or {}, plan.planned))
    if plan.planned.get("config") is UNKNOWN:
        plan.replace.append(("config",))
    for key in destination_keys(plan.planned.get("service")):
        if key in after and key in before and not same(before[key], after[key]):
            plan.replace.append(("config", key))
    if not before.keys() & set(DESTINATION_SCHEMA_KEYS) and _names_another(plan.prior or {}, after):
        plan.replace.extend(("config", key) for key in DESTINATION_SCHEMA_KEYS if key in after)
    for path in plan.replace[:1]:
        diagnostics.warning(
            "Replacing the connection syncs its whole history again",
            f"Connection {(plan.prior or {}).get('id')} ({(plan.prior or {}).get('schema')}) will "
            "be deleted, and a new one will start from the beginning: this takes its time and "
            "costs its rows. The data in the destination stays. To keep the connection, take the "
            "change back; to guard it, set lifecycle.prevent_destroy.",
            path,
        )


def plan_controls(plan: Plan, diagnostics: Diagnostics) -> None:
    """What only steers a request is no change of its own: it goes along with the next one."""
    prior = plan.prior or {}
    if plan.changed("connect_card_config") and plan.config.get("connect_card_config") is not None:
        diagnostics.warning(
            "connect_card_config has effect at creation only",
            "The connection exists already, so the new value is not used. A connect card for it "
            "can be made with POST /v1/connections/{id}/connect-card.",
            ("connect_card_config",),
        )
    goes_along = _changes(plan)
    for name in _CONTROLS:
        plan.planned[name] = plan.config.get(name) if goes_along else prior.get(name)
    plan.planned["connect_card_config"] = prior.get("connect_card_config")


def plan_influences(plan: Plan) -> None:
    """What the API may change along with a planned change is unknown, unless it is configured."""
    prior = plan.prior or {}
    for cause, effects in _INFLUENCES.items():
        for effect in effects if plan.changed(cause) else ():
            if plan.config.get(effect) is None and prior.get(effect) is not None:
                plan.planned[effect] = UNKNOWN
    tested = any(plan.changed(name) for name in ("config", "auth", "secrets_applied"))
    if tested and prior.get("setup_state") != "connected":
        plan.planned["setup_state"] = UNKNOWN


def warn_of_unmanaged_keys(plan: Plan, diagnostics: Diagnostics) -> None:
    """Says which settings the configuration lets go, where the plan would show them as removed."""
    known, configured = (
        as_object(values.get("config")) for values in (plan.prior or {}, plan.planned)
    )
    gone = sorted(known.keys() - configured.keys())
    if not gone or not plan.changed("config") or plan.replace:
        return
    names = ", ".join(gone[:_NAMES_SHOWN]) + (", …" if len(gone) > _NAMES_SHOWN else "")
    diagnostics.warning(
        "Settings are no longer managed",
        f"The plan shows config without {names}: Fivetran keeps their values, and they are no "
        "longer compared. To clear a setting, set it to null.",
        ("config",),
    )


def _changes(plan: Plan) -> bool:
    return any(plan.changed(name) for name in plan.planned if name not in _CONTROLS)


def _names_another(prior: Object, config: Object) -> bool:
    """True if ``config`` names another destination schema than the joined name in state."""
    name = prior.get("schema")
    parts = [config[key] for key in DESTINATION_SCHEMA_KEYS if key in config]
    if not isinstance(name, str) or not all(isinstance(part, str) for part in parts) or not parts:
        return False
    return ".".join(parts).lower() != name.lower()
