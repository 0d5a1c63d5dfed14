"""What the plan of a sync checks, and what it says in words."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.connection_action import READ_LIMIT
from constructs_lib.backend.fivetran.errors import NotFound, VendorError
from constructs_lib.backend.fivetran.readiness import require_ready_later
from constructs_lib.backend.fivetran.sync_errors import NotReady
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.http.unsent import unsent, warn_of_unsent
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.rule_checks import check_rules, problems
from constructs_lib.backend.plugin.values import UNKNOWN, Object, contains_unknown

if TYPE_CHECKING:
    from constructs_lib.schemas.rules import Rule

_MOST_TABLES = 12


def check(config: Object, diagnostics: Diagnostics) -> None:
    """Add an error for what goes with the other mode only, and for a re-sync whose extent is not
    given. Any value may be unknown.
    """
    check_rules(_rules(), config, diagnostics)
    scope = config.get("scope")
    if isinstance(scope, dict):
        _check_scope(scope, diagnostics)


def require_extent(planned: Object) -> None:
    """Refuse a re-sync whose extent is not given.

    Terraform plans once more with the values that are known during apply, and that plan finds the
    same. A plan file of an earlier version of the provider does not.

    :raises ProviderError: if so; nothing has been sent then
    """
    extent = (rule for rule in _rules() if rule.id == "resync-extent")
    for found in problems(extent, planned):
        raise ProviderError(found.summary, f"{found.detail} Nothing was sent.", found.path)


def _rules() -> tuple[Rule, ...]:
    from constructs_lib.schemas.rules import HCL, sync_rules

    return sync_rules(HCL)


def explain(plan: Plan, operation: Operation) -> None:
    """Say what a re-sync costs, and check that the connection is ready for a sync.

    :raises ProviderError: if the connection is paused, or not set up, and this run does not change
        that
    """
    account: Account = operation.client
    identifier = plan.planned["connection_id"]
    is_known = isinstance(identifier, str)
    if plan.planned.get("mode") == "resync":
        extent = _extent(plan.planned.get("scope"), plan.planned.get("resync_everything"))
        name = f"connection {identifier}" if is_known else "the connection"
        operation.diagnostics.warning(
            f"The history of {name} will be loaded anew",
            f"{extent} This takes its time and costs its rows. To load only what is new, use "
            'mode = "sync".'.strip(),
            ("mode",),
        )
    if is_known and account.is_known:
        deadline = Deadline(READ_LIMIT, operation.stopping)
        # One that is gone is told by the apply: Terraform plans before it destroys, too, and the
        # resource of a connection that is gone must not stand in the way of that.
        subject = f"fivetranops_connection_sync {identifier}"
        with explained("plan", subject, _advice), suppress(NotFound):
            if broken := require_ready_later(account, identifier, deadline):
                _warn_of_broken(broken, operation.diagnostics)


def explain_adoption(plan: Plan, operation: Operation) -> None:
    """Says that the first triggers after an import begin nothing."""
    operation.diagnostics.warning(
        f"No sync of connection {plan.planned['connection_id']} is begun",
        "This resource was imported, so its triggers are taken as those of what was done before. "
        "The next change of triggers begins a sync.",
        ("triggers",),
    )


def warn_of_unsent_changes(plan: Plan, steered: tuple[str, ...], operation: Operation) -> None:
    """Say which changes begin nothing.

    :param steered: the attributes that are used, or spoken of, all the same
    """
    attributes = schemas.load("fivetranops_connection_sync").attributes
    subject = f"connection {plan.planned['connection_id']}"
    warn_of_unsent(unsent(plan, attributes, steered), subject, operation.diagnostics)


def _warn_of_broken(broken: str, diagnostics: Diagnostics) -> None:
    diagnostics.warning(
        "A broken connection is synced",
        f"{broken}\n\nA sync can mend that, if its cause is gone; otherwise it fails. To check the "
        "settings before, run the setup tests (fivetranops_connection_test), and name that in "
        "depends_on of the sync.",
        ("connection_id",),
    )


def _advice(error: VendorError) -> str:
    if not isinstance(error, NotReady):
        return ""
    return (
        f"{error.remedy}\n\nTo destroy everything all the same: terraform destroy -refresh=false."
    )


def _extent(scope: Any, everything: Any) -> str:
    """Return what is loaded anew, in a sentence; empty if that is not known yet."""
    if everything is True:
        return "All its tables are synced from the beginning."
    if contains_unknown(scope) or not isinstance(scope, dict):
        return ""
    tables = [f"{schema}.{table}" for schema in sorted(scope) for table in scope[schema] or ()]
    more = len(tables) - _MOST_TABLES
    named = ", ".join(tables[:_MOST_TABLES]) + (f" and {more} more" if more > 0 else "")
    return f"These tables are synced from the beginning: {named}."


def _check_scope(scope: dict[str, Any], diagnostics: Diagnostics) -> None:
    if not scope:
        detail = (
            "The API refuses an empty one. Name schemas with tables; to re-sync everything, leave "
            "scope out and set resync_everything = true."
        )
        diagnostics.error("The scope names nothing", detail, ("scope",))
    for schema, tables in scope.items():
        known = isinstance(tables, list) and not any(table is UNKNOWN for table in tables)
        if tables is None or (known and _is_wrong(tables)):
            diagnostics.error(
                f"The tables of {schema} in scope cannot be re-synced",
                "Name at least one table, each once; to re-sync all of a schema, name them all.",
                ("scope", schema),
            )


def _is_wrong(tables: list[Any]) -> bool:
    return not tables or not all(tables) or len(set(tables)) < len(tables)
