"""How a sandbox behaves: kept in its database, so that all processes on one file agree."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from constructs_lib.sandbox import answers, counting, distortions, faults
from constructs_lib.sandbox.errors import SandboxError
from constructs_lib.sandbox.faults import Fault


@dataclass(frozen=True)
class Settings:
    """The behaviour of a sandbox where the contract leaves a choice, or a test needs another."""

    sync_seconds: float = 5.0
    """How long a sync runs, in seconds; 0 or more."""
    clock_ahead_seconds: float = 0.0
    """How far the sandbox's clock is ahead of the real one, in seconds: a test lets time pass by
    raising it, for all processes on one file at once."""
    auto_sync: bool = False
    """True lets connections sync by their schedule. Off, because tests need quiet."""
    list_config: bool = False
    """True puts ``config`` into the items of lists. By the contract it may be there or not."""
    unsupported_state_status: int = 400
    """Status for the state of a service that has none: 400 (by the contract), or 405 (an older)."""
    update_while_syncing_status: int = 200
    """Status for a change of a connection, other than of ``paused`` alone, while a sync runs: 200,
    or as the API is seen to answer at times 409, or 400 after it tried to stop the sync."""
    setup_tests_every_update: bool = True
    """True runs the setup tests after every update that does not say ``run_setup_tests`` false, as
    the contract says. False runs them only after a change of ``config`` or ``auth``, as a public
    report says of the API."""
    state_must_exist: bool = False
    """True refuses to set a state where none was written yet (400). The contract names this as a
    possible cause of a 400 without saying when; accepted by default, because a connection could
    otherwise never be given a state before its first sync."""
    merge_state: bool = False
    """True merges a new state over the old at the top level. The contract does not say whether the
    API merges or replaces; replacing is the default."""
    counts_with: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Settings of ``config`` and ``auth`` that are dropped in silence unless others have given
    values; see :mod:`constructs_lib.sandbox.counting`. None by default, because the contract does
    not say that they are."""
    rate_limit: int = 20000
    """Requests in one window of time, as the ``X-Rate-Limit`` header says."""
    rate_window_seconds: float = 3600.0
    """The window of the rate limit, in seconds, rolling."""
    enforce_rate_limit: bool = False
    """True answers 429 when the limit is used up."""
    distortions: Mapping[str, str] = field(default_factory=dict)
    """Ways in which answers differ from what is stored: paths of fields to names of distortions;
    both in :mod:`constructs_lib.sandbox.distortions`."""
    faults: tuple[Fault, ...] = ()
    """What goes wrong with which request: each a :class:`Fault`, or a mapping with its fields.
    Setting them lets the counting of requests begin anew."""

    def changed(self, **values: Any) -> Settings:
        """These settings with some values replaced.

        :raises SandboxError: if a name or a value is not allowed
        """
        known = {one.name for one in fields(self)}
        if unknown := sorted(set(values) - known):
            raise SandboxError(f"unknown settings: {', '.join(unknown)}")
        if "counts_with" in values:
            values["counts_with"] = counting.checked(values["counts_with"])
        if "distortions" in values:
            given = values["distortions"]
            values["distortions"] = distortions.checked(given, answers.FIELDS)
        if "faults" in values:
            values["faults"] = faults.checked(values["faults"], Fault)
        return _checked(replace(self, **values))

    def to_json(self) -> str:
        """The settings as they are stored."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """The settings that :meth:`to_json` wrote."""
        return cls().changed(**json.loads(text))


def _checked(settings: Settings) -> Settings:
    for name in ("sync_seconds", "clock_ahead_seconds", "rate_window_seconds"):
        seconds = getattr(settings, name)
        if type(seconds) not in (int, float) or not 0 <= seconds < 1e9:
            raise SandboxError(f"{name} must be a number of seconds, 0 or more")
    if settings.unsupported_state_status not in (400, 405):
        raise SandboxError("unsupported_state_status must be 400 or 405")
    if settings.update_while_syncing_status not in (200, 400, 409):
        raise SandboxError("update_while_syncing_status must be 200, 400 or 409")
    if type(settings.rate_limit) is not int or settings.rate_limit < 0:
        raise SandboxError("rate_limit must be a whole number, 0 or more")
    return _with_checked_flags(settings)


def _with_checked_flags(settings: Settings) -> Settings:
    for name in (
        "auto_sync",
        "list_config",
        "setup_tests_every_update",
        "state_must_exist",
        "merge_state",
        "enforce_rate_limit",
    ):
        if not isinstance(getattr(settings, name), bool):
            raise SandboxError(f"{name} must be true or false")
    return settings
