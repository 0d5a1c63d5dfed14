"""The resource ``fivetranops_connection_test``: the setup tests of a connection, as a gate.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/run-setup-tests
"""

from __future__ import annotations

from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran import connection_request, gate, refusals
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.connection_action import (
    ConnectionAction,
    is_triggered,
    plan_as_configured,
)
from constructs_lib.backend.fivetran.identifiers import require_identifier
from constructs_lib.backend.fivetran.turns import writing
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.http.redaction import bounded
from constructs_lib.backend.http.times import written
from constructs_lib.backend.http.unsent import unsent, warn_of_unsent
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values import UNKNOWN, Object

_DEFAULT = "20m"
_FAILED = "failed"
"""In private state: the last run did not pass, so that the next apply runs the tests again."""
_OF_A_RUN = ("status", "results", "tested_at")


class ConnectionTestResource(ConnectionAction):
    """Runs the setup tests of a connection, and fails if they do."""

    schema = schemas.load("fivetranops_connection_test")

    def plan(self, plan: Plan, operation: Operation) -> None:
        """The tests run at creation, for other triggers, after a failure and after an import."""
        plan_as_configured(plan)
        is_open = plan.prior is not None and plan.prior.get("tested_at") is None
        if not (is_triggered(plan) or is_open or operation.private.get(_FAILED)):
            _explain_fail_on(plan, operation)
            subject = f"connection {plan.planned['connection_id']}"
            warn_of_unsent(unsent(plan, self.schema.attributes), subject, operation.diagnostics)
            return
        for name in _OF_A_RUN:
            plan.planned[name] = UNKNOWN
        identifier = plan.planned["connection_id"]
        if isinstance(identifier, str):
            account: Account = operation.client
            account.intents.note_tests(identifier)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """``POST /v1/connections/{id}/test``. If they fail nothing is in state, so that the next
        apply runs them again.
        """
        return self._run("create", planned, operation)

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """The same; if they fail, the state keeps the triggers that it had."""
        if planned.get("tested_at") is not UNKNOWN:
            return {}
        operation.private[_FAILED] = True
        result = self._run("update", planned, operation)
        operation.private.pop(_FAILED, None)
        return result

    def _run(self, action: str, planned: Object, operation: Operation) -> Object:
        account: Account = operation.client
        identifier, fail_on = require_identifier(planned["connection_id"]), planned["fail_on"]
        deadline = Deadline.of(planned.get("timeouts"), action, _DEFAULT, operation.stopping)
        secrets = account.secrets.get(identifier, [])
        body = connection_request.trust(planned)
        explaining = explained("run", self.subject(identifier), refusals.of_tests)
        with explaining, writing(account, identifier, deadline):
            answer = account.client.run_setup_tests(identifier, body, deadline, secrets)
            found = gate.results(answer, secrets)
        name = f"connection {identifier} ({answer.get('schema')})"
        if refused := gate.refused(found, fail_on):
            raise gate.shut(name, refused)
        _warn(name, gate.told(found), fail_on, operation)
        return {
            "id": identifier,
            "status": gate.worst(found),
            "results": [_attributes(result) for result in found],
            "tested_at": written(account.client.server_time()),
        }


def _attributes(result: gate.Result) -> dict[str, Any]:
    return result._asdict()


def _warn(name: str, found: list[gate.Result], fail_on: str, operation: Operation) -> None:
    if found:
        told = bounded("\n".join(map(str, found)))
        operation.diagnostics.warning(
            f"Setup tests of {name} did not all pass",
            f'{told}\n\nfail_on is "{fail_on}", so that this is no error.',
        )


def _explain_fail_on(plan: Plan, operation: Operation) -> None:
    """Says what another ``fail_on`` means where the last results would not pass under it."""
    if plan.prior is None or not plan.changed("fail_on"):
        return
    status, fail_on = plan.prior.get("status"), plan.planned.get("fail_on")
    if gate.would_refuse(status, fail_on):
        operation.diagnostics.warning(
            "The setup tests that were run last would not pass any more",
            f"Their worst status was {status}, at {plan.prior.get('tested_at')}, and fail_on "
            f'becomes "{fail_on}". That alone sends nothing, and holds from the next run on. To '
            "run them now, change triggers.",
            ("fail_on",),
        )
