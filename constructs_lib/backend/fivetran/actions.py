"""The actions on a connection: sync it, re-sync it, test it, pause it or let it run.

An action does once what the resources of the same purpose do whenever their triggers change. It
keeps no state, and Terraform never repeats one that failed. So whatever it could not do is an
error that says how to invoke it again, and what is certain to fail is an error of the plan already.

A sync is asked for once, whatever becomes of the answer, see
:mod:`constructs_lib.backend.fivetran.connection_sync.journal`.

Source: https://fivetran.com/docs/rest-api/api-reference/connections (sync, re-sync, run setup
tests, modify).
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator

from constructs_lib import schemas
from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.errors import (
    Interrupted,
    TimeLimitExceeded,
    VendorError,
)
from constructs_lib.backend.fivetran.connection import paused_flag, request
from constructs_lib.backend.fivetran.connection.model import (
    check_identifier,
    is_syncing,
    require_identifier,
)
from constructs_lib.backend.fivetran.connection_sync import journal, wait
from constructs_lib.backend.fivetran.connection_sync.preconditions import (
    ConnectionPaused,
    Delayed,
    NotReady,
    SyncFailed,
    SyncStartUnknown,
    require_ready_later,
)
from constructs_lib.backend.fivetran.connection_sync.resource import extent_of_resync
from constructs_lib.backend.fivetran.connection_sync.trigger import (
    SyncBaseline,
    SyncRequest,
    poll_pauses,
)
from constructs_lib.backend.fivetran.connection_test.resource import (
    failing_results,
    run_setup_tests,
    setup_tests_failed,
    warn_of_results,
    worst,
)
from constructs_lib.backend.fivetran.provider_data import Account, locked_for_write
from constructs_lib.backend.http.deadline import READ_LIMIT, Deadline
from constructs_lib.backend.http.errors import explain_errors
from constructs_lib.backend.http.progress import Report, reported
from constructs_lib.backend.plugin.action import Action
from constructs_lib.backend.plugin.diagnostics import Diagnostics, ProviderError
from constructs_lib.backend.plugin.planning.checks import check_rules, check_schema_rules
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import UNKNOWN, Object
from constructs_lib.records import NamedTuple
from constructs_lib.schemas.rules import HCL, Rule, pause_action_rules, resync_action_rules

_PREFIX = "action."
_INVOKE = (
    "Terraform does not repeat an action that failed. To invoke it again: terraform apply "
    "-invoke=ADDRESS, where ADDRESS is that of the action, such as {}.NAME."
)
_UNPAUSE = (
    "Unpause it first: with paused = false on the connection, with an action "
    "fivetranops_connection_pause with paused = false before this one, or in the Fivetran "
    "dashboard."
)
_SET_UP = (
    "Fix its settings until its setup tests pass; an action fivetranops_connection_test can be "
    "listed before this one."
)


_GOES_ON = (
    "What was started continues at Fivetran. If the action is invoked again within an hour, or "
    "while that runs, it waits for that and does not start another."
)


class Invocation(NamedTuple):
    """One invocation of an action on a connection."""

    identifier: str
    config: Object
    account: Account
    deadline: Deadline
    diagnostics: Diagnostics
    report: Report
    at_end: list[Callable[[], None]]
    """What is to be done when Terraform has been told of all that was reported."""


class ConnectionAction(Action):
    """An action with ``connection_id`` and ``timeouts``."""

    verb: str
    """What it does to a connection, for the summary of an error."""

    @property
    def type_name(self) -> str:
        """The type of the action, such as ``fivetranops_connection_sync``."""
        return self.schema.name.removeprefix(_PREFIX)

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules across its attributes."""
        return ()

    def validate(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check the rules across its attributes."""
        check_rules(self.rules(), config, diagnostics)

    def plan(self, config: Object, operation: Operation) -> None:
        """Check what can be known before: that the connection is there, and ready."""
        self._check_again(config, operation.diagnostics)
        identifier, account = config["connection_id"], operation.provider_data
        check_identifier(identifier)
        if identifier is not UNKNOWN and account.is_known and not operation.diagnostics.has_errors:
            deadline = Deadline(READ_LIMIT, operation.stopping)
            with explain_errors("plan", f"{self.type_name} {identifier}", self.remedy):
                self.plan_known(config, account, deadline, operation.diagnostics)

    def plan_known(
        self, config: Object, account: Account, deadline: Deadline, diagnostics: Diagnostics
    ) -> None:
        """Check a connection that is known; other values may be unknown.

        :raises VendorError: if the action is certain to fail
        """
        account.client.connection(config["connection_id"], deadline)

    def invoke(self, config: Object, operation: Operation) -> Iterator[str]:
        """Do it, and report each wait."""
        self._require_rules(config)
        identifier, account = require_identifier(config["connection_id"]), operation.provider_data
        limit = self.schema.time_limit("invoke")
        deadline = Deadline.of(config["timeouts"], "invoke", limit, operation.stopping)

        at_end: list[Callable[[], None]] = []

        def work(report: Report) -> None:
            found = operation.diagnostics
            self.run(Invocation(identifier, config, account, deadline, found, report, at_end))

        with explain_errors(self.verb, f"{self.type_name} {identifier}", self._advice):
            yield from reported(work, deadline)
        # Where Terraform is gone nobody takes the last sentence; while it stops nobody hears it.
        if not deadline.is_stopping:
            for do in at_end:
                do()

    @abstractmethod
    def run(self, call: Invocation) -> None:
        """Do it.

        :raises VendorError: if that fails
        """

    def remedy(self, error: VendorError) -> str:
        """Return what to do about the cause of an error."""
        return error.remedy

    def _advice(self, error: VendorError) -> str:
        return f"{self.remedy(error)}\n\n{_invoke(self.type_name)}"

    def _require_rules(self, config: Object) -> None:
        """Check everything before the first request.

        :raises ProviderError: if a rule is broken
        """
        found = Diagnostics()
        self._check_again(config, found)
        for problem in found:
            if problem.is_error:
                detail = f"{problem.detail} Nothing was sent."
                raise ProviderError(problem.summary, detail, problem.path)

    def _check_again(self, config: Object, diagnostics: Diagnostics) -> None:
        """Check what may have turned out only now, which Terraform validates no more."""
        check_schema_rules(self.schema.attributes, config, diagnostics)
        self.validate(config, diagnostics)


def _invoke(type_name: str) -> str:
    return _INVOKE.format(_PREFIX + type_name)


class SyncAction(ConnectionAction):
    """The action that begins a sync."""

    schema = schemas.load("action.fivetranops_connection_sync")
    verb = "sync"

    def request(self, identifier: str, config: Object) -> SyncRequest:
        """Return the sync that is asked for."""
        return SyncRequest(identifier, force=config["force"] is True)

    def plan_known(
        self, config: Object, account: Account, deadline: Deadline, diagnostics: Diagnostics
    ) -> None:
        """Check that the connection will be ready."""
        if broken := require_ready_later(account, config["connection_id"], deadline):
            diagnostics.warning(
                "A broken connection is synced",
                f"{broken}\n\nIf the cause is gone, a sync repairs it; otherwise the sync fails. "
                "To check the settings first, list an action fivetranops_connection_test before "
                "this one.",
                ("connection_id",),
            )

    def run(self, call: Invocation) -> None:
        """Begin the sync, and with ``wait`` follow it to its end."""
        asked = self.request(call.identifier, call.config)
        begins = journal.begun_by_action(call.account, asked, call.deadline, call.diagnostics)
        with begins as begun:
            told = "was started by an earlier run" if begun.is_taken_over else "is under way"
            call.report(f"The {self.verb} of connection {call.identifier} {told}.")
            if call.config["wait"] is True:
                self._follow(call, begun.baseline)
        call.at_end.append(begun.forget)

    def _follow(self, call: Invocation, baseline: SyncBaseline) -> None:
        ended = wait.wait_for_end(
            call.account,
            call.identifier,
            baseline,
            call.deadline,
            on_reschedule=str(call.config["on_reschedule"] or "wait"),
        )
        call.report(f"The {self.verb} of connection {call.identifier} succeeded at {ended}.")

    def remedy(self, error: VendorError) -> str:
        """Return what to do: without a state, nothing goes on by another apply."""
        if isinstance(error, NotReady):
            return _UNPAUSE if isinstance(error, ConnectionPaused) else _SET_UP
        if isinstance(error, SyncStartUnknown):
            return (
                f"It is not known whether the {self.verb} began, so it was not requested again. "
                "Look at the connection in the Fivetran dashboard; invoke the action again only "
                "if it neither runs nor has run."
            )
        if isinstance(error, SyncFailed):
            return (
                "Fix the cause that Fivetran names. The connection's page in the Fivetran "
                "dashboard has the log of the sync."
            )
        if isinstance(error, (Delayed, TimeLimitExceeded)):
            return f"{error.remedy}\n\n{_GOES_ON}"
        if isinstance(error, Interrupted):
            return _GOES_ON
        table = errors.advice_on_resync if self.verb == "re-sync" else errors.advice_on_sync
        return table(error) or error.remedy


class ResyncAction(SyncAction):
    """The action that loads the history again."""

    schema = schemas.load("action.fivetranops_connection_resync")
    verb = "re-sync"

    def rules(self) -> tuple[Rule, ...]:
        """Return the rule that its extent is given."""
        return resync_action_rules(HCL)

    def request(self, identifier: str, config: Object) -> SyncRequest:
        """Return the re-sync that is asked for."""
        return SyncRequest(identifier, "resync", scope=config["scope"])

    def plan(self, config: Object, operation: Operation) -> None:
        """Check the connection, and say what the re-sync costs."""
        super().plan(config, operation)
        if operation.diagnostics.has_errors:
            return
        identifier = config["connection_id"]
        name = f"connection {identifier}" if isinstance(identifier, str) else "the connection"
        extent = extent_of_resync(config["scope"], config["resync_everything"])
        operation.diagnostics.warning(
            f"The history of {name} will be loaded again",
            f"{extent} This takes time, and all those rows are loaded again. To load only what is "
            "new, use the action fivetranops_connection_sync.".strip(),
        )


class SetupTestsAction(ConnectionAction):
    """The action that runs the setup tests, and fails if they do."""

    schema = schemas.load("action.fivetranops_connection_test")
    verb = "run"

    def plan_known(
        self, config: Object, account: Account, deadline: Deadline, diagnostics: Diagnostics
    ) -> None:
        """Check that the connection is there, and note that it may be set up afterwards."""
        super().plan_known(config, account, deadline, diagnostics)
        account.planned_effects.note_tests(config["connection_id"])

    def run(self, call: Invocation) -> None:
        """Run the tests."""
        call.report(f"Running the setup tests of connection {call.identifier}.")
        name, found = run_setup_tests(
            call.account, call.identifier, request.trust_settings(call.config), call.deadline
        )
        fail_on = call.config["fail_on"] or "failed"
        if refused := failing_results(found, fail_on):
            remedy = (
                f"Fix the causes that they name, here or at the source. {_invoke(self.type_name)}"
            )
            raise setup_tests_failed(name, refused, remedy)
        warn_of_results(name, found, fail_on, call.diagnostics)
        call.report(f"{len(found)} setup tests of {name}: {worst(found)}.")

    def remedy(self, error: VendorError) -> str:
        """Return what to do if the API refuses the tests."""
        return errors.advice_on_tests(error) or error.remedy


class PauseAction(ConnectionAction):
    """The action that pauses a connection, or lets it run again."""

    schema = schemas.load("action.fivetranops_connection_pause")
    verb = "set"

    def rules(self) -> tuple[Rule, ...]:
        """Return the rule about ``wait``."""
        return pause_action_rules()

    def plan_known(
        self, config: Object, account: Account, deadline: Deadline, diagnostics: Diagnostics
    ) -> None:
        """Check that the connection is there, and note that it may run afterwards."""
        super().plan_known(config, account, deadline, diagnostics)
        if config["paused"] is not True:
            # When it is invoked is not known, so nothing may rely on it, and nothing be refused.
            account.planned_effects.note_paused(config["connection_id"], None)

    def run(self, call: Invocation) -> None:
        """Set the flag unless it is so already, and with ``wait`` wait for the running sync."""
        client, paused = call.account.client, call.config["paused"] is True
        word = "paused" if paused else "running"
        with locked_for_write(call.account, call.identifier, call.deadline):
            now = client.connection(call.identifier, call.deadline)
            if paused_flag.is_paused(now, call.identifier) == paused:
                call.report(f"Connection {call.identifier} is {word} already.")
            else:
                now = paused_flag.set_flag(client, call.identifier, paused, call.deadline)
                call.report(f"Connection {call.identifier} is {word} now.")
        if not paused or call.config["wait"] is not True:
            return
        for pause in poll_pauses():
            if not is_syncing(client.connection(call.identifier, call.deadline)):
                break
            call.deadline.poll(pause, f"the sync of connection {call.identifier} to end")
        call.report(f"No sync of connection {call.identifier} runs.")

    def remedy(self, error: VendorError) -> str:
        """Return what to do after an interruption: the flag itself is set, or is not."""
        if isinstance(error, Interrupted):
            return (
                "The connection is paused if the progress above says so; the action does not undo "
                "that."
            )
        return error.remedy
