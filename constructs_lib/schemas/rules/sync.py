"""The rules of syncs and re-syncs.

Source: https://fivetran.com/docs/rest-api/api-reference/connections (sync and re-sync).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from constructs_lib.schemas.rules.types import Inputs, Names, Problem, Rule, only_with


def sync_rules(names: Names) -> tuple[Rule, ...]:
    """Return the rules of the resource ``fivetranops_connection_sync``.

    :param names: what the attribute for the tables is called
    """
    tables = names.tables
    check = partial(only_with, tables, "mode", "resync")
    inputs = ("mode", tables, "resync_everything")
    return (
        Rule("sync-mode", (tables, "mode"), check, tables, "Tables without a re-sync"),
        Rule("sync-mode", ("force", "mode"), _forced_sync, "force", "A re-sync cannot be forced"),
        Rule(
            "resync-extent",
            inputs,
            partial(_everything, tables),
            "resync_everything",
            "resync_everything is out of place",
        ),
        Rule(
            "resync-extent",
            inputs,
            partial(_extent_is_open, tables),
            "mode",
            "It is not said what to re-sync",
        ),
    )


def _everything(tables: str, inputs: Inputs) -> Iterator[Problem]:
    """Everything can be re-synced, but not synced, and not together with single tables."""
    if inputs["resync_everything"] is not True:
        return
    if inputs["mode"] != "resync":
        hint = "set mode to resync, or leave resync_everything out"
        allowed = "resync_everything only together with mode resync"
        yield Problem(("resync_everything",), "resync_everything, no re-sync", allowed, hint)
    elif inputs[tables]:
        hint = f"leave out {tables} to re-sync all of them, or resync_everything to re-sync some"
        found = f"resync_everything together with {tables}"
        yield Problem(("resync_everything",), found, "one of the two", hint)


def _extent_is_open(tables: str, inputs: Inputs) -> Iterator[Problem]:
    """A re-sync of everything loads a whole history, so no value that is left out may begin one."""
    everything = inputs["resync_everything"] is True
    if inputs["mode"] == "resync" and not everything and inputs[tables] is None:
        found = f"mode resync, {tables} left out"
        allowed = "the tables to re-sync, or resync_everything"
        hint = (
            "name the tables by schema; or set resync_everything to true, which loads the whole "
            "history again and costs its rows"
        )
        yield Problem(("mode",), found, allowed, hint)


def _forced_sync(inputs: Inputs) -> Iterator[Problem]:
    """A re-sync waits for the end of a running sync, and cannot stop it."""
    if inputs["force"] is True and inputs["mode"] == "resync":
        hint = "leave force out, or set mode to sync"
        yield Problem(("force",), "force true, mode resync", "force only with mode sync", hint)
