"""The account that the environment names, and the connection that the command line names."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from constructs_lib.backend.fivetran import choreography, history
from constructs_lib.backend.fivetran.account import Account
from constructs_lib.backend.fivetran.client import Client
from constructs_lib.backend.fivetran.identifiers import require_identifier
from constructs_lib.backend.fivetran.journal import Journal
from constructs_lib.backend.fivetran.paused_flag import is_paused
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.fivetran.seen import Seen
from constructs_lib.backend.fivetran.state_command.options import Options
from constructs_lib.backend.fivetran.state_command.remedies import remedy
from constructs_lib.backend.fivetran.state_command.screen import Screen
from constructs_lib.backend.fivetran.transport import is_sandbox
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.explanation import explained
from constructs_lib.backend.http.times import written
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError

_READ_LIMIT = 600.0
_CREDENTIALS = ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET")


class Look(NamedTuple):
    """A connection and its state, as they were looked at."""

    identifier: str
    connection: dict[str, Any]
    """What the API answers about it."""
    state: dict[str, Any] | None
    """Its state; None if none was written yet."""
    paused: bool
    seen: Seen
    """The state at this moment, so that what happens to it later is noticed."""


def account(folder: Path, screen: Screen) -> Account:
    """The account of the environment, as the provider opens it. So what a run that died has left
    in the journal is looked after, and told.

    :param folder: where Terraform works
    :raises ProviderError: if there are no credentials, or the address cannot be used
    """
    _require_credentials()
    diagnostics = Diagnostics()
    journal = partial(Journal.of_working_directory, folder, history.COMMAND)
    opened: Account = FivetranOps(journal).configure({}, "", diagnostics)
    errors = [one for one in diagnostics if one.is_error]
    screen.tell(one for one in diagnostics if not one.is_error)
    if errors:
        raise ProviderError(errors[0].summary, errors[0].detail)
    return opened


def identifier(client: Client, options: Options) -> str:
    """The identifier of the connection that was named.

    :raises ProviderError: if it cannot be one, or the group has none of that name, or several
    """
    name = options.connection
    if options.group is None:
        return require_identifier(name, "")
    if not name.strip():
        raise ProviderError("CONNECTION is empty", "Give the schema name as Fivetran shows it.")
    with explained("look for", f"connection {name} in the group {options.group}", remedy):
        found = client.connections_of(options.group, name, Deadline(_READ_LIMIT))
    if len(found) == 1:
        return require_identifier(found[0].get("id"), "")
    if not found:
        raise ProviderError(
            f"No connection of the group {options.group} has the schema name {name}",
            "Give both exactly as Fivetran shows them, or the identifier without --group.",
        )
    several = ", ".join(f"{one.get('id')} ({one.get('service')})" for one in found)
    raise ProviderError(
        f"Several connections of the group {options.group} have the schema name {name}",
        f"Give the identifier of one of them, without --group: {several}.",
    )


def look(client: Client, of: str) -> Look:
    """Reads a connection and its state.

    :param of: the identifier
    :raises ProviderError: if the API does not answer, or the service keeps no state
    """
    deadline = Deadline(_READ_LIMIT)
    with explained("read", f"the state of connection {of}", remedy):
        connection = client.connection(of, deadline)
        choreography.require_state(connection, of)
        state = choreography.read_state(client, of, deadline, connection)
        paused = is_paused(connection, of)
    return Look(of, connection, state, paused, Seen.of(state, written(client.server_time())))


def _require_credentials() -> None:
    """Says what is missing in the words of a command, which has no configuration."""
    missing = [name for name in _CREDENTIALS if not os.environ.get(name)]
    if missing and not is_sandbox(os.environ.get("FIVETRAN_API_URL", "")):
        raise ProviderError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            "The credentials come from these environment variables, as those of the provider do. "
            "A key is made in the Fivetran dashboard under Account Settings, API config.",
        )
