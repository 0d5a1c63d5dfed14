"""The resource ``fivetranops_connection``: one Fivetran connection.

Source: https://fivetran.com/docs/rest-api/api-reference/connections
"""

from __future__ import annotations

from typing import Any

from constructs_lib.backend.fivetran import connection_answer, connection_plan, setup_tests
from constructs_lib.backend.fivetran import connection_request as requests_
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.deadline import Deadline
from constructs_lib.backend.fivetran.errors import NotFound
from constructs_lib.backend.fivetran.explanation import explained
from constructs_lib.backend.fivetran.ledger import Ledger, applied_times, secrets_of
from constructs_lib.backend.fivetran.redaction import texts
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.values import Object

_READ_LIMIT = 600.0
_DEFAULTS = {"create": "20m", "update": "20m", "delete": "10m"}


class ConnectionResource(Resource):
    """Creates, reads, changes and deletes a connection, with the fewest requests that do it."""

    schema = connection_answer.SCHEMA

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Sharpens the planned values by the rules of :mod:`connection_plan`."""
        account: Account = operation.client
        if plan.is_update:
            connection_plan.keep_unmanaged_keys(plan)
        connection_plan.plan_secrets(
            plan, Ledger(operation.private, account.vault), operation.diagnostics
        )
        if plan.is_update:
            connection_plan.plan_replacement(plan, operation.diagnostics)
            connection_plan.plan_controls(plan, operation.diagnostics)
            connection_plan.plan_influences(plan)
            connection_plan.warn_of_unmanaged_keys(plan, operation.diagnostics)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """``POST /v1/connections``. From then on the connection is in state, whatever follows."""
        account: Account = operation.client
        deadline = _deadline("create", config, operation)
        body = requests_.creation(planned, config)
        secrets = secrets_of(config)
        subject = f"fivetranops_connection {body.get('service')}"
        with explained("create", subject):
            answer = account.client.create_connection(body, deadline, _texts(secrets))
        result = self._settled(planned, None, body, answer, secrets, operation)
        operation.save(result)
        _report_tests(answer, config, operation, _texts(secrets))
        return result | self._schema_status(planned, answer, deadline, operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """``GET /v1/connections/{id}``; None if it is gone."""
        account: Account = operation.client
        deadline = Deadline(_READ_LIMIT, operation.stopping)
        with explained("read", f"fivetranops_connection {state['id']}"):
            try:
                answer = account.client.connection(state["id"], deadline)
            except NotFound:
                return None
        return connection_answer.refreshed(state, answer, operation.private.get("echo", {}))

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """``PATCH /v1/connections/{id}`` with what changed; a GET if nothing needs to be sent."""
        account: Account = operation.client
        deadline = _deadline("update", config, operation)
        secrets = secrets_of(config)
        changed = Ledger(operation.private, account.vault).changed(secrets)
        body = requests_.modification(prior, planned, config, changed)
        with explained("update", f"fivetranops_connection {prior['id']}"):
            if body:
                answer = account.client.modify_connection(
                    prior["id"], body, deadline, _texts(secrets)
                )
            else:
                answer = account.client.connection(prior["id"], deadline)
        result = self._settled(planned, prior, body, answer, secrets, operation, changed)
        operation.save(result)
        _report_tests(answer, config, operation, _texts(secrets))
        return result

    def delete(self, prior: Object, operation: Operation) -> None:
        """``DELETE /v1/connections/{id}``; one that is gone already is deleted."""
        account: Account = operation.client
        with explained("delete", f"fivetranops_connection {prior['id']}"):
            try:
                account.client.delete_connection(prior["id"], _deadline("delete", prior, operation))
            except NotFound:
                return

    def _settled(
        self,
        planned: Object,
        prior: Object | None,
        body: dict[str, Any],
        answer: dict[str, Any],
        secrets: dict[str, Any],
        operation: Operation,
        sent: list[str] | None = None,
    ) -> Object:
        """The state after a request; notes the secrets and what the API made of the settings."""
        Ledger(operation.private, operation.client.vault).record(secrets)
        echo = operation.private.setdefault("echo", {})
        _forget(echo, body)
        echo.update(connection_answer.echoes(body, answer))
        before = (prior or {}).get("secrets_applied")
        times = applied_times(
            planned.get("secrets_applied"), before, sorted(secrets) if sent is None else sent
        )
        return {**planned, **connection_answer.facts(answer), "secrets_applied": times}

    def _schema_status(
        self, planned: Object, answer: dict[str, Any], deadline: Deadline, operation: Operation
    ) -> Object:
        """Sets ``schema_status`` after the creation, which does not take it."""
        wanted = planned.get("schema_status")
        if not isinstance(wanted, str) or wanted == connection_answer.facts(answer).get(
            "schema_status"
        ):
            return {}
        with explained("set schema_status of", f"fivetranops_connection {answer['id']}"):
            account: Account = operation.client
            account.client.modify_connection(answer["id"], {"schema_status": wanted}, deadline)
        return {"schema_status": wanted}


def _deadline(name: str, values: Object, operation: Operation) -> Deadline:
    return Deadline.of(values.get("timeouts"), name, _DEFAULTS[name], operation.stopping)


def _texts(secrets: dict[str, Any]) -> list[str]:
    return list(texts(secrets))


def _forget(echo: dict[str, str], body: dict[str, Any]) -> None:
    """Drops what the API once made of the settings that are sent anew."""
    for name in (*body, *(f"config.{key}" for key in body.get("config") or ())):
        echo.pop(name, None)


def _report_tests(
    answer: dict[str, Any], config: Object, operation: Operation, secrets: list[str]
) -> None:
    setup_tests.report(
        answer,
        operation.diagnostics,
        subject=f"connection {answer.get('id')} ({answer.get('schema')})",
        required=config.get("require_setup_tests") is True,
        secrets=secrets,
    )
