"""However the API answers: a state is set and settles, or the error says why; the paused flag is
what it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from api_world import World
from every_case import check_every
from terraform_core import Core, ProviderRefused
from terraform_values import literal

from constructs_lib.sandbox import DISTORTIONS

BEFORE = {"cursor": "2026-01-01T00:00:00Z", "page": 1, "done": False, "items": ["b", "a"]}
WANTED = {"cursor": "2026-06-01T00:00:00Z", "page": 2, "done": True, "items": ["d", "c"]}
OF_THE_CONNECTION = ("paused", "status", "status.sync_state", "service", "*")
OF_THE_STATE = ("state", "state.cursor", "state.page", "state.done", "state.items", "state.*")


Case = tuple[str, str]
"""A path, and the distortion there."""


def cases(paths: tuple[str, ...]) -> list[Case]:
    """Each distortion at each path where the sandbox can do it."""
    return [
        (path, name)
        for path in paths
        for name, one in DISTORTIONS.items()
        if not (one.makes_field and (path == "*" or path.endswith(".*")))
    ]


class Cursor:
    """A connection with a state, and the resource that sets it."""

    def __init__(self, world: World, *, paused: bool) -> None:
        self.world = world
        self.identifier = world.add("connector_sdk", {"schema": "sdk"})
        world.change(self.identifier, {"paused": paused})
        world.set_state(self.identifier, BEFORE)
        self.core = Core(world.provider, "fivetranops_connection_state")
        self.config = self.core.config({"connection_id": self.identifier, "state": literal(WANTED)})

    def refusal(self) -> str:
        """Applies; the error if that is refused, else an empty text."""
        try:
            self.core.apply(self.core.plan(self.config), self.config)
        except ProviderRefused as refused:
            return str(refused)
        return ""

    def stored(self) -> tuple[bool, Any]:
        """The flag and the state as they are, whatever is answered."""
        self.world.store.configure(distortions={})
        paused = self.world.answer(self.identifier)["paused"]
        return paused, self.world.state(self.identifier)

    def is_settled(self) -> bool:
        plans = [self.core.plan(self.config, refresh=refresh) for refresh in (False, True)]
        return all(plan.differences == set() for plan in plans)


@contextmanager
def distorted(case: Case, *, paused: bool) -> Iterator[Cursor]:
    """A connection with a state, in an account of its own whose API distorts its answers."""
    with closing(World({})) as world:
        cursor = Cursor(world, paused=paused)
        world.store.configure(distortions=dict([case]))
        yield cursor


@pytest.mark.parametrize("paused", [True, False])
def test_distorted_connections(paused: bool) -> None:
    def check(case: Case) -> None:
        with distorted(case, paused=paused) as cursor:
            refusal = cursor.refusal()

            assert "bug" not in refusal
            assert refusal or cursor.is_settled()
            assert cursor.stored() == (paused, BEFORE if refusal else WANTED)

    check_every(cases(OF_THE_CONNECTION), check)


@pytest.mark.parametrize("paused", [True, False])
def test_distorted_states(paused: bool) -> None:
    def check(case: Case) -> None:
        with distorted(case, paused=paused) as cursor:
            refusal = cursor.refusal()

            if "no object under data.state" in refusal:
                assert cursor.stored() == (paused, BEFORE)
            else:
                assert "reads back differently" in refusal or cursor.is_settled()
                assert cursor.stored() == (paused, WANTED)

    check_every(cases(OF_THE_STATE), check)
