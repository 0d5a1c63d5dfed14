"""Each place of the Fivetran provider that takes an identifier refuses one that leads elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from api_world import World
from terraform_core import Core, ProviderRefused
from terraform_values import UNKNOWN, literal

from constructs_lib.backend.fivetran.connection.model import require_identifier
from constructs_lib.backend.plugin.diagnostics import ProviderError

ABOUT = {
    "fivetranops_connection_state": {"state": {"cursor": 1}},
    "fivetranops_connection_sync": {"wait": False},
    "fivetranops_connection_test": {},
    "fivetranops_connection_schema": {},
    "fivetranops_connect_card": {"redirect_uri": "https://example.com"},
}
"""The resources about a connection, each with what it needs beside the identifier."""
WRONG = [".", "..", " ", "%2e%2e", "a/b", "a?b", "a#b", "a\nb"]


@pytest.mark.parametrize("identifier", ["", *WRONG])
@pytest.mark.parametrize("resource", ["fivetranops_connection", *ABOUT])
def test_identifier_of_an_import_is_checked(world: World, resource: str, identifier: str) -> None:
    with pytest.raises(ProviderRefused, match=r"ImportResourceState: Cannot import .*identifier"):
        Core(world.provider, resource).import_(identifier)

    assert requests_of(world) == []


@pytest.mark.parametrize("identifier", ["", *WRONG])
@pytest.mark.parametrize("resource", ABOUT)
def test_identifier_in_a_configuration_is_checked(
    world: World, resource: str, identifier: str
) -> None:
    core = Core(world.provider, resource)

    with pytest.raises(ProviderRefused, match=r"ValidateResourceConfig.*connection_id"):
        core.plan(configured(core, resource, identifier))

    assert requests_of(world) == []


@pytest.mark.parametrize("identifier", ["", *WRONG])
@pytest.mark.parametrize("resource", ABOUT)
def test_identifier_known_only_at_apply_is_checked(
    world: World, resource: str, identifier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    core = Core(world.provider, resource)
    plan = core.plan(configured(core, resource, UNKNOWN))
    monkeypatch.setattr(core, "_validate", lambda session, config: None)

    with pytest.raises(ProviderRefused, match="cannot have this identifier"):
        core.apply(plan, configured(core, resource, identifier))

    assert core.state() is None
    assert requests_of(world) == []


def test_identifier_in_a_message_is_no_command_to_a_terminal() -> None:
    with pytest.raises(ProviderError) as caught:
        require_identifier("a\x1b[2J\u202e", "")

    assert r"Found 'a\x1b[2J\u202e'." in caught.value.detail


@pytest.mark.parametrize(("identifier", "found"), [("a/canary", "text"), ("", "an empty text")])
def test_identifier_of_a_configuration_is_not_shown(identifier: str, found: str) -> None:
    with pytest.raises(ProviderError) as caught:
        require_identifier(identifier)

    assert caught.value.detail.startswith(f"Found {found}. Give the identifier as Fivetran shows")


def configured(core: Core, resource: str, identifier: Any) -> Any:
    given = {
        name: literal(value) if name == "state" else value
        for name, value in ABOUT[resource].items()
    }
    return core.config({**given, "connection_id": identifier})


def requests_of(world: World) -> list[str]:
    return [f"{entry.method} {entry.path}" for entry in world.store.journal(0)]
