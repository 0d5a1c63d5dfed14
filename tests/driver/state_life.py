"""One ``fivetranops_connection_state`` over a connection in memory; a test calls its operations."""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from state_api import NEW, Fivetran

from constructs_lib.backend.fivetran.api.errors import Interrupted, error_of_response
from constructs_lib.backend.fivetran.connection_state.resource import ConnectionStateResource
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics, ProviderError
from constructs_lib.backend.plugin.resource import Operation, Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object

RESOURCE = ConnectionStateResource()
SUBJECT = "fivetranops_connection_state abc"
GONE = error_of_response("GET", 404, "NotFound_Connection", "gone", None)


class NamedApi(Fivetran):
    """A connection that has a name; it notes the deadlines, and whether the lock is held."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.account_of: Account | None = None
        self.deadlines: list[Deadline] = []
        self.locked: list[bool] = []

    def step(self, name: str) -> None:
        if self.account_of is not None:
            self.locked.append(self.account_of.locks.is_held("abc"))
        super().step(name)

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        self.deadlines.append(deadline)
        return {**super().connection(identifier, deadline), "id": identifier, "schema": "shop"}

    def state(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        self.deadlines.append(deadline)
        return super().state(identifier, deadline)


class StateLife:
    """The life of one resource, whose attributes are at their defaults unless they are given.

    :param folder: where the journal is kept; None to keep none
    """

    def __init__(self, folder: Path | None = None, api: Any = None, **values: Any) -> None:
        self.api = api or NamedApi()
        self.journal = None if folder is None else Journal(folder)
        self.private: dict[str, Any] = {}
        """What is in private state."""
        attributes = RESOURCE.schema.attributes
        self.values: Object = {name: one.default for name, one in attributes.items()}
        self.values |= {"connection_id": "abc", "state": Dynamic.of(NEW), **values}
        self.prior: Object | None = None
        """What is in Terraform's state."""
        self.saved: Object | None = None
        """What the last operation has saved before its end."""
        self.begin()

    def begin(self) -> None:
        """Begin another run of the provider, as each command of Terraform does."""
        self.account = Account(self.api, None, self.journal)
        self.api.account_of = self.account
        self.diagnostics = Diagnostics()
        self.stopping = threading.Event()
        self.api.journal.clear()

    @property
    def said(self) -> list[Diagnostic]:
        """The diagnostics of this run."""
        return list(self.diagnostics)

    def operation(self) -> Operation:
        return Operation(self.account, self.private, self.stopping, self.diagnostics)

    def plan(self, **changes: Any) -> Object:
        """What is planned, when the configuration changes so."""
        self.values |= changes
        computed = ("id", "previous_state")
        prior = self.prior or {**dict.fromkeys(self.values), **dict.fromkeys(computed, UNKNOWN)}
        # Of what is not configured, Terraform proposes to keep what there is.
        planned = {name: prior[name] if one is None else one for name, one in self.values.items()}
        plan = Plan(self.values, self.prior, planned)
        RESOURCE.plan(plan, self.operation())
        return plan.planned

    def apply(self, **changes: Any) -> Object:
        """What a creation or an update returns, as the framework keeps it in state."""
        self.values |= changes
        planned = {**self.values, "id": "abc", "previous_state": UNKNOWN}
        operation = self.operation()
        try:
            if self.prior is None:
                found = RESOURCE.create(planned, self.values, operation)
            else:
                found = RESOURCE.update(self.prior, planned, self.values, operation)
        finally:
            self.saved = operation.saved
        self.prior = {**planned, **(self.prior or {}), **self.values, **found}
        return found

    def read(self, state: Object | None = None) -> Object | None:
        return RESOURCE.read(self.prior or state or {}, self.operation())

    def destroy(self) -> None:
        assert self.prior is not None
        RESOURCE.delete(self.prior, self.operation())

    def plan_destroy(self) -> None:
        assert self.prior is not None
        RESOURCE.plan_destroy(self.prior, self.operation())

    def is_proven(self) -> bool:
        """Whether this run knows by now that it is the right account: otherwise it is an error that
        two connections are gone.
        """
        operation = Operation(self.account, {}, threading.Event())
        try:
            for other in ("one", "two"):
                self.account.presence.confirm_gone(other, GONE, Deadline(0), operation)
        except ProviderError:
            return False
        return True

    def forget(self, name: str, deadline: Deadline) -> None:
        """Let a connection be gone, which is decided at the deadline at the latest."""
        operation = Operation(self.account, {}, threading.Event())
        with suppress(ProviderError, Interrupted):
            self.account.presence.confirm_gone(name, GONE, deadline, operation)
