"""Both sandboxes with their page, and somebody who sends them requests."""

from __future__ import annotations

from typing import Any, NamedTuple

import requests

from constructs_lib.sandbox import Store
from constructs_lib.sandbox.elastic import ElasticStore
from constructs_lib.sandbox.watch import ADDRESS

_ELASTIC = "/_connector"


class Watched(NamedTuple):
    """Two running sandboxes."""

    fivetran_url: str
    elastic_url: str
    fivetran: Store
    elastic: ElasticStore

    @property
    def page(self) -> str:
        """The address of the page."""
        return self.fivetran_url + ADDRESS

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Sends a request to the one or the other API; returns the answer, whatever its status."""
        url = self.elastic_url if path.startswith(_ELASTIC) else self.fivetran_url
        auth = ("sandbox", "sandbox")
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, url + path, json=body, auth=auth, timeout=20).json()

    def add(self, schema: str, **more: Any) -> str:
        """Makes a connection that has a state; returns its identifier."""
        body = {
            "service": "connector_sdk",
            "group_id": "sandbox_lake",
            "config": {"schema": schema, "package_id": "package"},
        }
        made: str = self.ask("POST", "/v1/connections", {**body, **more})["data"]["id"]
        return made

    def set_state(self, identifier: str, state: dict[str, Any]) -> None:
        """Sets the state of a connection."""
        self.ask("PATCH", f"/v1/connections/{identifier}/state", {"state": state})
