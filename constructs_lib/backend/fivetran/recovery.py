"""Looks after connections whose run died while it set their state.

It is done when the provider is configured, because that happens in every run, whatever is left in
the configuration: a connection must not stay paused because its state was taken out of it.
"""

from __future__ import annotations

from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.deadline import Deadline
from constructs_lib.backend.fivetran.errors import FivetranError, NotFound
from constructs_lib.backend.fivetran.journal import Entry, HeldElsewhere, Journal, Slip
from constructs_lib.backend.fivetran.paused_flag import is_paused, put_back
from constructs_lib.backend.plugin.diagnostics import Diagnostics

_LIMIT = 60.0


def recover(client: Client, journal: Journal, diagnostics: Diagnostics) -> None:
    """Puts back the paused flag of each connection that a dead run left behind, and says so.

    :param client: the account; entries of others are left alone
    """
    for identifier in journal.left_behind():
        try:
            with journal.hold(identifier) as slip:
                entry = slip.read()
                if entry is not None and entry.is_open and entry.account == client.account:
                    _look_after(client, entry, slip, diagnostics)
        except HeldElsewhere:
            continue
        except FivetranError as error:
            diagnostics.warning(
                f"Connection {identifier} may stand paused",
                f"A run that set its state was cut off, and what it left cannot be mended now: "
                f"{error}. {error.remedy}",
            )


def _look_after(client: Client, entry: Entry, slip: Slip, diagnostics: Diagnostics) -> None:
    try:
        now = is_paused(client.connection(entry.connection, Deadline(_LIMIT)), entry.connection)
    except NotFound:
        slip.forget()
        return
    if now != entry.paused:
        put_back(client, entry.connection, entry.paused)
    slip.write(entry._replace(is_open=False))
    word = "paused" if entry.paused else "running"
    done = "is so still" if now == entry.paused else "is so again"
    diagnostics.warning(
        f"Connection {entry.connection} was left behind by a run that was cut off",
        f"A run of {entry.since} was setting its state. Before that the connection was {word}, and "
        f"it {done}. If the state was not set yet, the next apply sets it.",
    )
