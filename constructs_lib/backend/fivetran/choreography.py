"""Setting the state of a connection: read, pause, wait, patch, verify, restore.

The API refuses a new state while a sync runs (409), and pausing does not end a sync that runs. So:
pause if the connection is running, wait until no sync is in progress, PATCH the state, read it back
and compare, and put the paused flag back: after success as asked, and after any failure or
interruption as it was found. A connection that was paused is never unpaused unless that was asked.

Source: https://fivetran.com/docs/rest-api/api-reference/connections/modify-connection-state
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from constructs_lib.backend.fivetran import log
from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.deadline import Deadline
from constructs_lib.backend.fivetran.errors import ApiError, Conflict, FivetranError, NotFound
from constructs_lib.backend.fivetran.redaction import shown
from constructs_lib.backend.plugin.values import same
from constructs_lib.schemas import SERVICES_WITH_STATE

_RESCUE_LIMIT = 120.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0


class StateNotSupported(FivetranError):
    """The service of the connection keeps no state that could be changed."""

    remedy = "Remove the state of this connection from the configuration."

    def __init__(self, identifier: str, service: str) -> None:
        super().__init__(
            f"connection {identifier} is of the service {service!r}, which keeps no state that can "
            f"be changed; the services that do are {', '.join(SERVICES_WITH_STATE)}"
        )


class PausedFlagUnknown(FivetranError):
    """The API does not say whether the connection is paused, so that it could not be put back."""

    remedy = "Nothing was changed. Look at the connection in the Fivetran dashboard, and try again."

    def __init__(self, identifier: str) -> None:
        super().__init__(f"the answer does not say whether connection {identifier} is paused")


class StateDiffers(FivetranError):
    """The API took the state, and what it stored is something else."""

    remedy = (
        "Compare the two, and configure the state in the form in which the connector stores it. "
        "previous_state holds what was there before. If this was the creation of the resource, "
        "Terraform marks it as tainted and sets the state anew with the next apply."
    )

    def __init__(self, identifier: str, wanted: Any, stored: Any) -> None:
        super().__init__(
            f"the state of connection {identifier} reads back differently: set was "
            f"{shown(wanted)}, stored is {shown(stored)}"
        )


class PausedFlagStuck(FivetranError):
    """The paused flag could not be put back."""

    def __init__(
        self, identifier: str, paused: bool, cause: FivetranError, before: FivetranError | None
    ) -> None:
        word = "paused" if paused else "running"
        first = "" if before is None else f"; what went wrong before: {before}"
        self.remedy = (
            f"The connection must be set back by hand: PATCH /v1/connections/{identifier} with "
            f'{{"paused": {str(paused).lower()}}}, or in the Fivetran dashboard.'
        )
        super().__init__(f"connection {identifier} should be {word} again, but {cause}{first}")


class Outcome(NamedTuple):
    """What setting a state did."""

    found: dict[str, Any] | None
    """The state before; None if none had been written yet."""
    changed: bool
    """False if the state was the wanted one already, so that nothing was sent."""


def read_state(
    client: Client,
    identifier: str,
    deadline: Deadline,
    connection: dict[str, Any] | None = None,
) -> dict[str, Any] | None:
    """The state of a connection; None if none was written yet.

    The API answers 400 both for that and for a service without state, and its documents disagree
    on 405: so the service decides, not the status.

    :param connection: the connection, if it was read already
    :raises StateNotSupported: if the service keeps no state
    """
    try:
        return client.state(identifier, deadline)
    except ApiError as error:
        if error.status not in (400, 405):
            raise
        require_state(connection or client.connection(identifier, deadline), identifier)
        if error.status == 405:
            raise
        return None


def require_state(connection: dict[str, Any], identifier: str) -> None:
    """Checks that the service of a connection keeps a state.

    :raises StateNotSupported: if it does not
    """
    service = str(connection.get("service"))
    if service not in SERVICES_WITH_STATE:
        raise StateNotSupported(identifier, service)


def set_state(
    client: Client,
    identifier: str,
    wanted: dict[str, Any],
    *,
    paused_after: str,
    deadline: Deadline,
    on_set: Callable[[dict[str, Any] | None], None] = lambda found: None,
) -> Outcome:
    """Sets the state of a connection, see the text of the module.

    :param wanted: the whole state
    :param paused_after: ``restore``, ``running`` or ``paused``
    :param on_set: is told what was found before, as soon as the API has taken the new state
    :raises FivetranError: if it did not work; the paused flag is back where it was
    """
    connection = client.connection(identifier, deadline)
    require_state(connection, identifier)
    found = read_state(client, identifier, deadline, connection)
    if found is not None and same(found, wanted):
        return Outcome(found, changed=False)
    was_paused = _is_paused(connection, identifier)
    after = {"running": False, "paused": True}.get(paused_after, was_paused)
    with _paused(client, identifier, was_paused, after, deadline):
        _patch_when_idle(client, identifier, wanted, deadline)
        on_set(found)
        stored = read_state(client, identifier, deadline, connection)
        if not same(stored, wanted):
            raise StateDiffers(identifier, wanted, stored)
    return Outcome(found, changed=True)


@contextmanager
def _paused(
    client: Client, identifier: str, was_paused: bool, after: bool, deadline: Deadline
) -> Iterator[None]:
    """Keeps the connection paused inside; then sets the flag to ``after``, or back on failure."""
    flag, target = was_paused, was_paused
    failure: FivetranError | None = None
    try:
        if not was_paused:
            flag = True
            _pause(client, identifier, deadline)
        yield
        target = after
    except _PauseRefused as refusal:
        flag = was_paused
        raise refusal.answer from None
    except FivetranError as error:
        failure = error
        raise
    finally:
        if flag != target:
            _put_back(client, identifier, target, failure)


class _PauseRefused(FivetranError):
    """The API said no to the pause, so that there is nothing to put back."""

    def __init__(self, answer: ApiError) -> None:
        self.answer = answer
        super().__init__(str(answer))


def _pause(client: Client, identifier: str, deadline: Deadline) -> None:
    """Pauses the connection. If no answer comes, it may be paused all the same."""
    try:
        client.modify_connection(identifier, {"paused": True}, deadline)
    except ApiError as error:
        if error.status < 500:
            raise _PauseRefused(error) from None
        raise


def _put_back(client: Client, identifier: str, paused: bool, failure: FivetranError | None) -> None:
    """Sets the flag with a time limit of its own, which no interruption shortens."""
    try:
        client.modify_connection(identifier, {"paused": paused}, Deadline(_RESCUE_LIMIT))
    except NotFound:
        return  # The connection is gone, and its flag with it.
    except FivetranError as error:
        raise PausedFlagStuck(identifier, paused, error, failure) from None


def _patch_when_idle(
    client: Client, identifier: str, wanted: dict[str, Any], deadline: Deadline
) -> None:
    """Sends the state as soon as no sync runs; a sync that began in between is waited for, too."""
    pauses = _pauses()
    while True:
        _wait_until_idle(client, identifier, pauses, deadline)
        try:
            client.set_state(identifier, wanted, deadline)
            return
        except Conflict:
            _look_again(identifier, next(pauses), deadline)


def _wait_until_idle(
    client: Client, identifier: str, pauses: Iterator[float], deadline: Deadline
) -> None:
    while _is_syncing(client.connection(identifier, deadline)):
        _look_again(identifier, next(pauses), deadline)


def _look_again(identifier: str, pause: float, deadline: Deadline) -> None:
    log.information(
        f"connection {identifier}: a sync is in progress; looking again in {pause:.1f} s, "
        f"for at most {deadline.remaining:.0f} s more"
    )
    deadline.poll(pause, f"the sync of connection {identifier} to end")


def _pauses() -> Iterator[float]:
    """Seconds between two looks: often at first, then ever more seldom."""
    pause = _FIRST_PAUSE
    while True:
        yield pause
        pause = min(_LONGEST_PAUSE, pause * 1.5)


def _is_paused(connection: dict[str, Any], identifier: str) -> bool:
    flag = str(connection.get("paused")).lower()
    if flag not in ("true", "false"):
        raise PausedFlagUnknown(identifier)
    return flag == "true"


def _is_syncing(connection: dict[str, Any]) -> bool:
    """True if a sync is known to run. One that is not told of is met by the API's 409."""
    status = connection.get("status")
    return isinstance(status, dict) and str(status.get("sync_state")).lower() == "syncing"
