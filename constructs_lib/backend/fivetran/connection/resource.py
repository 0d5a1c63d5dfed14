"""The resource ``fivetranops_connection``: one Fivetran connection.

Source: https://fivetran.com/docs/rest-api/api-reference/connections
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran import connection
from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection import model, request, setup_tests
from constructs_lib.backend.fivetran.connection.model import import_identifier
from constructs_lib.backend.fivetran.connection.plan import (
    announce_takeover,
    keep_imported_settings,
    may_run_tests,
    plan_card_of_creation,
    plan_connect_card,
    plan_replacement,
    plan_secrets,
    plan_side_effects,
    plan_unchecked,
    refuse_another_schema,
    warn_about_no_history,
    warn_about_unsent_settings,
)
from constructs_lib.backend.fivetran.connection.read import (
    find_unconfirmed,
    read_connection,
)
from constructs_lib.backend.fivetran.connection.secrets import (
    check_unset_secrets,
    secrets_sent_along,
    warn_about_secrets_sent_along,
)
from constructs_lib.backend.fivetran.private_state import ConnectionPrivateState
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.redaction import texts_in
from constructs_lib.backend.managed_object import drift
from constructs_lib.backend.managed_object.secret_tracking import (
    SecretTracking,
    applied_times,
    secrets_of,
)
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.resource import MovedState, Operation, Plan, Resource
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object, same

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.provider_data import Account


class ConnectionResource(Resource):
    """The resource that creates, reads, changes and deletes a connection, with as few requests as
    possible.
    """

    schema = schemas.load("fivetranops_connection")
    plan_waits = False

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check what a schema cannot express."""
        connection.check_settings(config, diagnostics)

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Refine the planned values, rule by rule."""
        # During apply a plan is made of values that were not known when they were validated.
        if not plan.is_validated:
            self.validate(plan.config, operation.diagnostics)
        if plan.config.get("pause_to_update") is None:
            # Nobody but the configuration knows it: what is taken out of it is gone.
            plan.planned["pause_to_update"] = None
        account: Account = operation.provider_data
        account.note_activity()
        tracking = _tracking(operation)
        if plan.prior is None:
            plan_card_of_creation(plan)
            plan_unchecked(plan, adopted=False)
            announce_takeover(plan, account, operation)
            check_unset_secrets(plan, tracking, operation.diagnostics)
            plan_secrets(plan, tracking, operation.diagnostics)
            warn_about_no_history(plan, operation.diagnostics)
            return
        adopted = ConnectionPrivateState(operation.private).is_imported
        if adopted:
            keep_imported_settings(plan)
        elif plan.prior.get("id") is not None:
            account.confirm(plan.prior["id"])
        plan_unchecked(plan, adopted=adopted)
        check_unset_secrets(plan, tracking, operation.diagnostics)
        changed = tracking.changed(secrets_of(plan.config))
        along = secrets_sent_along(plan.prior, plan.planned, plan.config)
        plan_secrets(plan, tracking, operation.diagnostics, along)
        account.secrets[plan.prior["id"]] = _texts(secrets_of(plan.config))
        repeats = setup_tests.must_repeat_tests(plan.config, operation)
        if plan.changes_nothing and not changed and not along and not repeats:
            return  # The rules below are about changes.
        refreshed = plan.prior.get("id") in account.refreshed
        plan_replacement(plan, operation.diagnostics, refreshed=refreshed)
        plan_connect_card(plan, operation.diagnostics)
        plan_side_effects(plan)
        warn_about_secrets_sent_along(plan, sorted({*along} - {*changed}), operation.diagnostics)
        sent = sorted({*changed, *along})
        body = request.update_body(plan.prior, plan.planned, plan.config, sent, operation.private)
        warn_about_unsent_settings(plan, body, operation.diagnostics)
        if repeats:
            plan.planned["setup_state"] = UNKNOWN
        runs_tests = repeats or may_run_tests(plan)
        account.planned_effects.note_connection(plan, runs_tests=runs_tests)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Send ``POST /v1/connections``. From then on the connection is in state."""
        # They load the client, which a check of a configuration does not need.
        from constructs_lib.backend.fivetran.connection import creation, creation_search

        creation.load_ahead(planned.get("service"))
        account: Account = operation.provider_data
        deadline = _deadline("create", config, operation)
        body = request.creation_body(planned, config)
        secrets = secrets_of(config)
        subject = f"fivetranops_connection {body.get('service')}"
        with explain_errors("create", subject, creation_search.advice(planned)):
            answer = self._post(account, body, deadline, planned, secrets, operation)
        result = self._state_after(planned, None, body, answer, secrets, operation)
        result["connect_card"] = _card_of_creation(planned, answer)
        operation.save(result)
        setup_tests.report_and_record(answer, config, operation, _texts(secrets))
        account.secrets[answer["id"]] = _texts(secrets)
        account.warn_about_journal(operation.diagnostics)
        return result | self._schema_status(planned, config, answer, deadline, operation)

    def _post(
        self,
        account: Account,
        body: dict[str, Any],
        deadline: Deadline,
        planned: Object,
        secrets: dict[str, Any],
        operation: Operation,
    ) -> dict[str, Any]:
        from constructs_lib.backend.fivetran.connection import creation, creation_search

        def save(identifier: str) -> None:
            """Save the identifier: from here on the connection exists, whatever fails then."""
            operation.save({**planned, "id": identifier})
            account.presence.created(identifier)

        try:
            answer, how = creation.create(account, body, deadline, _texts(secrets), save)
        except creation_search.LostCreation as lost:
            ConnectionPrivateState(operation.private).trace = lost.trace
            operation.save({**planned, "id": None})
            raise
        if how is creation.Origin.FOUND:
            operation.diagnostics.warning(
                f"The response to the creation of connection {answer['id']} was lost",
                "The connection was found again by its name, and is in state. It is not known "
                "whether its setup tests were run; the next change of config runs them.",
            )
        if how is creation.Origin.TAKEN_OVER:
            pauses = planned.get("pause_to_update") is True
            answer = self._take_over(account, answer, body, deadline, secrets, pauses_for_it=pauses)
            operation.diagnostics.warning(
                f"Connection {answer['id']} ({answer.get('schema')}) was adopted",
                "An interrupted run had created it, and it was not in Terraform's state. No "
                "second one was created, and all its settings were set as planned.",
            )
        return answer

    @staticmethod
    def _take_over(
        account: Account,
        there: dict[str, Any],
        body: dict[str, Any],
        deadline: Deadline,
        secrets: dict[str, Any],
        *,
        pauses_for_it: bool,
    ) -> dict[str, Any]:
        """Change a connection that is taken over to what its creation asks for.

        :param pauses_for_it: True to pause the connection if a sync is in the way
        """
        from constructs_lib.backend.fivetran.connection.update import locked_update

        # It may be there with nothing to change but its name: then it is what was asked for.
        sent, identifier = request.takeover_body(body), there["id"]
        client, texts_ = account.client, _texts(secrets)
        with locked_update(account, identifier, deadline, texts_) as update:
            answer = there
            if sent:
                answer = update.send(sent, pauses_for_it=pauses_for_it, live=there)
            if setup_tests.were_run(sent, answer) or body.get("run_setup_tests") is False:
                return answer
            # Without a change of config the API may run no tests, as it does at a creation.
            return client.run_setup_tests(
                identifier, request.trust_settings(body), deadline, texts_
            )

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Send ``GET /v1/connections/{id}``; return None if it is gone. While the configuration of
        the provider is unknown, the state stays as it is.
        """
        return read_connection(state, operation)

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Send ``PATCH /v1/connections/{id}`` with what changed. If nothing is to be sent, run the
        setup tests if they are required and failed before, otherwise send a GET.
        """
        from constructs_lib.backend.fivetran.connection.update import locked_update

        account: Account = operation.provider_data
        deadline = _deadline("update", config, operation)
        secrets = secrets_of(config)
        changed = _tracking(operation).changed(secrets)
        sent = sorted({*changed, *secrets_sent_along(prior, planned, config)})
        refuse_another_schema(prior, planned)
        body = request.update_body(prior, planned, config, sent, operation.private)
        echo = drift.echo_of(operation.private)
        check = partial(drift.require_unchanged, model.MODEL, prior, planned, echo=echo)
        locked = locked_update(account, prior["id"], deadline, _texts(secrets), check)
        with explain_errors("update", f"fivetranops_connection {prior['id']}"), locked as update:
            pauses = planned.get("pause_to_update") is True
            answer = update.send(body, pauses_for_it=pauses) if body else {}
            if update.has_paused:
                account.warn_about_journal(operation.diagnostics)
            if not body or setup_tests.needs_tests(answer, config, operation):
                answer = self._tested(account, prior["id"], config, deadline, operation)
        account.presence.exists(prior["id"])
        result = self._state_after(planned, prior, body, answer, secrets, operation, sent)
        operation.save(result)
        setup_tests.report_and_record(answer, config, operation, _texts(secrets))
        return result

    def delete(self, prior: Object, operation: Operation) -> None:
        """Send ``DELETE /v1/connections/{id}``; a connection that is gone already counts as
        deleted.
        """
        from constructs_lib.backend.fivetran.provider_data import locked_for_write

        account: Account = operation.provider_data
        if prior.get("id") is None:
            found = find_unconfirmed(prior, _deadline("delete", prior, operation), operation)
            if found is None:
                return
            prior = found
        deadline = _deadline("delete", prior, operation)
        with explain_errors("delete", f"fivetranops_connection {prior['id']}"):
            try:
                with locked_for_write(account, prior["id"], deadline):
                    account.client.delete_connection(prior["id"], deadline)
            except NotFound as error:
                # It may wait for others, and must not hold the locks of the connection meanwhile.
                account.presence.confirm_deleted(prior["id"], error, deadline, operation)
                return
        account.presence.deleted(prior["id"])

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Import by the identifier of the connection."""
        known = import_identifier(identifier, "a connection")
        ConnectionPrivateState(operation.private).is_imported = True
        operation.provider_data.import_guard.note_import(known)
        return {"id": known}

    def move_state(self, source: MovedState, operation: Operation) -> Object:
        """Take over a connection from the state of Fivetran's own provider, without its secrets."""
        from constructs_lib.backend.fivetran.moved_state import is_official, moved_connection

        if is_official(source):
            return moved_connection(source, operation)
        return super().move_state(source, operation)

    def plan_destroy(self, prior: Object, operation: Operation) -> None:
        """Refuse to destroy what the same run imports under another address."""
        operation.provider_data.import_guard.note_destruction(prior.get("id"))
        operation.provider_data.planned_effects.note_destroyed(str(prior.get("id")))

    def _tested(
        self,
        account: Account,
        identifier: str,
        config: Object,
        deadline: Deadline,
        operation: Operation,
    ) -> dict[str, Any]:
        """Return the connection, after its setup tests if they are required and failed before."""
        if not setup_tests.must_repeat_tests(config, operation):
            return account.client.connection(identifier, deadline)
        secrets, controls = _texts(secrets_of(config)), request.trust_settings(config)
        return account.client.run_setup_tests(identifier, controls, deadline, secrets)

    def _state_after(
        self,
        planned: Object,
        prior: Object | None,
        body: dict[str, Any],
        answer: dict[str, Any],
        secrets: dict[str, Any],
        operation: Operation,
        sent: list[str] | None = None,
    ) -> Object:
        """Return the state after a request; note the secrets, and what the API made of the settings
        sent.
        """
        _tracking(operation).record(secrets)
        if prior is None or not same(prior["config"], planned["config"]):
            # From here on the state has the form of the configuration, not of the import.
            ConnectionPrivateState(operation.private).is_imported = False
        settings = request.settings_in_response(planned, body)
        drift.record_sent(model.MODEL, operation.private, settings, body, answer, secrets)
        drift.note_absent(model.MODEL, operation.private, planned, answer)
        before = (prior or {}).get("secrets_applied")
        times = applied_times(
            planned.get("secrets_applied"), before, sorted(secrets) if sent is None else sent
        )
        return {**planned, **model.attributes_of(answer), "secrets_applied": times}

    def _schema_status(
        self,
        planned: Object,
        config: Object,
        answer: dict[str, Any],
        deadline: Deadline,
        operation: Operation,
    ) -> Object:
        """Set ``schema_status`` after the creation, which does not take it."""
        wanted = planned.get("schema_status")
        status = model.request_value("schema_status", wanted)
        if not isinstance(wanted, str) or status == model.attributes_of(answer).get(
            "schema_status"
        ):
            return {}
        from constructs_lib.backend.fivetran.connection.update import locked_update

        account: Account = operation.provider_data
        explaining = explain_errors(
            "set schema_status of", f"fivetranops_connection {answer['id']}"
        )
        secrets = _texts(secrets_of(config))
        with explaining, locked_update(account, answer["id"], deadline, secrets) as update:
            body = request.with_controls({"schema_status": status}, config)
            # The first sync may run already, and be in the way.
            pauses = planned.get("pause_to_update") is True
            changed = update.send(body, pauses_for_it=pauses, live=answer)
        drift.record_sent(model.MODEL, operation.private, body, body, changed, {})
        return {"schema_status": wanted}


def _card_of_creation(planned: Object, answer: dict[str, Any]) -> Object | None:
    """Return the connect card in the answer to a creation; None if nobody has asked for one."""
    from constructs_lib.backend.fivetran.api.exchange import Card

    is_wanted = planned.get("connect_card_config") is not None
    card = Card.of(answer) if is_wanted else None
    return None if card is None else {"uri": card.uri, "token": card.token}


def _deadline(name: str, values: Object, operation: Operation) -> Deadline:
    limit = model.SCHEMA.time_limit(name)
    return Deadline.of(values.get("timeouts"), name, limit, operation.stopping)


def _texts(secrets: dict[str, Any]) -> list[str]:
    return list(texts_in(secrets))


def _tracking(operation: Operation) -> SecretTracking:
    hasher = operation.provider_data.secret_hasher
    return SecretTracking(operation.private, hasher, model.MODEL.item_keys)
