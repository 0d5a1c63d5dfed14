"""The resource ``fivetranops_connection_test``: run the setup tests of a connection, and stop what
depends on it if they fail.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/run-setup-tests
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.errors import InvalidResponse
from constructs_lib.backend.fivetran.connection import request
from constructs_lib.backend.fivetran.connection.model import require_identifier
from constructs_lib.backend.fivetran.private_state import SetupTestsPrivateState
from constructs_lib.backend.fivetran.provider_data import Account, locked_for_write
from constructs_lib.backend.fivetran.triggered_resource import (
    TriggeredResource,
    is_triggered,
    plan_as_configured,
)
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.redaction import redact_json, truncated, without_secret_names
from constructs_lib.backend.http.response_values import format_timestamp, normalized_word
from constructs_lib.backend.managed_object.checks import unsent_changes, warn_about_unsent_changes
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object
from constructs_lib.records import NamedTuple

STATUSES = ("PASSED", "SKIPPED", "WARNING", "FAILED", "JOB_FAILED")
"""The statuses of the contract, from the best to the worst."""
_REMEDY = (
    "Fix the causes that they name, here or at the source, and apply again: each apply runs the "
    "tests again until they pass. What depends on this resource was not touched."
)
_FIRST_REFUSED = {"failed": "FAILED", "warning": "WARNING"}


class SetupTestResult(NamedTuple):
    """The result of one setup test."""

    title: str
    status: str
    message: str | None
    details: str | None

    @property
    def rank(self) -> int:
        """The severity. A status that the contract does not know counts as the worst."""
        return STATUSES.index(self.status) if self.status in STATUSES else len(STATUSES)

    def __str__(self) -> str:
        words = [text for text in (self.message, self._advice(), self.details) if text]
        return f"{self.title}: {self.status}" + "".join(f"\n    {text}" for text in words)

    def _advice(self) -> str:
        """Return what to approve, if the source has shown what nobody has approved."""
        if not self.details:
            return ""
        from constructs_lib.backend.fivetran.trust.waiting import advice

        return advice([self._asdict()])


def setup_tests_failed(
    name: str, found: list[SetupTestResult], remedy: str = _REMEDY
) -> ProviderError:
    """Return the error for setup tests that did not pass.

    :param name: the connection
    :param found: the results that did not pass
    :param remedy: what to do next
    """
    listing = truncated("\n".join(f"  {result}" for result in found))
    return ProviderError(f"Setup tests of {name} did not pass", f"{listing}\n\n{remedy}")


def run_setup_tests(
    account: Account, identifier: str, trusted: dict[str, Any], deadline: Deadline
) -> tuple[str, list[SetupTestResult]]:
    """Send ``POST /v1/connections/{id}/test``.

    :param trusted: the body: what the tests shall trust
    :returns: the connection for messages, and the results without secrets
    """
    secrets = account.secrets.get(identifier, [])
    with locked_for_write(account, identifier, deadline):
        answer = account.client.run_setup_tests(identifier, trusted, deadline, secrets)
        found = setup_test_results(answer, secrets)
    return f"connection {identifier} ({answer.get('schema')})", found


def setup_test_results(answer: dict[str, Any], secrets: Collection[str]) -> list[SetupTestResult]:
    """Return the results in the response about a connection, without secrets.

    :param secrets: texts that must not be shown
    :raises InvalidResponse: if it has none: a gate must not open because an answer was cut short
    """
    tests = answer.get("setup_tests")
    if not isinstance(tests, list) or not all(isinstance(test, dict) for test in tests):
        request = f"POST /v1/connections/{answer.get('id')}/test"
        raise InvalidResponse(request, 200, "no list under data.setup_tests")
    return [_result(test, without_secret_names(redact_json(test, secrets))) for test in tests]


def worst(found: list[SetupTestResult]) -> str:
    """Return the worst status; PASSED if a connection has no setup tests."""
    return max(found, key=lambda result: result.rank).status if found else STATUSES[0]


def failing_results(found: list[SetupTestResult], fail_on: str) -> list[SetupTestResult]:
    """Return the results that make the resource fail.

    :param fail_on: ``failed``, ``warning`` or ``never``
    """
    first = _FIRST_REFUSED.get(fail_on)
    return [] if first is None else [r for r in found if r.rank >= STATUSES.index(first)]


def results_to_report(found: list[SetupTestResult]) -> list[SetupTestResult]:
    """Return the results that a person should see, whether or not they make the resource fail."""
    return failing_results(found, "warning")


def would_fail(status: Any, fail_on: Any) -> bool:
    """Return True if a worst status would have made the resource fail under ``fail_on``."""
    is_known = isinstance(status, str) and isinstance(fail_on, str)
    return is_known and bool(failing_results([SetupTestResult("", status, None, None)], fail_on))


def _result(original: dict[str, Any], test: dict[str, Any]) -> SetupTestResult:
    """Return the result of a test.

    :param original: as it came: its status decides, even where it reads like a secret
    :param test: the same, without secrets
    """
    status = normalized_word(original.get("status")).upper()
    title = str(test.get("title") or "")
    if status not in STATUSES:
        status = normalized_word(test.get("status")).upper()
    return SetupTestResult(
        title, status, text_of(test.get("message")), text_of(test.get("details"))
    )


def text_of(value: Any) -> str | None:
    """Return a text as it is, and anything else that says something as JSON."""
    if value is None or value in ("", [], {}):
        return None
    return value if isinstance(value, str) else jsontext.dumps(value)


_OF_A_RUN = ("status", "results", "tested_at")


class ConnectionTestResource(TriggeredResource):
    """The resource that runs the setup tests of a connection, and fails if they do."""

    schema = schemas.load("fivetranops_connection_test")

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Plan a run of the tests at creation, for changed triggers, after a failure and after an
        import.
        """
        plan_as_configured(plan)
        is_open = plan.prior is not None and plan.prior.get("tested_at") is None
        private = SetupTestsPrivateState(operation.private)
        if not (is_triggered(plan) or is_open or private.have_failed):
            _explain_fail_on(plan, operation)
            subject = f"connection {plan.planned['connection_id']}"
            warn_about_unsent_changes(
                unsent_changes(plan, self.schema.attributes), subject, operation.diagnostics
            )
            return
        for name in _OF_A_RUN:
            plan.planned[name] = UNKNOWN
        identifier = plan.planned["connection_id"]
        if isinstance(identifier, str):
            account: Account = operation.provider_data
            account.planned_effects.note_tests(identifier)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Send ``POST /v1/connections/{id}/test``. If the tests fail nothing is in state, so the
        next apply runs them again.
        """
        return self._run("create", planned, operation)

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Run the tests if that is planned; if they fail, the state keeps the previous triggers."""
        if planned.get("tested_at") is not UNKNOWN:
            return {}
        private = SetupTestsPrivateState(operation.private)
        private.have_failed = True
        result = self._run("update", planned, operation)
        private.have_failed = False
        return result

    def _run(self, action: str, planned: Object, operation: Operation) -> Object:
        account: Account = operation.provider_data
        identifier, fail_on = require_identifier(planned["connection_id"]), planned["fail_on"]
        deadline = Deadline.of(
            planned.get("timeouts"), action, self.schema.time_limit(action), operation.stopping
        )
        trusted = request.trust_settings(planned)
        with explain_errors("run", self.subject(identifier), errors.advice_on_tests):
            name, found = run_setup_tests(account, identifier, trusted, deadline)
        if refused := failing_results(found, fail_on):
            raise setup_tests_failed(name, refused)
        warn_of_results(name, found, fail_on, operation.diagnostics)
        return {
            "id": identifier,
            "status": worst(found),
            "results": [_attributes(result) for result in found],
            "tested_at": format_timestamp(account.client.server_time()),
        }


def _attributes(result: SetupTestResult) -> dict[str, Any]:
    return result._asdict()


def warn_of_results(
    name: str, found: list[SetupTestResult], fail_on: str, diagnostics: Diagnostics
) -> None:
    """Warn of the results that a person should see although they are no error.

    :param name: the connection
    :param found: all results
    """
    if shown := results_to_report(found):
        listing = truncated("\n".join(map(str, shown)))
        diagnostics.warning(
            f"Setup tests of {name} did not all pass",
            f'{listing}\n\nfail_on is "{fail_on}", so this is not an error.',
        )


def _explain_fail_on(plan: Plan, operation: Operation) -> None:
    """Explain another ``fail_on`` where the last results would not pass under it."""
    if plan.prior is None or not plan.changed("fail_on"):
        return
    status, fail_on = plan.prior.get("status"), plan.planned.get("fail_on")
    if would_fail(status, fail_on):
        operation.diagnostics.warning(
            "The last setup tests would no longer pass",
            f"Their worst status was {status}, at {plan.prior.get('tested_at')}, and fail_on "
            f'becomes "{fail_on}". This change alone runs no tests; it applies from the next '
            "run on. To run them now, change triggers.",
            ("fail_on",),
        )
