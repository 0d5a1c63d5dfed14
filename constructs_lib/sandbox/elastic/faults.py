"""Faults of the way to Elasticsearch, and what the connector service does beside a request.

All but the events of :mod:`constructs_lib.sandbox.faults`, and what only Fivetran answers, can be
asked for, and one event more::

    # The service finds the source unreachable between the reading and the writing of the status.
    store.configure(faults=[
        {"kind": "status_moves", "method": "PUT", "path": "/_connector/{id}/_status",
         "when": "before", "status": "error"},
    ])

The path of a fault is compared with the path as it was sent, percent-encoded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.sandbox.faults import FAULT_KINDS, Fault, FaultKind
from constructs_lib.schemas.connector_status import STATUSES

STATUS_MOVES = "status_moves"
"""The event: the connector service sets the status."""
OF_FIVETRAN = ("refused", "sync_not_stopped")
"""The faults whose answers are those of Fivetran's API."""

_EVENT = FaultKind(True, "The connector service sets the status (status).", event=True)


@dataclass(frozen=True)
class ElasticFault(Fault):
    """What goes wrong, and with which request.

    :raises SandboxError: if a value is not allowed
    """

    KINDS: ClassVar[Mapping[str, FaultKind]] = {
        **{
            name: facts
            for name, facts in FAULT_KINDS.items()
            if not facts.event and name not in OF_FIVETRAN
        },
        STATUS_MOVES: _EVENT,
    }

    status: str = "error"
    """For ``status_moves``: the status that the service sets, in lower case."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.status not in STATUSES:
            raise SandboxError(f"status of a fault must be one of {', '.join(STATUSES)}")
