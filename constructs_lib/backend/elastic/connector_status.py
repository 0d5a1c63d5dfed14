"""The resource ``elasticops_connector_status`` and the data source ``elasticops_connector``.

The connector service writes the status by itself: ``connected`` after a ping, ``error`` after a
failure. So a status that differs from the configuration is normal, and with
``drift_policy = "on_change"`` it is set only when the *configured* value changes. ``enforce``
compares with the live status.

Source: https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-connector-get and
https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-connector-update-status
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from constructs_lib import schemas
from constructs_lib.backend.elastic import transition
from constructs_lib.backend.elastic.client import Cluster, status_of
from constructs_lib.backend.elastic.exchange import NotFound
from constructs_lib.backend.elastic.transition import READ_LIMIT, StatusRequest, path_text
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.managed_object.checks import (
    ObjectKind,
    unsent_changes,
    warn_about_unsent_changes,
)
from constructs_lib.backend.plugin.diagnostics import ProviderError, described
from constructs_lib.backend.plugin.list_resource import Listed, ListOperation, ListResource
from constructs_lib.backend.plugin.resource import DataSource, Operation, Plan, Resource
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object
from constructs_lib.schemas import Kind
from constructs_lib.schemas.connector_status import STATUSES

CONNECTOR = ObjectKind(
    "elasticops_connector_status",
    "connector",
    "Give the identifier as Elasticsearch shows it.",
    "connector_id",
)
"""A connector, as the resources and actions identify it."""
_SETTINGS = ("drift_policy", "via")
_SEEN = "seen"
"""In private state: a connector, and the status of it that the last refresh saw. A replacement
gets the private state of what it replaces."""
_OPEN = "open"
"""In private state: a change of the status took a step, and was interrupted."""


class ConnectorDataSource(DataSource):
    """One connector, without its configuration, which may hold secrets in clear."""

    schema = schemas.load("data.elasticops_connector")

    def read(self, config: Object, operation: Operation) -> Object:
        """Return the attributes of the connector.

        :raises ProviderError: if there is none
        """
        cluster: Cluster = operation.provider_data
        identifier = CONNECTOR.require(config["connector_id"])
        deadline = Deadline(READ_LIMIT, operation.stopping)
        with explain_errors("read", f"elasticops_connector {identifier}"):
            document = cluster.client.connector(identifier, deadline)
        found = {
            name: _value(attribute.kind, document.get(name))
            for name, attribute in self.schema.attributes.items()
            if attribute.read_only
        }
        return {**found, "id": identifier, "status": document["status"].lower()}


def text(value: Any) -> str | None:
    """Return a value of the document as text; None if there is none."""
    return value if isinstance(value, str) and value else None


def _value(kind: Kind, value: Any) -> Any:
    if kind is Kind.BOOLEAN:
        return value if isinstance(value, bool) else None
    return text(value)


class ConnectorStatusResource(Resource):
    """The status of one connector."""

    schema = schemas.load("elasticops_connector_status")

    def plan(self, plan: Plan, operation: Operation) -> None:
        """Plan the identifier, and check and show the steps to the status."""
        planned = plan.planned
        planned["id"] = planned["connector_id"]
        planned["timeouts"] = plan.config.get("timeouts")
        if not _sets(plan.prior, planned, operation):
            planned["status"] = (plan.prior or planned)["status"]
            self._warn_about_unsent(plan, (), operation)
            return
        self._warn_about_unsent(plan, ("status", "via", "timeouts"), operation)
        planned["previous_status"] = UNKNOWN
        is_open = UNKNOWN in (planned["connector_id"], planned["status"])
        is_replaced = plan.is_update and plan.changed("connector_id")
        if not is_open and not is_replaced:
            CONNECTOR.require(planned["connector_id"])
            transition.explain(plan, _status_request(planned, operation), operation)

    def _warn_about_unsent(
        self, plan: Plan, steered: tuple[str, ...], operation: Operation
    ) -> None:
        names = unsent_changes(plan, self.schema.attributes, steered)
        subject = f"the status of connector {plan.planned['connector_id']}"
        warn_about_unsent_changes(names, subject, operation.diagnostics)

    def plan_destroy(self, prior: Object, operation: Operation) -> None:
        """Warn that destroying only removes the resource from the state."""
        operation.diagnostics.warning(
            f"The status of connector {prior['connector_id']} is left as it is",
            "Destroying an elasticops_connector_status sends nothing; it only removes the "
            "resource from Terraform's state. To set the previous status again, apply it before "
            f"the destroy ({_before(prior)}).",
        )

    def create(self, planned: Object, config: Object, operation: Operation) -> Object:
        """Set the status for the first time."""
        return self._set(planned, None, "create", operation)

    def read(self, state: Object, operation: Operation) -> Object | None:
        """Return what the service reports; the status only if it is enforced or imported."""
        cluster: Cluster = operation.provider_data
        imported = state.get("status") is None
        if not cluster.is_known and not imported:
            return state
        identifier = state["connector_id"]
        deadline = Deadline(READ_LIMIT, operation.stopping)
        with explain_errors("read", _subject(identifier)):
            try:
                document = cluster.client.connector(identifier, deadline)
            except NotFound as error:
                if not imported:
                    cluster.presence.confirm_gone(identifier, error, deadline, operation)
                return None
        cluster.presence.exists(identifier)
        result = {**state, "id": identifier, **_reported(document)}
        for name in _SETTINGS:
            if result.get(name) is None:
                result[name] = self.schema.attributes[name].default
        operation.private[_SEEN] = [identifier, status_of(document)]
        if imported or result["drift_policy"] == "enforce":
            result["status"] = _live(state.get("status"), status_of(document))
        return result

    def update(
        self, prior: Object, planned: Object, config: Object, operation: Operation
    ) -> Object:
        """Set the status if it changes; the other attributes need no request."""
        if not _sets(prior, planned, operation):
            return {}
        return self._set(planned, prior, "update", operation)

    def delete(self, prior: Object, operation: Operation) -> None:
        """Forget the resource, but keep what a replacement has to know."""
        cluster: Cluster = operation.provider_data
        if prior.get("previous_status") is not None:
            cluster.destroyed_statuses[prior["connector_id"]] = prior["previous_status"]

    def import_state(self, identifier: str, operation: Operation) -> Object:
        """Import by the identifier of the connector."""
        known = CONNECTOR.require(identifier, "")
        return {"id": known, "connector_id": known}

    def _set(
        self, planned: Object, prior: Object | None, action: str, operation: Operation
    ) -> Object:
        cluster: Cluster = operation.provider_data
        CONNECTOR.require(planned["connector_id"])
        request = _status_request(planned, operation)
        deadline = Deadline.of(
            planned.get("timeouts"), action, self.schema.time_limit(action), operation.stopping
        )
        earlier = _previous_status(planned, prior, cluster)
        was_open = prior is None or bool(operation.private.get(_OPEN))

        def previous(found: str) -> str:
            """Return the previous status: after an interrupted change, the live one is our own."""
            is_ours = was_open and transition.is_on_the_way(found, earlier or "", request.status)
            return earlier if is_ours and earlier else found

        def save(found: str) -> None:
            """Save the previous status, which is known nowhere else if the change fails from here
            on.
            """
            operation.private[_OPEN] = True
            kept = {"previous_status": previous(found)}
            operation.save(kept if prior is not None else {**planned, **kept})

        with explain_errors(action, _subject(request.identifier)):
            outcome = transition.change_status(cluster.client, request, deadline, save)
        cluster.presence.exists(request.identifier)
        _warn_about_move(request, outcome, operation)
        operation.private.pop(_OPEN, None)
        kept = previous(outcome.found) if outcome.steps else earlier
        return {"id": request.identifier, "previous_status": kept, **_reported(outcome.connector)}


def _previous_status(planned: Object, prior: Object | None, cluster: Cluster) -> str | None:
    """Return the previous_status of the state, or of the resource that this one replaces."""
    if prior is not None:
        return text(prior.get("previous_status"))
    return cluster.destroyed_statuses.get(planned["connector_id"])


def _sets(prior: Object | None, planned: Object, operation: Operation) -> bool:
    """Return True if the status must be set: it is new, it changes, it is enforced from now on, or
    an earlier change was interrupted.
    """
    if prior is None or operation.private.get(_OPEN):
        return True
    if not isinstance(planned["status"], str) or not isinstance(planned["connector_id"], str):
        return True
    begins = planned.get("drift_policy") == "enforce" and prior.get("drift_policy") != "enforce"
    return begins or str(prior.get("status")).lower() != planned["status"].lower()


def _status_request(planned: Object, operation: Operation) -> StatusRequest:
    """Return the change of status that the plan asks for.

    :raises ProviderError: if there is no such status, which is not known before apply
    """
    status = str(planned["status"]).lower()
    if status not in STATUSES:
        raise ProviderError(
            "There is no such status",
            f"Found {described(planned['status'])}; allowed are {', '.join(STATUSES)}. Nothing was "
            "changed.",
            ("status",),
        )
    identifier = planned["connector_id"]
    seen = operation.private.get(_SEEN)
    snapshot = seen[1] if isinstance(seen, list) and seen[0] == identifier else None
    return StatusRequest(identifier, status, planned["via"], snapshot)


def _warn_about_move(
    request: StatusRequest, outcome: transition.Outcome, operation: Operation
) -> None:
    if request.snapshot is None or request.snapshot == outcome.found:
        return
    way = path_text(outcome.found, *outcome.steps)
    done = (
        f"It went {way}."
        if outcome.steps
        else "That is the configured status, so nothing was sent."
    )
    operation.diagnostics.warning(
        f"The status of connector {request.identifier} changed between plan and apply",
        f"In the plan it was {request.snapshot}; at the apply it was {outcome.found}. {done}",
        ("status",),
    )


class ConnectorStatusList(ListResource):
    """The list of the statuses of all connectors, for ``terraform query``."""

    schema = schemas.load("list.elasticops_connector_status")

    def list(self, config: Object, operation: ListOperation) -> Iterator[Listed]:
        """Yield the connectors page by page."""
        wanted = config.get("status")
        for document in _every(operation):
            status = status_of(document)
            if wanted is not None and status != wanted.strip().lower():
                continue
            identifier = document["id"]
            state = _imported(identifier, document) if operation.includes_state else None
            name = f"{text(document.get('name')) or identifier} ({status})"
            yield Listed({"connector_id": identifier}, name, state)


def _every(operation: ListOperation) -> Iterator[dict[str, Any]]:
    """Yield each connector once; one that moves to a later page while they are read is there
    twice.
    """
    cluster: Cluster = operation.provider_data
    seen: set[str] = set()
    start = 0
    with explain_errors("list", "elasticops_connector_status"):
        deadline = Deadline(READ_LIMIT, operation.stopping)
        while page := cluster.client.connectors(start, deadline):
            start += len(page)
            new = [document for document in page if document["id"] not in seen]
            if not new:
                return  # Whoever answers knows no ``from``.
            seen.update(document["id"] for document in new)
            yield from new


def _imported(identifier: str, document: dict[str, Any]) -> Object:
    """Return the state that an import of the status of a connector reads."""
    attributes = schemas.load("elasticops_connector_status").attributes
    settings = {name: attributes[name].default for name in _SETTINGS}
    known = {"id": identifier, "connector_id": identifier, "status": status_of(document)}
    return {**settings, **known, **_reported(document)}


def _reported(document: dict[str, Any]) -> Object:
    return {name: text(document.get(name)) for name in ConnectorStatusResource.schema.reported}


def _live(known: Any, live: str) -> str:
    """Return the live status, in the known spelling if it is the same status."""
    return known if isinstance(known, str) and known.lower() == live else live


def _before(prior: Object) -> str:
    return prior.get("previous_status") or "none was recorded"


def _subject(identifier: str) -> str:
    return f"elasticops_connector_status {identifier}"
