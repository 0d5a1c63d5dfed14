"""Plans of values that are not known yet, and of imports: both plans of an apply agree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from api_world import GROUP, World
from terraform_core import Core, ProviderRefused
from terraform_values import UNKNOWN, literal


@pytest.fixture
def world() -> Iterator[World]:
    world = World({})
    yield world
    world.close()


@pytest.fixture
def core(world: World) -> Core:
    return Core(world.provider, "fivetranops_connection")


def configured(
    core: Core, settings: dict[str, Any], secrets: dict[str, Any] | None = None
) -> dict[str, Any]:
    values = {"group_id": GROUP, "service": "amplitude", "config_wo": literal(secrets)}
    return core.config({**values, "config": literal({"schema": "events", **settings})})


def apply(core: Core, config: dict[str, Any], first: dict[str, Any] | None = None) -> None:
    core.apply(core.plan(config if first is None else first), config)


def test_an_unknown_that_stays_as_it_was_keeps_the_plan_beside_an_unmanaged_setting(
    core: Core,
) -> None:
    apply(core, configured(core, {"host": "db", "port": 1}))

    apply(core, configured(core, {"host": "db"}), first=configured(core, {"host": UNKNOWN}))


def test_an_import_is_not_compared_with_what_is_not_known_yet(core: Core) -> None:
    apply(core, configured(core, {}))
    core.import_(str((core.state() or {})["id"]))

    with pytest.raises(ProviderRefused, match="values that are not known yet"):
        core.plan(configured(core, {"host": UNKNOWN}))


def test_an_unknown_setting_may_turn_out_an_object_beside_its_secret(core: Core) -> None:
    secrets = {"aws_credentials": {"s3_role_arn": "s3cret"}}
    known = configured(core, {"aws_credentials": {"bucket": "b"}}, secrets)

    apply(core, known, first=configured(core, {"aws_credentials": UNKNOWN}, secrets))


def test_a_setting_that_is_null_is_watched_after_an_import(world: World, core: Core) -> None:
    config = configured(core, {"host": None})
    apply(core, config)
    identifier = str((core.state() or {})["id"])
    core.import_(identifier)

    world.change(identifier, {"config": {"host": "db"}})

    assert core.plan(config).differences == {"config"}
