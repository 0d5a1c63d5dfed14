"""A state that the resource sets: what it sends, what it keeps where, and what it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD
from state_life import SUBJECT, NamedApi, StateLife
from state_runs import STEPS

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object.equivalence import fingerprint
from constructs_lib.backend.plugin.diagnostics import Diagnostic, ProviderError
from constructs_lib.backend.plugin.values.value import Dynamic

BEGUN, LATER, LAST = "2026-06-01T00:00:00Z", "2026-06-01T02:00:00Z", "2026-06-01T05:00:00Z"
OTHER = {"cursor": "2026-03-03"}
AT_FIRST, WANTED, AGAIN = Dynamic.of(OLD), Dynamic.of(NEW), Dynamic.of(OTHER)
BROKEN = errors.NoResponse("request", "the connection broke off", sent=True)


@pytest.fixture
def life() -> StateLife:
    return StateLife(api=Slow())


@pytest.fixture
def recorded(tmp_path: Path) -> StateLife:
    """The same with a journal."""
    return StateLife(tmp_path / "kept", Slow())


class Slow(NamedApi):
    """Two hours pass while the state is sent, and three while the flag is put back."""

    def step(self, name: str) -> None:
        self.time += timedelta(hours={"PATCH state": 2, "unpause": 3}.get(name, 0))
        super().step(name)


def noted(state: Any, at: str) -> dict[str, str]:
    """What private state has of a state."""
    return Snapshot.of(state, at)._asdict()


def test_creation_sets_the_state_and_keeps_what_it_did(life: StateLife) -> None:
    assert life.apply() == {"id": "abc", "previous_state": AT_FIRST}

    assert (life.api.journal, life.api.about, life.said) == (STEPS, {"abc"}, [])
    assert life.saved == {**life.prior, "previous_state": AT_FIRST}  # type: ignore[dict-item]
    name = life.private.pop("attempt")
    assert len(bytes.fromhex(name)) == 8
    assert life.private == {"set": noted(NEW, LAST), "seen": noted(NEW, LAST)}
    assert life.account.state_set == {"abc"}


def test_creation_is_in_the_journal_by_the_same_name(recorded: StateLife) -> None:
    recorded.apply()

    assert recorded.journal is not None
    kept = recorded.journal.unknown_to("abc", "account", None)
    assert kept is not None
    assert (kept.attempt, kept.found) == (recorded.private["attempt"], OLD)


def test_attempt_that_private_state_has_is_known(recorded: StateLife) -> None:
    # Given a state that was set, as private state knows, and nobody has confirmed
    recorded.apply()
    recorded.begin()

    # When the next one is set, then what was there is the previous state
    assert recorded.apply(state=AGAIN)["previous_state"] == WANTED


def test_creation_holds_the_lock_until_its_end(life: StateLife) -> None:
    life.apply()

    assert life.api.locked == [True] * len(STEPS)
    assert not life.account.locks.is_held("abc")


def test_apply_that_waits_for_its_lock_can_be_stopped(life: StateLife) -> None:
    life.stopping.set()

    with life.account.locks.hold("abc", Deadline(1)), pytest.raises(ProviderError) as caught:
        life.apply()

    assert "stopped while waiting for another resource of this run" in caught.value.detail
    assert life.api.journal == []


def test_creation_of_a_state_that_is_there_sends_nothing(life: StateLife) -> None:
    life.api.stored = NEW

    assert life.apply() == {"id": "abc", "previous_state": WANTED}

    assert life.api.journal == ["GET", "GET state"]
    assert (life.private, life.saved) == ({"seen": noted(NEW, BEGUN)}, None)
    assert life.account.state_set == set()


def test_creation_where_no_state_was_written(life: StateLife) -> None:
    life.api.stored = None

    assert life.apply() == {"id": "abc", "previous_state": None}


def test_update_keeps_the_state_just_before_it(life: StateLife) -> None:
    life.apply()
    first = life.private["attempt"]
    life.begin()

    assert life.apply(state=AGAIN) == {"id": "abc", "previous_state": WANTED}

    assert life.saved == {"previous_state": WANTED}
    assert life.private["attempt"] != first
    assert life.private["set"]["print"] == fingerprint(OTHER)
    assert life.api.stored == OTHER


@pytest.mark.parametrize("before", [AT_FIRST, None])
def test_update_to_a_state_that_is_there_keeps_the_previous(
    life: StateLife, before: Dynamic | None
) -> None:
    # Given a resource that has set a state, and somebody who has set the next one already
    life.apply()
    life.begin()
    life.prior = {**(life.prior or {}), "previous_state": before}
    set_, life.api.stored = dict(life.private), OTHER

    # When it is to be set, with a sync that explains the move
    life.api.succeeded_at = "2026-07-01T00:00:00Z"
    found = life.apply(state=AGAIN)

    # Then nothing is sent, and the previous state is the one of before, if there is one
    assert found == {"id": "abc", "previous_state": before or AGAIN}
    assert life.api.journal == ["GET", "GET state"]
    assert life.private == {**set_, "seen": noted(OTHER, LAST)}
    assert life.account.state_set == set()


@pytest.mark.parametrize(
    ("changes", "is_set"),
    [
        ({}, False),
        ({"state": Dynamic.of('{"cursor": "2026-06-01"}')}, False),
        ({"paused_after": "paused", "on_destroy": "restore", "explain_values": True}, False),
        ({"drift_policy": "enforce"}, True),
    ],
)
def test_update_sends_only_what_changes_the_state(
    life: StateLife, changes: dict[str, Any], is_set: bool
) -> None:
    life.apply()
    life.begin()
    kept = dict(life.private)

    found = life.apply(**changes)

    assert found == ({"id": "abc", "previous_state": AT_FIRST} if is_set else {})
    assert life.api.journal == (["GET", "GET state"] if is_set else [])
    assert is_set or life.private == kept


def test_update_that_goes_on_enforcing_sends_nothing(life: StateLife) -> None:
    life.apply(drift_policy="enforce")
    life.begin()

    assert life.apply(on_destroy="restore") == {}
    assert life.api.journal == []


@pytest.mark.parametrize(("paused_after", "paused"), [("paused", True), ("running", False)])
def test_flag_after_a_creation_is_as_configured(paused_after: str, paused: bool) -> None:
    life = StateLife(api=NamedApi(paused=not paused), paused_after=paused_after)

    life.apply()

    assert life.api.paused is paused


def test_failure_after_the_state_is_set_keeps_the_previous(life: StateLife) -> None:
    # Given a creation whose paused flag cannot be put back
    life.api.failures["unpause"] = BROKEN
    with pytest.raises(ProviderError) as caught:
        life.apply()
    assert caught.value.summary == f"Cannot create {SUBJECT}"
    assert life.private == {"set": noted(NEW, LATER), "open": True}
    assert life.account.state_set == {"abc"}
    assert (life.saved or {})["previous_state"] == AT_FIRST

    # When the next run sets another state
    life.prior = life.saved
    life.begin()
    found = life.apply(state=AGAIN)

    # Then what is there is the half-done work of this resource, and no previous state
    assert found == {"id": "abc", "previous_state": AT_FIRST}
    assert life.saved == {"previous_state": AT_FIRST}
    assert "open" not in life.private


def test_state_that_is_stored_in_another_form_is_own_work(life: StateLife) -> None:
    class Adding(Slow):
        def set_state(self, identifier: str, state: Any, deadline: Any) -> None:
            super().set_state(identifier, {**state, "added": 1}, deadline)

    life.api = Adding()
    life.begin()

    with pytest.raises(ProviderError, match=f"Cannot create {SUBJECT}"):
        life.apply()

    assert life.private == {"set": noted({**NEW, "added": 1}, LAST), "open": True}


def test_second_resource_of_a_state_is_refused(life: StateLife) -> None:
    life.apply()
    life.api.journal.clear()

    with pytest.raises(ProviderError) as caught:
        life.apply(state=AGAIN)

    assert life.api.journal == []
    assert caught.value.summary == "Two resources set the state of connection abc"
    assert caught.value.detail == (
        "Another fivetranops_connection_state set it in this run. Keep one of them. If a resource "
        'was renamed, add a block: moved { from = "OLD ADDRESS" to = "NEW ADDRESS" }.'
    )
    assert caught.value.path == ("connection_id",)


def test_states_of_two_connections_are_set_in_one_run(life: StateLife) -> None:
    life.apply()
    life.prior, life.private = None, {}

    found = life.apply(connection_id="other", state=AGAIN)

    assert found == {"id": "other", "previous_state": WANTED}
    assert life.api.stored == OTHER


def test_state_without_a_value_resets_nothing(life: StateLife) -> None:
    with pytest.raises(ProviderError) as caught:
        life.apply(state=None)

    assert (caught.value.summary, caught.value.detail, caught.value.path) == (
        "state has no value",
        "It must be an object, or the JSON text of one; nothing was changed.",
        ("state",),
    )
    assert (life.api.journal, life.private) == ([], {})


def test_identifier_that_is_none_is_refused(life: StateLife) -> None:
    with pytest.raises(ProviderError, match="cannot have this identifier"):
        life.apply(connection_id="a/b")

    assert life.api.journal == []


@pytest.mark.parametrize("is_update", [False, True])
def test_limits_of_each_operation_are_those_configured(life: StateLife, is_update: bool) -> None:
    name = "update" if is_update else "create"
    if is_update:
        life.apply()
        life.begin()
    life.api.deadlines.clear()

    life.apply(state=AGAIN, timeouts={name: "90s"})

    assert {(one.name, one.limit) for one in life.api.deadlines} == {(name, 90.0)}
    life.stopping.set()
    assert all(one.is_stopping for one in life.api.deadlines)


@pytest.mark.parametrize("name", ["create", "update", "delete"])
def test_limit_that_is_not_configured_is_an_hour(life: StateLife, name: str) -> None:
    if name != "create":
        life.apply(on_destroy="restore")
        life.begin()
    life.api.deadlines.clear()

    life.destroy() if name == "delete" else life.apply(state=AGAIN)

    assert {(one.name, one.limit) for one in life.api.deadlines} == {(name, 3600.0)}


def test_own_work_needs_no_explanation(life: StateLife) -> None:
    # Given what the apply itself has noted, without a refresh
    for state in (WANTED, AGAIN, WANTED):
        life.apply(state=state)
        life.begin()

    assert life.api.stored == NEW


@pytest.mark.parametrize("is_first", [True, False])
def test_apply_overwrites_nothing_set_since_the_plan(recorded: StateLife, is_first: bool) -> None:
    if not is_first:
        recorded.apply()
        recorded.begin()
    recorded.plan(state=AGAIN)

    # When somebody sets it before the apply, which plans once more
    recorded.begin()
    recorded.api.stored = {"cursor": "2026-05-05"}
    recorded.plan()
    recorded.api.journal.clear()
    with pytest.raises(ProviderError, match=f"Cannot (create|update) {SUBJECT}") as caught:
        recorded.apply()

    # Then nothing is sent
    assert "changed by somebody else since it was last read" in caught.value.detail
    assert recorded.api.journal == ["GET", "GET state"]


def test_replacement_after_a_restore_in_the_same_run(life: StateLife) -> None:
    # Given a resource that is replaced, and whose destruction has restored the state before
    life.apply(on_destroy="restore")
    life.begin()
    life.destroy()
    assert life.api.stored == OLD

    # When the new one sets its state, with what the plan saw before that
    life.prior = None
    found = life.apply()

    # Then nobody else has changed it since
    assert found["previous_state"] == AT_FIRST
    assert life.api.stored == NEW


def test_what_syncs_did_since_the_plan_is_a_warning(recorded: StateLife) -> None:
    recorded.plan()
    recorded.begin()
    recorded.api.stored, recorded.api.succeeded_at = OTHER, "2026-06-01T00:00:00Z"

    found = recorded.apply()

    assert found["previous_state"] == AGAIN
    assert recorded.said == [
        Diagnostic(
            False,
            "The state of connection abc moved on between plan and apply",
            f'It was {{"cursor": "2026-01-01"}} at {BEGUN}; since then its syncs have moved it to '
            '{"cursor": "2026-03-03"}. The planned state has replaced that; previous_state is the '
            "state that its syncs had reached.",
            ("state",),
        )
    ]


def test_journal_that_cannot_be_kept_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    life = StateLife(tmp_path / "file" / "kept")

    life.apply()

    assert life.api.stored == NEW
    summaries = [one.summary for one in life.said]
    assert summaries == ["No journal can be kept", "No history can be kept"]


@pytest.mark.parametrize("explain_values", [True, False, None])
@pytest.mark.parametrize("is_update", [True, False])
def test_values_are_noted_only_where_they_may_be_shown(
    life: StateLife, explain_values: bool | None, is_update: bool
) -> None:
    if is_update:
        life.apply()
        life.begin()

    life.apply(state=Dynamic.of({"next": "canary"}), explain_values=explain_values)

    shown = "canary" if explain_values else "(hidden)"
    texts = {life.private[name]["text"] for name in ("set", "seen")}
    assert texts == {f'{{"next": "{shown}"}}'}


@pytest.mark.parametrize(("creator", "is_proven"), [("abc", False), ("another", True)])
def test_state_that_is_set_proves_the_account(
    life: StateLife, creator: str, is_proven: bool
) -> None:
    # Given a connection that this very run has created, or another one
    life.account.presence.created(creator)

    life.apply()

    # Then it proves the account only if it was there before
    assert life.is_proven() is is_proven
