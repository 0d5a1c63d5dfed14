"""The three ways to reach the sandbox, behind one face, so that the same tests run on each."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests

from constructs_lib.sandbox import JournalEntry, SandboxAdapter, Settings

CONNECTOR_SDK: dict[str, Any] = {
    "service": "connector_sdk",
    "group_id": "sandbox_lake",
    "config": {
        "schema": "orders",
        "python_version": "3.12",
        "secrets_list": [{"key": "token", "value": "t0p-secret"}],
    },
}
POSTGRES: dict[str, Any] = {
    "service": "postgres",
    "group_id": "sandbox_warehouse",
    "config": {
        "schema_prefix": "shop",
        "host": "db.example.com",
        "port": 5432,
        "user": "fivetran",
        "password": "t0p-secret",
    },
}


class Carrier:
    """A session with a sandbox."""

    def __init__(self, url: str, session: requests.Session) -> None:
        self.url = url
        self.session = session
        session.auth = ("sandbox", "sandbox")
        session.headers["Accept"] = "application/json;version=2"

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """Sends a request; ``params`` go into the address, as a client must do for sandbox://."""
        query = options.pop("params", None)
        address = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        return self.session.request(method, address, timeout=30, **options)

    def data(self, method: str, path: str, **options: Any) -> Any:
        """The ``data`` of an answer that must be a success."""
        response = self.request(method, path, **options)
        assert response.ok, response.text
        return response.json()["data"]

    def error(self, method: str, path: str, **options: Any) -> tuple[int, str, str]:
        """Status, code and message of an answer that must be an error."""
        response = self.request(method, path, **options)
        assert not response.ok, response.text
        return response.status_code, response.json()["code"], response.json()["message"]

    def create(self, template: dict[str, Any] = CONNECTOR_SDK, **changes: Any) -> dict[str, Any]:
        """A new connection, as the API answers it; ``config`` changes are merged."""
        body = json.loads(json.dumps(template))
        body["config"] |= changes.pop("config", {})
        data: dict[str, Any] = self.data("POST", "/v1/connections", json=body | changes)
        return data

    def configure(self, **settings: Any) -> None:
        raise NotImplementedError

    def advance(self, seconds: float) -> None:
        raise NotImplementedError

    def set_source(self, identifier: str, source: dict[str, Any]) -> None:
        raise NotImplementedError

    def journal(self) -> list[JournalEntry]:
        raise NotImplementedError


class Embedded(Carrier):
    """The adapter within this process."""

    def __init__(self, database: Path | None) -> None:
        self.adapter = SandboxAdapter(database)
        session = requests.Session()
        session.mount("sandbox://local", self.adapter)
        super().__init__("sandbox://local", session)

    def configure(self, **settings: Any) -> None:
        self.adapter.store.configure(**settings)

    def advance(self, seconds: float) -> None:
        self.adapter.store.advance(seconds)

    def set_source(self, identifier: str, source: dict[str, Any]) -> None:
        self.adapter.store.set_source(identifier, source)

    def journal(self) -> list[JournalEntry]:
        return self.adapter.store.journal()


class Served(Carrier):
    """A server in another process, over a real socket."""

    def __init__(self, url: str) -> None:
        super().__init__(url, requests.Session())
        self.session.trust_env = False

    def clean(self) -> None:
        self.data("PATCH", "/_sandbox/settings", json=json.loads(Settings().to_json()))
        self.request("POST", "/_sandbox/reset")

    def configure(self, **settings: Any) -> None:
        self.data("PATCH", "/_sandbox/settings", json=settings)

    def advance(self, seconds: float) -> None:
        ahead = self.data("GET", "/_sandbox/settings")["clock_ahead_seconds"]
        self.configure(clock_ahead_seconds=ahead + seconds)

    def set_source(self, identifier: str, source: dict[str, Any]) -> None:
        path = f"/_sandbox/connections/{identifier}/source"
        response = self.request("POST", path, json={"schemas": source})
        assert response.ok, response.text

    def journal(self) -> list[JournalEntry]:
        items = self.data("GET", "/_sandbox/journal")["items"]
        return [JournalEntry(*[item[name] for name in JournalEntry._fields]) for item in items]


@contextmanager
def serving(database: Path, *options: str) -> Iterator[str]:
    """A server process; yields its address, and asserts that it ends cleanly."""
    with running(1, "--database", str(database), *options) as (line,):
        assert line.startswith("Serving the sandbox on http://127.0.0.1:")
        yield line.split()[4]


@contextmanager
def running(servers: int, *options: str) -> Iterator[list[str]]:
    """A process with one or more servers; yields the line that each says at its start."""
    command = [sys.executable, "-m", "constructs_lib.sandbox", "serve", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield [process.stdout.readline() for _ in range(servers)]
        finally:
            process.terminate()
            _, complaints = process.communicate(timeout=10)
    assert (process.returncode, complaints) == (0, "")
