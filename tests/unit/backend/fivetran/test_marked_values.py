"""Values that somebody marked as sensitive: the provider learns of no mark, and shows none of them.

Shown is all that it says to Terraform, what it keeps in private state, and what it logs.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from api_world import GROUP, World
from terraform_core import Core, ProviderRefused
from terraform_values import literal

from constructs_lib.sandbox.common.messages import ApiRequest, ApiResponse

BEFORE = {"next": "canary-before", "page": 1, "at": "2026-01-01T00:00:00Z", "b": "1234567"}
WANTED = {"cursor": {"c": "canary-wanted"}, "page": 2, "at": "2026-02-01T00:00:00Z", "b": "7654321"}
MOVED = {"cursor": "canary-moved", "page": 3}
CANARIES = ("canary", "CANARY", "1234567", "7654321")


class Marked:
    """A state with values that are marked, and what is shown of it."""

    def __init__(self, world: World, **given: Any) -> None:
        self.world = world
        self.identifier = world.add("connector_sdk", {"schema": "sdk"})
        world.set_state(self.identifier, BEFORE)
        self.core = Core(world.provider, "fivetranops_connection_state")
        values = {"connection_id": self.identifier, "state": literal(WANTED), **given}
        self.config = self.core.config(values)

    def configured(self, state: dict[str, Any]) -> Any:
        self.config = self.core.config({"connection_id": self.identifier, "state": literal(state)})
        return self.config

    def apply(self) -> None:
        self.core.apply(self.core.plan(self.config), self.config)

    @property
    def said(self) -> str:
        return "\n".join(self.core.said)

    @property
    def shown(self) -> str:
        private = self.core.stored.private.decode() if self.core.stored is not None else ""
        return f"{self.said}\n{private}"


def assert_nothing_is_shown(marked: Marked, capfd: pytest.CaptureFixture[str], more: str) -> None:
    shown = "\n".join([marked.shown, more, *capfd.readouterr()])
    assert not [canary for canary in CANARIES if canary in shown], shown


def test_a_marked_value_is_in_no_plan(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    marked = Marked(world)

    marked.apply()

    assert "page: 1 -> 2 (forwards by 1)" in marked.said
    assert 'at: "2026-01-01T00:00:00Z" -> "2026-02-01T00:00:00Z"' in marked.said
    assert 'cursor: {"c": "(hidden)"} is added' in marked.said
    assert_nothing_is_shown(marked, capfd, "")


def test_a_marked_value_is_in_no_error_about_two_writers(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    marked = Marked(world)
    marked.apply()
    plan = marked.core.plan(marked.configured(BEFORE))
    world.set_state(marked.identifier, MOVED)

    with pytest.raises(ProviderRefused, match="changed by somebody else") as caught:
        marked.core.apply(plan, marked.config)

    assert '"page": 3' in str(caught.value)
    assert_nothing_is_shown(marked, capfd, str(caught.value))


def test_a_marked_value_is_in_no_error_about_what_is_stored(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    marked = Marked(world)
    plan = marked.core.plan(marked.config)
    world.store.configure(distortions={"state.cursor": "upper"})

    with pytest.raises(ProviderRefused, match="reads back differently") as caught:
        marked.core.apply(plan, marked.config)

    assert_nothing_is_shown(marked, capfd, str(caught.value))


def test_a_marked_value_is_not_shown_when_it_is_restored(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    marked = Marked(world, on_destroy="restore")
    marked.apply()

    marked.core.destroy()

    assert world.state(marked.identifier) == BEFORE
    assert "restores the previous state" in marked.said
    assert_nothing_is_shown(marked, capfd, "")


def test_all_values_are_shown_where_that_is_asked_for(world: World) -> None:
    marked = Marked(world, explain_values=True)

    marked.apply()

    assert 'cursor: {"c": "canary-wanted"} is added' in marked.said
    assert 'b: "1234567" -> "7654321" (forwards by 6419754)' in marked.said


class Quoting:
    """An API that refuses each write with a canary, and quotes what it was sent."""

    def __init__(self, api: Any) -> None:
        self._api = api

    def handle(self, request: ApiRequest) -> ApiResponse:
        if b"canary" not in request.body:
            answer: ApiResponse = self._api.handle(request)
            return answer
        words = f"cannot take {request.body.decode()}"
        return ApiResponse(400, {"code": "InvalidInput", "message": words})


def refuse_and_quote(world: World) -> None:
    world._adapter._api = Quoting(world._adapter._api)  # type: ignore[assignment]


def test_a_marked_state_that_the_api_quotes_is_named(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    marked = Marked(world)
    plan = marked.core.plan(marked.config)
    refuse_and_quote(world)

    with pytest.raises(ProviderRefused, match=r"\(value of state\.cursor\.c\)") as caught:
        marked.core.apply(plan, marked.config)

    assert_nothing_is_shown(marked, capfd, str(caught.value))


def test_a_state_that_the_api_quotes_is_shown_where_asked_for(world: World) -> None:
    marked = Marked(world, explain_values=True)
    plan = marked.core.plan(marked.config)
    refuse_and_quote(world)

    with pytest.raises(ProviderRefused, match='"canary-wanted"'):
        marked.core.apply(plan, marked.config)


def test_marked_settings_that_the_api_quotes_are_named(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    core = Core(world.provider, "fivetranops_connection")
    settings = {"schema_prefix": "shop", "host": "canary-host", "user": "ca"}
    given = {"group_id": GROUP, "service": "postgres", "config": literal(settings)}
    config = core.config({**given, "config_wo": literal({"password": "canary-password"})})
    plan = core.plan(config)
    refuse_and_quote(world)

    with pytest.raises(ProviderRefused, match=r'"host": ?"\(value of config\.host\)"') as caught:
        core.apply(plan, config)

    said = "\n".join([str(caught.value), *core.said, *capfd.readouterr()])
    assert re.search(r'"password": ?"\(hidden\)"', said)
    assert re.search(r'"user": ?"\(value of config\.user\)"', said)
    assert '"shop"' in said
    assert not [canary for canary in CANARIES if canary in said], said


def test_what_was_kept_to_be_shown_is_hidden_later(world: World) -> None:
    marked = Marked(world, explain_values=True)
    marked.apply()
    plan = marked.core.plan(marked.configured({"page": 9}), refresh=False)
    world.set_state(marked.identifier, MOVED)

    with pytest.raises(ProviderRefused, match="changed by somebody else") as caught:
        marked.core.apply(plan, marked.config)

    assert "canary" not in str(caught.value)
