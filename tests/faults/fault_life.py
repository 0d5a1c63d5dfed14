"""The life of a connection and its state, with faults at random: the soak."""

from __future__ import annotations

import copy
import random
from collections import Counter
from typing import Any

import fault_cells as cells
from api_world import GROUP, World
from fake_time import FakeTime
from fault_operations import CANARY, CONNECTION, STATE, Values, values
from fault_stand import LATER
from fault_subject import Subject
from fault_verdicts import MOVING, is_moved, is_unclear
from terraform_core import Core, ProviderRefused

from constructs_lib.sandbox import Fault


class Life:
    """A few operations, one after the other, on one connection and its state.

    :param seed: decides which operations, and which faults
    :param clock: must be installed
    """

    def __init__(self, seed: int, clock: FakeTime) -> None:
        self._chance = random.Random(seed)
        self._clock = clock
        self.world = World({}, clock.now)
        self._connection = Subject(Core(self.world.provider, CONNECTION))
        self._state = Subject(Core(self.world.provider, STATE))
        self._settings: Values = {"python_version": "3.12"}
        self._paused = False
        self._is_flag_configured = self._chance.random() < 0.5
        self._cursor: Values | None = None
        self._moved = False
        self.story: list[str] = [f"seed {seed}"]

    def live(self) -> None:
        """Lives, and is all right after each operation.

        :raises AssertionError: if it is not
        """
        operations = [self._setting_changes, *self._chance.choices(self._possible(), k=self._few())]
        struck = Counter(self._chance.choices(range(len(operations)), k=self._chance.randint(1, 4)))
        for number, operation in enumerate(operations):
            operation()
            self._configure()
            faults = self._faults(struck[number])
            self.story += [operation.__name__, *map(str, faults)]
            self._run(faults)
            self._check()

    def close(self) -> None:
        """Closes the world."""
        self.world.close()

    def _few(self) -> int:
        return self._chance.randint(2, 5)

    def _possible(self) -> list[Any]:
        return [
            self._setting_changes, self._secret_is_rotated, self._flag_changes,
            self._state_changes, self._state_changes, self._state_is_forgotten,
            self._state_file_is_lost, self._person_sets_state,
        ]  # fmt: skip

    def _setting_changes(self) -> None:
        self._settings["python_version"] = self._chance.choice(["3.10", "3.11", "3.12", "3.13"])

    def _secret_is_rotated(self) -> None:
        self._settings["secret"] = self._chance.randint(1, 9)

    def _flag_changes(self) -> None:
        self._paused = not self._paused
        if not self._is_flag_configured:
            self.world.change(self.world.connections()[0].id, {"paused": self._paused})

    def _state_changes(self) -> None:
        self._cursor = {
            "state": {"page": self._chance.randint(1, 9), "done": False},
            "drift_policy": self._chance.choice(["on_change", "enforce"]),
            "on_destroy": self._chance.choice(["keep", "restore"]),
            "timeouts": dict.fromkeys(("create", "update", "delete"), "5m"),
        }

    def _state_is_forgotten(self) -> None:
        self._cursor = None

    def _state_file_is_lost(self) -> None:
        for subject in (self._connection, self._state):
            if subject.core.stored is not None:
                subject.core.stored = None
                subject.to_import = self.world.connections()[0].id

    def _person_sets_state(self) -> None:
        for record in self.world.connections():
            self.world.set_state(record.id, {"set_by": "a person"})
            self._moved = True

    def _configure(self) -> None:
        secret = {"key": "token", "value": f"{CANARY}-{self._settings.get('secret', 0)}"}
        whole = {
            "group_id": GROUP,
            "service": "connector_sdk",
            "config": {"schema": "sdk", "python_version": self._settings["python_version"]},
            "config_wo": {"secrets_list": [secret]},
            "paused": self._paused if self._is_flag_configured else None,
        }
        self._connection.wanted = values(self._connection.core, whole, None)

    def _run(self, faults: list[Fault]) -> None:
        """One run of Terraform with faults, and those that bring what it did not."""
        self._moved |= any(fault.kind in MOVING for fault in faults)
        self.world.fail(*faults)
        try:
            self._connection.run()
            self._run_state()
        except ProviderRefused as refused:
            self.story.append(str(refused))
        self.world.fail()
        self._clock.sleep(LATER)
        assert self._connection.settle(self.story), "the connection does not settle"
        self._want_state()
        assert self._state.settle(self.story), "the state does not settle"

    def _run_state(self) -> None:
        self._want_state()
        self._state.run()

    def _want_state(self) -> None:
        identifier = self.world.connections()[0].id
        core = self._state.core
        self._state.wanted = values(core, self._cursor, identifier) if self._cursor else None

    def _faults(self, number: int) -> list[Fault]:
        """Faults at steps of the operation, which a run without faults shows."""
        if number == 0:
            return []
        steps = self._rehearsed()
        times = (*cells.LENGTHS.values(), 2, 8)
        return [
            cells.at(
                self._chance.choice(steps),
                self._chance.choice(cells.VARIANTS),
                self._chance.choice(times),
            )
            for _ in range(number)
        ]

    def _rehearsed(self) -> list[cells.Step]:
        records = copy.deepcopy(self.world.connections())
        cores = (self._connection.core, self._state.core)
        stored = [core.stored for core in cores]
        self.world.restore(records)
        self._connection.run()
        self._run_state()
        steps = cells.steps(self.world.store.journal())
        self.world.restore(records)
        for core, before in zip(cores, stored, strict=True):
            core.stored = before
        return steps

    def _check(self) -> None:
        records = self.world.connections()
        state = self._connection.core.state()
        assert state is not None, "the connection is not in state"
        assert [record.id for record in records] == [state["id"]], "a connection is lost"
        assert records[0].paused == self._paused, "the paused flag is another"
        assert self._is_right_state(records[0].state), f"the state is {records[0].state}"
        for subject in (self._connection, self._state):
            assert not subject.leaks(), "a secret stands where it must not"
            unclear = [text for text in subject.core.said if is_unclear(text)]
            assert unclear == []

    def _is_right_state(self, found: Values | None) -> bool:
        if self._cursor is None:
            return True
        is_followed = self._moved and self._cursor["drift_policy"] == "on_change"
        wanted = self._cursor["state"]
        return found == wanted or (is_followed and is_moved(wanted, found or {}))
