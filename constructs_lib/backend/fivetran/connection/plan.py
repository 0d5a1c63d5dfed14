"""Plan a change of a connection.

Each rule is one small function;
:class:`~constructs_lib.backend.fivetran.connection.resource.ConnectionResource` calls them in
order.

Terraform asks twice for the plan of a change: once to show it, and once more during apply, when all
values are known. Both plans must agree, and nothing in the request says which is which. So no rule
may decide by a value that was unknown the first time; :func:`keep_imported_settings` and
:func:`plan_replacement` say what is done where one would have to.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import (
    DESTINATION_SCHEMA_KEYS,
    MODEL,
    ONLY_MODIFIED,
    SETTINGS,
    clears_nothing,
    destination_keys,
    names_another_schema,
)
from constructs_lib.backend.fivetran.connection.request import SIDE_EFFECTS
from constructs_lib.backend.http.response_values import normalized_word
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.managed_object.checks import unsent_changes, warn_about_unsent_changes
from constructs_lib.backend.managed_object.model import as_object, differs
from constructs_lib.backend.managed_object.secret_tracking import (
    SCOPES,
    SecretTracking,
    planned_times,
    secrets_of,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import (
    UNKNOWN,
    Dynamic,
    Object,
    contains_unknown,
    same,
)
from constructs_lib.schemas import SERVICES_WITH_STATE

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.provider_data import Account


_NAMES_SHOWN = 10


def keep_imported_settings(plan: Plan) -> None:
    """Plan nothing for a configuration that only repeats what an import has read.

    The state of an imported connection holds all its settings in the API's form, and the
    configuration may name a few in its own. As long as nothing else is said, the state stays.

    :raises ProviderError: if that depends on values that are not known yet: whatever is planned,
        the plan that Terraform asks for during apply could be another one
    """
    configured, known = plan.planned.get("config"), (plan.prior or {}).get("config")
    if not isinstance(configured, Dynamic) or not isinstance(known, Dynamic):
        return
    before, after = as_object(known), as_object(configured)
    # The API answers the destination schema in its own spelling.
    keys = set(destination_keys(plan.planned.get("service")))
    if not names_another_schema(plan.planned.get("service"), before, after):
        after = {key: value for key, value in after.items() if key not in keys & before.keys()}
    if not equivalence.is_covered_by(before, after):
        return
    if contains_unknown(after):
        raise _unknown_after_import(plan.prior or {}, after)
    plan.planned["config"] = known


def _unknown_after_import(prior: Object, config: dict[str, Any]) -> ProviderError:
    names = ", ".join(sorted(key for key, value in config.items() if contains_unknown(value)))
    return ProviderError(
        "Imported settings cannot be compared with values that are not known yet",
        f"Connection {prior.get('id')} ({prior.get('schema')}) was imported, and {names} in "
        "config is only known after apply, so the plan cannot tell whether anything changes. "
        "First apply the resources that the values come from (terraform apply -target=ADDRESS), "
        "or write literal values until the connection has been applied once.",
        ("config",),
    )


def plan_unchecked(plan: Plan, *, adopted: bool) -> None:
    """Keep what an import has put into ``unchecked`` as long as ``config`` stays the same, and the
    configuration says nothing else. Otherwise only the configuration knows it, so a key that is
    taken out of it is gone.
    """
    configured, is_kept = plan.config.get("unchecked"), adopted and not plan.changed("config")
    if configured is None and not is_kept:
        plan.planned["unchecked"] = None
    known = (plan.prior or {}).get("unchecked")
    if (
        is_kept
        and not contains_unknown(configured)
        and equivalence.is_covered_by(known, configured)
    ):
        plan.planned["unchecked"] = known


def plan_secrets(
    plan: Plan, tracking: SecretTracking, diagnostics: Diagnostics, along: Collection[str] = ()
) -> None:
    """Show in ``secrets_applied`` which secrets will be sent.

    :param along: the names of those that are sent along with the change, even if unchanged
    """
    secrets = secrets_of(plan.config)
    if plan.is_create:
        plan.planned["secrets_applied"] = planned_times(None, secrets, sorted(secrets))
        return
    prior = (plan.prior or {}).get("secrets_applied")
    changed = tracking.changed(secrets)
    times = planned_times(prior, secrets, sorted({*changed, *along}))
    plan.planned["secrets_applied"] = prior if same(prior, times) else times
    if changed and tracking.is_sealed_by_another_key:
        diagnostics.warning(
            "The provider's API secret changed",
            "The provider recognises secrets by digests that depend on its API secret, so it "
            "cannot tell whether the secrets of this connection changed. It sends them again.",
            ("secrets_applied",),
        )


def plan_replacement(plan: Plan, diagnostics: Diagnostics, *, refreshed: bool) -> None:
    """Plan a replacement for another destination schema, and warn of what any replacement costs.

    A schema that is not known yet replaces nothing: a deletion cannot be taken back, and most often
    the value turns out to be the old one. If it does not, the plan that Terraform asks for during
    apply is refused. That plan is recognised by the refresh that did not come before it.

    :param refreshed: True if the connection was read since the provider was configured
    """
    prior = plan.prior or {}
    service = plan.planned.get("service")
    before, after = as_object(prior.get("config")), as_object(plan.planned.get("config"))
    changed = names_another_schema(service, before, after)
    if not before.keys() & set(DESTINATION_SCHEMA_KEYS) and _names_another(prior, after):
        changed = [key for key in DESTINATION_SCHEMA_KEYS if key in after]
    if changed and not refreshed and not plan.replace:
        raise _another_schema(prior, changed)
    plan.replace.extend(("config", key) for key in changed)
    _warn_of_unknown_schema(plan, after, diagnostics)
    for path in plan.replace[:1]:
        diagnostics.warning(
            "Replacing the connection syncs its whole history again",
            f"Connection {prior.get('id')} ({prior.get('schema')}) will be deleted, and a new one "
            "will start from the beginning: this takes time, and all rows are loaded again. The "
            "data in the destination stays. To keep the connection, undo the change; to protect "
            "it, set lifecycle.prevent_destroy.",
            path,
        )


def announce_takeover(plan: Plan, account: Account, operation: Operation) -> None:
    """Announce in the plan that a connection is taken over instead of created."""
    if account.journal is None or not account.is_known:
        return
    from constructs_lib.backend.fivetran.connection.creation_search import planned_name

    name = planned_name(account.client.account, plan.planned)
    left = None if name is None else account.journal.creations.expected(name)
    if left is not None and left.connection and not left.is_announced:
        operation.diagnostics.warning(
            f"Connection {left.connection} ({left.schema}) will be adopted",
            f"A run of {left.since} created it, and it is not in Terraform's state. If it still "
            "exists, the apply does not create a second one: it adopts this one and sets all its "
            "settings as planned.",
        )


def refuse_another_schema(prior: Object, planned: Object) -> None:
    """Raise an error for a request that would move a connection to another destination schema.

    :raises ProviderError: if the configuration names another one than the state
    """
    before, after = as_object(prior.get("config")), as_object(planned.get("config"))
    changed = names_another_schema(planned.get("service"), before, after)
    if changed:
        raise _another_schema(prior, changed)


def _another_schema(prior: Object, keys: list[str]) -> ProviderError:
    """Return the error for a destination schema that changes where the plan did not show it."""
    return ProviderError(
        "The destination schema changes, and the plan does not show it",
        f"{', '.join(keys)} in config of connection {prior.get('id')} ({prior.get('schema')}) "
        "names another destination schema, which requires another connection. Either the value "
        "was not known when the plan was made, or the plan was made with -refresh=false. Nothing "
        "was changed. Plan again, with refresh: the plan then shows the replacement.",
        ("config",),
    )


def _warn_of_unknown_schema(plan: Plan, after: dict[str, Any], diagnostics: Diagnostics) -> None:
    keys = destination_keys(plan.planned.get("service"))
    if plan.planned.get("config") is UNKNOWN or any(after.get(key) is UNKNOWN for key in keys):
        diagnostics.warning(
            "The destination schema is not known yet",
            "The plan treats it as unchanged. If it turns out to be different, the apply stops "
            "before it changes this connection.",
            ("config",),
        )


def plan_card_of_creation(plan: Plan) -> None:
    """Plan no connect card where none is asked for."""
    if plan.config.get("connect_card_config") is None:
        plan.planned["connect_card"] = None


def plan_connect_card(plan: Plan, diagnostics: Diagnostics) -> None:
    """Warn that a connect card that is added later has no effect; it is not sent."""
    if plan.config.get("connect_card_config") is None or not plan.changed("connect_card_config"):
        return
    diagnostics.warning(
        "connect_card_config only takes effect at creation",
        "The connection exists already, so the new value is not used. To get a connect card for "
        "it, use a fivetranops_connect_card.",
        ("connect_card_config",),
    )


def plan_side_effects(plan: Plan) -> None:
    """Plan as unknown what the API may change along with a change, unless it is configured."""
    prior = plan.prior or {}
    for cause, effects in SIDE_EFFECTS.items():
        if not plan.changed(cause) or _clears_nothing(plan, cause):
            continue
        for effect in effects:
            if plan.config.get(effect) is None and prior.get(effect) is not None:
                plan.planned[effect] = UNKNOWN
    if may_run_tests(plan) and prior.get("setup_state") != "connected":
        plan.planned["setup_state"] = UNKNOWN


def may_run_tests(plan: Plan) -> bool:
    """Return True if the API may run the setup tests along with a planned change: surely for one of
    ``config`` or ``auth``, and by its contract for any other.
    """
    if plan.planned.get("run_setup_tests") is False:
        return False
    names = (*SETTINGS, *ONLY_MODIFIED, "config", "auth", "secrets_applied")
    return any(plan.changed(name) and not _clears_nothing(plan, name) for name in names)


def _clears_nothing(plan: Plan, name: str) -> bool:
    before = (plan.prior or {}).get(name)
    return name in SETTINGS and clears_nothing(name, before, plan.planned[name])


def _warn_about_nothing_to_clear(plan: Plan, diagnostics: Diagnostics) -> set[str]:
    """Warn where an empty value clears nothing; return the names of those attributes."""
    names = {name for name in SETTINGS if plan.changed(name) and _clears_nothing(plan, name)}
    for name in sorted(names):
        diagnostics.warning(
            f"{name} has no value that could be cleared",
            "Fivetran has no value for it, so nothing is sent. The state records the empty value, "
            "so a value that somebody sets later is cleared.",
            (name,),
        )
    return names


def warn_about_pause(state: Object, answer: dict[str, Any], diagnostics: Diagnostics) -> None:
    """Warn that a connection was paused since Terraform last saw it running, if it is one whose
    state can be set: a run that was interrupted, on a machine that is gone, may have left it so.
    """
    has_state = state.get("service") in SERVICES_WITH_STATE
    if (
        has_state
        and state.get("paused") is False
        and normalized_word(answer.get("paused")) == "true"
    ):
        diagnostics.warning(
            f"Connection {state.get('id')} ({answer.get('schema')}) is paused",
            "It was running when Terraform last saw it. If nobody paused it on purpose, a run that "
            "was setting its state may have been interrupted: check its state in the plan. With "
            "paused = false in the configuration, the apply unpauses it; otherwise unpause it with "
            f'PATCH /v1/connections/{state.get("id")} with {{"paused": false}}, or in the '
            "Fivetran dashboard.",
            ("paused",),
        )


def warn_about_no_history(plan: Plan, diagnostics: Diagnostics) -> None:
    """Warn that a creation does not take ``is_historical_sync``: the first sync is one anyway."""
    if plan.planned.get("is_historical_sync") is True:
        diagnostics.warning(
            "is_historical_sync is not sent at creation",
            "The first sync of a new connection loads its whole history anyway. A later change "
            "from false to true loads it once more.",
            ("is_historical_sync",),
        )


def warn_about_unsent_settings(plan: Plan, body: dict[str, Any], diagnostics: Diagnostics) -> None:
    """Warn of each change that the plan shows and that no request sends.

    :param body: the body of the request that the plan leads to
    """
    gone = {scope for scope in SCOPES if _warn_about_unmanaged_keys(plan, scope, diagnostics)}
    gone |= {"config"} if _warn_about_mere_order(plan, diagnostics) else set()
    gone |= _warn_about_nothing_to_clear(plan, diagnostics)
    silent = unsent_changes(plan, schemas.load("fivetranops_connection").attributes, {*body, *gone})
    if "is_historical_sync" in silent:
        diagnostics.warning(
            "No historical sync is started",
            "This connection was imported, so is_historical_sync records what was done before, and "
            "nothing is sent. To load the whole history again, first apply false and then true, or "
            'use a fivetranops_connection_sync with mode = "resync".',
            ("is_historical_sync",),
        )
    # Each of these has words of its own.
    rest = [name for name in silent if name not in ("connect_card_config", "is_historical_sync")]
    prior = plan.prior or {}
    subject = f"connection {prior.get('id')} ({prior.get('schema')})"
    warn_about_unsent_changes(rest, subject, diagnostics)


def _warn_about_unmanaged_keys(plan: Plan, scope: str, diagnostics: Diagnostics) -> bool:
    """Warn of settings that the configuration no longer manages; the plan shows them as removed.

    :param scope: ``config`` or ``auth``
    :returns: True if there are such
    """
    known, configured = (
        as_object(values.get(scope)) for values in (plan.prior or {}, plan.planned)
    )
    gone = sorted(known.keys() - configured.keys())
    is_known = isinstance(plan.planned.get(scope), Dynamic)
    if not gone or not is_known or not plan.changed(scope) or plan.replace:
        return False
    names = ", ".join(gone[:_NAMES_SHOWN]) + (", …" if len(gone) > _NAMES_SHOWN else "")
    diagnostics.warning(
        "Settings are no longer managed",
        f"The plan shows {scope} without {names}: Fivetran keeps their values, and they are no "
        "longer compared. To clear a setting, set it to null.",
        (scope,),
    )
    return True


def _warn_about_mere_order(plan: Plan, diagnostics: Diagnostics) -> bool:
    """Warn of settings that change only in the order of their items, so that nothing is sent.

    :returns: True if there are such
    """
    before, after = (as_object(each.get("config")) for each in (plan.prior or {}, plan.planned))
    both = [key for key in after if key in before and not contains_unknown(after[key])]
    moved = [
        key
        for key in both
        if not same(before[key], after[key]) and not differs(MODEL, key, before[key], after[key])
    ]
    if not moved or plan.replace:
        return False
    names = ", ".join(f"config.{key}" for key in moved)
    diagnostics.warning(
        "Only the order of items changes",
        f"Fivetran ignores the order in {names}, so nothing is sent. Terraform's state takes the "
        "new order.",
        ("config",),
    )
    return True


def _names_another(prior: Object, config: dict[str, Any]) -> bool:
    """Return True if ``config`` names another destination schema than the joined name in state."""
    name = prior.get("schema")
    parts = [config[key] for key in DESTINATION_SCHEMA_KEYS if key in config]
    if not isinstance(name, str) or not all(isinstance(part, str) for part in parts) or not parts:
        return False
    return ".".join(map(str, parts)).casefold() != name.casefold()
