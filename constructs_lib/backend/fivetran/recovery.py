"""Recover connections whose run was interrupted while it set their state, or changed them, paused.

The provider does so when it is configured, because that happens in every run, whatever is left in
the configuration: a connection must not stay paused because its state was taken out of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import NotFound, VendorError
from constructs_lib.backend.fivetran.connection.creation_search import find_interrupted, is_over
from constructs_lib.backend.fivetran.connection.paused_flag import RESCUE_LIMIT, is_paused, put_back
from constructs_lib.backend.fivetran.journal.creations import CreationEntry
from constructs_lib.backend.fivetran.journal.journal import (
    HeldElsewhere,
    Journal,
    JournalEntry,
    JournalHandle,
)
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.response_values import parse_timestamp
from constructs_lib.backend.plugin.diagnostics import Diagnostics

_LIMIT = 60.0
"""Seconds for looking at all of them together: Terraform waits meanwhile."""
_LONGEST = timedelta(days=1)
"""After so long a paused connection may have been repaired and paused again since."""
_LONGEST_PUTTING_BACK = timedelta(seconds=RESCUE_LIMIT, minutes=10)
"""The same where the run was about to put the flag back, and most likely did: it had as long."""


def recover(client: Client, journal: Journal, diagnostics: Diagnostics) -> None:
    """Set running again each connection that an interrupted run had paused, and report it.

    A connection is never paused here. Where somebody may have paused it on purpose since, it is
    left alone, and a warning says what to do.

    :param client: the account; connections of others are only reported
    """
    deadline = Deadline(_LIMIT)
    for identifier in journal.interrupted_connections():
        try:
            with journal.hold(identifier, waits=False) as handle:
                entry = handle.read()
                if entry is not None and entry.is_open:
                    _look_after(client, entry, handle, diagnostics, deadline)
        except HeldElsewhere:
            continue
        except VendorError as error:
            diagnostics.warning(
                f"Connection {identifier} may be left paused",
                f"An interrupted run had paused it, and it cannot be unpaused now: {error}. "
                f"{error.remedy}",
            )


def recover_creations(client: Client, journal: Journal, diagnostics: Diagnostics) -> None:
    """Search for each connection whose creation an interrupted run has sent without receiving the
    response, and report those that exist. Nothing is changed.

    A connection whose identifier is known is not read: as a rule it is in Terraform's state, and
    its next refresh reports it.
    """
    deadline = Deadline(_LIMIT)
    for entry in journal.creations.interrupted_creations(client.account):
        if entry.connection or entry.is_lost:
            continue
        try:
            _look_for(client, entry, journal, diagnostics, deadline)
        except VendorError as error:
            diagnostics.warning(
                f"A connection named {entry.schema} may exist without being in state",
                f"An interrupted run created it in group {entry.group_id}, and it cannot be "
                f"looked for now: {error}. {error.remedy}",
            )


def _look_for(
    client: Client,
    entry: CreationEntry,
    journal: Journal,
    diagnostics: Diagnostics,
    deadline: Deadline,
) -> None:
    found = find_interrupted(client, entry, deadline)
    if found is None:
        if is_over(client, entry):
            journal.creations.remove(entry.name)
        return
    journal.creations.announced(entry._replace(connection=found["id"]))
    diagnostics.warning(
        f"Connection {found['id']} ({entry.schema}) was created by an interrupted run",
        f"The run of {entry.since} ended before the connection was recorded in Terraform's state. "
        "As long as the resource that created it is configured, the next apply adopts it instead "
        f"of creating a second one. Otherwise import it (terraform import ADDRESS {found['id']}), "
        "or delete it in Fivetran.",
    )


def _look_after(
    client: Client,
    entry: JournalEntry,
    handle: JournalHandle,
    diagnostics: Diagnostics,
    deadline: Deadline,
) -> None:
    summary = f"Connection {entry.connection} was left behind by an interrupted run"
    work = "setting its state" if entry.wanted else "changing it while it was paused"
    begin = f"A run of {entry.since} was {work}"
    if entry.account != client.account:
        diagnostics.warning(summary, f"{begin}, with another API key or address. {_by_hand(entry)}")
        return
    try:
        now = is_paused(client.connection(entry.connection, deadline), entry.connection)
    except NotFound:
        handle.remove()
        return
    if now and not entry.paused and _may_be_meant(entry, client.server_time()):
        diagnostics.warning(summary, f"{begin}, some time ago. {_by_hand(entry)}")
        return
    if now and not entry.paused:
        put_back(client, entry.connection, False)
    if not entry.wanted:
        handle.remove()
        done = "It has been unpaused now. " if now else ""
        detail = f"{begin}; before that the connection was running. {done}"
        diagnostics.warning(summary, f"{detail}Check the plan for changes that were not made.")
        return
    handle.write(entry._replace(is_open=False))
    word = "paused" if entry.paused else "running"
    done = "It has been unpaused now. " if now and not entry.paused else ""
    diagnostics.warning(
        summary,
        f"{begin}; before that the connection was {word}. {done}If the state was not set yet, the "
        "next apply sets it, or the interrupted command if you run it again.",
    )


def _may_be_meant(entry: JournalEntry, now: datetime) -> bool:
    """Return True if somebody may have paused the connection on purpose in all that time."""
    since = parse_timestamp(entry.since)
    longest = _LONGEST_PUTTING_BACK if entry.is_putting_back else _LONGEST
    return since is None or now - since > longest


def _by_hand(entry: JournalEntry) -> str:
    return (
        "If it is paused and nobody paused it on purpose, unpause it: PATCH "
        f'/v1/connections/{entry.connection} with {{"paused": false}}, or in the Fivetran '
        "dashboard. This warning is repeated until it runs or its state is set again."
    )
