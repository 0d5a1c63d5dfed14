"""What a read of a state takes over: of the connection, of the journal, and where all is gone."""

from __future__ import annotations

import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from every_case import check_every
from state_api import NEW, OLD
from state_life import GONE, RESOURCE, SUBJECT, NamedApi, StateLife
from state_runs import change

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_state.journal_writer import Attempt
from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.connection_state.state_value import (
    ConnectionStateDataSource,
    learn_attempt,
)
from constructs_lib.backend.fivetran.journal.journal import SetStateEntry
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.plugin.diagnostics import Diagnostic, ProviderError
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Dynamic, Object

BEGUN, LATER = "2026-06-01T00:00:00Z", "2026-06-01T02:00:00Z"
OTHER = {"cursor": "2026-03-03"}
STUB: Object = {**dict.fromkeys(RESOURCE.schema.attributes), "id": "abc", "connection_id": "abc"}
"""What an import begins with."""
DEFAULTS = {"drift_policy": "on_change", "paused_after": "restore", "on_destroy": "keep"}
KNOWN: Object = {**STUB, **DEFAULTS, "state": Dynamic.of(NEW), "previous_state": Dynamic.of(OLD)}
SEEN = {"seen": Snapshot.of(OTHER, BEGUN)._asdict()}


@pytest.fixture
def life() -> StateLife:
    return StateLife(api=NamedApi(state=OTHER))


def enforced(**more: Any) -> Object:
    return {**KNOWN, "drift_policy": "enforce", **more}


READS: dict[str, tuple[Object, Object]] = {
    "known": (KNOWN, {}),
    "other settings": ({**KNOWN, "id": None, "on_destroy": "restore"}, {"id": "abc"}),
    "no settings": ({**KNOWN, **dict.fromkeys(DEFAULTS)}, DEFAULTS),
    "paused after": ({**KNOWN, "paused_after": "paused"}, {}),
    "enforced": (enforced(), {"state": Dynamic.of(OTHER)}),
    "imported": (STUB, {**DEFAULTS, "state": Dynamic.of(OTHER)}),
}
"""States before a read, and what it changes in them."""


def test_read_follows_the_state_only_where_it_is_enforced() -> None:
    def check(name: str) -> None:
        life = StateLife(api=NamedApi(state=OTHER))
        before, changes = READS[name]
        assert life.read(before) == {**before, **changes}
        assert (life.api.journal, life.api.about, life.said) == (["GET state"], {"abc"}, [])
        assert life.private == SEEN

    check_every(READS, check)


FORMS: list[tuple[Dynamic | None, Any, Dynamic | None]] = [
    (Dynamic.of({"n": 1}), {"n": Decimal("1.0")}, Dynamic.of({"n": 1})),
    (Dynamic.of('{"n": 1}'), {"n": 1}, Dynamic.of('{"n": 1}')),
    (Dynamic.of({"n": 1}), {"n": 2}, Dynamic.of({"n": 2})),
    (Dynamic.of("no JSON"), {"n": 1}, Dynamic.of({"n": 1})),
    (Dynamic.of({"n": 1}), None, Dynamic.of({})),
    (None, None, None),
    (None, {"n": 1}, Dynamic.of({"n": 1})),
]
"""What Terraform knows, what is there, and what a read makes of both."""


def test_read_keeps_the_form_of_a_state_that_is_the_same() -> None:
    def check(case: tuple[Dynamic | None, Any, Dynamic | None]) -> None:
        known, live, found = case
        state = StateLife(api=NamedApi(state=live)).read(enforced(state=known))
        assert state is not None
        assert state["state"] == found

    check_every(FORMS, check)


@pytest.mark.parametrize(("creator", "is_proven"), [("abc", False), ("another", True)])
def test_read_proves_the_account(life: StateLife, creator: str, is_proven: bool) -> None:
    life.account.presence.created(creator)

    life.read(KNOWN)

    assert life.is_proven() is is_proven


def test_read_has_the_limit_of_reads_and_can_be_stopped(life: StateLife) -> None:
    life.read(KNOWN)

    (deadline,) = life.api.deadlines
    life.stopping.set()
    assert (deadline.limit, deadline.is_stopping) == (600.0, True)


def test_read_that_fails_is_told_with_its_subject(life: StateLife) -> None:
    life.api.failures["GET state"] = errors.NoResponse("request", "it broke off", sent=True)

    with pytest.raises(ProviderError) as caught:
        life.read(KNOWN)

    assert caught.value.summary == f"Cannot read {SUBJECT}"
    assert life.private == {}


def test_read_of_what_is_gone_empties_the_state(life: StateLife) -> None:
    # Given a run that knows its account, and a connection that does not exist
    life.account.presence.exists("another")
    life.api.failures["GET state"] = GONE

    assert life.read(KNOWN) is None

    assert life.said == [
        Diagnostic(
            False,
            "Connection abc does not exist any more",
            "GET answered 404 (NotFound_Connection): gone. The response came from "
            "https://api.invalid. What is gone is removed from the state, and the next plan "
            "creates it again if it is still configured. If you know that it exists, this is a "
            "different account: check api_key, api_secret and api_url of the provider "
            "fivetranops (or FIVETRAN_APIKEY, FIVETRAN_APISECRET and FIVETRAN_API_URL).",
            (),
        )
    ]


def test_read_of_what_may_be_gone_can_be_stopped(life: StateLife) -> None:
    life.api.failures["GET state"] = GONE
    life.stopping.set()

    with pytest.raises(ProviderError, match=f"Cannot read {SUBJECT}") as caught:
        life.read(KNOWN)

    assert "stopped while waiting for what is known of other connections" in caught.value.detail


def test_import_of_what_does_not_exist_is_left_to_terraform(life: StateLife) -> None:
    life.api.failures["GET state"] = GONE

    assert life.read(STUB) is None
    assert life.said == []


def test_read_without_a_configured_provider_keeps_the_state(life: StateLife) -> None:
    life.account = Account(None, None)

    assert life.read(KNOWN) is KNOWN
    with pytest.raises(ProviderError, match="configuration is not known yet"):
        life.read(STUB)


def test_import_names_the_connection() -> None:
    operation = StateLife().operation()

    found = RESOURCE.import_state("abc", operation)

    assert found == {"id": "abc", "connection_id": "abc"}
    with pytest.raises(ProviderError) as caught:
        RESOURCE.import_state("a/b", operation)
    assert caught.value.summary == "Cannot import the state of a connection by this identifier"


@pytest.fixture
def interrupted(tmp_path: Path) -> StateLife:
    """A state that an attempt has set of which Terraform does not know."""
    life = StateLife(tmp_path / "kept")
    change(life.api, life.journal, attempt=Attempt("first"))
    life.begin()
    return life


def unknown(life: StateLife) -> SetStateEntry | None:
    """What is kept of an attempt that Terraform does not know."""
    assert life.journal is not None
    return life.journal.unknown_to("abc", "account", None)


def test_read_learns_what_was_set_unknowingly(interrupted: StateLife) -> None:
    state = interrupted.read(enforced(previous_state=None))

    assert state == enforced(previous_state=Dynamic.of(OLD))
    snapshot = Snapshot.of(NEW, BEGUN)._asdict()
    assert interrupted.private == {"attempt": "first", "set": snapshot, "seen": snapshot}
    # Then the read after it confirms that Terraform's state has it.
    assert unknown(interrupted) is not None
    interrupted.read(state)
    assert unknown(interrupted) is None


def test_import_learns_only_that_there_was_an_attempt(interrupted: StateLife) -> None:
    state = interrupted.read(STUB)

    assert state == {**STUB, **DEFAULTS, "state": Dynamic.of(NEW)}
    seen = {"seen": Snapshot.of(NEW, BEGUN)._asdict()}
    assert interrupted.private == {"attempt": "first", **seen}


@pytest.mark.parametrize(
    ("before", "account", "live", "attempt"),
    [
        (KNOWN, "account", NEW, "zero"),
        (enforced(), "another", NEW, "zero"),
        (enforced(), "account", OTHER, "zero"),
    ],
    ids=["not enforced", "another account", "another state since"],
)
def test_read_learns_nothing_of_what_is_not_its_own(
    interrupted: StateLife, before: Object, account: str, live: Any, attempt: str
) -> None:
    interrupted.private["attempt"] = attempt
    interrupted.api.account, interrupted.api.stored = account, live

    state = interrupted.read(before)

    assert state is not None
    assert state["previous_state"] == before["previous_state"]
    assert interrupted.private.keys() == {"attempt", "seen"}
    assert interrupted.private["attempt"] == attempt
    assert unknown(interrupted) is not None or account == "another"


def test_read_confirms_only_the_attempt_it_knows(interrupted: StateLife) -> None:
    interrupted.private["attempt"] = "second"
    interrupted.read(KNOWN)
    assert unknown(interrupted) is not None

    interrupted.private["attempt"] = "first"
    interrupted.read(KNOWN)
    assert unknown(interrupted) is None


def test_attempt_that_is_known_teaches_nothing(interrupted: StateLife) -> None:
    interrupted.private["attempt"] = "first"

    assert learn_attempt("abc", NEW, interrupted.operation(), imported=False) == {}
    assert interrupted.private == {"attempt": "first"}


def read_data(api: NamedApi, stopping: threading.Event | None = None) -> Object:
    """What the data source answers."""
    operation = Operation(Account(api, None), {}, stopping or threading.Event())  # type: ignore[arg-type]
    return ConnectionStateDataSource().read({"connection_id": "abc"}, operation)


@pytest.mark.parametrize("stored", [None, {}, NEW])
def test_data_source_reads_the_state(stored: Any) -> None:
    api = NamedApi(state=stored)

    assert read_data(api) == {"state": None if stored is None else Dynamic.of(stored)}

    assert api.journal == (["GET state", "GET"] if stored is None else ["GET state"])
    assert api.about == {"abc"}


def test_data_source_has_the_limit_of_reads_and_can_be_stopped() -> None:
    api, stopping = NamedApi(), threading.Event()
    read_data(api, stopping)

    (deadline,) = api.deadlines
    stopping.set()
    assert (deadline.limit, deadline.is_stopping) == (600.0, True)


def test_data_source_that_fails_names_the_connection() -> None:
    api = NamedApi()
    api.failures["GET state"] = GONE

    with pytest.raises(ProviderError) as caught:
        read_data(api)

    assert caught.value.summary == "Cannot read the state of connection abc"
