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


def setup_tests(identifier: str) -> Write:
    """The setup tests of a connection are run."""
    return ("POST", f"/v1/connections/{identifier}/test", {})


def state(identifier: str, value: Any) -> Write:
    """The state of a connection is set, and nothing else."""
    return ("PATCH", f"/v1/connections/{identifier}/state", {"state": value})


def careful_state(identifier: str, value: Any) -> list[Write]:
    """The state of a running connection is set: it is paused before, and runs again after."""
    pause, resume = (change(identifier, paused=paused) for paused in (True, False))
    return [pause, state(identifier, value), resume]
