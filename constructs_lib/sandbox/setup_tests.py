"""Setup tests: deterministic, and steered by the configuration itself.

=====================================================  ============================================
in the configuration                                   what happens
=====================================================  ============================================
any text that ends with ``.invalid`` (a host name       ``Connecting to host`` fails
that cannot exist, RFC 2606)
a secret, or anything in ``auth``, equal to ``wrong``   ``Validating credentials`` fails
anything else                                          all tests pass
=====================================================  ============================================
"""

from __future__ import annotations

from typing import Any

from constructs_lib.sandbox import masking
from constructs_lib.sandbox.records import Connection

_HOST = "Connecting to host"
_CREDENTIALS = "Validating credentials"
_PERMISSIONS = "Checking permissions"


def run(connection: Connection) -> list[dict[str, Any]]:
    """Runs the setup tests, and sets ``setup_state`` by their outcome.

    :returns: the results, as the API answers them: title, status, message, details
    """
    results = _results(connection)
    if all(result["status"] == "PASSED" for result in results):
        connection.setup_state = "connected"
        connection.connected_before = True
    else:
        # By the contract, incomplete means that the tests have never succeeded.
        connection.setup_state = "broken" if connection.connected_before else "incomplete"
    return results


def _results(connection: Connection) -> list[dict[str, Any]]:
    place = _unreachable(connection.config, "config")
    if place is not None:
        failure = _failed(_HOST, f"The host in {place} cannot be resolved", {"field": place})
        return [failure, _result(_CREDENTIALS, "SKIPPED"), _result(_PERMISSIONS, "SKIPPED")]
    rejected = _rejected(connection)
    if rejected is not None:
        failure = _failed(_CREDENTIALS, f"The source rejects {rejected}", {"field": rejected})
        return [_result(_HOST, "PASSED"), failure, _result(_PERMISSIONS, "SKIPPED")]
    return [_result(title, "PASSED") for title in (_HOST, _CREDENTIALS, _PERMISSIONS)]


def _unreachable(value: Any, at: str) -> str | None:
    if isinstance(value, str):
        return at if value.rstrip(".").endswith(".invalid") else None
    items: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        items = [(f"{at}.{key}", inner) for key, inner in value.items()]
    if isinstance(value, list):
        items = [(f"{at}[{position}]", inner) for position, inner in enumerate(value)]
    places = (_unreachable(inner, place) for place, inner in items)
    return next((place for place in places if place is not None), None)


def _rejected(connection: Connection) -> str | None:
    places = sorted(connection.digests)
    return next((at for at in places if masking.equals(connection.digests[at], "wrong")), None)


def _result(title: str, status: str) -> dict[str, Any]:
    return {"title": title, "status": status, "message": ""}


def _failed(title: str, message: str, details: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "status": "FAILED", "message": message, "details": details}
