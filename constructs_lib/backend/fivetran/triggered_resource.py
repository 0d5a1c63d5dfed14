"""What the resources share that do something with a connection, once.

Such a resource is no object in Fivetran: it remembers what it did last, and for which triggers.
Reading it checks whether its connection still exists, and destroying it only forgets.
"""

from __future__ import annotations

from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection.model import check_identifier, import_identifier
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.managed_object.checks import is_imported
from constructs_lib.backend.plugin.resource import Operation, Plan, Resource
from constructs_lib.backend.plugin.values.value import Object

_AS_CONFIGURED = ("triggers", "scope", "resync_everything", "on_reschedule", "timeouts")


class TriggeredResource(Resource):
    """A resource with ``connection_id``, ``triggers`` and ``timeouts``."""

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Keep what was done; return None if the connection is gone."""
        account: Account = operation.provider_data
        if not account.is_known:
            return state
        identifier = state["connection_id"]
        deadline = Deadline(READ_LIMIT, operation.stopping)
        with explain_errors("read", self.subject(identifier)):
            try:
                account.client.connection(identifier, deadline)
            except NotFound as error:
                if not is_imported(state):
                    account.presence.confirm_gone(identifier, error, deadline, operation)
                return None
        account.presence.exists(identifier)
        result = {**state, "id": identifier}
        for name, attribute in self.schema.attributes.items():
            if attribute.default is not None and result.get(name) is None:
                result[name] = attribute.default
        return result

    def delete(self, prior: Object, operation: Operation) -> None:
        """Forget the resource; what was done stays done, and nothing is sent."""

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Import by the identifier of the connection."""
        known = import_identifier(identifier, f"a {self.schema.name}")
        return {"id": known, "connection_id": known}

    def subject(self, identifier: str) -> str:
        """Return the name of the resource for messages."""
        return f"{self.schema.name} {identifier}"


def plan_as_configured(plan: Plan) -> None:
    """Plan what follows from the configuration alone: what is removed from it is gone."""
    check_identifier(plan.planned["connection_id"])
    plan.planned["id"] = plan.planned["connection_id"]
    for name in _AS_CONFIGURED:
        if name in plan.planned:
            plan.planned[name] = _kept(plan, name)


def is_triggered(plan: Plan) -> bool:
    """Return True at creation, and when the triggers changed. Removing them is no trigger."""
    return plan.is_create or (plan.planned.get("triggers") is not None and plan.changed("triggers"))


def _kept(plan: Plan, name: str) -> object:
    return None if plan.config.get(name) is None else plan.planned[name]
