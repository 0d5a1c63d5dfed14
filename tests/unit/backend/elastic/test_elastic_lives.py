"""Every optional attribute of a status, created and imported: set, changed and taken out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attribute_life import Step, optional_places
from elastic_world import STATUS, WIKI, ElasticWorld
from terraform_core import Core
from terraform_values import exact

from constructs_lib import schemas

ATTRIBUTES = schemas.load(STATUS).attributes
LIVES: dict[str, tuple[Any, Any]] = {
    "drift_policy": ("enforce", "on_change"),
    "via": ("shortest", "direct"),
    "timeouts.create": ({"create": "5m"}, {"create": "6m"}),
    "timeouts.update": ({"update": "5m"}, {"update": "6m"}),
}


class Bench:
    """The status of a connector that is connected, made by Terraform or taken over."""

    def __init__(self, world: ElasticWorld, origin: str) -> None:
        self.world, self.core = world, Core(world.provider, STATUS)
        if origin == "imported":
            self.core.import_(WIKI)
        self.step("connected")

    def step(self, status: str, **more: Any) -> Step:
        values = {"connector_id": WIKI, "status": status, **more}
        config = self.core.config({name: exact(value) for name, value in values.items()})
        return Step(self.core, ATTRIBUTES, config, self.world.writes)


@pytest.fixture
def world() -> Iterator[ElasticWorld]:
    world = ElasticWorld("connected")
    yield world
    world.close()


def test_every_optional_attribute_has_a_life() -> None:
    assert set(optional_places(ATTRIBUTES)) == set(LIVES)


@pytest.mark.parametrize("place", LIVES)
@pytest.mark.parametrize("origin", ["created", "imported"])
def test_change_of_status_is_sent_or_said(world: ElasticWorld, origin: str, place: str) -> None:
    bench, name = Bench(world, origin), place.partition(".")[0]

    for value in LIVES[place]:
        bench.step("connected", **{name: value}).check_rule({name}, is_sent=False)
    bench.step("connected").check_rule({name}, is_sent=False)


@pytest.mark.parametrize("origin", ["created", "imported"])
def test_changed_status_is_sent(world: ElasticWorld, origin: str) -> None:
    bench = Bench(world, origin)

    step = bench.step("error")

    step.check_rule({"status"}, is_sent=True)
    assert step.sent == ["error"]


def test_status_in_another_case_changes_nothing(world: ElasticWorld) -> None:
    step = Bench(world, "created").step("CONNECTED")

    assert (step.differences, step.sent) == (set(), [])


def test_status_that_is_there_already_is_said(world: ElasticWorld) -> None:
    # Given a status that the connector service has reached by itself
    bench = Bench(world, "created")
    world.move("error")

    bench.step("error").check_rule({"status"}, is_sent=False)
