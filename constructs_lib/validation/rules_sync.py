"""Rules about syncs and re-syncs.

Source: https://fivetran.com/docs/rest-api/api-reference/connections (sync and re-sync).
"""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lib.validation.rules_types import Inputs, Problem, only_with


def tables_to_resync(inputs: Inputs) -> Iterator[Problem]:
    """Single tables can be re-synced, but not synced."""
    yield from only_with(inputs, "tables", "mode", "resync")


def forced_sync(inputs: Inputs) -> Iterator[Problem]:
    """A re-sync waits for the end of a running sync, and cannot stop it."""
    if inputs["force"] is True and inputs["mode"] == "resync":
        hint = "leave force out, or set mode to sync"
        yield Problem(("force",), "force True, mode resync", "force only with mode sync", hint)
