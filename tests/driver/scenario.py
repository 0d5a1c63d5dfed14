"""A working directory that checks by default what every scenario needs.

Each step applies a configuration, holds the write requests against those that are expected, and
then plans, which may find nothing to do, outputs included; with ``PLAN_TWICE`` once more without
refresh. Where a test looks at the plan, and with ``PLAN_TWICE`` always, the step plans to a file
first, and applies that file. Each expected error and warning is named by a pattern; any other one
fails.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import state_file
from planned import Messages, Planned, check_messages
from provider_process import ProviderProcess
from vendor import Vendor
from workspace import SETTLED, Workspace

Write = tuple[str, str, Any]
"""A write request: method, path, body."""


class Done(NamedTuple):
    """What a step planned, and what applying it printed."""

    planned: Planned | None
    output: str

    @property
    def plan(self) -> Planned:
        """The plan, of a step that was told to plan first."""
        assert self.planned is not None, "planned=True keeps the plan of a step"
        return self.planned


class Sandbox(Protocol):
    """The sandbox that the provider of a scenario talks to."""

    vendor: Vendor
    url: str

    def writes(self) -> list[Write]:
        """The write requests since the last call."""

    def calm(self) -> None:
        """Ends all faults and whatever runs."""

    def check_nothing_is_left(self, managed: Collection[tuple[str, str]] = ()) -> None:
        """Fails if there is something that no person made.

        :param managed: the types and identifiers of the resources that may be there besides
        """


DESTROYS = bool(os.environ.get("DESTROY_ALL"))
"""Whether each scenario ends with a destruction of what is left. It costs more than a plan, and
destruction has scenarios of its own.
"""
PLANS_FIRST = bool(os.environ.get("PLAN_TWICE"))
"""Whether each step plans to a file before it applies."""

_PLAN_IN_WORDS = re.compile(
    r"The state of connection \S+ \(\S+\) (will be set|moves BACKWARDS|is RESET)"
    r"|The history of (the )?connection.* will be loaded again"
    r"|The status of connector \S+ (will be set|is left as it is|is \w+ already)"
    r"|The state of connection \S+ \(\S+\) is already set"
    r"|A change that sends nothing"
)


class Scenario(Workspace):
    """One working directory, and the sandbox that its provider talks to.

    :param directory: an empty directory
    :param sandbox: answers the provider
    :param provider: the provider that terraform attaches to; without one, terraform launches it
    :param launchable: True if terraform can also launch it
    """

    def __init__(
        self,
        directory: Path,
        sandbox: Sandbox,
        provider: ProviderProcess | None = None,
        *,
        launchable: bool = False,
    ) -> None:
        super().__init__(directory, sandbox.url, provider, sandbox.vendor, launchable=launchable)
        self.sandbox = sandbox
        self._environment_at_first = dict(self.environment)

    def step(
        self,
        body: str | None = None,
        writes: Sequence[Write] = (),
        *,
        actions: Mapping[str, list[str]] | None = None,
        differences: set[str] | None = None,
        warns: tuple[str, ...] = (),
        settles: bool = True,
        planned: bool = False,
    ) -> Done:
        """Applies a configuration, with all checks.

        :param body: the configuration; the one of the step before if left out
        :param writes: exactly the write requests that the apply sends, in their order
        :param actions: what the plan does to which resource; not checked if left out
        :param differences: the attributes that the plan changes in the one resource that changes
        :param warns: patterns of the warnings of plan and apply, one for each
        :param settles: False if the plans that follow find something to do, as the test then shows
        :param planned: True plans to a file first; so do ``actions`` and ``differences``
        """
        plan = None
        if planned or actions is not None or differences is not None or PLANS_FIRST:
            plan = self._planned(body)
            if actions is not None:
                assert plan.actions() == actions, plan.output
            if differences is not None:
                (address,) = plan.actions()
                assert plan.differences(address) == differences, plan.output
            output = self.run("apply", "-input=false", plan.file.name)
        else:
            self._rewrite(body)
            output = self.apply()
        before = plan.output if plan else ""
        check_messages(_warnings(before, output), warns, before + output)
        assert self.sandbox.writes() == list(writes)
        if settles:
            self.check_settled()
        return Done(plan, output)

    def refused(
        self,
        body: str | None = None,
        *errors: str,
        during: str = "apply",
        writes: Sequence[Write] = (),
        warns: tuple[str, ...] = (),
    ) -> str:
        """A configuration that ends in errors; returns what was printed.

        :param errors: patterns: each error matches one, and each is matched
        :param during: ``validate``, ``plan`` or ``apply``; what comes before it must succeed
        :param writes: exactly the write requests that are sent all the same
        """
        if during == "apply":
            plan = self._planned(body)
            before = plan.output
            output = self.run("apply", "-input=false", plan.file.name, ok=False)
        else:
            self._rewrite(body)
            before, output = "", self.run(during, ok=False)
        check_messages(Messages.of(output).errors, errors, output)
        check_messages(_warnings(before, output), warns, before + output)
        assert self.sandbox.writes() == list(writes)
        return output

    def check_settled(self) -> None:
        """Nothing is left to do, and planning sends no write request."""
        for options in SETTLED:
            rest = self.unsettled(*options)
            assert not rest, f"not settled {' '.join(options)}:\n{rest}"
        assert self.sandbox.writes() == []

    def refresh(self) -> None:
        """Takes over what changed outside of terraform; nothing is to do after it."""
        self.run("apply", "-refresh-only", "-auto-approve", "-input=false")
        self.check_settled()

    def import_(
        self,
        address: str,
        identifier: str,
        *,
        except_: Mapping[str, Any] | None = None,
        plans: frozenset[str] = frozenset(),
    ) -> None:
        """Imports in two empty directories: by the command, and by a block. Nothing is written.

        :param except_: the attributes that differ from the managed resource, with their values
        :param plans: the attributes that the next plan changes; none by default
        """
        managed = self.resource(address)
        command = self._beside("by-command")
        command.write(self.body)
        command.run("import", "-input=false", address, identifier)
        imported = command.resource(address)
        differing = {n: imported.get(n) for n in managed if imported.get(n) != managed[n]}
        assert differing == (except_ or {}), f"an import differs in {sorted(differing)}"
        assert imported.keys() == managed.keys()
        self._check_import(command.plan(), address, plans)
        block = self._beside("by-block")
        block.write(f'{self.body}\nimport {{\n  to = {address}\n  id = "{identifier}"\n}}\n')
        plan = block.plan()
        self._check_import(plan, address, plans)
        assert plan.change(address)["importing"] == {"id": identifier}
        assert self.sandbox.writes() == []

    def destroy(self, writes: Sequence[Write] = ()) -> str:
        """Destroys everything, with exactly these write requests."""
        output = self.run("destroy", "-auto-approve", "-input=false")
        assert not self.holds_anything()
        assert self.sandbox.writes() == list(writes)
        return output

    def finish(self, *, destroys: bool = DESTROYS) -> None:
        """Asks the API that nothing is there that neither a person made nor the state knows.

        :param destroys: True destroys first what the state knows
        """
        self.close()
        self.sandbox.calm()
        if destroys and self.holds_anything():
            self.environment = self._environment_at_first
            self.write("")
            self.run("destroy", "-auto-approve", "-input=false")
            assert not self.holds_anything()
        known = set(state_file.managed(state_file.text_of(self.directory)))
        self.sandbox.check_nothing_is_left(known)

    def _rewrite(self, body: str | None) -> None:
        unnoticed = self.sandbox.writes()
        assert unnoticed == [], "write requests that no check has seen"
        self.write(self.body if body is None else body)

    def _planned(self, body: str | None) -> Planned:
        self._rewrite(body)
        plan = self.plan()
        assert self.sandbox.writes() == [], "a plan sends no write request"
        return plan

    def _beside(self, name: str) -> Workspace:
        directory = self.directory.parent / f"{self.directory.name}-{name}"
        workspace = Workspace(directory, self.sandbox.url, self.provider, self.vendor)
        workspace.environment = dict(self.environment)
        return workspace

    @staticmethod
    def _check_import(plan: Planned, address: str, expected: frozenset[str]) -> None:
        assert plan.actions() == ({address: ["update"]} if expected else {}), plan.output
        assert plan.differences(address) == expected, plan.output


def _warnings(*outputs: str) -> list[str]:
    """The warnings, without the words that every plan of a state or status has."""
    found = [text for output in outputs for text in Messages.of(output).warnings]
    return [text for text in found if not _PLAN_IN_WORDS.search(text)]
