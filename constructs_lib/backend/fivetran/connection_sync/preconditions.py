"""Check whether a sync of a connection can start at all, and the errors of a sync."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from constructs_lib.backend.fivetran.api import quoted_texts
from constructs_lib.backend.fivetran.api.errors import VendorError
from constructs_lib.backend.fivetran.connection.model import (
    connection_name,
    is_paused_in,
    setup_state,
)
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.redaction import redacted_text
from constructs_lib.backend.http.response_values import format_timestamp


class NotReady(VendorError):
    """No sync would start: the connection is paused, or not set up."""


class ConnectionPaused(NotReady):
    """The connection is paused."""

    remedy = (
        "Unpause it first: with paused = false on the connection, or in the Fivetran dashboard. "
        "If another resource of this configuration unpauses it, name that resource in depends_on "
        "of the sync."
    )

    def __init__(self, name: str, when: str) -> None:
        super().__init__(f"{name} {when} paused, and a paused connection does not start a sync")


class SetupIncomplete(NotReady):
    """The setup of the connection is incomplete."""

    remedy = (
        "Fix its settings until its setup tests pass (fivetranops_connection_test). If another "
        "resource of this configuration does that, name that resource in depends_on of the sync."
    )

    def __init__(self, name: str, setup_state: str, words: str) -> None:
        super().__init__(f"{name} cannot sync: its setup_state is {setup_state}{words}")


class SyncStartUnknown(VendorError):
    """The response to a request for a sync is lost, and nothing tells whether the sync began."""

    def __init__(self, name: str, what: str, cause: VendorError) -> None:
        self.cause, self.tried = cause, cause.tried
        self.remedy = (
            f"It is not known whether the {what} of {name} began, so it was not requested again. "
            "Look at the connection in the Fivetran dashboard. If it is running or has run, "
            "record it without starting another: terraform import ADDRESS IDENTIFIER, or, for a "
            "resource that is in state, restore its triggers. Otherwise apply again."
        )
        super().__init__(str(cause))


class SyncFailed(VendorError):
    """The sync ended with a failure."""

    remedy = (
        "Fix the cause that Fivetran names, and apply again: that starts another sync. The "
        "connection's page in the Fivetran dashboard has the log of the sync."
    )

    def __init__(self, name: str, how: str, words: str) -> None:
        super().__init__(f"the sync of {name} {how}{words}")


class Delayed(VendorError):
    """Fivetran rescheduled the sync, and this run does not wait for it.

    :param is_manual: True if it only goes on when it is requested again
    """

    def __init__(self, message: str, *, is_manual: bool) -> None:
        self.is_manual = is_manual
        super().__init__(message)


class DelayedBeyondLimit(Delayed):
    """Fivetran rescheduled the sync to a time after the limit."""

    def __init__(
        self, name: str, until: datetime, left: float, words: str, *, is_manual: bool
    ) -> None:
        self.remedy = (
            "With schedule_type manual it only continues when it is requested again: apply again "
            "after that time; or raise the limit in timeouts, and the provider requests it then."
            if is_manual
            else "It continues by itself then. Raise the limit in timeouts to wait for it."
        )
        super().__init__(
            f"Fivetran postponed the sync of {name} until {format_timestamp(until)}, but of the "
            f"time limit only {left:.0f} s are left{words}",
            is_manual=is_manual,
        )


class Rescheduled(Delayed):
    """Fivetran rescheduled the sync, and the configuration says not to wait for it."""

    def __init__(self, name: str, until: datetime | None, words: str, *, is_manual: bool) -> None:
        self.remedy = 'Set on_reschedule = "wait" to wait for the sync' + (
            "; the provider then requests it again, because with schedule_type manual it never "
            "continues by itself."
            if is_manual
            else ". It continues by itself."
        )
        when = "without saying until when" if until is None else f"until {format_timestamp(until)}"
        super().__init__(
            f"Fivetran rescheduled the sync of {name} {when}, and on_reschedule is fail{words}",
            is_manual=is_manual,
        )


def connection_problems(connection: dict[str, Any], secrets: Collection[str]) -> str:
    """Return what the connection itself reports as wrong: its tasks and warnings.

    :param secrets: texts that must not be shown, beside those of the settings of the connection
    :returns: lines to be added to a sentence; empty if it says nothing
    """
    status = connection.get("status")
    status = status if isinstance(status, dict) else {}
    lists = (status.get(name) for name in ("tasks", "warnings"))
    entries = [entry for found in lists if isinstance(found, list) for entry in found]
    lines = [_line(entry) for entry in entries if isinstance(entry, dict)]
    text = "".join(f"\n  {line}" for line in lines if line)
    return redacted_text(text, [*secrets, *quoted_texts.of_connection(connection)]) if text else ""


def _line(entry: dict[str, Any]) -> str:
    title, code, details = (str(entry.get(name) or "") for name in ("message", "code", "details"))
    head = f"{title} ({code})" if title and code else title or code
    return ": ".join(part for part in (head, details) if part)


_NOT_SET_UP, _BROKEN = "incomplete", "broken"


def require_ready(
    identifier: str, connection: dict[str, Any], secrets: Collection[str] = ()
) -> None:
    """Check that a sync of the connection can begin now.

    A broken connection can be synced, because a sync may repair it.

    :raises NotReady: if it is paused, or not set up. What the answer does not tell is no error.
    """
    name, state = connection_name(identifier, connection), setup_state(connection)
    if is_paused_in(connection):
        raise ConnectionPaused(name, "is")
    if state == _NOT_SET_UP:
        raise SetupIncomplete(name, state, connection_problems(connection, secrets))


def require_ready_later(account: Account, identifier: str, deadline: Deadline) -> str:
    """Check at plan that a sync can begin when this run comes to it.

    What the run does before is known as far as it was planned by now, see
    :class:`constructs_lib.backend.fivetran.provider_data.PlannedEffects`. While this very run sets
    the state of the connection, it is paused only for that.

    :returns: that the connection is broken, and its own words about that; empty if it is not, or if
        this run tests its settings again before
    :raises NotReady: if it will be paused, or not set up
    """
    is_being_set = account.locks.is_held(identifier)
    connection = account.client.connection(identifier, deadline)
    if is_being_set or account.locks.is_held(identifier):
        return ""
    name, state = connection_name(identifier, connection), setup_state(connection)
    now = is_paused_in(connection)
    if account.planned_effects.paused(identifier, now):
        raise ConnectionPaused(name, "is" if now else "will by then be")
    if account.planned_effects.may_be_set_up(identifier):
        return ""
    words = connection_problems(connection, account.secrets.get(identifier, ()))
    if state == _NOT_SET_UP:
        raise SetupIncomplete(name, state, words)
    return f"{name} is broken{words}" if state == _BROKEN else ""
