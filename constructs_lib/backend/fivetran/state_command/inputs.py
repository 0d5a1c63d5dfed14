"""What a command works with: a state in a file, the directory of Terraform, the account and the
connection.

Terraform keeps its data in ``.terraform`` of the directory that it is run in, or where
``TF_DATA_DIR`` says; the journal and the history are there. The CDK runs Terraform in
``cdktf.out/stacks/NAME``.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import partial
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.errors import (
    InvalidResponse,
    NoResponse,
    NotFound,
    TimeLimitExceeded,
    TooManyRequests,
    Unauthorized,
    VendorError,
)
from constructs_lib.backend.fivetran.api.exchange import is_sandbox
from constructs_lib.backend.fivetran.connection.model import require_identifier
from constructs_lib.backend.fivetran.connection.paused_flag import is_paused
from constructs_lib.backend.fivetran.connection_state import set_state
from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateChangedElsewhere,
    StateDiffers,
    StateNotSupported,
)
from constructs_lib.backend.fivetran.journal import history, private_files
from constructs_lib.backend.fivetran.journal.journal import HeldElsewhere, Journal
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.fivetran.state_command.arguments import Options
from constructs_lib.backend.fivetran.state_command.terminal import Terminal
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.records import NamedTuple

STANDARD_INPUT = "-"
_NOTHING = "No request was sent."


def read(file: str) -> dict[str, Any]:
    """Return the state in a file.

    :param file: its path; ``-`` for standard input
    :raises ProviderError: if it cannot be read, or holds no JSON object
    """
    name = "standard input" if file == STANDARD_INPUT else file
    try:
        raw = sys.stdin.buffer.read() if file == STANDARD_INPUT else Path(file).read_bytes()
    except OSError as error:
        reason = f"{error.strerror}. {_NOTHING}"
        raise ProviderError(f"Cannot read the state from {name}", reason) from None
    try:
        found = jsontext.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        reason = f"{_place(error)}. {_NOTHING}"
        raise ProviderError(f"The state in {name} is not JSON", reason) from None
    if not isinstance(found, dict):
        raise ProviderError(
            f"The state in {name} is not an object",
            f"A state is a JSON object; a connector starts from {{}}. {_NOTHING}",
        )
    return found


def require_free(file: Path, *, force: bool) -> None:
    """Check that a file may be written.

    :raises ProviderError: if it is there, and is not to be overwritten
    """
    if not force and os.path.lexists(file):
        raise ProviderError(
            f"{file} already exists",
            f"Choose another name, or add --force to overwrite it. {_NOTHING}",
        )


def save(file: Path, text: str, *, force: bool) -> None:
    """Write a file that only its owner can read, all or nothing.

    :raises ProviderError: if it cannot be written, or has come to be there since
    """
    try:
        if force:
            private_files.write(file, text)
        else:
            _write_new(file, text)
    except OSError as error:
        raise ProviderError(f"Cannot write {file}", f"{error.strerror}.") from None


def _write_new(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as open_file:
            open_file.write(text)
    except OSError:
        with suppress(OSError):
            file.unlink()
        raise


def _place(error: Exception) -> str:
    """Return what is wrong with a text, without any of it."""
    if isinstance(error, JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}: {error.msg}"
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 at byte {error.start}"
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error)


_STACKS = Path("cdktf.out", "stacks")


def directory(stack: Path | None, *, must_be_known: bool) -> Path:
    """Return the directory that Terraform works in.

    :param stack: what was given for it: the directory, or the name of a stack of the CDK
    :param must_be_known: False if the working directory does where several stacks are possible
    :raises ProviderError: if it is not there, or several stacks are possible
    """
    if stack is not None:
        return _given(stack)
    here, found = Path(), _stacks()
    has_own_data = Path(os.environ.get("TF_DATA_DIR") or "").is_absolute()
    if has_configuration(here) or has_own_data or not found:
        return here
    if len(found) == 1 or not must_be_known:
        return found[0] if len(found) == 1 else here
    raise ProviderError(
        "There are several stacks",
        "The journal and the history belong to the stack that manages the connection. Choose "
        f"that stack with --stack: {', '.join(each.name for each in found)}. No request was sent.",
    )


def has_configuration(folder: Path) -> bool:
    """Return True if a folder contains a configuration of Terraform."""
    patterns = ("*.tf", "*.tf.json", ".terraform.lock.hcl")
    return any(next(folder.glob(pattern), None) is not None for pattern in patterns)


def _given(stack: Path) -> Path:
    for folder in (stack, _STACKS / stack):
        if folder.is_dir():
            return folder
    raise ProviderError(
        f"There is no folder {stack}",
        f"Give --stack Terraform's working directory, or the name of a CDK stack in {_STACKS} of "
        "the current directory. No request was sent.",
    )


def _stacks() -> list[Path]:
    """Return the stacks that the CDK has synthesized below the working directory."""
    return sorted(each for each in _STACKS.glob("*") if each.is_dir())


_REMEDIES: tuple[tuple[type[VendorError], str], ...] = (
    (StateNotSupported, "There is no state to show or to set."),
    (
        StateChangedElsewhere,
        "Find out who else sets this state; then run the command again: it starts from what is "
        "there.",
    ),
    (
        StateDiffers,
        "Compare the two ('state get' shows what is stored), and write the state in the form in "
        "which the connector stores it.",
    ),
    (HeldElsewhere, "Wait until that run has ended, and look again with 'state get'."),
    (
        TimeLimitExceeded,
        "Run the command again, with a longer --timeout; 'state get' shows whether a sync is in "
        "progress.",
    ),
    (TooManyRequests, "The rate limit is used up. Run the command again later."),
    (
        Unauthorized,
        "Check FIVETRAN_APIKEY and FIVETRAN_APISECRET: the key must exist, and its role must allow "
        "this operation.",
    ),
    (
        NoResponse,
        "Check FIVETRAN_API_URL, the network and the proxy settings, and run the command again.",
    ),
    (
        InvalidResponse,
        "Check that FIVETRAN_API_URL is the address of Fivetran's API, and that no proxy answers "
        "for it.",
    ),
    (
        NotFound,
        "Check the identifier: the connection may have been deleted, or belong to another "
        "account. To find it by its schema name, add --group GROUP_ID.",
    ),
)


def advice(error: VendorError) -> str:
    """Return what to do next; empty where the error says it as well."""
    return next((words for kind, words in _REMEDIES if isinstance(error, kind)), "")


_CREDENTIALS = ("FIVETRAN_APIKEY", "FIVETRAN_APISECRET")


class ConnectionSnapshot(NamedTuple):
    """A connection and its state, as they were read."""

    identifier: str
    connection: dict[str, Any]
    """What the API answers about it."""
    state: dict[str, Any] | None
    """Its state; None if none was written yet."""
    paused: bool
    seen: Snapshot
    """The state at this moment, so that what happens to it later is noticed."""


def account(folder: Path, terminal: Terminal) -> Account:
    """Return the account of the environment, opened as the provider opens it. So the journal of an
    interrupted run is recovered and reported.

    :param folder: where Terraform works
    :raises ProviderError: if there are no credentials, or the address cannot be used
    """
    _require_credentials()
    diagnostics = Diagnostics()
    journal = partial(Journal.of_working_directory, folder, history.COMMAND)
    opened: Account = FivetranOps(journal).configure({}, "", diagnostics)
    errors = [one for one in diagnostics if one.is_error]
    terminal.report_diagnostics(one for one in diagnostics if not one.is_error)
    if errors:
        raise ProviderError(errors[0].summary, errors[0].detail)
    return opened


def identifier(client: Client, options: Options) -> str:
    """Return the identifier of the connection that the command line names.

    :raises ProviderError: if it cannot be one, or the group has none of that name, or several
    """
    name = options.connection
    if options.group is None:
        return require_identifier(name, "")
    if not name.strip():
        raise ProviderError("CONNECTION is empty", "Give the schema name as Fivetran shows it.")
    with explain_errors("look for", f"connection {name} in the group {options.group}", advice):
        found = client.connections_of(options.group, name, Deadline(READ_LIMIT))
    if len(found) == 1:
        return require_identifier(found[0].get("id"), "")
    if not found:
        raise ProviderError(
            f"No connection of the group {options.group} has the schema name {name}",
            "Give both exactly as Fivetran shows them, or give the identifier without --group.",
        )
    several = ", ".join(f"{one.get('id')} ({one.get('service')})" for one in found)
    raise ProviderError(
        f"Several connections of the group {options.group} have the schema name {name}",
        f"Give the identifier of one of them, without --group: {several}.",
    )


def look(client: Client, of: str) -> ConnectionSnapshot:
    """Read a connection and its state.

    :param of: the identifier
    :raises ProviderError: if the API does not answer, or the service keeps no state
    """
    deadline = Deadline(READ_LIMIT)
    with explain_errors("read", f"the state of connection {of}", advice):
        connection = client.connection(of, deadline)
        set_state.require_state(connection, of)
        state = set_state.read_state(client, of, deadline, connection)
        paused = is_paused(connection, of)
    return ConnectionSnapshot(
        of, connection, state, paused, Snapshot.of(state, format_timestamp(client.server_time()))
    )


def _require_credentials() -> None:
    """Report missing credentials in the words of a command, which has no configuration."""
    missing = [name for name in _CREDENTIALS if not os.environ.get(name)]
    if missing and not is_sandbox(os.environ.get("FIVETRAN_API_URL", "")):
        raise ProviderError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            "The credentials come from these environment variables, as those of the provider do. "
            "A key is made in the Fivetran dashboard under Account Settings, API config.",
        )
