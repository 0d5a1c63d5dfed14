"""The sandbox on a socket, seen from both sides: its address, and what reached it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import requests
from sandbox_address import SandboxAddress
from vendor import FIVETRAN

from constructs_lib.sandbox import Api, Credentials, JournalEntry, Store
from constructs_lib.sandbox.common.messages import Answers

KEY, SECRET = "canary-api-key", "canary-api-secret"
_LONG = 1e6


class Sandbox:
    """A running sandbox."""

    vendor = FIVETRAN

    def __init__(self, url: str, store: Store) -> None:
        self.url, self.store = url, store
        self.made_by_hand: set[str] = set()
        """The connections that a person made, and that may be left at the end of a test."""
        self._asked: set[int] = set()
        self._seen = 0

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Does what a person or another program would do, and keeps it out of ``requests``."""
        before = self._last()
        response = requests.request(
            method, self.url + path, json=body, auth=(KEY, SECRET), timeout=10
        )
        assert response.ok, response.text
        plain = path.partition("?")[0]
        own = [e for e in self.store.journal(before) if (e.method, e.path) == (method, plain)]
        self._asked.add(own[-1].number)
        return response.json().get("data")

    def add(self, service: str, **config: Any) -> str:
        """Makes a connection as a person would, in the warehouse; returns its identifier."""
        body = {"group_id": "sandbox_warehouse", "service": service, "config": config}
        identifier: str = self.ask("POST", "/v1/connections", body)["id"]
        self.made_by_hand.add(identifier)
        return identifier

    def requests(self) -> list[JournalEntry]:
        """What the provider asked of the sandbox since the last call."""
        entries = self.store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
        return [entry for entry in entries if entry.number not in self._asked]

    def writes(self) -> list[tuple[str, str, Any]]:
        """The write requests since the last call: method, path, body."""
        return [(e.method, e.path, e.body) for e in self.requests() if e.writes]

    def connections(self) -> list[dict[str, Any]]:
        """All connections that exist."""
        found: list[dict[str, Any]] = self.ask("GET", "/v1/connections?limit=1000")["items"]
        return found

    def connection(self, identifier: str) -> dict[str, Any]:
        """One connection, as the API answers it."""
        found: dict[str, Any] = self.ask("GET", f"/v1/connections/{identifier}")
        return found

    def state(self, identifier: str) -> Any:
        """The state (cursor) of a connection."""
        return self.ask("GET", f"/v1/connections/{identifier}/state")["state"]

    def check_nothing_is_left(self, managed: Collection[tuple[str, str]] = ()) -> None:
        """Fails if there is a connection that no person made, and that is not managed either."""
        known = {identifier for name, identifier in managed if name == "fivetranops_connection"}
        left = {connection["id"] for connection in self.connections()} - self.made_by_hand
        assert left <= known, left - known

    def calm(self) -> None:
        """Ends all faults, distortions and running syncs."""
        self.store.configure(faults=[], distortions={}, sync_seconds=0)
        self.store.advance(_LONG)

    def _last(self) -> int:
        entries = self.store.journal(self._seen)
        return entries[-1].number if entries else self._seen


@contextmanager
def serving(
    database: Path,
    before: Callable[[Answers], Answers] = lambda api: api,
    address: SandboxAddress | None = None,
) -> Iterator[Sandbox]:
    """A sandbox.

    :param before: makes what stands before the API and answers in its place
    :param address: where it answers; on a free port of its own if left out
    """
    with ExitStack() as stack:
        at = stack.enter_context(SandboxAddress()) if address is None else address
        store = stack.enter_context(Store(database))
        stack.enter_context(at.answering(before(Api(store, Credentials(KEY, SECRET), True))))
        yield Sandbox(at.url, store)
