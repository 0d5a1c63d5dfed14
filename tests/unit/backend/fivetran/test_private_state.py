"""Private state: what earlier versions stored is still read."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran

from constructs_lib.backend.fivetran.connection.creation_search import Trace
from constructs_lib.backend.fivetran.connection_state.resource import ConnectionStateResource
from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.connection_sync.trigger import SyncBaseline
from constructs_lib.backend.fivetran.private_state import (
    ConnectionPrivateState,
    SetupTestsPrivateState,
    StatePrivateState,
    SyncPrivateState,
)
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher
from constructs_lib.backend.plugin.diagnostics import ProviderError
from constructs_lib.backend.plugin.protocol.conversion import read_private, write_private
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Dynamic

CREATED = (
    b'{"attempt": "62e3a744d192c8ce", '
    b'"seen": ["3bb161cb8dfbac76", "{\\"cursor\\": \\"2026-06-01\\"}", "2026-06-01T00:00:00Z"], '
    b'"set": ["3bb161cb8dfbac76", "{\\"cursor\\": \\"2026-06-01\\"}", "2026-06-01T00:00:00Z"]}'
)
"""What a version that stored lists kept after it had set ``NEW``."""
UNFINISHED = (
    b'{"open": true, "set": ["c9062acf70c0e33e", '
    b'"{\\"added\\": 1, \\"cursor\\": \\"2026-06-01\\"}", "2026-06-01T00:00:00Z"]}'
)
"""The same after a creation whose state was read back in another form."""
NOT_WRITTEN = b'{"seen": ["74234e98afe7498f", "not written yet", "2026-06-01T00:00:00Z"]}'
"""The same after a refresh that found no state."""
OLDEST = b'{"set": true}'
"""What the first version kept."""
THEN = "2026-06-01T00:00:00Z"
OTHER = {"cursor": "2026-03-03"}


def operation(api: Fivetran, stored: bytes) -> Operation:
    account = Account(api, SecretHasher("key", "secret"))  # type: ignore[arg-type]
    return Operation(account, read_private(stored), threading.Event())


def values(state: Any, **more: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = dict.fromkeys(ConnectionStateResource.schema.attributes)
    return attributes | {
        "id": "abc",
        "connection_id": "abc",
        "state": Dynamic.of(state),
        "previous_state": Dynamic.of(OLD),
        "drift_policy": "on_change",
        "paused_after": "restore",
        "on_destroy": "restore",
        **more,
    }


@pytest.mark.parametrize(
    ("stored", "seen", "last_set", "has_set", "attempt", "is_unfinished"),
    [
        (CREATED, Snapshot.of(NEW, THEN), Snapshot.of(NEW, THEN), True, "62e3a744d192c8ce", False),
        (UNFINISHED, None, Snapshot.of({**NEW, "added": 1}, THEN), True, None, True),
        (NOT_WRITTEN, Snapshot.of(None, THEN), None, False, None, False),
        (OLDEST, None, None, True, None, False),
    ],
)
def test_what_earlier_versions_stored_is_read(
    stored: bytes,
    seen: Snapshot | None,
    last_set: Snapshot | None,
    has_set: bool,
    attempt: str | None,
    is_unfinished: bool,
) -> None:
    private = StatePrivateState(read_private(stored))

    assert (private.seen, private.last_set) == (seen, last_set)
    assert (private.has_set, private.attempt) == (has_set, attempt)
    assert private.is_unfinished is is_unfinished


def test_snapshots_are_stored_as_dictionaries() -> None:
    stored: dict[str, Any] = {}
    snapshot = Snapshot.of(NEW, THEN)
    StatePrivateState(stored).seen = snapshot
    StatePrivateState(stored).last_set = snapshot

    assert json.loads(write_private(stored)) == {
        "seen": snapshot._asdict(),
        "set": snapshot._asdict(),
    }
    assert StatePrivateState(read_private(write_private(stored))).seen == snapshot


@pytest.mark.parametrize("broken", [["a", "b"], {"print": "a"}, [1, 2, 3], "text", True, None])
def test_what_is_no_whole_snapshot_is_none(broken: Any) -> None:
    assert StatePrivateState({"seen": broken}).seen is None


def test_field_of_a_later_version_is_ignored() -> None:
    snapshot = Snapshot.of(NEW, THEN)

    assert Snapshot.loaded({**snapshot._asdict(), "later": 1}) == snapshot


def test_update_refuses_what_moved_since_an_old_snapshot() -> None:
    api = Fivetran(state={"cursor": "2026-05-05"})

    with pytest.raises(ProviderError, match="abc") as failed:
        ConnectionStateResource().update(
            values(NEW), values(OTHER), values(OTHER), operation(api, CREATED)
        )

    assert "was changed by somebody else" in failed.value.detail
    assert "PATCH state" not in api.journal


def test_update_from_an_old_snapshot_stores_dictionaries() -> None:
    api = Fivetran(state=NEW)
    api.time += timedelta(hours=1)
    call = operation(api, CREATED)

    ConnectionStateResource().update(values(NEW), values(OTHER), values(OTHER), call)

    assert api.stored == OTHER
    expected = Snapshot.of(OTHER, "2026-06-01T01:00:00Z")._asdict()
    assert (call.private["set"], call.private["seen"]) == (expected, expected)


@pytest.mark.parametrize(("live", "restored"), [(NEW, OLD), (OTHER, OTHER)])
def test_destroying_restores_only_what_an_old_snapshot_has_set(live: Any, restored: Any) -> None:
    api = Fivetran(state=live)
    call = operation(api, CREATED)

    ConnectionStateResource().delete(values(NEW), call)

    assert api.stored == restored
    assert len(list(call.diagnostics)) == (live == OTHER)


def test_destroying_restores_where_the_oldest_noted_no_snapshot() -> None:
    api = Fivetran(state=OTHER)

    ConnectionStateResource().delete(values(NEW), operation(api, OLDEST))

    assert api.stored == OLD


SYNC = (
    b'{"again": true, "followed": {"failed_at": null, "since": "2026-06-01T00:00:00Z", '
    b'"succeeded_at": "2026-05-31T00:00:00Z"}, "sync_entry": "abc.0123456789ab"}'
)
SYNC_LIST = b'{"adopted": true, "followed": ["2026-06-01T00:00:00Z", "2026-05-31T00:00:00Z", null]}'
BASELINE = SyncBaseline("2026-06-01T00:00:00Z", "2026-05-31T00:00:00Z", None)


@pytest.mark.parametrize(
    ("stored", "is_due_again", "is_imported", "entry"),
    [(SYNC, True, False, "abc.0123456789ab"), (SYNC_LIST, False, True, None)],
)
def test_private_state_of_a_sync_is_read(
    stored: bytes, is_due_again: bool, is_imported: bool, entry: str | None
) -> None:
    private = SyncPrivateState(read_private(stored))

    assert private.awaited == BASELINE
    assert (private.is_due_again, private.is_imported) == (is_due_again, is_imported)
    assert private.entry == entry


def test_private_state_of_a_sync_is_stored_as_before() -> None:
    stored: dict[str, Any] = {"adopted": True}
    private = SyncPrivateState(stored)
    private.awaited, private.is_imported = BASELINE, False
    private.is_due_again, private.entry = True, "abc.0123456789ab"

    assert read_private(write_private(stored)) == read_private(SYNC)


CONNECTION = (
    b'{"adopted": true, "tests_failed": true, "trace": {"group_id": "g", "schema": "shop", '
    b'"service": "s3", "since": "2026-06-01T00:00:00Z", "until": ""}}'
)
CONNECTION_LIST = b'{"trace": ["g", "s3", "shop", "2026-06-01T00:00:00Z"]}'
TRACE = Trace("g", "s3", "shop", THEN)


@pytest.mark.parametrize(("stored", "has_flags"), [(CONNECTION, True), (CONNECTION_LIST, False)])
def test_private_state_of_a_connection_is_read(stored: bytes, has_flags: bool) -> None:
    private = ConnectionPrivateState(read_private(stored))

    assert private.trace == TRACE
    assert (private.is_imported, private.have_tests_failed) == (has_flags, has_flags)


def test_private_state_of_a_connection_is_stored_as_before() -> None:
    stored: dict[str, Any] = {}
    private = ConnectionPrivateState(stored)
    private.trace, private.is_imported, private.have_tests_failed = TRACE, True, True

    assert read_private(write_private(stored)) == read_private(CONNECTION)
    private.trace, private.is_imported, private.have_tests_failed = None, False, False
    assert stored == {}


def test_private_state_of_setup_tests_is_stored_as_before() -> None:
    stored: dict[str, Any] = {}
    SetupTestsPrivateState(stored).have_failed = True

    assert read_private(write_private(stored)) == {"failed": True}
    assert SetupTestsPrivateState(stored).have_failed
