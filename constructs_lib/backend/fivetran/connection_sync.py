"""The resource ``fivetranops_connection_sync``: a sync or re-sync of a connection.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/sync-connection and
https://fivetran.com/docs/rest-api/api-reference/connections/resync-connection
"""

from __future__ import annotations

from constructs_lib import schemas
from constructs_lib.backend.fivetran import following, refusals, sync_journal, sync_plan
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.connection_action import (
    ConnectionAction,
    is_triggered,
    plan_as_configured,
)
from constructs_lib.backend.fivetran.errors import Interrupted, NotFound, VendorError
from constructs_lib.backend.fivetran.identifiers import require_identifier
from constructs_lib.backend.fivetran.sync_errors import Delayed, Paused, SyncFailed
from constructs_lib.backend.fivetran.triggering import Mark, Wish
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.http.times import written
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values import UNKNOWN, Object

_DEFAULT = "12h"
_ADOPTED = "adopted"
"""In private state: the resource was imported, and nothing was triggered since."""
_FOLLOWED = "followed"
"""In private state: the mark of a sync that was begun, and whose end is still to be waited for."""
_AGAIN = "again"
"""In private state: the sync that was waited on for failed, so that another one is due."""
_OF_A_SYNC = ("triggered_at", "outcome", "succeeded_at")
_OF_WAITING = ("wait", "on_reschedule", "timeouts")
"""The attributes that steer how a sync is followed."""
_OF_ITS_END = ("outcome", "succeeded_at")


class ConnectionSyncResource(ConnectionAction):
    """Begins a sync, and follows it if asked."""

    schema = schemas.load("fivetranops_connection_sync")

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """``force`` is for a sync; a re-sync needs ``scope`` or ``resync_everything``."""
        sync_plan.check(config, diagnostics)

    def plan(self, plan: Plan, operation: Operation) -> None:
        """A sync begins at creation and for other triggers; one that is not over is followed on."""
        self.validate(plan.config, operation.diagnostics)
        plan_as_configured(plan)
        begins = is_triggered(plan) or bool(operation.private.get(_AGAIN))
        if begins and plan.is_update and operation.private.get(_ADOPTED):
            sync_plan.explain_adoption(plan, operation)
            sync_plan.warn_of_unsent_changes(plan, ("triggers",), operation)
            return
        if begins:
            plan.planned.update(dict.fromkeys(_OF_A_SYNC, UNKNOWN))
            sync_plan.explain(plan, operation)
        elif Mark.loaded(operation.private.get(_FOLLOWED)) and plan.planned.get("wait") is True:
            plan.planned.update(dict.fromkeys(_OF_ITS_END, UNKNOWN))
            sync_plan.warn_of_unsent_changes(plan, _OF_WAITING, operation)
        else:
            sync_plan.warn_of_unsent_changes(plan, (), operation)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """``POST /v1/connections/{id}/sync`` or ``…/resync``. From then on it is in state."""
        return self._begin("create", planned, operation)

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """The same for other triggers; otherwise goes on following, or sends nothing."""
        operation.private.pop(_ADOPTED, None)
        if planned.get("triggered_at") is UNKNOWN:
            return self._begin("update", planned, operation)
        mark = Mark.loaded(operation.private.get(_FOLLOWED))
        if planned.get("outcome") is not UNKNOWN or mark is None:
            return {}
        deadline = Deadline.of(planned.get("timeouts"), "update", _DEFAULT, operation.stopping)
        return self._follow("wait", planned, mark, deadline, operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """What was done stays as it is. As it is in state, the journal need not keep it."""
        account: Account = operation.client
        sync_journal.confirm(account, operation)
        return super().read(state, operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        """Forgets the sync; what was done stays done, and nothing is sent."""
        sync_journal.confirm(operation.client, operation)

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Imports by the identifier of the connection; its next triggers begin nothing."""
        operation.private[_ADOPTED] = True
        return super().import_state(identifier, operation)

    def _begin(self, action: str, planned: Object, operation: Operation) -> Object:
        account: Account = operation.client
        sync_plan.require_extent(planned)
        identifier = require_identifier(planned["connection_id"])
        deadline = Deadline.of(planned.get("timeouts"), action, _DEFAULT, operation.stopping)
        for name in (_FOLLOWED, _ADOPTED):
            operation.private.pop(name, None)
        is_resync = planned["mode"] == "resync"
        note = refusals.of_resync if is_resync else refusals.of_sync
        wish = Wish(identifier, planned["mode"], planned["force"] is True, planned.get("scope"))
        with explained("re-sync" if is_resync else "sync", self.subject(identifier), note):
            mark = sync_journal.begin(account, wish, planned.get("triggers"), deadline, operation)
        operation.private.pop(_AGAIN, None)
        begun = {
            "id": identifier,
            "triggered_at": written(account.client.server_time()),
            "outcome": "triggered",
            "succeeded_at": None,
        }
        if planned.get("wait") is not True:
            return begun
        operation.save({**planned, **begun})
        operation.private[_FOLLOWED] = mark.stored()
        with sync_journal.forgotten_on_error(account, operation):
            return begun | self._follow(action, planned, mark, deadline, operation)

    def _follow(
        self, action: str, planned: Object, mark: Mark, deadline: Deadline, operation: Operation
    ) -> Object:
        """Waits for the end. Whatever stops the waiting, the next apply goes on with it; only after
        a failure it begins another sync.

        :param action: ``create`` or ``update``, which began it, or ``wait`` for an earlier one
        """
        account: Account = operation.client
        identifier = planned["connection_id"]
        is_new = action == "create"
        with explained("follow", self.subject(identifier), lambda e: _advice(e, is_new=is_new)):
            try:
                how = str(planned.get("on_reschedule") or "wait")
                ended = following.follow(account, identifier, mark, deadline, on_reschedule=how)
            except Interrupted:
                _tell_of_interruption(identifier, operation)
                return {"outcome": "triggered", "succeeded_at": None}
            except (SyncFailed, NotFound):
                operation.private.pop(_FOLLOWED, None)
                _save_failure(planned, action, operation)
                raise
        operation.private.pop(_FOLLOWED, None)
        return {"outcome": "succeeded", "succeeded_at": ended}


def _save_failure(planned: Object, action: str, operation: Operation) -> None:
    """A new resource stays in state, and is tainted; any other keeps the triggers that it had.
    Where these are the new ones already, a note says that another sync is due.
    """
    if action == "create":
        operation.save({**(operation.saved or planned), "outcome": "failed"})
        return
    operation.saved = None
    if action == "wait":
        operation.private[_AGAIN] = True


def _tell_of_interruption(identifier: str, operation: Operation) -> None:
    operation.diagnostics.warning(
        f"The sync of connection {identifier} goes on at Fivetran",
        "Waiting for its end was interrupted. The next apply goes on waiting, and begins no other.",
    )


def _advice(error: VendorError, *, is_new: bool) -> str:
    """What to do when a sync cannot be followed to its end."""
    if isinstance(error, (SyncFailed, NotFound)):
        return ""
    how = (
        "Terraform marks a resource as tainted whose creation reports an error: to wait on without "
        "another sync, run 'terraform untaint' on its address and apply again."
        if is_new
        else "Apply again to wait on; no other sync is begun for that."
    )
    where = "when it is unpaused" if isinstance(error, Paused) else "at Fivetran"
    if isinstance(error, Delayed) and error.is_manual:
        where = "when it is asked for again"
    return f"{error.remedy}\n\nThe sync goes on {where}. {how}"
