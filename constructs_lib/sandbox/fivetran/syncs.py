"""Setup tests and syncs: how a connection changes as time goes by.

No thread runs a sync. A sync is a span of time in the record of its connection, and
:func:`update_sync` brings the record up to date with the clock whenever it is read.

Setup tests are deterministic, and the configuration itself steers them:

=====================================================  ============================================
in the configuration                                   what happens
=====================================================  ============================================
any text that ends with ``.invalid`` (a host name       ``Connecting to host`` fails
that cannot exist, RFC 2606)
any text that ends with ``.stuck.test`` (RFC 2606)      ``Connecting to host`` ends with JOB_FAILED
any text that ends with ``.unsigned.test``              ``Connecting to host`` fails, unless the
                                                       certificate that this host shows is approved
                                                       or trusted; the details have it
any text that ends with ``.unknown.test``               the same for the SSH fingerprint
any text that ends with ``.old.test``                   ``Checking permissions`` warns
a secret, or anything in ``auth``, equal to ``wrong``   ``Validating credentials`` fails
anything else                                          all tests pass
=====================================================  ============================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from constructs_lib.sandbox.common import messages
from constructs_lib.sandbox.common.store import moment_from_text, moment_to_text
from constructs_lib.sandbox.fivetran.records import Connection, Sync
from constructs_lib.sandbox.fivetran.trust.source import CERTIFICATE, FINGERPRINT, Kind
from constructs_lib.schemas import SERVICES_WITH_STATE

_HOST = "Connecting to host"
_CREDENTIALS = "Validating credentials"
_PERMISSIONS = "Checking permissions"


class _Host(NamedTuple):
    """The result of the test of a host whose name has a certain ending."""

    status: str
    message: str
    kind: Kind | None = None
    """What the host shows, and has to be approved or trusted for the test to pass."""


_HOSTS = {
    ".invalid": _Host("FAILED", "The host in {} cannot be resolved"),
    ".stuck.test": _Host("JOB_FAILED", "The test of the host in {} did not end"),
    ".unsigned.test": _Host(
        "FAILED", "The certificate of the host in {} is not trusted", CERTIFICATE
    ),
    ".unknown.test": _Host(
        "FAILED", "The fingerprint of the host in {} is not trusted", FINGERPRINT
    ),
}
_OLD = ".old.test"


def run_setup_tests(connection: Connection, trusts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run the setup tests, store their results, and set ``setup_state`` by them.

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
        failure = _failure_of_host(connection, ending, host, trusts)
        if failure is not None:
            return [failure, _result(_CREDENTIALS, "SKIPPED"), _result(_PERMISSIONS, "SKIPPED")]
    rejected = _place_of_wrong_secret(connection)
    if rejected is not None:
        failure = _with_message(_CREDENTIALS, "FAILED", f"The source rejects {rejected}", rejected)
        return [_result(_HOST, "PASSED"), failure, _result(_PERMISSIONS, "SKIPPED")]
    passed = [_result(title, "PASSED") for title in (_HOST, _CREDENTIALS, _PERMISSIONS)]
    found = _place_of_host(connection.config, "config", _OLD)
    if found is not None:
        message = f"The host in {found[0]} will soon be too old"
        passed[-1] = _with_message(_PERMISSIONS, "WARNING", message, found[0])
    return passed


def _failure_of_host(
    connection: Connection, ending: str, host: _Host, trusts: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the result of the test of a host with this ending; None if there is none, or if what
    it shows is approved or trusted.
    """
    found = _place_of_host(connection.config, "config", ending)
    if found is None:
        return None
    place, name = found
    failure = _with_message(_HOST, host.status, host.message.format(place), place)
    if host.kind is None:
        return failure
    shown = host.kind.shown(name)
    approved = connection.approved.get(host.kind.segment, [])
    is_approved = any(item["hash"] == shown["hash"] for item in approved)
    is_trusted = trusts.get(host.kind.trusted_by) is True
    return None if is_approved or is_trusted else {**failure, "details": [shown]}


def _place_of_host(value: Any, at: str, ending: str) -> tuple[str, str] | None:
    """Return the place of a host name with this ending, and the name; None if there is none."""
    if isinstance(value, str):
        return (at, value) if value.rstrip(".").endswith(ending) else None
    items: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        items = [(f"{at}.{key}", inner) for key, inner in value.items()]
    if isinstance(value, list):
        items = [(f"{at}[{position}]", inner) for position, inner in enumerate(value)]
    places = (_place_of_host(inner, place, ending) for place, inner in items)
    return next((place for place in places if place is not None), None)


def _place_of_wrong_secret(connection: Connection) -> str | None:
    places = sorted(connection.digests)
    return next(
        (at for at in places if messages.equals_masked(connection.digests[at], "wrong")), None
    )


def _result(title: str, status: str) -> dict[str, Any]:
    return {"title": title, "status": status, "message": ""}


def _with_message(title: str, status: str, message: str, field: str) -> dict[str, Any]:
    return {"title": title, "status": status, "message": message, "details": {"field": field}}


_TASK = {
    "code": "sync_failed",
    "message": "Sync failed",
    "details": "The source closed the connection in the middle of a table.",
}
"""The task that a failed sync leaves."""


def update_sync(
    connection: Connection, now: datetime, seconds: float, automatic: bool, held: bool = False
) -> bool:
    """End the sync whose time is over, and start the one that is due.

    :param seconds: the length of a sync that starts
    :param automatic: True if connections sync by their schedule
    :param held: True if a sync that is endless goes on; otherwise it ends like any other
    :returns: True if the record has changed
    """
    before = connection.sync
    is_held = held and before is not None and before.endless
    if before is not None and not is_held and moment_from_text(before.ends_at) <= now:
        _end(connection, before)
    if _resumes_now(connection, now) or (automatic and _is_due(connection, now)):
        start_sync(connection, now, seconds)
    return connection.sync is not before


def start_sync(connection: Connection, now: datetime, seconds: float) -> None:
    """Start a sync, historical if the connection asks for one; it replaces a running sync."""
    connection.sync = Sync.begin(now, seconds, connection.is_historical_sync)
    connection.last_sync_started_at = connection.sync.started_at
    connection.waiting = connection.rescheduled_for = None


def never_end(connection: Connection) -> None:
    """Make the running sync endless, see :func:`update_sync`."""
    if connection.sync is not None:
        connection.sync = replace(connection.sync, endless=True)


def fail(connection: Connection) -> None:
    """Make the running sync end with a failure."""
    if connection.sync is not None:
        connection.sync = replace(connection.sync, failing=True)


def reschedule(connection: Connection, until: datetime, *, announced: bool = True) -> None:
    """Reschedule the running sync: by the contract it waits for the limits of its source.

    It goes on at that time by itself, or with ``schedule_type`` manual when it is asked for.

    :param announced: False leaves that time out of the answers, as the API sometimes does
    """
    connection.sync = None
    connection.rescheduled_for = moment_to_text(until)
    connection.rescheduled_untold = not announced


def request_sync(connection: Connection, now: datetime, seconds: float, kind: str) -> None:
    """Start a sync now; if the connection is paused, when it is enabled again.

    The contract says so of a re-sync. Of a plain sync it says nothing; it is treated alike.

    :param kind: ``sync`` or ``resync``
    """
    if kind == "resync":
        connection.is_historical_sync = True
    if connection.paused:
        connection.waiting = "resync" if connection.waiting == "resync" else kind
    else:
        start_sync(connection, now, seconds)


def cancel_request(connection: Connection) -> None:
    """Cancel the request for a historical sync; one that is running goes on."""
    connection.is_historical_sync = False
    if connection.waiting == "resync":
        connection.waiting = None


def resume(connection: Connection, now: datetime, seconds: float) -> None:
    """Start the sync that was requested while the connection was paused, if there is one.

    A sync that still runs from before the pause goes on first; a waiting one is then dropped,
    except a re-sync, which replaces it.
    """
    if connection.waiting is None or connection.paused:
        return
    if connection.sync is not None and connection.waiting == "sync":
        connection.waiting = None
        return
    start_sync(connection, now, seconds)


def state_of(connection: Connection) -> str:
    """Return the ``sync_state``: syncing, paused, rescheduled or scheduled.

    A paused connection whose sync still runs is syncing: pausing stops no running sync.
    """
    if connection.sync is not None:
        return "syncing"
    if connection.paused:
        return "paused"
    return "rescheduled" if connection.rescheduled_for is not None else "scheduled"


def _end(connection: Connection, sync: Sync) -> None:
    connection.sync = None
    if not _can_be_read(connection):
        connection.failed_at = sync.ends_at
        return
    if sync.failing:
        connection.failed_at, connection.task = sync.ends_at, dict(_TASK)
        return
    connection.succeeded_at, connection.task = sync.ends_at, None
    if sync.historical:
        connection.is_historical_sync = False
    if connection.service in SERVICES_WITH_STATE:
        connection.state = checkpoint(connection.state, sync.ends_at)


def _can_be_read(connection: Connection) -> bool:
    """Return whether a sync reaches its source.

    A broken connection is tested again, and is connected if the cause is gone. A connection whose
    setup was never completed has no source.
    """
    if connection.setup_state == "broken":
        run_setup_tests(connection, {})
    return connection.setup_state == "connected"


def checkpoint(state: dict[str, Any] | None, moment: str) -> dict[str, Any]:
    """Return the state after a checkpoint of the connector.

    :param moment: when it was made (RFC 3339)
    """
    before = state or {}
    count = before.get("checkpoint")
    number = count + 1 if type(count) is int else 1
    return {**before, "cursor": moment, "checkpoint": number}


def _resumes_now(connection: Connection, now: datetime) -> bool:
    """Return whether a rescheduled sync goes on by itself now."""
    until = connection.rescheduled_for
    if until is None or connection.sync or connection.paused:
        return False
    automatic = connection.attributes.get("schedule_type", "auto") == "auto"
    return automatic and moment_from_text(until) <= now


def _is_due(connection: Connection, now: datetime) -> bool:
    automatic = connection.attributes.get("schedule_type", "auto") == "auto"
    is_busy = connection.sync or connection.rescheduled_for
    if is_busy or connection.paused or not automatic:
        return False
    if connection.setup_state != "connected":
        return False
    if connection.last_sync_started_at is None:
        return True
    minutes = connection.attributes.get("sync_frequency", 360)
    return moment_from_text(connection.last_sync_started_at) + timedelta(minutes=minutes) <= now
