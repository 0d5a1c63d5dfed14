"""Whether a sync of a connection would begin at all."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.sync_errors import NotSetUp, Paused, words_of
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.spelling import word

_NOT_SET_UP, _BROKEN = "incomplete", "broken"


def name_of(identifier: str, connection: dict[str, Any]) -> str:
    """A connection, as messages name it."""
    return f"connection {identifier} ({connection.get('schema')})"


def setup_state(connection: dict[str, Any]) -> str:
    """The setup state in small letters; empty if the answer does not tell it."""
    status = connection.get("status")
    return word(status.get("setup_state")) if isinstance(status, dict) else ""


def stands_paused(connection: dict[str, Any]) -> bool:
    """True if the answer says that the connection is paused."""
    return word(connection.get("paused")) == "true"


def require_ready(
    identifier: str, connection: dict[str, Any], secrets: Collection[str] = ()
) -> None:
    """Check that a sync of the connection can begin now.

    A broken connection can be synced, because a sync may mend it.

    :raises NotReady: if it is paused, or not set up. What the answer does not tell is no error.
    """
    name, state = name_of(identifier, connection), setup_state(connection)
    if stands_paused(connection):
        raise Paused(name, "is")
    if state == _NOT_SET_UP:
        raise NotSetUp(name, state, words_of(connection, secrets))


def require_ready_later(account: Account, identifier: str, deadline: Deadline) -> str:
    """Check at plan that a sync can begin when this run comes to it.

    What the run does before is known as far as it was planned by now, see :mod:`intents`. While the
    state of the connection is being set, by this very run, it is paused for that only.

    :returns: that the connection is broken, and its own words about that; empty if it is not, or if
        this run tests its settings again before
    :raises NotReady: if it will be paused, or not set up
    """
    is_being_set = account.turns.is_taken(identifier)
    connection = account.client.connection(identifier, deadline)
    if is_being_set or account.turns.is_taken(identifier):
        return ""
    name, state = name_of(identifier, connection), setup_state(connection)
    now = stands_paused(connection)
    if account.intents.paused(identifier, now):
        raise Paused(name, "is" if now else "will by then be")
    if account.intents.may_be_set_up(identifier):
        return ""
    words = words_of(connection, account.secrets.get(identifier, ()))
    if state == _NOT_SET_UP:
        raise NotSetUp(name, state, words)
    return f"{name} is broken{words}" if state == _BROKEN else ""
