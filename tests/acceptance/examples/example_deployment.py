"""A working directory that the examples are deployed in, and the sandbox that answers it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import requests
from workspace import Workspace

from constructs_lib.sandbox import SandboxAdapter

SCHEMA = "shop_events"
"""The connection that is there before, under the name that the examples look for."""


class Deployment(NamedTuple):
    """A working directory of Terraform whose provider answers from an embedded sandbox."""

    terraform: Workspace
    database: Path
    existing: str
    """The identifier of the connection that somebody else made."""

    def connections(self) -> list[str]:
        """The identifiers of all connections that there are."""
        with requests.Session() as session:
            session.mount("sandbox://local", SandboxAdapter(self.database))
            session.auth = ("sandbox", "sandbox")
            answer = session.get("sandbox://local/v1/connections?limit=1000").json()
        return [connection["id"] for connection in answer["data"]["items"]]


Deploy = Callable[[str, Path], Deployment]


def fill(database: Path) -> str:
    """Makes the connection that somebody else made, with a state; returns its identifier."""
    config = {"schema": SCHEMA, "package_id": "events_package"}
    body = {"group_id": "sandbox_warehouse", "service": "connector_sdk", "config": config}
    with requests.Session() as session:
        session.mount("sandbox://local", SandboxAdapter(database))
        session.auth = ("sandbox", "sandbox")
        made = session.post("sandbox://local/v1/connections", json=body)
        assert made.ok, made.text
        identifier: str = made.json()["data"]["id"]
        path = f"sandbox://local/v1/connections/{identifier}/state"
        assert session.patch(path, json={"state": {"page": 7}}).ok
    return identifier
