"""What the plan of an action on a connection checks, and what it notes for what comes after it."""

from __future__ import annotations

import threading
from typing import Any, cast

import pytest

from constructs_lib.backend.fivetran.actions import (
    ConnectionAction,
    PauseAction,
    ResyncAction,
    SetupTestsAction,
    SyncAction,
)
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import UNKNOWN

ACTIONS = (SyncAction(), ResyncAction(), SetupTestsAction(), PauseAction())


class Api:
    """One connection; nothing is written to it."""

    address = "https://api.invalid"

    def __init__(self, *, paused: bool = False, setup_state: str = "connected") -> None:
        self.answer = {
            "id": "abc",
            "schema": "shop",
            "paused": paused,
            "status": {"setup_state": setup_state, "sync_state": "scheduled"},
        }
        self.asked: list[str] = []

    def connection(self, identifier: str, deadline: object) -> dict[str, Any]:
        self.asked.append(identifier)
        return self.answer


def operation(api: Api | None) -> Operation:
    account = Account(cast(Client, api) if api else None, None)
    return Operation(account, {}, threading.Event())


def config(action: ConnectionAction, **values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(action.schema.attributes), "connection_id": "abc", **values}


def planned(action: ConnectionAction, api: Api | None, **values: Any) -> Operation:
    made = operation(api)
    action.plan(config(action, **values), made)
    return made


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("api", [None, Api(paused=True)])
def test_nothing_is_asked_while_something_is_unknown(
    action: ConnectionAction, api: Api | None
) -> None:
    unknown = dict.fromkeys(action.schema.attributes, UNKNOWN)
    unknown |= {} if api else {"connection_id": "abc"}

    made = operation(api)
    action.plan(unknown, made)

    assert not made.diagnostics.has_errors
    assert api is None or api.asked == []


def test_what_a_resync_costs_is_told_before_anything_is_known() -> None:
    unknown = {**config(ResyncAction()), "connection_id": UNKNOWN, "resync_everything": True}

    made = operation(Api())
    ResyncAction().plan(unknown, made)

    (found,) = made.diagnostics
    assert found.summary == "The history of the connection will be loaded again"
    assert found.detail.startswith("All its tables are synced from the beginning. This takes")


@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_no_identifier_is_refused(action: ConnectionAction) -> None:
    with pytest.raises(ProviderError, match="cannot have this identifier"):
        planned(action, Api(), connection_id="../x", paused=True, resync_everything=True)


@pytest.mark.parametrize("action", [SyncAction(), ResyncAction()])
def test_a_sync_of_a_paused_connection_fails_the_plan(action: ConnectionAction) -> None:
    with pytest.raises(ProviderError) as caught:
        planned(action, Api(paused=True), resync_everything=True)

    assert "depends_on" not in caught.value.detail
    assert "before this one" in caught.value.detail


def test_a_test_before_it_may_set_the_connection_up() -> None:
    api, made = Api(setup_state="incomplete"), None
    with pytest.raises(ProviderError, match="Cannot plan fivetranops_connection_sync abc"):
        planned(SyncAction(), api)

    made = operation(api)
    SetupTestsAction().plan(config(SetupTestsAction()), made)
    SyncAction().plan(config(SyncAction()), made)

    assert list(made.diagnostics) == []


def test_an_action_before_it_may_unpause_the_connection() -> None:
    made = operation(Api(paused=True))

    PauseAction().plan(config(PauseAction(), paused=False), made)
    SyncAction().plan(config(SyncAction()), made)

    assert list(made.diagnostics) == []


def test_a_pause_refuses_no_sync() -> None:
    """When either is invoked is not known."""
    made = operation(Api())

    PauseAction().plan(config(PauseAction(), paused=True), made)
    SyncAction().plan(config(SyncAction()), made)

    assert list(made.diagnostics) == []


def test_a_broken_connection_is_synced_with_a_warning() -> None:
    (found,) = planned(SyncAction(), Api(setup_state="broken")).diagnostics

    assert not found.is_error
    assert "action fivetranops_connection_test" in found.detail


@pytest.mark.parametrize(
    ("action", "values", "words"),
    [
        (ResyncAction(), {}, "the tables to re-sync, or resync_everything"),
        (ResyncAction(), {"scope": {}}, "at least one schema"),
        (ResyncAction(), {"scope": {"a": []}}, "at least one table"),
        (
            ResyncAction(),
            {"scope": {"a": ["b"]}, "resync_everything": True},
            "resync_everything together with scope",
        ),
        (PauseAction(), {"paused": False, "wait": True}, "wait only with paused true"),
        (SyncAction(), {"on_reschedule": "never"}, "wait, fail"),
        (SetupTestsAction(), {"fail_on": "errors"}, "failed, warning, never"),
        (SyncAction(), {"timeouts": {"invoke": "soon"}}, "a duration such as 90s"),
    ],
)
def test_a_wrong_value_is_found_before_anything_is_sent(
    action: ConnectionAction, values: dict[str, Any], words: str
) -> None:
    api = Api()
    made = planned(action, api, **values)
    found = [each.detail for each in made.diagnostics if each.is_error]
    assert any(words in detail for detail in found), found

    with pytest.raises(ProviderError) as caught:
        list(action.invoke(config(action, **values), operation(api)))

    assert words in caught.value.detail
    assert "Nothing was sent." in caught.value.detail
    assert api.asked == []
