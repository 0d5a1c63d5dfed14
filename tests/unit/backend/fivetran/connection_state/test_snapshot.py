"""A snapshot of a state: what is kept of it, and which later state its syncs explain."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib.backend.fivetran.connection_state.snapshot import (
    Snapshot,
    StateChangedElsewhere,
    StateNotSupported,
    describe_progress,
)
from constructs_lib.backend.managed_object.equivalence import fingerprint

OLD, OTHER = {"cursor": "2026-01-01", "n": 1}, {"cursor": "2026-03-03"}
AT = "2026-05-01T00:00:00Z"
SHOWN_OLD, SHOWN_OTHER = '{"cursor": "2026-01-01", "n": 1}', '{"cursor": "2026-03-03"}'


def connection(**syncs: Any) -> dict[str, Any]:
    return {
        "status": {"sync_state": "scheduled"},
        "succeeded_at": None,
        "failed_at": None,
        **syncs,
    }


@pytest.mark.parametrize(
    ("state", "text"), [(OLD, SHOWN_OLD), (None, "not written yet"), ({}, "{}")]
)
def test_snapshot_has_print_text_and_moment(state: Any, text: str) -> None:
    assert Snapshot.of(state, AT) == Snapshot(fingerprint(state), text, AT)


@pytest.mark.parametrize(
    ("stored", "found"),
    [
        ({"print": "p", "text": "t", "at": AT}, Snapshot("p", "t", AT)),
        (["p", "t", AT], Snapshot("p", "t", AT)),
        ({"print": "p", "text": "t"}, None),
        ({"print": "p", "text": "t", "at": 5}, None),
        (None, None),
        ("text", None),
    ],
)
def test_snapshot_is_read_whole_or_not_at_all(stored: Any, found: Snapshot | None) -> None:
    assert Snapshot.loaded(stored) == found


@pytest.mark.parametrize("state", [OLD, None])
def test_state_that_did_not_move_needs_no_words(state: Any) -> None:
    assert describe_progress("abc", Snapshot.of(state, AT), connection(), state) == ""


@pytest.mark.parametrize(
    ("before", "shown_before", "now", "shown_now"),
    [
        (OLD, SHOWN_OLD, OTHER, SHOWN_OTHER),
        (None, "not written yet", OTHER, SHOWN_OTHER),
        (OLD, SHOWN_OLD, None, "not written yet"),
    ],
)
def test_move_is_told_with_both_states(
    before: Any, shown_before: str, now: Any, shown_now: str
) -> None:
    seen = Snapshot.of(before, AT)

    words = describe_progress("abc", seen, connection(succeeded_at=AT), now)
    assert words == (
        f"It was {shown_before} at {AT}; since then its syncs have moved it to {shown_now}."
    )
    with pytest.raises(StateChangedElsewhere) as caught:
        describe_progress("abc", seen, connection(), now)
    assert str(caught.value) == (
        f"the state of connection abc was changed by somebody else since it was last read ({AT}): "
        f"then it was {shown_before}, now it is {shown_now}"
    )


def test_text_of_an_earlier_version_shows_no_more_than_others() -> None:
    seen = Snapshot(fingerprint(OLD), '{"name": "canary", "n": 1}', AT)

    words = describe_progress("abc", seen, connection(succeeded_at=AT), OTHER)

    assert words.startswith('It was {"name": "(hidden)", "n": 1} at ')


@pytest.mark.parametrize(
    ("end", "explains"),
    [
        ("2026-05-01T00:00:00Z", True),
        ("2026-04-30T23:59:55Z", True),
        ("2026-04-30T23:59:54Z", False),
        ("2026-06-01T00:00:00Z", True),
        (None, False),
        ("some day", False),
    ],
)
@pytest.mark.parametrize("name", ["succeeded_at", "failed_at"])
def test_sync_explains_a_move_from_five_seconds_before_on(
    name: str, end: Any, explains: bool
) -> None:
    def described() -> str:
        return describe_progress("abc", Snapshot.of(OLD, AT), connection(**{name: end}), OTHER)

    if explains:
        assert described()
    else:
        with pytest.raises(StateChangedElsewhere):
            described()


def test_running_sync_explains_any_move() -> None:
    running = connection(status={"sync_state": "syncing"})

    assert describe_progress("abc", Snapshot.of(OLD, AT), running, OTHER)


def test_snapshot_of_an_unknown_moment_is_explained_by_anything() -> None:
    assert describe_progress("abc", Snapshot.of(OLD, "some day"), connection(), OTHER)


def test_services_with_a_state_are_listed() -> None:
    assert str(StateNotSupported("abc", "postgres")).endswith(
        "it can be changed for the services aws_lambda, azure_function, connector_sdk, "
        "google_cloud_function"
    )
