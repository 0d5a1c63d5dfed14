"""Rules about syncs and re-syncs.

Source: https://fivetran.com/docs/rest-api/api-reference/connections (sync and re-sync).
"""

from __future__ import annotations

from collections.abc import Iterator

from constructs_lib.validation.rules_types import Inputs, Problem, only_with


def tables_to_resync(inputs: Inputs) -> Iterator[Problem]:
    """Single tables can be re-synced, but not synced."""
    yield from only_with(inputs, "tables", "mode", "resync")


def resync_extent(inputs: Inputs) -> Iterator[Problem]:
    """Report a re-sync that has neither tables nor the word for everything, or has both.

    A re-sync of everything loads a whole history anew, so no value that is left out may begin one.
    """
    is_resync, everything = inputs["mode"] == "resync", inputs["resync_everything"] is True
    if everything and not is_resync:
        hint = "set mode to resync, or leave resync_everything out"
        allowed = "resync_everything only together with mode resync"
        yield Problem(("resync_everything",), "resync_everything, no re-sync", allowed, hint)
    elif everything and inputs["tables"] is not None:
        hint = "leave out tables to re-sync all of them, or resync_everything to re-sync some"
        found = "resync_everything together with tables"
        yield Problem(("resync_everything",), found, "one of the two", hint)
    elif is_resync and not everything and inputs["tables"] is None:
        found = "mode resync, tables left out"
        allowed = "the tables to re-sync, or resync_everything"
        hint = (
            "name the tables by schema; or set resync_everything to true, which loads the whole "
            "history anew and costs its rows"
        )
        yield Problem(("mode",), found, allowed, hint)


def forced_sync(inputs: Inputs) -> Iterator[Problem]:
    """A re-sync waits for the end of a running sync, and cannot stop it."""
    if inputs["force"] is True and inputs["mode"] == "resync":
        hint = "leave force out, or set mode to sync"
        yield Problem(("force",), "force True, mode resync", "force only with mode sync", hint)
