"""A stand-in for the client of the API, as far as setting a state needs it."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.http.deadline import Deadline

OLD, NEW = {"cursor": "2026-01-01"}, {"cursor": "2026-06-01"}


class Fivetran:
    """One connection in memory, which writes down what is asked of it.

    ``about`` has the identifiers of the connections that it was asked about, and ``failures`` maps
    a step to the error that it raises, once; the step takes effect before.
    """

    address = "https://api.invalid"

    def __init__(self, *, paused: bool = False, syncing: int = 0, state: Any = OLD) -> None:
        self.paused, self.syncing, self.stored = paused, syncing, state
        self.service = "connector_sdk"
        self.journal: list[str] = []
        self.about: set[str] = set()
        self.failures: dict[str, errors.VendorError] = {}
        self.succeeded_at: Any = None
        self.failed_at: Any = None
        self.account = "account"
        self.time = datetime(2026, 6, 1, tzinfo=timezone.utc)
        self.dies_at = 0
        self.death = BaseException()

    def server_time(self) -> datetime:
        return self.time

    def lives(self) -> None:
        """Raises ``death`` when the client has sent ``dies_at`` requests: it sends no more."""
        if self.dies_at and len(self.journal) >= self.dies_at:
            raise self.death

    def step(self, name: str) -> None:
        self.lives()
        self.journal.append(name)
        if name in self.failures:
            raise self.failures.pop(name)

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        self.about.add(identifier)
        sync_state = "syncing" if self.syncing else ("paused" if self.paused else "scheduled")
        self.syncing = max(0, self.syncing - 1)
        self.step("GET")
        return {
            "service": self.service,
            "paused": self.paused,
            "status": {"sync_state": sync_state},
            "succeeded_at": self.succeeded_at,
            "failed_at": self.failed_at,
        }

    def modify_connection(
        self, identifier: str, body: dict[str, Any], deadline: Deadline
    ) -> dict[str, Any]:
        self.lives()
        self.about.add(identifier)
        self.paused = body["paused"]
        self.step("pause" if self.paused else "unpause")
        return {}

    def state(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        self.about.add(identifier)
        self.step("GET state")
        if self.stored is None:
            raise errors.error_of_response("GET state", 400, "", "no state", None)
        return dict(self.stored)

    def set_state(self, identifier: str, state: dict[str, Any], deadline: Deadline) -> None:
        self.lives()
        self.about.add(identifier)
        if self.syncing:
            self.journal.append("PATCH state: 409")
            raise errors.error_of_response("PATCH state", 409, "", "the sync is in progress", None)
        self.stored = state
        self.step("PATCH state")
