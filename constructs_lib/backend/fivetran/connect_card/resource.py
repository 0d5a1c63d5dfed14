"""The resource and the ephemeral resource ``fivetranops_connect_card``: an address at which an end
user sets a connection up.

A card can be neither read back nor revoked, and Fivetran does not say how long it is valid. The
resource issues a card and keeps it in Terraform's state; the ephemeral resource issues one that is
stored nowhere, and neither renews nor closes it. A second card does no harm, so a request whose
response is lost is repeated.

Source: Fivetran's REST API, ``POST /v1/connections/{id}/connect-card``
"""

from __future__ import annotations

from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection.model import (
    check_identifier,
    import_identifier,
    require_identifier,
)
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.managed_object.checks import (
    is_imported,
    unsent_changes,
    warn_about_unsent_changes,
)
from constructs_lib.backend.plugin.resource import (
    EphemeralResource,
    Opened,
    Operation,
    Plan,
    Resource,
)
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object, same

_LEFT_OUT = ("hide_setup_guide", "all_fields", "triggers", "timeouts")
"""The attributes that nobody but the configuration knows: what is taken out of it, is gone."""


class ConnectCardResource(Resource):
    """The resource that issues connect cards."""

    schema = schemas.load("fivetranops_connect_card")
    _renewing = (*schema.sent("update"), "triggers")
    """The attributes whose change issues a new card."""

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Plan the identifier, and whether another card will be issued."""
        for name in _LEFT_OUT:
            if plan.config.get(name) is None:
                plan.planned[name] = None
        check_identifier(plan.planned["connection_id"])
        plan.planned["id"] = plan.planned["connection_id"]
        if plan.is_update and any(map(plan.changed, self._renewing)):
            plan.planned |= {"uri": UNKNOWN, "token": UNKNOWN}
            return
        names = unsent_changes(plan, self.schema.attributes)
        subject = f"the card of connection {plan.planned['connection_id']}"
        warn_about_unsent_changes(names, subject, operation.diagnostics)

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Issue the first card."""
        return self._issue(planned, "create", operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Check that the connection exists; return None if it is gone, and with it its cards."""
        account: Account = operation.provider_data
        if not account.is_known:
            return state
        identifier = state["connection_id"]
        deadline = Deadline(READ_LIMIT, operation.stopping)
        with explain_errors("read", _subject(identifier)):
            try:
                account.client.connection(identifier, deadline)
            except NotFound as error:
                if not is_imported(state):
                    account.presence.confirm_gone(identifier, error, deadline, operation)
                return None
        account.presence.exists(identifier)
        return state

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Issue another card if one of its settings changes."""
        if all(same(prior[name], planned[name]) for name in self._renewing):
            return {"uri": prior["uri"], "token": prior["token"]}
        return self._issue(planned, "update", operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        """Forget the card: Fivetran has no request that revokes it."""

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Import by the identifier of the connection. Its cards cannot be read."""
        known = import_identifier(identifier, "a connect card")
        return {"id": known, "connection_id": known}

    def _issue(self, planned: Object, action: str, operation: Operation) -> Object:
        account: Account = operation.provider_data
        identifier = require_identifier(planned["connection_id"])
        limits: Any = planned.get("timeouts")
        deadline = Deadline.of(limits, action, self.schema.time_limit(action), operation.stopping)
        with explain_errors(action, _subject(identifier)):
            card = account.client.issue_connect_card(identifier, _request(planned), deadline)
        account.presence.exists(identifier)
        return {"id": identifier, "uri": card.uri, "token": card.token}


def _request(values: Object) -> dict[str, Any]:
    """Return the ``connect_card_config`` of a request, without what is left out.

    :param values: the attributes of a connect card, all of them known
    """
    names = schemas.load("fivetranops_connect_card").sent("create")
    return {name: values[name] for name in names if values.get(name) is not None}


def _subject(identifier: str) -> str:
    return f"fivetranops_connect_card {identifier}"


_LIMIT = 300.0


class ConnectCardEphemeralResource(EphemeralResource):
    """The ephemeral resource that issues a connect card for one run."""

    schema = schemas.load("ephemeral.fivetranops_connect_card")

    def open(self, config: Object, operation: Operation) -> Opened:
        """Issue a card. A request whose response is lost is repeated: a second card is harmless."""
        account: Account = operation.provider_data
        identifier = require_identifier(config["connection_id"])
        deadline = Deadline(_LIMIT, operation.stopping)
        with explain_errors("open", f"ephemeral.fivetranops_connect_card {identifier}"):
            card = account.client.issue_connect_card(identifier, _request(config), deadline)
        return Opened({"uri": card.uri, "token": card.token})
