"""What a recovery asks, changes, keeps and reports, for each kind of interrupted run."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from state_api import OLD, Fivetran

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.journal.journal import Journal, JournalEntry
from constructs_lib.backend.fivetran.recovery import recover
from constructs_lib.backend.plugin.diagnostics import Diagnostics

ENTRY = JournalEntry("abc", "account", False, OLD, "print", "2026-05-31T12:00:00Z")
CHANGE = ENTRY._replace(wanted="", found=None)
LEFT = "Connection abc was left behind by an interrupted run"
OF_STATE = "A run of 2026-05-31T12:00:00Z was setting its state"
OF_CHANGE = "A run of 2026-05-31T12:00:00Z was changing it while it was paused"
AGAIN = "It has been unpaused now. "
NEXT = (
    "If the state was not set yet, the next apply sets it, or the interrupted command if you run "
    "it again."
)
LOOK = "Check the plan for changes that were not made."
BY_HAND = (
    "If it is paused and nobody paused it on purpose, unpause it: PATCH /v1/connections/abc with "
    '{"paused": false}, or in the Fivetran dashboard. This warning is repeated until it runs or '
    "its state is set again."
)
NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "kept")


def left(journal: Journal, *entries: JournalEntry) -> None:
    for entry in entries:
        with journal.hold(entry.connection) as handle:
            handle.write(entry)


def kept(journal: Journal, identifier: str = "abc") -> JournalEntry | None:
    with journal.hold(identifier) as handle:
        return handle.read()


def reported(api: Fivetran, journal: Journal) -> list[tuple[str, str]]:
    diagnostics = Diagnostics()
    recover(api, journal, diagnostics)  # type: ignore[arg-type]
    assert not diagnostics.has_errors
    return [(one.summary, one.detail) for one in diagnostics]


@pytest.mark.parametrize(
    ("paused_before", "paused_now", "requests", "words"),
    [
        (False, True, ["GET", "unpause"], f"running. {AGAIN}"),
        (False, False, ["GET"], "running. "),
        (True, True, ["GET"], "paused. "),
        (True, False, ["GET"], "paused. "),
    ],
)
def test_recovery_of_a_state_undoes_only_its_own_pause(
    journal: Journal, paused_before: bool, paused_now: bool, requests: list[str], words: str
) -> None:
    # Given a run that was interrupted while it set a state
    entry = ENTRY._replace(paused=paused_before)
    left(journal, entry)
    api = Fivetran(paused=paused_now)

    # When the provider is configured
    words_of_it = reported(api, journal)

    # Then the flag is as the run had found it, and the next setting of the state knows the rest
    assert words_of_it == [(LEFT, f"{OF_STATE}; before that the connection was {words}{NEXT}")]
    assert api.journal == requests
    assert kept(journal) == entry._replace(is_open=False)


@pytest.mark.parametrize(
    ("paused_now", "requests", "again"), [(True, ["GET", "unpause"], AGAIN), (False, ["GET"], "")]
)
def test_recovery_of_a_change_puts_the_flag_back_and_forgets(
    journal: Journal, paused_now: bool, requests: list[str], again: str
) -> None:
    left(journal, CHANGE)
    api = Fivetran(paused=paused_now)

    words = f"{OF_CHANGE}; before that the connection was running. {again}{LOOK}"
    assert reported(api, journal) == [(LEFT, words)]
    assert api.journal == requests
    assert kept(journal) is None


def test_recovery_leaves_the_entry_of_another_account(journal: Journal) -> None:
    entry = ENTRY._replace(account="another")
    left(journal, entry)
    api = Fivetran(paused=True)

    words = f"{OF_STATE}, with another API key or address. {BY_HAND}"
    assert reported(api, journal) == [(LEFT, words)]
    assert api.journal == []
    assert kept(journal) == entry


@pytest.mark.parametrize(
    ("age", "is_putting_back", "is_undone"),
    [
        (timedelta(days=1), False, True),
        (timedelta(days=1, seconds=1), False, False),
        (timedelta(minutes=25), True, True),
        (timedelta(minutes=25, seconds=1), True, False),
    ],
)
def test_recovery_undoes_a_pause_only_up_to_its_limit(
    journal: Journal, age: timedelta, is_putting_back: bool, is_undone: bool
) -> None:
    since = (NOW - age).isoformat()
    left(journal, ENTRY._replace(since=since, is_putting_back=is_putting_back))
    api = Fivetran(paused=True)

    (words,) = reported(api, journal)

    begin = f"A run of {since} was setting its state"
    if is_undone:
        assert words == (LEFT, f"{begin}; before that the connection was running. {AGAIN}{NEXT}")
        assert api.journal == ["GET", "unpause"]
    else:
        assert words == (LEFT, f"{begin}, some time ago. {BY_HAND}")
        assert api.journal == ["GET"]


def test_recovery_undoes_no_pause_of_an_unknown_age(journal: Journal) -> None:
    entry = ENTRY._replace(since="some day")
    left(journal, entry)
    api = Fivetran(paused=True)

    ((_, words),) = reported(api, journal)

    assert words == f"A run of some day was setting its state, some time ago. {BY_HAND}"
    assert (api.journal, kept(journal)) == (["GET"], entry)


@pytest.mark.parametrize("paused_before", [False, True])
def test_recovery_reports_an_old_run_that_left_no_pause(
    journal: Journal, paused_before: bool
) -> None:
    left(journal, ENTRY._replace(since="2026-01-01T00:00:00Z", paused=paused_before))
    api = Fivetran(paused=paused_before)

    ((_, words),) = reported(api, journal)

    was = "paused" if paused_before else "running"
    assert words.endswith(f"; before that the connection was {was}. {NEXT}")
    assert api.journal == ["GET"]


def test_recovery_asks_nothing_about_an_entry_that_is_closed(journal: Journal) -> None:
    left(journal, ENTRY._replace(is_open=False))
    api = Fivetran(paused=True)

    assert reported(api, journal) == []
    assert api.journal == []


def test_recovery_goes_on_after_a_connection_held_elsewhere(journal: Journal) -> None:
    # Given two interrupted runs, and a run that is at work on the first of both connections
    left(journal, ENTRY._replace(connection="a"), ENTRY._replace(connection="b"))
    api = Fivetran(paused=True)

    with journal.hold("a"):
        words = reported(api, journal)

    # Then the second one is recovered, and the first one is left to the run that holds it
    assert [summary for summary, _ in words] == [LEFT.replace("abc", "b")]
    assert api.journal == ["GET", "unpause"]
    assert kept(journal, "a") == ENTRY._replace(connection="a")


def test_recovery_goes_on_after_a_connection_that_is_gone(journal: Journal) -> None:
    left(journal, ENTRY._replace(connection="a"), ENTRY._replace(connection="b"))
    api = Fivetran(paused=True)
    api.failures["GET"] = errors.error_of_response("GET", 404, "NotFound_Connection", "gone", None)

    words = reported(api, journal)

    assert [summary for summary, _ in words] == [LEFT.replace("abc", "b")]
    assert api.journal == ["GET", "GET", "unpause"]
    assert journal.interrupted_connections() == ["b"]


def test_recovery_goes_on_after_an_error_and_tells_its_remedy(journal: Journal) -> None:
    left(journal, ENTRY._replace(connection="a"), ENTRY._replace(connection="b"))
    api = Fivetran(paused=True)
    broken = errors.error_of_response("GET", 500, "", "broken", None)
    api.failures["GET"] = broken

    first, second = reported(api, journal)

    assert first == (
        "Connection a may be left paused",
        f"An interrupted run had paused it, and it cannot be unpaused now: {broken}. "
        f"{broken.remedy}",
    )
    assert second[0] == LEFT.replace("abc", "b")
    assert api.journal == ["GET", "GET", "unpause"]
    assert kept(journal, "a") == ENTRY._replace(connection="a")
