"""Elasticsearch in memory, the provider that talks to it, and the connector service beside it."""

from __future__ import annotations

from typing import Any

from direct_session import DirectTransport
from terraform_core import Core

from constructs_lib.backend.elastic.client import Client, Cluster
from constructs_lib.backend.elastic.exchange import Exchange
from constructs_lib.backend.elastic.provider import SANDBOX, ElasticOps
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.sandbox.common.store import Clock, utc_now
from constructs_lib.sandbox.elastic import ElasticAdapter, ElasticFault

STATUS = "elasticops_connector_status"
WIKI = "wiki"
"""The connector of these tests."""


class _Provider(ElasticOps):
    """The provider as it is, but for where its requests go."""

    def __init__(self, adapter: ElasticAdapter) -> None:
        super().__init__()
        self._adapter = adapter

    def configure(self, config: Any, terraform_version: str, diagnostics: Diagnostics) -> Cluster:
        transport = DirectTransport("sandbox://elastic", self._adapter)
        return Cluster(Client(Exchange([transport], SANDBOX, 60)))

    def close(self, provider_data: Any) -> None:
        """Leaves the sandbox, which outlives the provider."""


class ElasticWorld:
    """A sandbox with one connector.

    :param status: the status of the connector
    :param now: the clock of the sandbox
    """

    def __init__(self, status: str = "created", now: Clock = utc_now) -> None:
        self._adapter = ElasticAdapter(None, now=now)
        self._seen = 0
        self.store = self._adapter.store
        self.begin(status)

    def begin(self, status: str) -> None:
        """Lets there be one connector with this status, and forgets journal and faults."""
        self.store.reset()
        self.fail()
        self.store.add_connector(WIKI, status=status)
        self._seen = 0

    def provider(self) -> ElasticOps:
        """The provider, started anew."""
        return _Provider(self._adapter)

    @property
    def status(self) -> str:
        """The status of the connector, as the sandbox keeps it."""
        found = self.store.connector(WIKI)
        assert found is not None, "the connector is there"
        return found.status

    def move(self, status: str, error: str | None = None) -> None:
        """What the connector service does by itself."""
        self.store.set_status(WIKI, status, error)

    def remove(self) -> None:
        """Removes the connector for good."""
        with self.store.transaction() as tables:
            tables.remove(WIKI)

    def fail(self, *faults: ElasticFault) -> None:
        """Lets these faults strike, and no others, from here on."""
        self.store.configure(faults=faults)

    def requests(self) -> list[tuple[str, str, Any]]:
        """Method, path and body of the requests since the last look."""
        entries = self.store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
        return [(entry.method, entry.path, entry.body) for entry in entries]

    def writes(self) -> list[str]:
        """The statuses that were sent since the last look."""
        return [body["status"] for method, _, body in self.requests() if method == "PUT"]

    def close(self) -> None:
        """Closes the sandbox."""
        self._adapter.close()


def apply(core: Core, config: Any, *, refresh: bool = True) -> list[str]:
    """Plans and applies; returns the warnings."""
    return core.apply(core.plan(config, refresh=refresh), config)


def state(core: Core) -> dict[str, Any]:
    """The state of the one resource, which must be there."""
    found = core.state()
    assert found is not None
    return found


def is_settled(core: Core, config: Any) -> bool:
    """True if there is nothing to do, without and with refresh."""
    return all(not core.plan(config, refresh=refresh).differences for refresh in (False, True))
