"""The private state of the resources, by its names and types.

Terraform keeps a JSON object for each resource that only the provider reads. Each class here wraps
the object of one resource, and changes it in place. What has several fields is stored as a
dictionary, so that a new field does not break what is stored already; earlier versions stored
lists, which are still read. The digests of secrets and the echoes of settings stand in the same
object; :mod:`constructs_lib.backend.managed_object` looks after them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from constructs_lib.backend.fivetran.connection.creation_search import Trace
    from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
    from constructs_lib.backend.fivetran.connection_sync.trigger import SyncBaseline

_IMPORTED = "adopted"


def stored_fields(stored: Any, names: Sequence[str]) -> dict[str, Any] | None:
    """Return the fields of a stored record by name; None if it is no record.

    :param stored: a dictionary, or the list of an earlier version
    :param names: the fields, in the order in which that list has them
    """
    if isinstance(stored, list):
        return dict(zip(names, stored, strict=False))
    return stored if isinstance(stored, dict) else None


class _PrivateState:
    """The private state of one resource.

    :param private: as Terraform keeps it; changed in place
    """

    def __init__(self, private: dict[str, Any]) -> None:
        self._private = private

    def _set_flag(self, name: str, *, value: bool) -> None:
        if value:
            self._private[name] = True
        else:
            self._private.pop(name, None)


class ImportPrivateState(_PrivateState):
    """What a resource keeps that treats what an import has read in another way."""

    @property
    def is_imported(self) -> bool:
        """True if the resource was imported, and has sent nothing since; of a connection, if
        ``config`` is still what the import has read.
        """
        return bool(self._private.get(_IMPORTED))

    @is_imported.setter
    def is_imported(self, value: bool) -> None:
        self._set_flag(_IMPORTED, value=value)


class ConnectionPrivateState(ImportPrivateState):
    """What a ``fivetranops_connection`` keeps besides secrets and echoes."""

    _TRACE, _TESTS_FAILED, _MOVED = "trace", "tests_failed", "moved"

    @property
    def is_moved(self) -> bool:
        """True if the state comes from another provider, and was not read since."""
        return bool(self._private.get(self._MOVED))

    @is_moved.setter
    def is_moved(self, value: bool) -> None:
        self._set_flag(self._MOVED, value=value)

    @property
    def have_tests_failed(self) -> bool:
        """True if required setup tests failed, and did not pass since."""
        return bool(self._private.get(self._TESTS_FAILED))

    @have_tests_failed.setter
    def have_tests_failed(self, value: bool) -> None:
        self._set_flag(self._TESTS_FAILED, value=value)

    @property
    def trace(self) -> Trace | None:
        """How to find a connection whose creation was not confirmed."""
        # It loads the client, which most calls that read private state do not need.
        from constructs_lib.backend.fivetran.connection.creation_search import Trace

        return Trace.of(self._private.get(self._TRACE))

    @trace.setter
    def trace(self, value: Trace | None) -> None:
        self._private.pop(self._TRACE, None)
        if value is not None:
            self._private[self._TRACE] = value._asdict()


class StatePrivateState(_PrivateState):
    """What a ``fivetranops_connection_state`` keeps."""

    _SET, _SEEN, _ATTEMPT, _UNFINISHED = "set", "seen", "attempt", "open"

    @property
    def has_set(self) -> bool:
        """True if this resource has ever set the state."""
        return bool(self._private.get(self._SET))

    @property
    def last_set(self) -> Snapshot | None:
        """What this resource has set last; None if it never did, or if nobody noted what."""
        return self._snapshot(self._SET)

    @last_set.setter
    def last_set(self, value: Snapshot) -> None:
        self._private[self._SET] = value._asdict()

    @property
    def seen(self) -> Snapshot | None:
        """What the last refresh or apply saw. An apply notices what happened since."""
        return self._snapshot(self._SEEN)

    @seen.setter
    def seen(self, value: Snapshot) -> None:
        self._private[self._SEEN] = value._asdict()

    @property
    def attempt(self) -> Any:
        """The attempt that has set the state last, as the journal names it."""
        return self._private.get(self._ATTEMPT)

    @attempt.setter
    def attempt(self, value: str) -> None:
        self._private[self._ATTEMPT] = value

    @property
    def is_unfinished(self) -> bool:
        """True if an attempt to set the state took effect, and was not completed."""
        return bool(self._private.get(self._UNFINISHED))

    @is_unfinished.setter
    def is_unfinished(self, value: bool) -> None:
        self._set_flag(self._UNFINISHED, value=value)

    def _snapshot(self, name: str) -> Snapshot | None:
        from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot

        return Snapshot.loaded(self._private.get(name))


class SyncPrivateState(ImportPrivateState):
    """What a ``fivetranops_connection_sync`` keeps."""

    _AWAITED, _DUE, _ENTRY = "followed", "again", "sync_entry"

    @property
    def is_due_again(self) -> bool:
        """True if the sync that was waited for failed, so that another one is due."""
        return bool(self._private.get(self._DUE))

    @is_due_again.setter
    def is_due_again(self, value: bool) -> None:
        self._set_flag(self._DUE, value=value)

    @property
    def awaited(self) -> SyncBaseline | None:
        """The baseline of a sync that was started, and whose end is still to be waited for."""
        from constructs_lib.backend.fivetran.connection_sync.trigger import SyncBaseline

        return SyncBaseline.loaded(self._private.get(self._AWAITED))

    @awaited.setter
    def awaited(self, value: SyncBaseline | None) -> None:
        self._private.pop(self._AWAITED, None)
        if value is not None:
            self._private[self._AWAITED] = value._asdict()

    @property
    def entry(self) -> str | None:
        """The name of the journal's entry of the sync that was started last."""
        found = self._private.get(self._ENTRY)
        return found if isinstance(found, str) else None

    @entry.setter
    def entry(self, value: str | None) -> None:
        self._private.pop(self._ENTRY, None)
        if value is not None:
            self._private[self._ENTRY] = value


class SetupTestsPrivateState(_PrivateState):
    """What a ``fivetranops_connection_test`` keeps."""

    _FAILED = "failed"

    @property
    def have_failed(self) -> bool:
        """True if the last run did not pass, so that the next apply runs the tests again."""
        return bool(self._private.get(self._FAILED))

    @have_failed.setter
    def have_failed(self, value: bool) -> None:
        self._set_flag(self._FAILED, value=value)
