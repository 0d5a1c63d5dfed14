"""The Elastic sandbox on a socket, seen from both sides: its address, and what reached it."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sandbox_address import SandboxAddress
from vendor import ELASTIC

from constructs_lib.sandbox.common.messages import Answers
from constructs_lib.sandbox.elastic import (
    ElasticApi,
    ElasticCredentials,
    ElasticStore,
)

WIKI = "wiki"
"""The connector of these tests."""
USER, PASSWORD = ELASTIC.environment.values()
API_KEY, TOKEN = "Y2FuYXJ5OmNhbmFyeS1rZXk=", "canary-token"


class ElasticSandbox:
    """A running sandbox with one connector."""

    vendor = ELASTIC

    def __init__(self, url: str, store: ElasticStore) -> None:
        self.url, self.store = url, store
        self._seen = 0
        store.add_connector(WIKI, name="Wiki", configuration={"key": {"value": "canary-hidden"}})

    @property
    def status(self) -> str:
        """The status of the connector."""
        found = self.store.connector(WIKI)
        assert found is not None
        return found.status

    def move(self, status: str) -> None:
        """What the connector service does by itself."""
        self.store.set_status(WIKI, status)

    def remove(self) -> None:
        """Removes the connector."""
        with self.store.transaction() as tables:
            tables.remove(WIKI)

    def requests(self) -> list[tuple[str, str, Any]]:
        """Method, path and body of the requests since the last call."""
        entries = self.store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
        return [(entry.method, entry.path, entry.body) for entry in entries]

    def writes(self) -> list[tuple[str, str, Any]]:
        """The write requests since the last call."""
        return [one for one in self.requests() if one[0] != "GET"]

    def calm(self) -> None:
        """Ends all faults."""
        self.store.configure(faults=[])

    def check_nothing_is_left(self, managed: Collection[tuple[str, str]] = ()) -> None:
        """A status leaves nothing behind: the connector is somebody else's."""


def put(status: str, connector: str = WIKI) -> tuple[str, str, Any]:
    """The request that sets a status."""
    return ("PUT", f"/_connector/{connector}/_status", {"status": status})


@contextmanager
def serving(
    database: Path,
    tls: ssl.SSLContext | None = None,
    before: Callable[[Answers], Answers] = lambda api: api,
    address: SandboxAddress | None = None,
) -> Iterator[ElasticSandbox]:
    """A sandbox.

    :param tls: what its own port shows who it is with, as ``localhost``; None for plain HTTP
    :param before: makes what stands before the API and answers in its place
    :param address: where it answers; on a free port of its own if left out
    """
    credentials = ElasticCredentials(API_KEY, USER, PASSWORD, TOKEN)
    with ExitStack() as stack:
        at = stack.enter_context(SandboxAddress(tls)) if address is None else address
        store = stack.enter_context(ElasticStore(database))
        stack.enter_context(at.answering(before(ElasticApi(store, credentials))))
        yield ElasticSandbox(at.url, store)
