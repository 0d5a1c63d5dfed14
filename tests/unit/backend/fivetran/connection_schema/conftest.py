from __future__ import annotations

from collections.abc import Iterator

import pytest
from api_world import World
from fake_time import FakeTime
from schema_life import Life


@pytest.fixture
def life(monkeypatch: pytest.MonkeyPatch) -> Iterator[Life]:
    clock = FakeTime()
    clock.install(monkeypatch)
    world = World({}, now=clock.now)
    yield Life(world, clock)
    world.close()
