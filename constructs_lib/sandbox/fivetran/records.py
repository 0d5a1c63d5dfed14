"""The records that the sandbox stores: groups, connections and their syncs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from constructs_lib.sandbox.common.messages import dumps_exact, loads_exact
from constructs_lib.sandbox.common.store import moment_to_text


@dataclass(frozen=True)
class Group:
    """A group (destination)."""

    id: str
    name: str
    created_at: str


@dataclass(frozen=True)
class Sync:
    """A running sync, from ``started_at`` to ``ends_at`` (RFC 3339)."""

    started_at: str
    ends_at: str
    historical: bool
    endless: bool = False
    """True if it goes on for as long as the fault that started it is set."""
    failing: bool = False
    """True if it ends with a failure."""

    @classmethod
    def begin(cls, start: datetime, seconds: float, historical: bool) -> Sync:
        """Return a sync of a given length."""
        end = start + timedelta(seconds=seconds)
        return cls(moment_to_text(start), moment_to_text(end), historical)


@dataclass
class Connection:
    """A connection.

    It holds no secret: ``config`` has the API's mask in place of each, and ``digests`` has a salted
    digest for each place, such as ``config.password``.
    """

    id: str
    group_id: str
    service: str
    schema: str
    created_at: str
    destination: dict[str, str] = field(default_factory=dict)
    """The keys of the destination schema with their values, such as ``schema`` and ``table``."""
    attributes: dict[str, Any] = field(default_factory=dict)
    """The attributes of the API that were set, except ``config`` and ``auth``."""
    config: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict, repr=False)
    connected_before: bool = False
    """True once the setup tests have passed: from then on a failure means broken."""
    setup_state: str = "incomplete"
    is_historical_sync: bool = True
    """True until the first sync has succeeded, and again when a historical sync is asked for."""
    waiting: str | None = None
    """``sync`` or ``resync``, whichever was requested while the connection was paused."""
    sync: Sync | None = None
    last_sync_started_at: str | None = None
    succeeded_at: str | None = None
    failed_at: str | None = None
    rescheduled_for: str | None = None
    """The time at which a rescheduled sync goes on; None if no sync was rescheduled."""
    rescheduled_untold: bool = False
    """True if the answers leave that time out."""
    task: dict[str, str] | None = None
    """The task that the last failed sync left; None once a sync has succeeded."""
    state: dict[str, Any] | None = None
    """The state (cursor); None until one is written."""
    setup_tests: list[dict[str, Any]] | None = None
    """The results of the last setup tests; None until they have run."""
    approved: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """The approved ``certificates`` and ``fingerprints``, as the API answers them."""

    @property
    def paused(self) -> bool:
        """True if no new sync may start."""
        return bool(self.attributes.get("paused", False))

    def to_json(self) -> str:
        """Return the record as it is stored."""
        return dumps_exact({**vars(self), "sync": vars(self.sync) if self.sync else None})

    @classmethod
    def from_json(cls, text: str) -> Connection:
        """Return the record that :meth:`to_json` wrote."""
        values = loads_exact(text)
        sync = values.pop("sync")
        return cls(**values, sync=Sync(**sync) if sync else None)
