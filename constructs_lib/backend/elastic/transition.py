"""Change the status of a connector: which steps are allowed, taking them, and planning them.

The table of transitions is :mod:`constructs_lib.schemas.connector_status`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from constructs_lib.backend.elastic.client import Client, Cluster, status_of
from constructs_lib.backend.elastic.exchange import (
    ApiError,
    NotFound,
    StatusUnknown,
    TransitionNotAllowed,
    VendorError,
)
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.records import NamedTuple
from constructs_lib.schemas import connector_status

READ_LIMIT = 120.0
"""Seconds for reading a connector outside of an apply."""
_ENFORCED = (
    'drift_policy is "enforce": the status that the connector service wrote is overwritten. '
    'With "on_change" it is left alone.'
)


class StatusRequest(NamedTuple):
    """The change of the status of one connector."""

    identifier: str
    status: str
    """The status to set, in lower case."""
    via: str
    """``direct`` or ``shortest``."""
    snapshot: str | None = None
    """The status that the last refresh saw; None if there was none."""


class Outcome(NamedTuple):
    """The result of a change of the status."""

    found: str
    """The status before."""
    steps: tuple[str, ...]
    """The statuses that were set; none if the wanted one was there already."""
    connector: dict[str, Any]
    """The document before."""


def path_text(*statuses: str) -> str:
    """Return a path as text, such as ``created -> configured``."""
    return " -> ".join(statuses)


def steps(
    client: Client, request: StatusRequest, current: str, deadline: Deadline
) -> tuple[str, ...]:
    """Return the statuses to set, in order; none if the connector has the wanted one already.

    :raises TransitionNotAllowed: if the protocol does not allow it
    :raises StatusUnknown: if the connector has a status that is not in the table
    """
    if current == request.status:
        return ()
    if current not in connector_status.STATUSES:
        raise StatusUnknown(request.identifier, current)
    path = connector_status.shortest_path(current, request.status)
    if path is None or (request.via == "direct" and len(path) > 1):
        allowed = connector_status.next_statuses(current, strict=client.is_strict(deadline))
        raise _refused(request, current, allowed, path)
    return path


def change_status(
    client: Client, request: StatusRequest, deadline: Deadline, on_effect: Callable[[str], None]
) -> Outcome:
    """Set the status step by step; send nothing if the connector has it already.

    :param on_effect: is called with the status before all steps when one took effect, or may have
    :raises VendorError: if a step failed; the message names the status of the connector
    """
    document = client.connector(request.identifier, deadline)
    found = status_of(document)
    path = steps(client, request, found, deadline)
    before = found
    for step in path:
        try:
            _set(client, request, before, step, deadline, lambda: on_effect(found))
        except VendorError as error:
            if before != found:
                words = f"The status was {found} and is now {before}."
                error.tried = f"{error.tried} {words}".strip()
            raise
        before = step
    return Outcome(found, path, document)


def is_on_the_way(found: str, before: str, wanted: str) -> bool:
    """Return True if a change from ``before`` to ``wanted`` may have stopped at this status."""
    path = (
        connector_status.shortest_path(before, wanted)
        if before in connector_status.STATUSES
        else ()
    )
    return found in (path or ())


def _set(
    client: Client,
    request: StatusRequest,
    before: str,
    step: str,
    deadline: Deadline,
    on_effect: Callable[[], None],
) -> None:
    try:
        client.set_status(request.identifier, before, step, deadline, on_effect)
    except ApiError as error:
        if error.status != 400:
            raise
        # It may be refused only because it was set meanwhile, by a lost attempt of ours too.
        now = status_of(client.connector(request.identifier, deadline))
        if now == step:
            return
        if now == before or now not in connector_status.STATUSES:
            raise
        allowed = connector_status.next_statuses(now, strict=client.is_strict(deadline))
        path = connector_status.shortest_path(now, request.status)
        raise _refused(request._replace(snapshot=before), now, allowed, path) from None


def _refused(
    request: StatusRequest, current: str, allowed: tuple[str, ...], path: tuple[str, ...] | None
) -> TransitionNotAllowed:
    since = ""
    if request.snapshot is not None and request.snapshot != current:
        since = f"; it was {request.snapshot} when it was last read"
    words = (
        f"the status of connector {request.identifier} is {current}{since}. The Connector Protocol "
        f"does not allow {path_text(current, request.status)}; allowed after {current} are "
        f"{', '.join(allowed)}"
    )
    if path is None:
        return TransitionNotAllowed(
            words, f"No steps lead to {request.status}: configure another status."
        )
    way = path_text(current, *path)
    return TransitionNotAllowed(
        words, f'Configure one of those, or set via = "shortest" to go {way}.'
    )


def explain(plan: Plan, request: StatusRequest, operation: Operation) -> None:
    """Warn of the steps that the apply will take.

    :raises ProviderError: if the transition is not allowed
    """
    cluster: Cluster = operation.provider_data
    if not cluster.is_known:
        return
    deadline = Deadline(READ_LIMIT, operation.stopping)
    with explain_errors("plan", f"elasticops_connector_status {request.identifier}"):
        try:
            current = status_of(cluster.client.connector(request.identifier, deadline))
        except NotFound:
            if not cluster.presence.is_refused(request.identifier, deadline, operation):
                _warn_about_missing(request, operation)
            return
        path = steps(cluster.client, request, current, deadline)
    if path:
        _warn_about_steps(plan, request, (current, *path), operation)
    else:
        _warn_about_no_step(request, operation)


def _warn_about_steps(
    plan: Plan, request: StatusRequest, path: tuple[str, ...], operation: Operation
) -> None:
    is_enforced = plan.is_update and plan.planned.get("drift_policy") == "enforce"
    parts = [f"From the current status to the configured one: {path_text(*path)}."]
    if len(path) > 2:
        count = len(path) - 1
        parts.append(f'via is "shortest": {count} requests are sent, one for each step.')
    if is_enforced:
        parts.append(_ENFORCED)
    summary = f"The status of connector {request.identifier} will be set"
    operation.diagnostics.warning(summary, "\n\n".join(parts), ("status",))


def _warn_about_no_step(request: StatusRequest, operation: Operation) -> None:
    operation.diagnostics.warning(
        f"The status of connector {request.identifier} is {request.status} already",
        "It is the configured one: unless it changes before the apply, nothing is sent.",
        ("status",),
    )


def _warn_about_missing(request: StatusRequest, operation: Operation) -> None:
    operation.diagnostics.warning(
        f"Connector {request.identifier} does not exist yet",
        "The plan cannot check whether its status may be set. Unless something creates it in "
        "the same run before this, the apply will fail: check connector_id.",
        ("connector_id",),
    )
