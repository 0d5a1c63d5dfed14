"""The write requests that a scenario expects, as the sandbox's journal shows them."""

from __future__ import annotations

from typing import Any

from scenario import Write


def creation(**body: Any) -> Write:
    """A connection is created with this body."""
    return ("POST", "/v1/connections", body)


def change(identifier: str, **body: Any) -> Write:
    """A connection is changed by this body."""
    return ("PATCH", f"/v1/connections/{identifier}", body)


def deletion(identifier: str) -> Write:
    """A connection is deleted."""
    return ("DELETE", f"/v1/connections/{identifier}", None)


def setup_tests(identifier: str, **trusts: bool) -> Write:
    """The setup tests of a connection are run."""
    return ("POST", f"/v1/connections/{identifier}/test", trusts)


def sync(identifier: str, *, force: bool = False) -> Write:
    """A sync of a connection is begun."""
    return ("POST", f"/v1/connections/{identifier}/sync", {"force": force})


def resync(identifier: str, scope: dict[str, list[str]] | None = None) -> Write:
    """A re-sync of a connection is begun, of everything or of some tables."""
    body = {} if scope is None else {"scope": scope}
    return ("POST", f"/v1/connections/{identifier}/resync", body)


def state(identifier: str, value: Any) -> Write:
    """The state of a connection is set, and nothing else."""
    return ("PATCH", f"/v1/connections/{identifier}/state", {"state": value})


def careful_state(identifier: str, value: Any) -> list[Write]:
    """The state of a running connection is set: it is paused before, and runs again after."""
    pause, resume = (change(identifier, paused=paused) for paused in (True, False))
    return [pause, state(identifier, value), resume]


def schema_read(identifier: str) -> Write:
    """Fivetran reads the source of a connection, and changes no setting."""
    return ("POST", f"/v1/connections/{identifier}/schemas/reload", {"exclude_mode": "PRESERVE"})


def schema(identifier: str, **body: Any) -> Write:
    """The schema configuration of a connection is changed by this body."""
    return ("PATCH", f"/v1/connections/{identifier}/schemas", body)
