"""An API in memory, the provider that talks to it, and the people who use it meanwhile."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import requests
from direct_session import DirectTransport, make_direct

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.fivetran.recovery import recover, recover_creations
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.sandbox import Connection, Fault, SandboxAdapter
from constructs_lib.sandbox.common.store import Clock, utc_now
from constructs_lib.sandbox.fivetran.connection_schema.source import KIND

GROUP = "sandbox_warehouse"
_LOGIN = ("sandbox", "sandbox")
_VAULT = SecretHasher(*_LOGIN)
"""One for all, because deriving its key takes 50 ms; the key is the same each time."""


class _Provider(FivetranOps):
    """The provider as it is, but for where its requests go. It keeps a journal where a test sets
    ``TF_DATA_DIR``, so that none is left in the project.
    """

    def __init__(self, adapter: SandboxAdapter) -> None:
        super().__init__()
        self._adapter = adapter

    def configure(self, config: Any, terraform_version: str, diagnostics: Diagnostics) -> Account:
        client = Client(DirectTransport("sandbox://local", self._adapter), *_LOGIN, 60)
        if "TF_DATA_DIR" not in os.environ:
            return Account(client, _VAULT)
        journal = Journal.of_working_directory()
        recover(client, journal, diagnostics)
        recover_creations(client, journal, diagnostics)
        return Account(client, _VAULT, journal)


class World:
    """A sandbox, whose answers may be distorted, lost or late.

    :param distortions: paths of fields to names of distortions, as the sandbox takes them
    :param now: the clock of the sandbox
    """

    def __init__(self, distortions: Mapping[str, str], now: Clock = utc_now) -> None:
        self._adapter = SandboxAdapter(None, now=now)
        self._session = make_direct(requests.Session())
        self._session.mount("sandbox://local", self._adapter)
        self._session.auth = _LOGIN
        self._seen = 0
        self.store = self._adapter.store
        self.store.configure(distortions=dict(distortions))

    def provider(self) -> FivetranOps:
        """The provider, started anew."""
        return _Provider(self._adapter)

    def answer(self, identifier: str) -> dict[str, Any]:
        """What the API answers about a connection, distorted."""
        data: dict[str, Any] = self._ask("GET", identifier)
        return data

    def change(self, identifier: str, body: Mapping[str, Any]) -> None:
        """What a person does beside Terraform."""
        self._ask("PATCH", identifier, body)

    def add(self, service: str, config: Mapping[str, Any]) -> str:
        """Makes a connection as a person would; returns its identifier."""
        body = {"group_id": GROUP, "service": service, "config": config}
        return str(self._ask("POST", "", body)["id"])

    def begin_sync(self, identifier: str, seconds: float) -> None:
        """Begins a sync of some length as a person would."""
        self.store.set_sync_seconds(identifier, seconds)
        self._ask("POST", f"{identifier}/sync", {})

    def state(self, identifier: str) -> Any:
        """The state of a connection, as it is answered."""
        return self._ask("GET", f"{identifier}/state")["state"]

    def set_state(self, identifier: str, state: Mapping[str, Any]) -> None:
        """Sets the state of a connection as a person would."""
        self._ask("PATCH", f"{identifier}/state", {"state": state})

    def writes(self) -> list[Any]:
        """The bodies of the write requests since the last look, those of people left out."""
        entries = self.store.journal(self._seen)
        self._forget()
        return [entry.body for entry in entries if entry.writes]

    def connections(self) -> list[Connection]:
        """All connections that exist, as the sandbox keeps them."""
        with self.store.transaction() as tables:
            return [record for _, record in tables.connections(0, 100, None, None)]

    def sources(self) -> dict[str, str]:
        """What the sandbox keeps of the sources of connections, by identifier."""
        with self.store.transaction() as tables:
            records = [record for _, record in tables.connections(0, 100, None, None)]
            found = {one.id: tables.document(KIND, one.id) for one in records}
        return {identifier: text for identifier, text in found.items() if text is not None}

    def restore(
        self, connections: Sequence[Connection], sources: Mapping[str, str] | None = None
    ) -> None:
        """Lets only these connections exist, as they were, and forgets journal and faults.

        :param sources: what :meth:`sources` returned of them
        """
        self.store.reset()
        self.fail()
        with self.store.transaction() as tables:
            for record in connections:
                tables.insert(record)
            for identifier, text in (sources or {}).items():
                tables.store_document(KIND, identifier, text)
        self._seen = 0

    def fail(self, *faults: Fault) -> None:
        """Lets these faults strike, and no others, from here on."""
        self.store.configure(faults=faults)

    def close(self) -> None:
        """Closes the sandbox."""
        self._session.close()
        self._adapter.close()

    def _ask(self, method: str, identifier: str, body: Any = None) -> Any:
        url = f"sandbox://local/v1/connections/{identifier}".rstrip("/")
        text = None if body is None else jsontext.dumps(body)
        headers = {"Content-Type": "application/json"} if text else None
        response = self._session.request(method, url, data=text, headers=headers)
        assert response.ok, response.text
        self._forget()
        return response.json(parse_float=Decimal).get("data")

    def _forget(self) -> None:
        entries = self.store.journal(self._seen)
        self._seen = entries[-1].number if entries else self._seen
