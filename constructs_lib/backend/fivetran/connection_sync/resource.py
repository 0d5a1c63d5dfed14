"""The resource ``fivetranops_connection_sync``: a sync or re-sync of a connection.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/sync-connection and
https://fivetran.com/docs/rest-api/api-reference/connections/resync-connection
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.errors import Interrupted, NotFound, VendorError
from constructs_lib.backend.fivetran.connection.model import require_identifier
from constructs_lib.backend.fivetran.connection_sync import journal, wait
from constructs_lib.backend.fivetran.connection_sync.preconditions import (
    ConnectionPaused,
    Delayed,
    NotReady,
    SyncFailed,
    require_ready_later,
)
from constructs_lib.backend.fivetran.connection_sync.trigger import SyncBaseline, SyncRequest
from constructs_lib.backend.fivetran.private_state import SyncPrivateState
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.fivetran.triggered_resource import (
    TriggeredResource,
    is_triggered,
    plan_as_configured,
)
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.managed_object.checks import unsent_changes, warn_about_unsent_changes
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.planning.checks import (
    check_rules,
    check_schema_rules,
    rule_problems,
)
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object, contains_unknown

if TYPE_CHECKING:
    from constructs_lib.schemas.rules import Rule


_MAX_TABLES = 12


def check(config: Object, diagnostics: Diagnostics) -> None:
    """Add an error for what goes with the other mode only, and for a re-sync whose extent is not
    given. Any value may be unknown.
    """
    check_rules(_rules(), config, diagnostics)
    # Terraform validates no value that turns out during apply: then only a plan sees it.
    scope = schemas.load("fivetranops_connection_sync").attributes["scope"]
    check_schema_rules({"scope": scope}, config, diagnostics)


def requireextent_of_resync(planned: Object) -> None:
    """Refuse a re-sync whose extent is not given.

    Terraform plans once more with the values that are known during apply, and that plan finds the
    same. A plan file of an earlier version of the provider does not.

    :raises ProviderError: if so; nothing has been sent then
    """
    extent = (rule for rule in _rules() if rule.id == "resync-extent")
    for found in rule_problems(extent, planned):
        raise ProviderError(found.summary, f"{found.detail} Nothing was sent.", found.path)


def _rules() -> tuple[Rule, ...]:
    from constructs_lib.schemas.rules import HCL, sync_rules

    return sync_rules(HCL)


def explain(plan: Plan, operation: Operation) -> None:
    """Explain what a re-sync costs, and check that the connection is ready for a sync.

    :raises ProviderError: if the connection is paused, or not set up, and this run does not change
        that
    """
    account: Account = operation.provider_data
    identifier = plan.planned["connection_id"]
    is_known = isinstance(identifier, str)
    if plan.planned.get("mode") == "resync":
        extent = extent_of_resync(plan.planned.get("scope"), plan.planned.get("resync_everything"))
        name = f"connection {identifier}" if is_known else "the connection"
        operation.diagnostics.warning(
            f"The history of {name} will be loaded again",
            f"{extent} This takes time, and all those rows are loaded again. To load only what is "
            'new, use mode = "sync".'.strip(),
            ("mode",),
        )
    if is_known and account.is_known:
        deadline = Deadline(READ_LIMIT, operation.stopping)
        # One that is gone is told by the apply: Terraform plans before it destroys, too, and the
        # resource of a connection that is gone must not stand in the way of that.
        subject = f"fivetranops_connection_sync {identifier}"
        with explain_errors("plan", subject, _plan_advice), suppress(NotFound):
            if broken := require_ready_later(account, identifier, deadline):
                _warn_of_broken(broken, operation.diagnostics)


def explain_adoption(plan: Plan, operation: Operation) -> None:
    """Warn that the first triggers after an import start nothing."""
    operation.diagnostics.warning(
        f"No sync of connection {plan.planned['connection_id']} is started",
        "This resource was imported, so its triggers count as done. The next change of triggers "
        "starts a sync.",
        ("triggers",),
    )


def warn_of_unsent_changes(plan: Plan, steered: tuple[str, ...], operation: Operation) -> None:
    """Warn of changes that start nothing.

    :param steered: the attributes that are used, or spoken of, all the same
    """
    attributes = schemas.load("fivetranops_connection_sync").attributes
    subject = f"connection {plan.planned['connection_id']}"
    warn_about_unsent_changes(
        unsent_changes(plan, attributes, steered), subject, operation.diagnostics
    )


def _warn_of_broken(broken: str, diagnostics: Diagnostics) -> None:
    diagnostics.warning(
        "A broken connection is synced",
        f"{broken}\n\nIf the cause is gone, a sync repairs it; otherwise the sync fails. To check "
        "the settings first, run the setup tests (fivetranops_connection_test), and name that "
        "resource in depends_on of the sync.",
        ("connection_id",),
    )


def _plan_advice(error: VendorError) -> str:
    if not isinstance(error, NotReady):
        return ""
    return (
        f"{error.remedy}\n\nTo destroy everything nevertheless: terraform destroy -refresh=false."
    )


def extent_of_resync(scope: Any, everything: Any) -> str:
    """Return what is loaded again, in a sentence; empty if that is not known yet."""
    if everything is True:
        return "All its tables are synced from the beginning."
    if contains_unknown(scope) or not isinstance(scope, dict):
        return ""
    tables = [f"{schema}.{table}" for schema in sorted(scope) for table in scope[schema] or ()]
    more = len(tables) - _MAX_TABLES
    named = ", ".join(tables[:_MAX_TABLES]) + (f" and {more} more" if more > 0 else "")
    return f"These tables are synced from the beginning: {named}."


_OF_A_SYNC = ("triggered_at", "outcome", "succeeded_at")
_OF_WAITING = ("wait", "on_reschedule", "timeouts")
"""The attributes that steer how a sync is followed."""
_OF_ITS_END = ("outcome", "succeeded_at")


class ConnectionSyncResource(TriggeredResource):
    """The resource that starts a sync, and waits for its end if asked."""

    schema = schemas.load("fivetranops_connection_sync")

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check that ``force`` is used with a sync, and that a re-sync has ``scope`` or
        ``resync_everything``.
        """
        check(config, diagnostics)

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Plan a sync at creation and for changed triggers; otherwise go on waiting for one that
        has not ended.
        """
        self.validate(plan.config, operation.diagnostics)
        plan_as_configured(plan)
        private = SyncPrivateState(operation.private)
        begins = is_triggered(plan) or private.is_due_again
        if begins and plan.is_update and private.is_imported:
            explain_adoption(plan, operation)
            warn_of_unsent_changes(plan, ("triggers",), operation)
            return
        if begins:
            plan.planned.update(dict.fromkeys(_OF_A_SYNC, UNKNOWN))
            explain(plan, operation)
        elif private.awaited and plan.planned.get("wait") is True:
            plan.planned.update(dict.fromkeys(_OF_ITS_END, UNKNOWN))
            warn_of_unsent_changes(plan, _OF_WAITING, operation)
        else:
            warn_of_unsent_changes(plan, (), operation)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Send ``POST /v1/connections/{id}/sync`` or ``…/resync``. From then on the sync is in
        state.
        """
        return self._begin("create", planned, operation)

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Start a sync for changed triggers; otherwise go on waiting, or send nothing."""
        private = SyncPrivateState(operation.private)
        private.is_imported = False
        if planned.get("triggered_at") is UNKNOWN:
            return self._begin("update", planned, operation)
        baseline = private.awaited
        if planned.get("outcome") is not UNKNOWN or baseline is None:
            return {}
        deadline = Deadline.of(
            planned.get("timeouts"), "update", self.schema.time_limit("update"), operation.stopping
        )
        return self._wait_for_end("wait", planned, baseline, deadline, operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Keep what was done. It is in Terraform's state, so the journal need not keep it."""
        account: Account = operation.provider_data
        journal.confirm(account, operation)
        return super().read(state, operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        """Forget the sync; what was done stays done, and nothing is sent."""
        journal.confirm(operation.provider_data, operation)

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Import by the identifier of the connection; its next triggers start nothing."""
        SyncPrivateState(operation.private).is_imported = True
        return super().import_state(identifier, operation)

    def _begin(self, action: str, planned: Object, operation: Operation) -> Object:
        account: Account = operation.provider_data
        requireextent_of_resync(planned)
        identifier = require_identifier(planned["connection_id"])
        deadline = Deadline.of(
            planned.get("timeouts"), action, self.schema.time_limit(action), operation.stopping
        )
        private = SyncPrivateState(operation.private)
        private.awaited, private.is_imported = None, False
        is_resync = planned["mode"] == "resync"
        note = errors.advice_on_resync if is_resync else errors.advice_on_sync
        request = SyncRequest(
            identifier, planned["mode"], planned["force"] is True, planned.get("scope")
        )
        with explain_errors("re-sync" if is_resync else "sync", self.subject(identifier), note):
            baseline = journal.begin(account, request, planned.get("triggers"), deadline, operation)
        private.is_due_again = False
        begun = {
            "id": identifier,
            "triggered_at": format_timestamp(account.client.server_time()),
            "outcome": "triggered",
            "succeeded_at": None,
        }
        if planned.get("wait") is not True:
            return begun
        operation.save({**planned, **begun})
        private.awaited = baseline
        with journal.forgotten_on_error(account, operation):
            return begun | self._wait_for_end(action, planned, baseline, deadline, operation)

    def _wait_for_end(
        self,
        action: str,
        planned: Object,
        baseline: SyncBaseline,
        deadline: Deadline,
        operation: Operation,
    ) -> Object:
        """Wait for the end. Whatever stops the waiting, the next apply goes on with it; only after
        a failure it starts another sync.

        :param action: ``create`` or ``update``, which began it, or ``wait`` for an earlier one
        """
        account: Account = operation.provider_data
        identifier = planned["connection_id"]
        is_new = action == "create"
        with explain_errors(
            "follow", self.subject(identifier), lambda e: _advice(e, is_new=is_new)
        ):
            try:
                how = str(planned.get("on_reschedule") or "wait")
                ended = wait.wait_for_end(
                    account, identifier, baseline, deadline, on_reschedule=how
                )
            except Interrupted:
                _tell_of_interruption(identifier, operation)
                return {"outcome": "triggered", "succeeded_at": None}
            except (SyncFailed, NotFound):
                SyncPrivateState(operation.private).awaited = None
                _save_failure(planned, action, operation)
                raise
        SyncPrivateState(operation.private).awaited = None
        return {"outcome": "succeeded", "succeeded_at": ended}


def _save_failure(planned: Object, action: str, operation: Operation) -> None:
    """Keep a new resource in state, tainted, and any other with its previous triggers. Where these
    are the new ones already, a note says that another sync is due.
    """
    if action == "create":
        operation.save({**(operation.saved or planned), "outcome": "failed"})
        return
    operation.saved = None
    if action == "wait":
        SyncPrivateState(operation.private).is_due_again = True


def _tell_of_interruption(identifier: str, operation: Operation) -> None:
    operation.diagnostics.warning(
        f"The sync of connection {identifier} continues at Fivetran",
        "The wait for its end was interrupted. The next apply keeps waiting, and does not start "
        "another.",
    )


def _advice(error: VendorError, *, is_new: bool) -> str:
    """Return what to do when a sync cannot be waited for to its end."""
    if isinstance(error, (SyncFailed, NotFound)):
        return ""
    how = (
        "Terraform marks a resource as tainted if its creation reports an error: to keep waiting "
        "without another sync, run 'terraform untaint' on its address and apply again."
        if is_new
        else "Apply again to keep waiting; that does not start another sync."
    )
    where = "when it is unpaused" if isinstance(error, ConnectionPaused) else "at Fivetran"
    if isinstance(error, Delayed) and error.is_manual:
        where = "when it is requested again"
    return f"{error.remedy}\n\nThe sync continues {where}. {how}"
