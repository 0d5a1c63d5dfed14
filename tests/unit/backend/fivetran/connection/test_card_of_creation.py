"""The connect card that a creation answers is kept, and never another one."""

from __future__ import annotations

from typing import Any

import pytest
from api_world import World
from connection_core import ConnectionCore

from constructs_lib.backend.http import attempts
from constructs_lib.sandbox import Fault

SETTINGS = {"schema_prefix": "orders", "host": "db.example.com"}
CARD = {"redirect_uri": "https://example.com", "hide_setup_guide": None, "all_fields": None}


def config(core: ConnectionCore, **more: Any) -> dict[str, Any]:
    return core.of("postgres", SETTINGS, **more)


def card(core: ConnectionCore) -> Any:
    return (core.state() or {})["connect_card"]


def test_the_card_of_a_creation_is_kept(core: ConnectionCore) -> None:
    wanted = config(core, connect_card_config=CARD)
    core.carry_out(wanted)
    issued = card(core)
    assert issued["token"] in issued["uri"]

    # Each answer of the API has a card of its own: none of them replaces the first.
    core.refresh()
    assert card(core) == issued
    assert not core.plan(wanted).differences
    changed = config(core, connect_card_config=CARD, paused=True)
    core.carry_out(changed)
    assert card(core) == issued


def test_without_a_card_none_is_planned(core: ConnectionCore) -> None:
    wanted = config(core)

    assert core.plan(wanted).planned["connect_card"] is None
    core.carry_out(wanted)
    assert card(core) is None


def test_a_card_that_is_added_later_has_no_effect(core: ConnectionCore) -> None:
    core.carry_out(config(core))

    core.carry_out(config(core, connect_card_config=CARD))

    assert card(core) is None


def test_an_import_has_no_card(core: ConnectionCore) -> None:
    core.carry_out(config(core, connect_card_config=CARD))
    identifier = (core.state() or {})["id"]
    core.import_(identifier)

    assert card(core) is None
    assert "connect_card" not in core.plan(config(core, connect_card_config=CARD)).differences


def test_a_lost_creation_has_the_card_that_is_found(
    core: ConnectionCore, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_FIRST_PAUSE", 0.001)
    world.fail(Fault("reset_after", "POST", "/v1/connections"))

    core.carry_out(config(core, connect_card_config=CARD))

    assert card(core)["uri"].startswith("https://")
