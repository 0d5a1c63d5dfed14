"""What the plan of a state promises, asks for and says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from every_case import check_every
from state_api import NEW, OLD
from state_life import RESOURCE, SUBJECT, NamedApi, StateLife

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.diagnostics import Diagnostic, Diagnostics, ProviderError
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic, Object

READS = ["GET", "GET state"]
FROM = "From the current state to the new one:\n"
FORWARDS = f'{FROM}  cursor: "2026-01-01" -> "2026-06-01" (forwards by 151 days)'
RUNNING = "The connection is running: it is paused for the change, and is unpaused afterwards."
IS_PAUSED = "The connection is already paused, so it need not be paused for this change. "
ENFORCED = (
    'drift_policy is "enforce": the connection syncs again what it has synced since then. With '
    '"on_change" its own progress is left alone.'
)
IS_THERE = Diagnostic(
    False,
    "The state of connection abc (shop) is already set",
    "It is already the configured one. Unless it moves before the apply, nothing is sent.",
    ("state",),
)
STAYS_PAUSED = Diagnostic(
    False,
    "Connection abc (shop) is paused",
    "Its state is already the configured one, and it stays paused. If nobody paused it on "
    'purpose, an interrupted run may have left it so: set paused_after = "running" for this '
    'apply, or send PATCH /v1/connections/abc with {"paused": false}. The earlier state is '
    "unknown in that case: previous_state has the current one.",
    ("paused_after",),
)


@pytest.fixture
def life() -> StateLife:
    return StateLife()


@pytest.fixture
def applied() -> StateLife:
    """A resource that has set its state, at the begin of the next run."""
    life = StateLife()
    life.apply()
    life.begin()
    return life


def unsent(names: str) -> Diagnostic:
    """The warning of what sends nothing."""
    return Diagnostic(
        False,
        "A change that sends nothing",
        f"{names}: no request is sent for this change of the state of connection abc. Terraform's "
        "state records it, and it applies from the next operation on.",
        (),
    )


def said_of(verb: str, *parts: str) -> Diagnostic:
    """The warning of a state that is going to be set."""
    summary = f"The state of connection abc (shop) {verb}"
    return Diagnostic(False, summary, "\n\n".join(parts), ("state",))


def test_plan_of_a_creation_is_explained_in_full(life: StateLife) -> None:
    planned = life.plan()

    assert planned == {**life.values, "id": "abc", "previous_state": UNKNOWN}
    assert (life.api.journal, life.api.about) == (READS, {"abc"})
    assert life.said == [said_of("will be set", FORWARDS, RUNNING)]


def test_plan_of_an_update_is_explained_in_full(applied: StateLife) -> None:
    planned = applied.plan(state=Dynamic.of(OLD))

    assert planned == {**applied.values, "id": "abc", "previous_state": UNKNOWN}
    backwards = f'{FROM}  cursor: "2026-06-01" -> "2026-01-01" (backwards by 151 days)'
    assert applied.said == [said_of("moves BACKWARDS", backwards, RUNNING)]


def test_plan_of_what_does_not_change_asks_for_nothing(applied: StateLife) -> None:
    assert applied.plan() == applied.prior
    assert (applied.api.journal, applied.said) == ([], [])


def test_plan_keeps_the_form_of_a_state_that_is_the_same(applied: StateLife) -> None:
    assert applied.plan(state=Dynamic.of('{"cursor": "2026-06-01"}')) == applied.prior
    assert (applied.api.journal, applied.said) == ([], [])


UNSENT: dict[str, Object] = {
    "on_destroy": {"on_destroy": "restore"},
    "paused_after, explain_values": {"paused_after": "paused", "explain_values": True},
    "timeouts": {"timeouts": {"create": "1m"}},
    "drift_policy": {"drift_policy": "on_change"},
}
"""Changes that send nothing, by what is named of them."""


def test_plan_names_what_sends_nothing() -> None:
    def check(names: str) -> None:
        # Given a state that is enforced, where that is what ends
        life, changes = StateLife(), UNSENT[names]
        policy = {"drift_policy": "enforce" if "drift_policy" in changes else "on_change"}
        life.prior = {**life.values, **policy, "id": "abc"}

        # Then the change is noted, and the plan says that it sends nothing
        assert life.plan(**changes) == {**life.prior, **changes}
        assert (life.api.journal, life.said) == ([], [unsent(names)])

    check_every(UNSENT, check)


def test_plan_counts_the_flag_as_sent_with_a_state(applied: StateLife) -> None:
    applied.plan(state=Dynamic.of(OLD), paused_after="paused", on_destroy="restore")

    first, explained = applied.said
    assert first == unsent("on_destroy")
    assert explained.summary == "The state of connection abc (shop) moves BACKWARDS"


@pytest.mark.parametrize("name", ["timeouts", "explain_values"])
def test_plan_forgets_what_is_no_longer_configured(applied: StateLife, name: str) -> None:
    # Given a value that Terraform proposes to keep, because nothing else is configured
    value = {"delete": "1m"} if name == "timeouts" else True
    applied.prior = {**(applied.prior or {}), name: value}
    applied.values[name] = None

    assert applied.plan()[name] is None


@pytest.mark.parametrize(("live", "is_there"), [(NEW, True), (OLD, False)])
def test_plan_that_begins_to_enforce_looks_at_the_state(
    applied: StateLife, live: Any, is_there: bool
) -> None:
    applied.api.stored = live

    planned = applied.plan(drift_policy="enforce")

    assert planned["previous_state"] is UNKNOWN
    first, explained = applied.said
    assert first == unsent("drift_policy")
    expected = said_of("will be set", FORWARDS, ENFORCED, RUNNING)
    assert explained == (IS_THERE if is_there else expected)


def test_plan_that_goes_on_enforcing_asks_for_nothing(applied: StateLife) -> None:
    applied.prior = {**(applied.prior or {}), "drift_policy": "enforce"}

    applied.plan(drift_policy="enforce")

    assert (applied.api.journal, applied.said) == ([], [])


@pytest.mark.parametrize("drift_policy", ["on_change", "enforce"])
def test_plan_of_a_first_state_syncs_nothing_again(life: StateLife, drift_policy: str) -> None:
    life.plan(drift_policy=drift_policy)

    assert life.said == [said_of("will be set", FORWARDS, RUNNING)]


FLAGS = {
    (True, "restore"): f"{IS_PAUSED}It stays paused afterwards. If nobody paused it on purpose, an "
    'interrupted run may have left it so: set paused_after = "running" for this apply.',
    (True, "running"): f"{IS_PAUSED}It will be running afterwards.",
    (False, "restore"): RUNNING,
    (False, "running"): RUNNING,
    (
        False,
        "paused",
    ): "The connection is running: it is paused for the change, and stays paused afterwards.",
}
"""What the plan says, by the paused flag and by what it is to be afterwards."""


def test_plan_says_what_becomes_of_the_paused_flag() -> None:
    def check(flags: tuple[bool, str]) -> None:
        paused, after = flags
        life = StateLife(api=NamedApi(paused=paused), paused_after=after)
        life.plan()
        assert life.said == [said_of("will be set", FORWARDS, FLAGS[flags])]
        effects: Any = life.account.planned_effects
        then = {"running": False, "paused": True}.get(after, "as it is")
        assert effects.paused("abc", now="as it is") == then

    check_every(FLAGS, check)


def test_plan_during_a_sync_says_that_it_is_waited_for() -> None:
    life = StateLife(api=NamedApi(syncing=1))

    life.plan()

    waits = f"{RUNNING} A sync is in progress now and is waited for."
    assert life.said == [said_of("will be set", FORWARDS, waits)]


@pytest.mark.parametrize(
    ("live", "wanted", "verb", "changes"),
    [
        (None, NEW, "will be set", 'There is no state yet. It will be:\n  cursor: "2026-06-01"'),
        (OLD, {}, "is RESET: everything is synced from the start", f"{FROM}  cursor: "),
        ({}, {"a": 1}, "will be set", f"{FROM}  a: 1 is added"),
        (None, {}, "is RESET: everything is synced from the start", "There is no state yet. It"),
    ],
)
def test_plan_says_from_where_the_state_goes(
    life: StateLife, live: Any, wanted: Any, verb: str, changes: str
) -> None:
    life.api.stored = live

    life.plan(state=Dynamic.of(wanted))

    assert life.api.journal == READS
    (said,) = life.said
    assert said.summary == f"The state of connection abc (shop) {verb}"
    assert said.detail.startswith(changes)


@pytest.mark.parametrize(
    ("paused", "after", "said"),
    [
        (True, "restore", [IS_THERE, STAYS_PAUSED]),
        (True, "running", [IS_THERE]),
        (False, "restore", [IS_THERE]),
    ],
)
def test_plan_of_a_state_that_is_there_says_so(paused: bool, after: str, said: Any) -> None:
    life = StateLife(api=NamedApi(paused=paused, state=NEW), paused_after=after)

    life.plan()

    assert life.said == said


def test_plan_of_an_unknown_state_only_asks(life: StateLife) -> None:
    planned = life.plan(state=Dynamic.of({"cursor": UNKNOWN}))

    assert planned["previous_state"] is UNKNOWN
    assert (life.api.journal, life.said) == (READS, [])


def test_plan_of_an_unknown_connection_asks_nothing(life: StateLife) -> None:
    planned = life.plan(connection_id=UNKNOWN, paused_after="paused")

    assert (planned["id"], planned["previous_state"]) == (UNKNOWN, UNKNOWN)
    assert (life.api.journal, life.said) == ([], [])
    assert life.account.planned_effects.paused(UNKNOWN, now=False) is False  # type: ignore[arg-type]


def test_plan_without_a_configured_provider_asks_nothing(life: StateLife) -> None:
    life.account = Account(None, None)

    assert life.plan()["previous_state"] is UNKNOWN
    assert life.said == []


def test_plan_refuses_what_is_no_identifier(life: StateLife) -> None:
    with pytest.raises(ProviderError, match="cannot have this identifier"):
        life.plan(connection_id="a/b")

    assert life.api.journal == []


def test_plan_has_the_limit_of_reads_and_can_be_stopped(life: StateLife) -> None:
    life.plan()

    assert {one.limit for one in life.api.deadlines} == {600.0}
    assert not any(one.is_stopping for one in life.api.deadlines)
    life.stopping.set()
    assert all(one.is_stopping for one in life.api.deadlines)


@pytest.mark.parametrize("service", ["postgres", "connector_sdk"])
def test_plan_that_cannot_be_made_names_its_subject(life: StateLife, service: str) -> None:
    life.api.service = service
    life.api.failures["GET state"] = errors.NoResponse("request", "it broke off", sent=True)

    with pytest.raises(ProviderError) as caught:
        life.plan()

    assert caught.value.summary == f"Cannot plan {SUBJECT}"
    words = "connection abc has the service 'postgres'" if service == "postgres" else "broke off"
    assert words in caught.value.detail
    assert life.api.journal == (["GET"] if service == "postgres" else READS)


def test_plan_where_nobody_knows_whether_it_is_paused(life: StateLife) -> None:
    life.api.paused = None

    with pytest.raises(ProviderError, match=f"Cannot plan {SUBJECT}") as caught:
        life.plan()

    assert "whether connection abc is paused" in caught.value.detail


def test_plan_on_another_account_explains_nothing(life: StateLife) -> None:
    # Given an API that knows none of the managed connections
    for name in ("abc", "other"):
        life.forget(name, Deadline(0))

    assert life.plan(paused_after="paused")["previous_state"] is UNKNOWN

    assert (life.api.journal, life.said) == ([], [])
    assert life.account.planned_effects.paused("abc", now=False) is False


def test_plan_waits_until_it_is_known_what_is_gone(life: StateLife) -> None:
    # Given a read that was stopped before it was decided whether the connection is gone
    life.stopping.set()
    life.forget("abc", Deadline(60, life.stopping))

    with pytest.raises(ProviderError) as caught:
        life.plan()

    assert caught.value.summary == f"Cannot plan {SUBJECT}"
    assert "what is known of other connections" in caught.value.detail


@pytest.mark.parametrize("explain_values", [True, False, None])
def test_plan_shows_values_only_where_it_may(life: StateLife, explain_values: bool | None) -> None:
    life.plan(state=Dynamic.of({"next": "canary"}), explain_values=explain_values)

    shown = "canary" if explain_values else "(hidden)"
    assert f'next: "{shown}" is added' in life.said[0].detail


def test_plan_of_a_first_state_is_noted_for_its_apply(tmp_path: Path) -> None:
    life = StateLife(tmp_path / "kept")
    assert life.journal is not None

    life.plan(state=Dynamic.of({"cursor": UNKNOWN}))

    assert life.journal.planned("abc", "another") == Snapshot.of(OLD, "2026-06-01T00:00:00Z")
    life.plan()
    assert life.journal.planned("abc", life.account.run) is None


def test_plan_of_an_update_is_noted_by_its_refresh_alone(tmp_path: Path) -> None:
    # Given a state that was set, and what is kept until Terraform has it
    life = StateLife(tmp_path / "kept")
    life.apply()
    life.begin()
    assert life.journal is not None
    assert life.journal.unknown_to("abc", "account", None) is not None

    # When it is planned again, with the private state that knows of it
    life.plan(state=Dynamic.of(OLD))

    # Then that is confirmed, and the plan is not noted
    assert life.journal.unknown_to("abc", "account", None) is None
    assert life.journal.planned("abc", "another") is None


def validated(state: Any) -> list[Diagnostic]:
    diagnostics = Diagnostics()
    RESOURCE.validate({"state": state}, diagnostics)
    return list(diagnostics)


def test_validation_accepts_an_object_and_its_text() -> None:
    def check(state: Any) -> None:
        assert validated(state) == []

    check_every([None, UNKNOWN, Dynamic.of(NEW), Dynamic.of('{"a": 1}')], check)


def test_validation_refuses_a_text_that_is_no_object() -> None:
    def check(text: str) -> None:
        assert validated(Dynamic.of(text)) == [
            Diagnostic(
                True,
                "Invalid value of state",
                "It is text that is not a JSON object. Give an object, such as { cursor = "
                '"2026-01-01" }, or its JSON text.',
                ("state",),
            )
        ]

    check_every(["", "[]", "cursor", '{"a": '], check)
