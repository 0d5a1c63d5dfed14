"""The sandboxes of a test: one for each API, with what a test sets up, steers and reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from constructs_lib import schemas
from constructs_lib.sandbox import Api, Fault, Store
from constructs_lib.sandbox.common.store import moment_to_text
from constructs_lib.sandbox.elastic import (
    ElasticApi,
    ElasticConnector,
    ElasticFault,
    ElasticStore,
)
from constructs_lib.sandbox.fivetran import syncs
from constructs_lib.testing.served_sandbox import (
    LOGIN,
    SandboxRefused,
    ServedSandbox,
    without_frames,
)

_INDEX: Final = re.compile(r"\[\d+\]")
_UNTIL_FINISHED: Final = 1e8
"""The length of a sync that a test ends, in seconds."""


class FivetranSandbox(ServedSandbox):
    """A sandbox of Fivetran's API. The groups ``sandbox_warehouse`` and ``sandbox_lake`` are there.

    A sync that is asked for ends at once, so that nothing waits; :meth:`start_sync` starts one that
    runs until :meth:`finish_sync`.
    """

    PROVIDER = "fivetranops"
    FAULT = Fault

    def __init__(self) -> None:
        self.store = Store(None)
        """The memory of the sandbox, for what this class does not offer."""
        self.store.configure(sync_seconds=0)
        super().__init__(self.store, Api(self.store))

    def provider_arguments(self) -> dict[str, Any]:
        """Return ``api_url``, for ``FivetranProvider``."""
        return {"api_url": self.url}

    def environment(self) -> dict[str, str]:
        """Return ``FIVETRAN_API_URL`` and the credentials."""
        login = {"FIVETRAN_APIKEY": LOGIN, "FIVETRAN_APISECRET": LOGIN}
        return {"FIVETRAN_API_URL": self.url, **login}

    @property
    def connections(self) -> list[dict[str, Any]]:
        """All connections, as the API answers them one by one, the oldest first."""
        with self.store.transaction() as tables:
            found = [record.id for _, record in tables.connections(0, -1)]
        return [self.connection(identifier) for identifier in found]

    def connection(self, connection_id: str) -> dict[str, Any]:
        """Return a connection, as the API answers it; secrets are masked.

        :raises SandboxRefused: if there is none
        """
        __tracebackhide__ = True
        found: dict[str, Any] = self.ask("GET", f"/v1/connections/{connection_id}")["data"]
        return found

    def state(self, connection_id: str) -> Any:
        """Return the state (cursor) of a connection; None before the first.

        :raises SandboxRefused: if there is no such connection, or its service has no state
        """
        __tracebackhide__ = True
        return self.ask("GET", f"/v1/connections/{connection_id}/state")["data"]["state"]

    def add_connection(
        self,
        service: str,
        *,
        group_id: str = "sandbox_warehouse",
        config: Mapping[str, Any] | None = None,
        state: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> str:
        """Add a connection as a person would; return its identifier.

        :param service: such as ``postgres``
        :param group_id: the group (destination) that it belongs to
        :param config: the settings of the service, with those of the destination schema
        :param state: the state (cursor) to give it, for services that have one
        :param settings: further attributes of the API, such as ``paused`` or ``sync_frequency``
        :raises SandboxRefused: if the API would refuse it
        """
        __tracebackhide__ = True
        body = {"group_id": group_id, "service": service, "config": dict(config or {}), **settings}
        identifier: str = self.ask("POST", "/v1/connections", body)["data"]["id"]
        if state is not None:
            self.set_state(identifier, state)
        return identifier

    def modify_connection(self, connection_id: str, **settings: Any) -> None:
        """Change a connection as a person would: what Terraform calls drift.

        :param settings: attributes of the API, such as ``paused`` or ``config``
        :raises SandboxRefused: if the API would refuse it
        """
        __tracebackhide__ = True
        self.ask("PATCH", f"/v1/connections/{connection_id}", settings)

    def set_state(self, connection_id: str, state: Mapping[str, Any]) -> None:
        """Set the state (cursor) of a connection as a person would.

        :raises SandboxRefused: if the API would refuse it, as while a sync runs
        """
        __tracebackhide__ = True
        self.ask("PATCH", f"/v1/connections/{connection_id}/state", {"state": dict(state)})

    def delete_connection(self, connection_id: str) -> None:
        """Delete a connection as a person would.

        :raises SandboxRefused: if there is none
        """
        __tracebackhide__ = True
        self.ask("DELETE", f"/v1/connections/{connection_id}")

    def add_group(self, group_id: str) -> None:
        """Add a group (destination); leave one that exists as it is."""
        self.store.add_group(group_id)

    def start_sync(self, connection_id: str) -> None:
        """Start a sync, even of a paused connection; it runs until :meth:`finish_sync`.

        :raises SandboxRefused: if there is no such connection
        """
        __tracebackhide__ = True
        now = self._now()
        with self._changed(connection_id) as record:
            syncs.start_sync(record, now, _UNTIL_FINISHED)

    def finish_sync(self, connection_id: str, *, succeeds: bool = True) -> None:
        """End the running sync now.

        :param succeeds: False ends it with a failure
        :raises SandboxRefused: if there is no such connection, or no sync runs
        """
        __tracebackhide__ = True
        ends_at = moment_to_text(self._now())
        with self._changed(connection_id) as record:
            if record.sync is None:
                raise SandboxRefused(f"no sync of the connection {connection_id} is running")
            record.sync = replace(record.sync, ends_at=ends_at, endless=False, failing=not succeeds)
        self.connection(connection_id)  # Whatever reads it brings it up to date.

    def holds_secret(self, connection_id: str, place: str, value: Any) -> bool:
        """Return True if this secret is the last that a connection received at a place.

        :param place: such as ``config.password``, ``config.secrets_list[0].value`` or
            ``auth.client_access.client_secret``
        :raises SandboxRefused: if there is no such connection, or no secret can be at the place
        """
        __tracebackhide__ = True
        service = self.connection(connection_id)["service"]
        received = self._places(connection_id)
        possible = _places_of_secrets(service)
        if place not in received and not _is_place_of_secret(place, possible):
            raise SandboxRefused(
                f"{place!r} is not the place of a secret of the connection {connection_id} "
                f"({service}). It received secrets at {_listed(received)}; its service has "
                f"{_listed([*possible, 'auth.…'])}"
            )
        return self.store.holds_secret(connection_id, place, value)

    def names(self) -> dict[str, str]:
        """Return the name of the destination schema for the identifier of each connection."""
        with self.store.transaction() as tables:
            return {record.id: record.schema for _, record in tables.connections(0, -1)}

    def _places(self, connection_id: str) -> list[str]:
        """Return the places of the secrets that a connection has received."""
        record = self.store.connection(connection_id)
        return sorted(record.digests) if record else []

    @contextmanager
    def _changed(self, connection_id: str) -> Iterator[Any]:
        """Give the block the record of a connection, brought up to date, and store it."""
        __tracebackhide__ = True
        self.connection(connection_id)
        with self.store.transaction() as tables:
            record = tables.connection(connection_id)
            yield record
            if record is not None:
                tables.update(record)

    def _now(self) -> datetime:
        return self.store.clock() + timedelta(seconds=self.store.settings.clock_ahead_seconds)


def _places_of_secrets(service: str) -> list[str]:
    """Return where a service has secrets, such as ``config.secrets_list[0].value``."""
    facts = schemas.service(service)
    return [f"config.{path.replace('[]', '[0]')}" for path in facts.secrets] if facts else []


def _is_place_of_secret(place: str, possible: Collection[str]) -> bool:
    return place.startswith("auth.") or _INDEX.sub("[0]", place) in possible


def _listed(places: Collection[str]) -> str:
    return ", ".join(places) or "no place"


class ElasticSandbox(ServedSandbox):
    """A sandbox of Elastic's connector API. The connector ``sandbox_wiki`` is there."""

    PROVIDER = "elasticops"
    FAULT = ElasticFault

    def __init__(self) -> None:
        self.store = ElasticStore(None)
        """The memory of the sandbox, for what this class does not offer."""
        super().__init__(self.store, ElasticApi(self.store))

    def provider_arguments(self) -> dict[str, Any]:
        """Return ``endpoints``, for ``ElasticProvider``."""
        return {"endpoints": [self.url]}

    def environment(self) -> dict[str, str]:
        """Return ``ELASTICSEARCH_ENDPOINTS`` and the credentials."""
        login = {"ELASTICSEARCH_USERNAME": LOGIN, "ELASTICSEARCH_PASSWORD": LOGIN}
        return {"ELASTICSEARCH_ENDPOINTS": self.url, **login}

    @property
    def connectors(self) -> list[ElasticConnector]:
        """All connectors, the oldest first."""
        with self.store.transaction() as tables:
            return tables.connectors()

    def connector(self, connector_id: str) -> ElasticConnector:
        """Return a connector.

        :raises SandboxRefused: if there is none
        """
        __tracebackhide__ = True
        found = self.store.connector(connector_id)
        if found is None:
            raise SandboxRefused(f"there is no connector {connector_id!r}")
        return found

    def add_connector(self, connector_id: str, **values: Any) -> None:
        """Add a connector as a person would; leave one that exists as it is.

        :param values: its other fields, such as ``service_type`` or ``status``
        """
        self.store.add_connector(connector_id, **values)

    def set_status(self, connector_id: str, status: str, error: str | None = None) -> None:
        """Set a status as the connector service does.

        :raises SandboxError: if there is no such connector or no such status
        """
        __tracebackhide__ = True
        without_frames(lambda: self.store.set_status(connector_id, status, error))

    def names(self) -> dict[str, str]:
        """Return nothing: people choose the identifiers of connectors."""
        return {}
