"""Read a connection when Terraform refreshes it, also one whose creation was not confirmed.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/connection-details
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs_lib.backend.fivetran.api.errors import NotFound
from constructs_lib.backend.fivetran.connection import model, plan
from constructs_lib.backend.fivetran.private_state import ConnectionPrivateState
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.managed_object import drift
from constructs_lib.backend.managed_object.checks import is_imported
from constructs_lib.backend.managed_object.model import as_object
from constructs_lib.backend.managed_object.response import configurable_state
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.planning import checks
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Object

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.provider_data import Account

_SETTINGS = ("config", "auth", "unchecked")
"""The attributes that are checked against the catalogue."""


def read_connection(state: Object, operation: Operation) -> Object | None:
    """Return the state as the API reports it; None if the connection is gone.

    While the configuration of the provider is unknown, what is known stays as it is.
    """
    account: Account = operation.provider_data
    if not account.is_known and state.get("service") is not None:
        return state
    deadline = Deadline(READ_LIMIT, operation.stopping)
    if state.get("id") is None:
        return find_unconfirmed(state, deadline, operation)
    echo = drift.echo_of(operation.private)
    confirmed: Object | None = None

    def fits(item: dict[str, Any]) -> bool:
        nonlocal confirmed
        confirmed = model.confirmed_state(state, item, echo)
        return confirmed is not None

    # The plan that imports may not be applied.
    if not account.import_guard.is_imported(state["id"]):
        account.confirm(state["id"])  # Whatever is answered, Terraform's state has it.
    with explain_errors("read", f"fivetranops_connection {state['id']}"):
        try:
            answer = account.client.batched_reader.connection(state["id"], deadline, fits)
        except NotFound as error:
            if not is_imported(state):
                account.presence.confirm_gone(state["id"], error, deadline, operation)
            return None
    account.presence.exists(state["id"])
    account.refreshed.add(state["id"])
    plan.warn_about_pause(state, answer, operation.diagnostics)
    drift.learn_from_refresh(model.MODEL, state, answer, operation.private, operation.diagnostics)
    private = ConnectionPrivateState(operation.private)
    adopted, is_new = private.is_imported, is_imported(state) or private.is_moved
    private.is_moved = False
    if confirmed is not None and not adopted:
        return confirmed
    echo = drift.echo_of(operation.private)
    result = model.refreshed_state(state, answer, echo, adopted=adopted)
    if adopted and is_new:
        return with_valid_settings(result, operation.diagnostics)
    return result


def with_valid_settings(state: Object, diagnostics: Diagnostics) -> Object:
    """Return the state of an import with nothing in it that a configuration may not say.

    What Fivetran answers may be newer than the catalogue of services: settings with which the
    catalogue finds fault are named in ``unchecked``. An attribute that a rule allows only together
    with others is left out, such as an hour for a sync that is not a daily one; that has no effect,
    so no warning is due. What has a default has that, as in a configuration that leaves it out.

    :param state: the state as it was read
    """
    from constructs_lib.schemas.rules import REASON_OF_IMPORT, settings_at_fault

    result = configurable_state(model.MODEL, state, diagnostics)
    at_fault = settings_at_fault(str(state.get("service")), as_object(state.get("config")))
    if at_fault:
        result["unchecked"] = dict.fromkeys(sorted(at_fault), REASON_OF_IMPORT)
    attributes = model.SCHEMA.attributes
    return result | {name: attributes[name].default for name in _out_of_place(result)}


def _out_of_place(state: Object) -> set[str]:
    """Return the attributes that a configuration may not have together with the others."""
    from constructs_lib.schemas.rules import HCL, connection_rules

    attributes = model.SCHEMA.attributes
    configured = {name: state.get(name) for name, one in attributes.items() if not one.read_only}
    found = checks.rule_problems(connection_rules(HCL, checks.is_unknown), configured)
    places = {str(problem.path[0]) for problem in found if problem.is_error and problem.path}
    return {name for name in places if attributes[name].optional and name not in _SETTINGS}


def find_unconfirmed(state: Object, deadline: Deadline, operation: Operation) -> Object | None:
    """Return the connection whose creation was not confirmed, if it exists by now."""
    from constructs_lib.backend.fivetran.connection import creation_search
    from constructs_lib.backend.fivetran.journal.creations import Name

    account: Account = operation.provider_data
    private = ConnectionPrivateState(operation.private)
    trace = private.trace
    if trace is None:
        return None
    with explain_errors("look for", f"fivetranops_connection {state.get('service')}"):
        answer = creation_search.find(account.client, trace, deadline)
    if answer is None:
        return None
    private.trace = None
    account.refreshed.add(answer["id"])
    if account.journal is not None:
        account.journal.creations.remove(Name(account.client.account, *trace[:3]))
    operation.diagnostics.warning(
        f"Connection {answer['id']} was found again",
        "The response to its creation was lost. Terraform marks it as tainted and replaces it "
        "with the next apply; to keep it, run 'terraform untaint' on its address first.",
    )
    return model.refreshed_state(state, answer, {})
