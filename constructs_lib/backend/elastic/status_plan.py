"""What the plan for a status says in words: where it stands, and by which steps it goes where."""

from __future__ import annotations

from constructs_lib.backend.elastic import transition
from constructs_lib.backend.elastic.client import status_of
from constructs_lib.backend.elastic.cluster import Cluster
from constructs_lib.backend.elastic.errors import NotFound
from constructs_lib.backend.elastic.transition import Wish, arrow
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.plugin.resource import Operation, Plan

_READ_LIMIT = 120.0
_ENFORCED = (
    'drift_policy is "enforce": what the connector service wrote is set back. With "on_change" it '
    "is left alone."
)


def explain(plan: Plan, wish: Wish, operation: Operation) -> None:
    """Warns of the steps that the apply will take.

    :raises ProviderError: if the transition is not allowed
    """
    cluster: Cluster = operation.client
    if not cluster.is_known:
        return
    deadline = Deadline(_READ_LIMIT, operation.stopping)
    with explained("plan", f"elasticops_connector_status {wish.identifier}"):
        try:
            current = status_of(cluster.client.connector(wish.identifier, deadline))
        except NotFound:
            if not cluster.presence.is_refused(wish.identifier, deadline, operation):
                _warn_of_missing(wish, operation)
            return
        path = transition.steps(cluster.client, wish, current, deadline)
    if path:
        _warn_of_steps(plan, wish, (current, *path), operation)
    else:
        _tell_of_no_step(wish, operation)


def _warn_of_steps(plan: Plan, wish: Wish, path: tuple[str, ...], operation: Operation) -> None:
    is_enforced = plan.is_update and plan.planned.get("drift_policy") == "enforce"
    parts = [f"From where it stands now to what is configured: {arrow(*path)}."]
    if len(path) > 2:
        count = len(path) - 1
        parts.append(f'via is "shortest": {count} requests are sent, one for each step.')
    if is_enforced:
        parts.append(_ENFORCED)
    summary = f"The status of connector {wish.identifier} will be set"
    operation.diagnostics.warning(summary, "\n\n".join(parts), ("status",))


def _tell_of_no_step(wish: Wish, operation: Operation) -> None:
    operation.diagnostics.warning(
        f"The status of connector {wish.identifier} is {wish.status} already",
        "It is the configured one: unless it changes before the apply, nothing is sent.",
        ("status",),
    )


def _warn_of_missing(wish: Wish, operation: Operation) -> None:
    operation.diagnostics.warning(
        f"Connector {wish.identifier} does not exist yet",
        "So it cannot be told whether its status may be set. Unless something creates it in the "
        "same run before this, the apply will fail: check connector_id.",
        ("connector_id",),
    )
