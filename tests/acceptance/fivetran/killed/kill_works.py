"""What a run that is killed was doing, and what must hold when the runs after it have ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sandbox_server import Sandbox

OLD, FIRST, SECOND = ({"cursor": f"{year}-01-01"} for year in (2020, 2023, 2026))
State = Mapping[str, dict[str, Any]]
HEADER = """
terraform {
  required_providers {
    fivetranops = { source = "terraform.local/connections-as-code/fivetranops" }
  }
}
"""


class Work(NamedTuple):
    """What a run does."""

    name: str
    prepare: Callable[[Sandbox], list[str]]
    """Makes connections by hand, and returns their identifiers."""
    before: str
    """The configuration that was applied before, with places for identifiers; empty if none was."""
    after: str
    """That of the run that is killed."""
    command: str
    wrong: Callable[[Sandbox, State], list[str]]
    """Says what is wrong at the end, given terraform's state."""


def _set_by_hand(sandbox: Sandbox) -> list[str]:
    made = [sandbox.add("connector_sdk", schema=name, package_id="p") for name in ("one", "two")]
    for identifier in made:
        sandbox.ask("PATCH", f"/v1/connections/{identifier}/state", {"state": OLD})
    return made


def _databases(sandbox: Sandbox) -> list[str]:
    return [sandbox.add("postgres", schema_prefix=f"shop_{n}", host="h") for n in range(2)]


def _nothing(sandbox: Sandbox) -> list[str]:
    return []


def _wrong_creation(sandbox: Sandbox, state: State) -> list[str]:
    there = {connection["id"]: connection["schema"] for connection in sandbox.connections()}
    known = [attributes["id"] for attributes in state.values()]
    wrong = []
    if sorted(there.values()) != ["orders_0", "orders_1"]:
        wrong.append(f"connections are lost or doubled: {there}")
    if sorted(known) != sorted(there):
        wrong.append(f"the state knows {known}, and there are {there}")
    return wrong + _wrong_flags(sandbox)


def _wrong_change(sandbox: Sandbox, state: State) -> list[str]:
    wrong = _wrong_states(sandbox, SECOND) + _wrong_flags(sandbox)
    for name, attributes in state.items():
        previous = attributes["previous_state"]
        found = previous.get("value", previous) if isinstance(previous, dict) else previous
        if found != FIRST:
            wrong.append(f"previous_state of {name} is {found}, not {FIRST}")
    return wrong if len(state) == 2 else [*wrong, f"the state has {sorted(state)}"]


def _wrong_sync(sandbox: Sandbox, state: State) -> list[str]:
    begun = Counter(
        entry.path
        for entry in sandbox.store.journal(0)
        if entry.method == "POST" and entry.status == 200 and entry.path.endswith("sync")
    )
    wrong = [f"{path} took effect {times} times" for path, times in begun.items() if times != 1]
    if len(begun) != 2:
        wrong.append(f"of two syncs these were begun: {sorted(begun)}")
    if len(state) != 2 or any(one["outcome"] != "succeeded" for one in state.values()):
        wrong.append(f"the syncs are in state as {dict(state)}")
    return wrong + _wrong_flags(sandbox)


def _wrong_destroy(sandbox: Sandbox, state: State) -> list[str]:
    wrong = _wrong_states(sandbox, OLD) + _wrong_flags(sandbox)
    return [*wrong, f"the state still has {sorted(state)}"] if state else wrong


def _wrong_states(sandbox: Sandbox, wanted: object) -> list[str]:
    found = {one["id"]: sandbox.state(one["id"]) for one in sandbox.connections()}
    wrong = [f"the state of {n} is {s}, not {wanted}" for n, s in found.items() if s != wanted]
    return wrong if len(found) == 2 else [*wrong, f"the connections are {sorted(found)}"]


def _wrong_flags(sandbox: Sandbox) -> list[str]:
    return [f"{one['id']} is left paused" for one in sandbox.connections() if one["paused"]]


_STATES = """
resource "fivetranops_connection_state" "one" {{
  connection_id = "{0}"
  state         = {{ cursor = "%s" }}
  on_destroy    = "restore"
}}
resource "fivetranops_connection_state" "two" {{
  connection_id = "{1}"
  state         = {{ cursor = "%s" }}
  on_destroy    = "restore"
}}
"""
_SET_FIRST = _STATES % ((FIRST["cursor"],) * 2)
_SET_SECOND = _STATES % ((SECOND["cursor"],) * 2)
_CREATE = """
resource "fivetranops_connection" "new" {{
  count    = 2
  group_id = "sandbox_warehouse"
  service  = "postgres"
  paused   = false
  config   = {{ schema_prefix = "orders_${{count.index}}", host = "db.example.com" }}
}}
"""
_SYNC = """
resource "fivetranops_connection_sync" "sync" {{
  connection_id = "{0}"
  wait          = true
  force         = true
}}
resource "fivetranops_connection_sync" "resync" {{
  connection_id = "{1}"
  wait          = true
  mode          = "resync"
  scope         = {{ public = ["orders"] }}
}}
"""
WORKS = (
    Work("creation", _nothing, "", _CREATE, "apply", _wrong_creation),
    Work("change", _set_by_hand, _SET_FIRST, _SET_SECOND, "apply", _wrong_change),
    Work("sync", _databases, "", _SYNC, "apply", _wrong_sync),
    Work("destroy", _set_by_hand, _SET_FIRST, _SET_FIRST, "destroy", _wrong_destroy),
)
