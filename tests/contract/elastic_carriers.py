"""The three ways to reach the sandbox of Elastic's API, behind one face."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from sandbox_carriers import running

from constructs_lib.sandbox import JournalEntry
from constructs_lib.sandbox.elastic import ElasticAdapter, ElasticSettings

STATUSES = ("created", "needs_configuration", "configured", "connected", "error")
ALLOWED = {
    "created": {"needs_configuration", "error"},
    "needs_configuration": {"configured", "error"},
    "configured": {"needs_configuration", "configured", "connected", "error"},
    "connected": {"configured", "connected", "error"},
    "error": {"configured", "connected", "error"},
}
"""The protocol's transitions, written down a second time: the product's own table is on trial."""
PAIRS = [(current, wanted) for current in STATUSES for wanted in STATUSES]
API_KEY = "ApiKey c2FuZGJveDpzYW5kYm94"


class ElasticCarrier:
    """A session with a sandbox."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self.url = url
        self.session = session
        session.headers["Authorization"] = API_KEY

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Sends a request; the path may have a query."""
        return self.session.request(method, f"{self.url}{path}", timeout=30, **options)

    def data(self, method: str, path: str, **options: Any) -> Any:
        """The document of an answer that must be a success."""
        response = self.request(method, path, **options)
        assert response.ok, response.text
        return response.json()

    def refusal(self, method: str, path: str, **options: Any) -> tuple[int, str, str]:
        """Status, type and reason of an answer that must be an error in the usual envelope."""
        response = self.request(method, path, **options)
        envelope = response.json()
        assert not response.ok, response.text
        assert envelope["status"] == response.status_code
        error = envelope["error"]
        assert error["root_cause"] == [{name: error[name] for name in ("type", "reason")}]
        return response.status_code, error["type"], error["reason"]

    def put_status(self, connector_id: str, status: Any) -> requests.Response:
        return self.request("PUT", f"/_connector/{connector_id}/_status", json={"status": status})

    def status(self, connector_id: str) -> str:
        return str(self.data("GET", f"/_connector/{connector_id}")["status"])

    def made_in(self, status: str, connector_id: str = "shop") -> str:
        """A new connector in a status, on a server of any version."""
        path = f"/_connector/{connector_id}"
        self.data("PUT", path, json={"service_type": "mysql"})
        if status in ("configured", "connected"):
            self.data("PUT", f"{path}/_configuration", json={"configuration": {}})
        if status == "error":
            self.data("PUT", f"{path}/_error", json={"error": "No route to host"})
        if status in ("needs_configuration", "connected", "error"):
            self.data("PUT", f"{path}/_status", json={"status": status})
        assert self.status(connector_id) == status
        return connector_id

    def configure(self, **settings: Any) -> None:
        raise NotImplementedError

    def journal(self) -> list[JournalEntry]:
        raise NotImplementedError


class ElasticEmbedded(ElasticCarrier):
    """The adapter within this process; it asks for credentials, as a server does."""

    def __init__(self, database: Path | None) -> None:
        self.adapter = ElasticAdapter(database, anonymous=False)
        session = requests.Session()
        session.mount("sandbox://elastic", self.adapter)
        super().__init__("sandbox://elastic", session)

    def configure(self, **settings: Any) -> None:
        self.adapter.store.configure(**settings)

    def journal(self) -> list[JournalEntry]:
        return self.adapter.store.journal()


class ElasticServed(ElasticCarrier):
    """A server in another process, over a real socket."""

    def __init__(self, url: str) -> None:
        super().__init__(url, requests.Session())
        self.session.trust_env = False

    def clean(self) -> None:
        self.configure(**json.loads(ElasticSettings().to_json()))
        self.data("POST", "/_sandbox/reset")

    def configure(self, **settings: Any) -> None:
        self.data("PATCH", "/_sandbox/settings", json=settings)

    def journal(self) -> list[JournalEntry]:
        items = self.data("GET", "/_sandbox/journal")["items"]
        return [JournalEntry(*[item[name] for name in JournalEntry._fields]) for item in items]


@contextmanager
def serving_elastic(database: Path, *options: str) -> Iterator[str]:
    """A server process; yields its address, and asserts that it ends cleanly."""
    with running(1, "--elastic-database", str(database), *options) as (line,):
        assert line.startswith("Serving the Elastic sandbox on http://127.0.0.1:")
        yield line.split()[5]
