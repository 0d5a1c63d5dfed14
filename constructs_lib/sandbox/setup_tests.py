"""Setup tests: deterministic, and steered by the configuration itself.

=====================================================  ============================================
in the configuration                                   what happens
=====================================================  ============================================
any text that ends with ``.invalid`` (a host name       ``Connecting to host`` fails
that cannot exist, RFC 2606)
any text that ends with ``.stuck.test`` (RFC 2606)      ``Connecting to host`` ends with JOB_FAILED
any text that ends with ``.unsigned.test``              ``Connecting to host`` fails, unless the
                                                       certificate is trusted
any text that ends with ``.unknown.test``               the same for the SSH fingerprint
any text that ends with ``.old.test``                   ``Checking permissions`` warns
a secret, or anything in ``auth``, equal to ``wrong``   ``Validating credentials`` fails
anything else                                          all tests pass
=====================================================  ============================================
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from constructs_lib.sandbox import masking
from constructs_lib.sandbox.records import Connection

_HOST = "Connecting to host"
_CREDENTIALS = "Validating credentials"
_PERMISSIONS = "Checking permissions"


class _Host(NamedTuple):
    """How a host whose name ends in a certain way is found."""

    status: str
    words: str
    trusted_by: str = ""
    """The field of the request that lets the test pass all the same."""


_HOSTS = {
    ".invalid": _Host("FAILED", "The host in {} cannot be resolved"),
    ".stuck.test": _Host("JOB_FAILED", "The test of the host in {} did not end"),
    ".unsigned.test": _Host(
        "FAILED", "The certificate of the host in {} is not trusted", "trust_certificates"
    ),
    ".unknown.test": _Host(
        "FAILED", "The fingerprint of the host in {} is not trusted", "trust_fingerprints"
    ),
}
_OLD = ".old.test"


def run(connection: Connection, trusts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Runs the setup tests, keeps what they found, and sets ``setup_state`` by it.

    :param trusts: the request, with ``trust_certificates`` and ``trust_fingerprints``
    :returns: the results, as the API answers them: title, status, message, details
    """
    connection.setup_tests = results = _results(connection, trusts)
    if not any(result["status"] in ("FAILED", "JOB_FAILED") for result in results):
        connection.setup_state = "connected"
        connection.connected_before = True
    else:
        # By the contract, incomplete means that the tests have never succeeded.
        connection.setup_state = "broken" if connection.connected_before else "incomplete"
    return results


def _results(connection: Connection, trusts: Mapping[str, Any]) -> list[dict[str, Any]]:
    for ending, host in _HOSTS.items():
        place = _named(connection.config, "config", ending)
        if place is not None and trusts.get(host.trusted_by) is not True:
            failure = _told(_HOST, host.status, host.words.format(place), place)
            return [failure, _result(_CREDENTIALS, "SKIPPED"), _result(_PERMISSIONS, "SKIPPED")]
    rejected = _rejected(connection)
    if rejected is not None:
        failure = _told(_CREDENTIALS, "FAILED", f"The source rejects {rejected}", rejected)
        return [_result(_HOST, "PASSED"), failure, _result(_PERMISSIONS, "SKIPPED")]
    passed = [_result(title, "PASSED") for title in (_HOST, _CREDENTIALS, _PERMISSIONS)]
    old = _named(connection.config, "config", _OLD)
    if old is not None:
        passed[-1] = _told(_PERMISSIONS, "WARNING", f"The host in {old} will soon be too old", old)
    return passed


def _named(value: Any, at: str, ending: str) -> str | None:
    """Where a host name with this ending stands; None if there is none."""
    if isinstance(value, str):
        return at if value.rstrip(".").endswith(ending) else None
    items: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        items = [(f"{at}.{key}", inner) for key, inner in value.items()]
    if isinstance(value, list):
        items = [(f"{at}[{position}]", inner) for position, inner in enumerate(value)]
    places = (_named(inner, place, ending) for place, inner in items)
    return next((place for place in places if place is not None), None)


def _rejected(connection: Connection) -> str | None:
    places = sorted(connection.digests)
    return next((at for at in places if masking.equals(connection.digests[at], "wrong")), None)


def _result(title: str, status: str) -> dict[str, Any]:
    return {"title": title, "status": status, "message": ""}


def _told(title: str, status: str, message: str, field: str) -> dict[str, Any]:
    return {"title": title, "status": status, "message": message, "details": {"field": field}}
