"""The operations on the status of a connector that faults strike, and the stand for them."""

from __future__ import annotations

from typing import Any, NamedTuple

from elastic_world import STATUS, WIKI, ElasticWorld
from fake_time import FakeTime
from fault_operations import CANARY
from fault_subject import Subject
from terraform_core import Core
from terraform_values import exact

from constructs_lib.sandbox.elastic import ElasticFault

LATER = 60.0
"""Seconds until a person runs Terraform again."""
_HIDDEN = {"password": {"value": CANARY}}


class StatusOperation(NamedTuple):
    """One operation of Terraform on the status of a connector."""

    name: str
    wanted: dict[str, Any]
    """What it configures beside connector_id."""
    begins: str = "created"
    """The status of the connector before anything."""
    before: dict[str, Any] | None = None
    """What was applied before; None if nothing was."""
    meanwhile: str | None = None
    """The status that the connector service sets by itself before the operation."""
    action: str = "apply"
    """``apply``, ``refresh``, ``import`` or ``destroy``."""

    @property
    def found(self) -> str:
        """The status that the operation finds."""
        applied = (self.before or {}).get("status", self.begins)
        return self.meanwhile or str(applied)


_SHORTEST = {"via": "shortest", "drift_policy": "on_change"}
_ENFORCED = {"status": "error", "drift_policy": "enforce"}
OPERATIONS = (
    StatusOperation("set a status", {"status": "needs_configuration"}),
    StatusOperation("walk to a status", {"status": "configured", **_SHORTEST}),
    StatusOperation("change a status", {"status": "configured"}, before={"status": "error"}),
    StatusOperation(
        "walk on to a status",
        {"status": "needs_configuration", **_SHORTEST},
        begins="connected",
        before={"status": "connected"},
    ),
    StatusOperation("enforce a status", _ENFORCED, before=_ENFORCED, meanwhile="connected"),
    StatusOperation("read a status", _ENFORCED, before=_ENFORCED, action="refresh"),
    StatusOperation("import a status", {"status": "error"}, begins="error", action="import"),
    StatusOperation("forget a status", _ENFORCED, before=_ENFORCED, action="destroy"),
)
"""Every operation of the resource, with each of the ways that it can take."""


class StatusStand:
    """A connector and a resource, as they are before an operation.

    :param clock: must be installed whenever the stand is used
    """

    def __init__(self, operation: StatusOperation, clock: FakeTime) -> None:
        self.operation = operation
        self._clock = clock
        self.world = ElasticWorld(operation.begins, clock.now)
        self.core = Core(self.world.provider, STATUS)
        self.subject = Subject(self.core)
        self.put_back(prepared=False)
        if operation.before is not None:
            self._want(operation.before)
            self.subject.run()
        self._stored = self.core.stored
        self.put_back()

    def put_back(self, *, prepared: bool = True) -> None:
        """Everything is as it was before the operation."""
        operation = self.operation
        self.world.begin(operation.found if prepared else operation.begins)
        with self.world.store.transaction() as tables:
            found = tables.connector(WIKI)
            assert found is not None
            found.configuration.update(_HIDDEN)
            tables.save(found)
        self._want(operation.wanted)
        if prepared:
            self.core.stored = self._stored
            self.core.said.clear()
        if operation.action == "destroy":
            self.subject.wanted = None
        self.subject.to_import = WIKI if operation.action == "import" else None

    def run(self) -> None:
        """The operation.

        :raises ProviderRefused: if the provider reports an error
        """
        if self.operation.action == "refresh":
            self.core.refresh()
        else:
            self.subject.run()

    def fail(self, fault: ElasticFault) -> None:
        """Lets a fault strike from here on."""
        self.world.fail(fault)

    def end_of_trouble(self) -> None:
        """The faults are over, and some time goes by."""
        self.world.fail()
        self._clock.sleep(LATER)

    def close(self) -> None:
        """Closes the world."""
        self.world.close()

    def _want(self, given: dict[str, Any]) -> None:
        whole = {"connector_id": WIKI, **given}
        self.subject.wanted = self.core.config({n: exact(value) for n, value in whole.items()})
