"""Terraform with one connection, whose configuration is made of plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from api_world import GROUP, World
from terraform_core import Core
from terraform_values import exact, literal


class ConnectionCore(Core):
    """Terraform with one connection in a sandbox."""

    def __init__(self, world: World) -> None:
        super().__init__(world.provider, "fivetranops_connection")

    def of(
        self,
        service: str,
        settings: Mapping[str, Any],
        secrets: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> dict[str, Any]:
        """A configuration: settings and secrets as literals, other attributes as they are typed."""
        open_ = {"config": literal(settings), "config_wo": literal(secrets)}
        typed = {name: exact(value) for name, value in given.items()}
        made: dict[str, Any] = self.config(
            {"group_id": GROUP, "service": service, **open_, **typed}
        )
        return made

    def carry_out(self, config: dict[str, Any], first: dict[str, Any] | None = None) -> list[str]:
        """Plan a configuration, or the first of two, and apply it; the warnings of the apply."""
        return self.apply(self.plan(config if first is None else first), config)


@pytest.fixture
def world() -> Iterator[World]:
    """A sandbox in memory that answers as the API does."""
    world = World({})
    yield world
    world.close()


@pytest.fixture
def core(world: World) -> ConnectionCore:
    return ConnectionCore(world)
