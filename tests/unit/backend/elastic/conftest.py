"""A sandbox in memory with one connector, and Terraform with one status of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from elastic_world import STATUS, WIKI, ElasticWorld
from fake_time import FakeTime
from terraform_core import Core
from terraform_values import exact


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """Waiting takes no time."""
    clock = FakeTime()
    clock.install(monkeypatch)
    return clock


@pytest.fixture
def world(clock: FakeTime) -> Iterator[ElasticWorld]:
    world = ElasticWorld(now=clock.now)
    yield world
    world.close()


@pytest.fixture
def core(world: ElasticWorld) -> Core:
    return Core(world.provider, STATUS)


@pytest.fixture
def wanted(core: Core) -> Callable[..., dict[str, Any]]:
    """Makes a configuration of the status."""

    def of(status: str, **more: Any) -> dict[str, Any]:
        given = {"connector_id": WIKI, "status": status, **more}
        return core.config({name: exact(value) for name, value in given.items()})

    return of
