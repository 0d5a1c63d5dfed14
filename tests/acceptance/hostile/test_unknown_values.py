"""Plans of values that are not known yet, and of imports: both plans of an apply agree."""

from __future__ import annotations

from typing import Any

import pytest
from api_world import World
from connection_core import ConnectionCore
from terraform_core import ProviderRefused
from terraform_values import UNKNOWN


def configured(core: ConnectionCore, settings: dict[str, Any], *secrets: Any) -> dict[str, Any]:
    return core.of("amplitude", {"schema": "events", **settings}, *secrets)


def test_unchanged_unknown_keeps_the_plan(
    core: ConnectionCore,
) -> None:
    core.carry_out(configured(core, {"host": "db", "port": 1}))

    core.carry_out(configured(core, {"host": "db"}), first=configured(core, {"host": UNKNOWN}))


def test_an_import_is_not_compared_with_what_is_not_known_yet(core: ConnectionCore) -> None:
    core.carry_out(configured(core, {}))
    core.import_(str((core.state() or {})["id"]))

    with pytest.raises(ProviderRefused, match="values that are not known yet"):
        core.plan(configured(core, {"host": UNKNOWN}))


def test_unknown_setting_may_turn_out_an_object(core: ConnectionCore) -> None:
    secrets = {"aws_credentials": {"s3_role_arn": "s3cret"}}
    known = configured(core, {"aws_credentials": {"bucket": "b"}}, secrets)

    core.carry_out(known, first=configured(core, {"aws_credentials": UNKNOWN}, secrets))


def test_a_setting_that_is_null_is_watched_after_an_import(
    world: World, core: ConnectionCore
) -> None:
    config = configured(core, {"host": None})
    core.carry_out(config)
    identifier = str((core.state() or {})["id"])
    core.import_(identifier)

    world.change(identifier, {"config": {"host": "db"}})

    assert core.plan(config).differences == {"config"}
