"""Change the status of a connector: which steps are allowed, taking them, and planning them.

The table of transitions is :mod:`constructs_lib.schemas.connector_status`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from constructs_lib.backend.elastic.client import Client, Cluster, status_of
from constructs_lib.backend.elastic.errors import (
    ApiError,
    NotFound,
    StatusUnknown,
    TransitionNotAllowed,
    VendorError,
)
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.schemas import connector_status


class StatusRequest(NamedTuple):
    """The change of the status of one connector."""

    identifier: str
    status: str
    """The status to set, in lower case."""
    via: str
    """``direct`` or ``shortest``."""
    seen: str | None = None
    """The status that the last refresh saw; None if there was none."""


class Outcome(NamedTuple):
    """What was done."""

    found: str
    """The status before."""
    steps: tuple[str, ...]
    """The statuses that were set; none if the wanted one was there already."""
    connector: dict[str, Any]
    """The document before."""


def path_text(*statuses: str) -> str:
    """Return a path as text, such as ``created -> configured``."""
    return " -> ".join(statuses)


def steps(client: Client, wish: StatusRequest, current: str, deadline: Deadline) -> tuple[str, ...]:
    """Return the statuses to set, in order; none if the connector has the wanted one already.

    :raises TransitionNotAllowed: if the protocol does not allow it
    :raises StatusUnknown: if the connector has a status that is not in the table
    """
    if current == wish.status:
        return ()
    if current not in connector_status.STATUSES:
        raise StatusUnknown(wish.identifier, current)
    path = connector_status.shortest(current, wish.status)
    if path is None or (wish.via == "direct" and len(path) > 1):
        allowed = connector_status.allowed(current, strict=client.is_strict(deadline))
        raise _refused(wish, current, allowed, path)
    return path


def change_status(
    client: Client, wish: StatusRequest, deadline: Deadline, on_effect: Callable[[str], None]
) -> Outcome:
    """Set the status step by step; send nothing if the connector has it already.

    :param on_effect: is called with the status before all steps when one took effect, or may have
    :raises VendorError: if a step failed; the message names the status of the connector
    """
    document = client.connector(wish.identifier, deadline)
    found = status_of(document)
    path = steps(client, wish, found, deadline)
    before = found
    for step in path:
        try:
            _set(client, wish, before, step, deadline, lambda: on_effect(found))
        except VendorError as error:
            if before != found:
                words = f"The status was {found}, and got as far as {before}."
                error.tried = f"{error.tried} {words}".strip()
            raise
        before = step
    return Outcome(found, path, document)


def is_on_the_way(found: str, before: str, wanted: str) -> bool:
    """Return True if a change from ``before`` to ``wanted`` may have stopped at this status."""
    path = connector_status.shortest(before, wanted) if before in connector_status.STATUSES else ()
    return found in (path or ())


def _set(
    client: Client,
    wish: StatusRequest,
    before: str,
    step: str,
    deadline: Deadline,
    on_effect: Callable[[], None],
) -> None:
    try:
        client.set_status(wish.identifier, before, step, deadline, on_effect)
    except ApiError as error:
        if error.status != 400:
            raise
        # It may be refused only because it was set meanwhile, by a lost attempt of ours too.
        now = status_of(client.connector(wish.identifier, deadline))
        if now == step:
            return
        if now == before or now not in connector_status.STATUSES:
            raise
        allowed = connector_status.allowed(now, strict=client.is_strict(deadline))
        path = connector_status.shortest(now, wish.status)
        raise _refused(wish._replace(seen=before), now, allowed, path) from None


def _refused(
    wish: StatusRequest, current: str, allowed: tuple[str, ...], path: tuple[str, ...] | None
) -> TransitionNotAllowed:
    since = ""
    if wish.seen is not None and wish.seen != current:
        since = f"; it was {wish.seen} when it was looked at before"
    words = (
        f"the status of connector {wish.identifier} is {current}{since}. The Connector Protocol "
        f"does not allow {path_text(current, wish.status)}; allowed after {current} are "
        f"{', '.join(allowed)}"
    )
    if path is None:
        return TransitionNotAllowed(
            words, f"Nothing leads to {wish.status}: configure another status."
        )
    way = path_text(current, *path)
    return TransitionNotAllowed(
        words, f'Configure one of those, or set via = "shortest" to go {way}.'
    )


_READ_LIMIT = 120.0
_ENFORCED = (
    'drift_policy is "enforce": what the connector service wrote is set back. With "on_change" it '
    "is left alone."
)


def explain(plan: Plan, wish: StatusRequest, operation: Operation) -> None:
    """Warn of the steps that the apply will take.

    :raises ProviderError: if the transition is not allowed
    """
    cluster: Cluster = operation.client
    if not cluster.is_known:
        return
    deadline = Deadline(_READ_LIMIT, operation.stopping)
    with explain_errors("plan", f"elasticops_connector_status {wish.identifier}"):
        try:
            current = status_of(cluster.client.connector(wish.identifier, deadline))
        except NotFound:
            if not cluster.presence.is_refused(wish.identifier, deadline, operation):
                _warn_of_missing(wish, operation)
            return
        path = steps(cluster.client, wish, current, deadline)
    if path:
        _warn_of_steps(plan, wish, (current, *path), operation)
    else:
        _tell_of_no_step(wish, operation)


def _warn_of_steps(
    plan: Plan, wish: StatusRequest, path: tuple[str, ...], operation: Operation
) -> None:
    is_enforced = plan.is_update and plan.planned.get("drift_policy") == "enforce"
    parts = [f"From where it stands now to what is configured: {path_text(*path)}."]
    if len(path) > 2:
        count = len(path) - 1
        parts.append(f'via is "shortest": {count} requests are sent, one for each step.')
    if is_enforced:
        parts.append(_ENFORCED)
    summary = f"The status of connector {wish.identifier} will be set"
    operation.diagnostics.warning(summary, "\n\n".join(parts), ("status",))


def _tell_of_no_step(wish: StatusRequest, operation: Operation) -> None:
    operation.diagnostics.warning(
        f"The status of connector {wish.identifier} is {wish.status} already",
        "It is the configured one: unless it changes before the apply, nothing is sent.",
        ("status",),
    )


def _warn_of_missing(wish: StatusRequest, operation: Operation) -> None:
    operation.diagnostics.warning(
        f"Connector {wish.identifier} does not exist yet",
        "So it cannot be told whether its status may be set. Unless something creates it in the "
        "same run before this, the apply will fail: check connector_id.",
        ("connector_id",),
    )
