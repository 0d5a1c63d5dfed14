"""One operation on a test stand: prepared once, put back and run as often as there are faults."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

from api_world import World
from fake_time import FakeTime
from fault_operations import CANARY, CONNECTION, STATE, Operation, values
from fault_subject import Subject
from terraform_core import Core, fields
from terraform_values import exact

from constructs_lib.sandbox import Connection

LATER = 60.0
"""Seconds until a person runs Terraform again."""
Outside = list[tuple[str, bool, Any, Any, Any, Any]]


class Stand:
    """A world with a resource, as they are before an operation.

    :param clock: must be installed whenever the stand is used
    :param folder: the working directory of Terraform, which is emptied before each run
    """

    def __init__(self, operation: Operation, clock: FakeTime, folder: Path) -> None:
        self.operation = operation
        self._clock = clock
        self._folder = folder
        self.world = World({}, clock.now)
        self.core = Core(self.world.provider, operation.resource)
        self.subject = Subject(self.core)
        self._prepare()
        self._records = copy.deepcopy(self.world.connections())
        self._sources = self.world.sources()
        self._stored = self.core.stored
        self.was_paused = any(record.paused for record in self._records)

    def put_back(self) -> None:
        """Everything is as it was before the operation."""
        self.world.restore(copy.deepcopy(self._records), self._sources)
        self.core.stored = self._stored
        self.core.said.clear()
        empty(self._folder)

    def run(self) -> None:
        """The operation.

        :raises ProviderRefused: if the provider reports an error
        """
        if self.operation.action == "refresh":
            self.core.refresh()
        else:
            self.subject.run()

    def end_of_trouble(self) -> None:
        """The faults are over, and some time goes by."""
        self.world.fail()
        self._clock.sleep(LATER)

    def outside(self) -> Outside:
        """What there is in Fivetran."""
        return [
            (one.id, one.paused, one.config, one.digests, one.state, one.approved)
            for one in self.world.connections()
        ]

    def is_lost(self) -> bool:
        """True unless there is the one connection that is to be, and the state file knows it."""
        there = [record.id for record in self.world.connections()]
        if self.operation.resource != CONNECTION:
            return there != [self._identifier]
        if self.subject.wanted is None:
            return there != []
        state = self.core.state()
        return state is None or there != [state["id"]]

    def connection(self) -> Connection | None:
        """The connection, if there is one."""
        return next(iter(self.world.connections()), None)

    def forgot_what_was_before(self) -> bool:
        """True if ``previous_state`` is not the state that was there before the operation."""
        if self.operation.resource != STATE or self.operation.action != "apply":
            return False
        state = self.core.state()
        return bool(fields(state, "previous_state") != exact(self._records[0].state))

    def begun(self) -> int:
        """How many requests of the operation began a sync, whatever their client was told."""
        tail = f"/{self.operation.begins}"
        journal = self.world.store.journal()
        return len([e for e in journal if e.path.endswith(tail) and e.status == 200])

    def lost_sight(self) -> bool:
        """True if a sync that was to be followed to its end was not."""
        state = self.core.state() or {}
        return "wait" in self.operation.wanted and state.get("outcome") != "succeeded"

    def leaks(self) -> bool:
        """True if a secret stands in a message or in a file."""
        return self.subject.leaks() or holds_secret(self._folder)

    def close(self) -> None:
        """Closes the world."""
        self.world.close()

    def _prepare(self) -> None:
        operation, subject = self.operation, self.subject
        self._identifier = operation.people(self.world) if operation.people else None
        if operation.before is not None:
            subject.wanted = values(self.core, operation.before, self._identifier)
            subject.run()
        if operation.meanwhile is not None and self._identifier is not None:
            self.world.set_state(self._identifier, operation.meanwhile)
        subject.wanted = values(self.core, operation.wanted, self._identifier)
        if operation.action == "destroy":
            subject.wanted = None
        elif operation.action == "import":
            subject.to_import = self._identifier


def empty(folder: Path) -> None:
    """Deletes what is in a folder of a test."""
    for left in folder.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def holds_secret(folder: Path) -> bool:
    """True if a file in a folder holds a secret."""
    files = (one for one in folder.rglob("*") if one.is_file())
    return any(CANARY.encode() in one.read_bytes() for one in files)
