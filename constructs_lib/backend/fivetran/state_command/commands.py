"""Run one of the commands, and ``state set``.

``state set`` shows what changes, asks, sets the state with the care of the resource, and reports
what it did. Whatever happens becomes a message and an exit status: 0 done (of ``diff``: equal), 2
``diff`` found a difference, 1 not done (the message says why), 128 and the number of the signal if
it was interrupted before it was done.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from constructs_lib.backend.fivetran.connection.paused_flag import PausedFlagStuck
from constructs_lib.backend.fivetran.connection_state import plan, set_state
from constructs_lib.backend.fivetran.connection_state.set_state import Outcome
from constructs_lib.backend.fivetran.journal.history import Change, History
from constructs_lib.backend.fivetran.journal.journal import HeldElsewhere, Journal
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.fivetran.state_command import inputs, reading
from constructs_lib.backend.fivetran.state_command.arguments import Options, parsed
from constructs_lib.backend.fivetran.state_command.inputs import ConnectionSnapshot, advice
from constructs_lib.backend.fivetran.state_command.terminal import (
    InterruptedBeforeChange,
    Interruption,
    Terminal,
)
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.redaction import values_shown
from constructs_lib.backend.plugin import diagnostics
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.cli.parsers import program

_NOT_SET = 1
_MANAGED = (
    'If Terraform manages this state: with drift_policy "on_change" (the default) plans leave '
    'it alone until the configured state changes; with "enforce", the next apply sets the '
    "configured state again. To keep this one, configure it."
)
_NO_TERRAFORM = (
    "There is no Terraform configuration in that folder. If a deploy from another folder manages "
    "this connection, give that folder with --stack, so that the two do not interfere."
)


def run_set(options: Options, terminal: Terminal, interruption: Interruption) -> int:
    """Set the state; return the exit status.

    :raises ProviderError: if it is not set, or not as it was sent
    """
    is_input = options.file == inputs.STANDARD_INPUT
    if not options.yes and not terminal.can_ask(input_is_taken=is_input):
        raise ProviderError(
            "There is no terminal to confirm on",
            "Add --yes to set the state without confirmation. No request was sent.",
        )
    wanted = None if options.file is None else inputs.read(options.file)
    folder = inputs.directory(options.stack, must_be_known=True)
    account = inputs.account(folder, terminal)
    identifier = inputs.identifier(account.client, options)
    journal = Journal.of_working_directory(folder)
    if wanted is None:
        wanted = reading.state(journal.history(identifier), options, terminal)
    found = inputs.look(account.client, identifier)
    if reading.is_equal(found, wanted):
        _tell_of_nothing(account, found, terminal)
        return 0
    if not _is_wanted(found, wanted, options, terminal):
        terminal.say("Nothing was changed.")
        return _NOT_SET
    interruption.defer()
    _Run(account, found, wanted, options, terminal, interruption).run(folder)
    return 0


def _is_wanted(
    found: ConnectionSnapshot, wanted: dict[str, Any], options: Options, terminal: Terminal
) -> bool:
    """Show what is going to happen, and ask."""
    write = terminal.out if options.yes else terminal.show
    is_alarming = reading.show(found, wanted, write, plan.MAX_LINES)
    by_hand = _to_run(found.identifier)
    write(plan.pause_notice(found.connection, by_hand, paused=found.paused, after="restore"))
    if options.yes:
        return True
    question = "Set it?"
    if is_alarming:
        reset = "RESET it, so that everything is synced from the start?"
        question = (
            reset if not wanted else "Move it BACKWARDS? The data in between is synced again."
        )
    return terminal.ask(f"\n{question} Type yes to do it:")


class _Run:
    """One state that is being set."""

    def __init__(
        self,
        account: Account,
        found: ConnectionSnapshot,
        wanted: dict[str, Any],
        options: Options,
        terminal: Terminal,
        interruption: Interruption,
    ) -> None:
        self._account, self._found, self._wanted = account, found, wanted
        self._options, self._terminal, self._interruption = options, terminal, interruption

    def run(self, folder: Path) -> None:
        """Set the state, and report what was done, or how far it got.

        :raises ProviderError: if it did not work
        """
        before = _newest(self._past)
        try:
            with explain_errors("set", f"the state of connection {self._found.identifier}", advice):
                outcome = self._set()
        except ProviderError as error:
            detail = f"{error.detail}\n\n{self._standing(before, error.__context__)}"
            raise ProviderError(error.summary, detail) from None
        self._tell(outcome, folder)

    @property
    def _past(self) -> History | None:
        journal = self._account.journal
        return None if journal is None else journal.history(self._found.identifier)

    def _set(self) -> Outcome:
        interruption = self._interruption
        return set_state.set_state(
            self._account.client,
            self._found.identifier,
            self._wanted,
            paused_after="restore",
            deadline=Deadline(self._options.seconds, interruption.stopping),
            journal=self._account.journal,
            seen=self._found.seen,
            on_send=interruption.check,
        )

    def _standing(self, before: Change | None, cause: BaseException | None) -> str:
        """Return how far the command got before a failure."""
        newest, journal = _newest(self._past), self._account.journal
        was_noted = newest is not None and (before is None or newest.number > before.number)
        state = "the state was not set"
        if was_noted or (journal is not None and journal.history_problem):
            state = "the state was sent, and may be set: check with 'state get'"
        flag = "the paused flag is as it was"
        if isinstance(cause, PausedFlagStuck):
            flag = "the paused flag is not restored yet"
        back = f"\n{self._way_back(newest)}" if was_noted and newest is not None else ""
        return f"Status: {state}; {flag}.{back}"

    def _tell(self, outcome: Outcome, folder: Path) -> None:
        identifier, terminal = self._found.identifier, self._terminal
        diagnostics = Diagnostics()
        self._account.warn_about_journal(diagnostics)
        if outcome.progress:
            terminal.warn(
                f"The state of connection {identifier} moved on while the command was running",
                f"{outcome.progress.strip()} The new state has replaced that.",
            )
        flag = "stays paused" if self._found.paused else "is running again"
        if self._interruption.status:
            terminal.say("The interruption came too late: the state had already been sent.")
        if not outcome.changed:
            terminal.report(
                f"Somebody else has set the state of connection {identifier} in the meantime."
            )
            return
        terminal.report(
            f"\nThe state of connection {identifier} was set, and reads back as it was sent. The "
            f"connection {flag}."
        )
        newest = _newest(self._past)
        if newest is not None and not len(diagnostics):
            terminal.report(self._way_back(newest))
        terminal.report_diagnostics(diagnostics)
        terminal.report(f"\n{_MANAGED}")
        if not inputs.has_configuration(folder):
            terminal.report(_NO_TERRAFORM)

    def _way_back(self, change: Change) -> str:
        given = self._options
        stack = [] if given.stack is None else ["--stack", str(given.stack)]
        command = ["set", self._found.identifier, *stack, "--from-history", str(change.number)]
        file = self._past.file.absolute() if self._past is not None else ""
        return (
            f"The previous state is kept in {file}. To go back to it:\n"
            f"  {program('state')} {shlex.join(command)}"
        )


def _tell_of_nothing(account: Account, found: ConnectionSnapshot, terminal: Terminal) -> None:
    """Report that the state is the wanted one already."""
    _conclude(account, found)
    terminal.out(f"The state of {reading.name(found)} is already this one; nothing was sent.")
    if found.paused:
        terminal.out(
            "The connection is paused. If nobody paused it on purpose, an interrupted run may "
            f"have left it so: {_to_run(found.identifier)}."
        )


def _conclude(account: Account, found: ConnectionSnapshot) -> None:
    """Finish what an interrupted run was setting, if that was the command. What an interrupted run
    of Terraform has found is left for the apply that finishes it.
    """
    if account.journal is None or found.state is None:
        return
    with suppress(HeldElsewhere), account.journal.hold(found.identifier, waits=False) as handle:
        left = handle.read()
        if left is None or left.account != account.client.account or left.is_open:
            return
        if left.has_set(found.state):
            handle.history.confirm(found.state)
            if left.by == handle.by:
                handle.remove()


def _newest(past_: History | None) -> Change | None:
    try:
        return None if past_ is None else next(iter(past_.changes()), None)
    except OSError:
        return None


def _to_run(identifier: str) -> str:
    return (
        f'send PATCH /v1/connections/{identifier} with {{"paused": false}}, or unpause it in '
        "the Fivetran dashboard"
    )


_COMMANDS: Mapping[str, Callable[[Options, Terminal, Interruption], int]] = {
    "get": reading.run_get,
    "diff": reading.run_diff,
    "set": run_set,
    "history": reading.run_history,
}
_FAILED = 1


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    :param arguments: the command line after ``state``
    :returns: the exit status
    """
    chosen = parsed(arguments)
    terminal = Terminal()
    with Interruption() as interruption:
        try:
            # A person asks for this state, and sees what is in it.
            with values_shown(True):
                return _COMMANDS[chosen.command](chosen, terminal, interruption)
        except ProviderError as error:
            terminal.error(error.summary, error.detail)
            return interruption.status or _FAILED
        except InterruptedBeforeChange as stopped:
            terminal.say("\nInterrupted. The state was not changed.")
            return stopped.status
        except BrokenPipeError:
            terminal.reader_is_gone()
            if chosen.command == "set":
                terminal.say("What would change cannot be shown. Nothing was changed.")
            return _FAILED
        except Exception as error:
            terminal.error(
                "Unexpected failure",
                f"state {chosen.command}: {type(error).__name__} at "
                f"{' < '.join(diagnostics.crash_places(error)[:5])}. This is a bug; please report "
                "it with this text. 'state get' shows the current state.",
            )
            return _FAILED
