"""The end of a state: what is restored, what is left as it is, and what the plan says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD
from state_life import GONE, SUBJECT, NamedApi, StateLife
from state_runs import STEPS

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.diagnostics import Diagnostic, ProviderError
from constructs_lib.backend.plugin.values.value import Dynamic

OTHER = {"cursor": "2026-03-03"}
READS = ["GET", "GET state"]
BROKEN = errors.NoResponse("request", "the connection broke off", sent=True)
NOT_RESTORED = "The previous state is not restored"
LEFT = Diagnostic(
    False,
    NOT_RESTORED,
    "Somebody else has set the state of connection abc since this resource did: no sync explains "
    "the current state. It is left as it is.",
    (),
)


def applied(folder: Path | None = None, **values: Any) -> StateLife:
    """A resource that has set a state and restores the one before, at the begin of the next run."""
    life = StateLife(folder, **{"on_destroy": "restore", **values})
    life.apply()
    life.begin()
    life.api.deadlines.clear()
    return life


@pytest.fixture
def life() -> StateLife:
    return applied()


def test_destroy_restores_the_state_before(life: StateLife) -> None:
    life.api.locked.clear()

    life.destroy()

    assert (life.api.stored, life.api.paused, life.said) == (OLD, False, [])
    assert life.api.journal == [*READS, *STEPS]
    assert life.api.locked == [True] * 10
    assert life.account.state_restored == {"abc"}
    assert life.api.about == {"abc"}


@pytest.mark.parametrize("restores", [False, True])
def test_destroy_restores_only_what_it_set_and_if_asked(restores: bool) -> None:
    life = applied(on_destroy="restore" if restores else "keep")
    if restores:
        life.private.clear()

    life.destroy()
    life.plan_destroy()

    assert (life.api.journal, life.said, life.api.stored) == ([], [], NEW)


def test_destroy_where_no_state_was_written_resets_it() -> None:
    life = StateLife(api=NamedApi(state=None), on_destroy="restore")
    life.apply()

    life.begin()
    life.destroy()

    assert life.api.stored == {}


@pytest.mark.parametrize("paused", [True, False])
def test_destroy_leaves_the_paused_flag(paused: bool) -> None:
    life = applied(paused_after="paused" if paused else "running")

    life.destroy()

    assert (life.api.stored, life.api.paused) == (OLD, paused)


def test_destroy_restores_what_syncs_have_moved_on(life: StateLife) -> None:
    life.api.stored, life.api.succeeded_at = OTHER, "2026-06-02T00:00:00Z"

    life.destroy()

    assert (life.api.stored, life.said) == (OLD, [])


def test_destroy_leaves_what_somebody_else_has_set(life: StateLife) -> None:
    life.api.stored = OTHER

    life.destroy()

    assert (life.api.stored, life.api.journal, life.said) == (OTHER, READS, [LEFT])
    assert life.account.state_restored == set()


def test_destroy_leaves_what_somebody_else_has_emptied(life: StateLife) -> None:
    life.api.stored = None

    life.destroy()

    assert (life.api.stored, life.api.journal, life.said) == (None, READS, [LEFT])


def test_destroy_of_what_somebody_put_back_needs_no_write(life: StateLife) -> None:
    life.api.stored = OLD

    life.destroy()

    assert (life.api.journal, life.said) == ([*READS, *READS], [])
    assert life.account.state_restored == {"abc"}


def test_destroy_restores_where_an_earlier_version_noted_no_more(life: StateLife) -> None:
    life.private["set"] = True
    life.api.stored = OTHER

    life.destroy()

    assert life.api.stored == OLD


def test_destroy_does_not_overwrite_what_is_set_meanwhile(life: StateLife) -> None:
    class Meddled(NamedApi):
        """Somebody sets the state after the first look."""

        def step(self, name: str) -> None:
            super().step(name)
            if self.journal.count("GET") == 2:
                self.stored = OTHER

    life.api = Meddled(state=NEW)
    life.begin()

    with pytest.raises(ProviderError) as caught:
        life.destroy()

    assert caught.value.summary == f"Cannot restore the previous state of {SUBJECT}"
    assert "somebody else since it was last read (2026-06-01T00:00:00Z)" in caught.value.detail
    assert life.api.stored == OTHER


def test_destroy_after_another_has_set_the_state(life: StateLife) -> None:
    life.account.state_set.add("abc")

    life.destroy()

    assert life.api.journal == []
    assert life.said == [
        Diagnostic(
            False,
            NOT_RESTORED,
            "The state of connection abc was set again in the same run, by the resource that "
            "replaces this one. It is left as it is.",
            (),
        )
    ]


def test_destroy_with_another_form_restored_is_a_warning() -> None:
    class Adding(NamedApi):
        def set_state(self, identifier: str, state: Any, deadline: Any) -> None:
            more = {"added": 1} if state == OLD else {}
            super().set_state(identifier, {**state, **more}, deadline)

    life = StateLife(api=Adding(), on_destroy="restore")
    life.apply()
    life.begin()

    life.destroy()

    assert life.said == [
        Diagnostic(
            False,
            "The previous state was restored, but differs",
            "the state of connection abc reads back differently: sent "
            '{"cursor": "2026-01-01"}, stored {"added": 1, "cursor": "2026-01-01"}',
            (),
        )
    ]


def test_destroy_that_fails_is_told_with_its_subject(life: StateLife) -> None:
    life.api.failures["PATCH state"] = BROKEN

    with pytest.raises(ProviderError) as caught:
        life.destroy()

    assert caught.value.summary == f"Cannot restore the previous state of {SUBJECT}"
    assert not life.account.locks.is_held("abc")


def test_destroy_of_what_is_gone_is_a_warning(life: StateLife) -> None:
    life.account.presence.exists("another")
    life.api.failures["GET"] = GONE

    life.destroy()

    (said,) = life.said
    assert said.summary == "Connection abc does not exist any more"
    assert said.detail.startswith(
        "GET answered 404 (NotFound_Connection): gone. The response came from https://api.inv"
    )


def test_destroy_of_what_may_be_gone_waits_without_the_lock(life: StateLife) -> None:
    life.api.failures["GET"] = GONE
    life.stopping.set()

    with pytest.raises(ProviderError, match="Cannot restore the previous state of") as caught:
        life.destroy()

    assert "stopped while waiting for what is known of other connections" in caught.value.detail
    assert not life.account.locks.is_held("abc")


def test_destroy_that_waits_for_its_lock_can_be_stopped(life: StateLife) -> None:
    life.stopping.set()

    with life.account.locks.hold("abc", Deadline(1)), pytest.raises(ProviderError) as caught:
        life.destroy()

    assert "stopped while waiting for another resource of this run" in caught.value.detail
    assert life.api.journal == []


@pytest.mark.parametrize(("creator", "is_proven"), [("abc", False), ("another", True)])
def test_destroy_proves_the_account(life: StateLife, creator: str, is_proven: bool) -> None:
    life.account.presence.created(creator)

    life.destroy()

    assert life.is_proven() is is_proven


def test_destroy_has_the_limit_that_is_configured() -> None:
    life = applied(timeouts={"delete": "90s"})

    life.destroy()

    assert {(one.name, one.limit) for one in life.api.deadlines} == {("delete", 90.0)}
    life.stopping.set()
    assert all(one.is_stopping for one in life.api.deadlines)


def test_destroy_is_in_the_journal(tmp_path: Path) -> None:
    # Given a run that is cut off before the flag is put back
    life = applied(tmp_path / "kept")
    life.api.failures["unpause"] = BROKEN

    with pytest.raises(ProviderError):
        life.destroy()

    assert life.journal is not None
    assert life.journal.interrupted_connections() == ["abc"]
    # What Terraform's state has of the setting was confirmed before.
    assert life.journal.unknown_to("abc", "account", None) is None


@pytest.mark.parametrize("explain_values", [True, False])
def test_destroy_shows_values_only_where_it_may(explain_values: bool) -> None:
    class Losing(NamedApi):
        def set_state(self, identifier: str, state: Any, deadline: Any) -> None:
            super().set_state(identifier, state if state == NEW else {"next": "lost"}, deadline)

    life = StateLife(
        api=Losing(state={"next": "canary"}), on_destroy="restore", explain_values=explain_values
    )
    life.apply()
    life.begin()

    life.plan_destroy()
    life.destroy()

    planned, done = life.said
    shown = ("canary", "lost") if explain_values else ("(hidden)", "(hidden)")
    assert f'next: "{shown[0]}" is added' in planned.detail
    assert f'{{"next": "{shown[0]}"}}, stored {{"next": "{shown[1]}"}}' in done.detail


def test_plan_of_a_restore_says_where_it_goes(life: StateLife) -> None:
    life.plan_destroy()

    assert life.api.journal == READS
    assert life.said == [
        Diagnostic(
            False,
            "The state of connection abc (shop) moves BACKWARDS, unless the connection is "
            "destroyed, too",
            "Destroying restores the previous state. If this run destroys the connection as well, "
            "its state is deleted with it, and nothing is synced again.\n\nFrom the current state "
            'to the new one:\n  cursor: "2026-06-01" -> "2026-01-01" (backwards by 151 days)',
            (),
        )
    ]
    (limits,) = {(one.limit, one.is_stopping) for one in life.api.deadlines}
    assert limits == (600.0, False)
    life.stopping.set()
    assert all(one.is_stopping for one in life.api.deadlines)


@pytest.mark.parametrize(
    ("live", "previous", "said"),
    [
        (OLD, Dynamic.of(OLD), None),
        (None, None, None),
        ({"n": 1}, None, "is RESET: everything is synced from the start, unless the connection is"),
        (None, Dynamic.of('{"n": 1}'), "will be set, unless the connection is destroyed, too"),
    ],
)
def test_plan_of_a_restore_speaks_of_what_changes(
    life: StateLife, live: Any, previous: Any, said: str | None
) -> None:
    life.api.stored = live
    life.prior = {**(life.prior or {}), "previous_state": previous}

    life.plan_destroy()

    assert life.api.journal == READS
    assert len(life.said) == (said is not None)
    assert all(said is not None and said in one.summary for one in life.said)


def test_plan_of_a_restore_is_silent_where_all_goes(life: StateLife) -> None:
    life.account.planned_effects.note_destroyed("abc")
    life.plan_destroy()
    assert life.api.journal == []

    life.begin()
    life.api.failures["GET"] = GONE
    life.plan_destroy()
    assert life.said == []


def test_plan_of_a_restore_without_a_provider_is_silent(life: StateLife) -> None:
    life.account = Account(None, None)

    life.plan_destroy()

    assert (life.api.journal, life.said) == ([], [])


def test_plan_of_a_restore_that_fails_names_its_subject(life: StateLife) -> None:
    life.api.failures["GET"] = BROKEN

    with pytest.raises(ProviderError) as caught:
        life.plan_destroy()

    assert caught.value.summary == f"Cannot plan {SUBJECT}"


def test_plan_of_a_restore_confirms_what_is_known(tmp_path: Path) -> None:
    life = applied(tmp_path / "kept")

    life.plan_destroy()

    assert life.journal is not None
    assert life.journal.unknown_to("abc", "account", None) is None
