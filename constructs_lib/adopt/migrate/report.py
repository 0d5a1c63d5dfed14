"""What a person has to know of a migration: what was taken from where, what stays, what to do next.

Everything in it is an address, a name or a reason; no value of a setting is.
"""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from constructs_lib.adopt.migrate.connection import Migrated
from constructs_lib.adopt.migrate.migration import TARGET, Migration
from constructs_lib.adopt.migrate.state import StateObject
from constructs_lib.schemas.official_state import PROVIDER

_SHOWN = 5
_UNCHANGED = "0 to add, 0 to change, 0 to destroy"


class Written(NamedTuple):
    """Where the result is, and of what kind."""

    source: str
    """The state that was read."""
    directory: str
    """Where the files are."""
    files: Sequence[str]
    """The names of the files that were written."""
    unchanged: Sequence[str]
    """The names of the files that were there already, as they have to be."""
    needs_provider: bool
    """True if another file there has required_providers, to which the provider must be added."""
    copy: str | None
    """The name for a copy of the state, which nothing has yet; None if there is one already."""
    is_moved: bool
    """True if the connections move in their state; False if another stack imports them."""
    is_dry_run: bool
    """True if nothing was written."""


def report(migration: Migration, written: Written) -> str:
    """Return the report, without a secret and with a line break at the end."""
    lines = [
        *_summary(migration, written),
        *_moves(migration.connections, written),
        *_secrets(migration.connections),
        *_staying(migration),
        *_lost(migration.connections),
        *(_next(migration, written) if is_any(migration) and not written.is_dry_run else []),
    ]
    return "".join(f"{line}\n" for line in lines)


def is_any(migration: Migration) -> bool:
    """Return True if anything of that provider moves or is forgotten."""
    return bool(migration.connections or migration.forgotten)


def _summary(migration: Migration, written: Written) -> Iterator[str]:
    if not is_any(migration):
        what = "no connection" if migration.staying or migration.alone else "nothing"
        yield f"{written.source}: it contains {what} of {PROVIDER}, so nothing was written."
        yield from _moved_before(migration)
        return
    moved = _count(len(migration.connections), "connection")
    verb = "to move" if written.is_moved else "to import elsewhere"
    yield (
        f"{written.source}: {moved} {verb}, and {_count(len(migration.forgotten), 'other object')}"
    )
    yield "whose values they take on; Terraform then removes those objects from its state."
    was_written = "not written, because of --dry-run" if written.is_dry_run else "written"
    for verb, names in ((was_written, written.files), ("unchanged", written.unchanged)):
        if names:
            yield f"  {verb}: {', '.join(names)}"
    yield from _moved_before(migration)


def _moved_before(migration: Migration) -> Iterator[str]:
    if migration.moved_before:
        yield f"  moved earlier: {_some(sorted(migration.moved_before.values()))}"


def _some(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _moves(connections: Sequence[Migrated], written: Written) -> Iterator[str]:
    if connections:
        yield from ("", "Replaced")
    for each in connections:
        target = f"{TARGET}.{each.described.name}" if written.is_moved else each.described.name
        yield f"  {each.source.address} -> {target}"
        for companion in each.companions:
            yield f"    with {companion.address}"
        for reason in each.left_out:
            yield f"    {reason}"


def _secrets(connections: Sequence[Migrated]) -> Iterator[str]:
    found = [(each.described.name, secret) for each in connections for secret in each.secrets]
    if found:
        yield from (
            "",
            "Secrets, which stay as they are at Fivetran until these variables have a value",
        )
    for name, secret in found:
        yield f"  {name}: {secret.setting}: {', '.join(f'TF_VAR_{v}' for v in secret.variables)}"


def _staying(migration: Migration) -> Iterator[str]:
    if migration.staying:
        yield from ("", f"Stays with {PROVIDER}: this provider has no resource for it")
        yield from _by_type(migration.staying)
        yield f"  Where one of them refers to a connection that moves, write {TARGET}.NAME.id."
    if migration.alone:
        yield from ("", f"Stays with {PROVIDER}: its connection is not in this state")
        yield from _by_type(migration.alone)
    if migration.late:
        yield from (
            "",
            "Removed from the state without a replacement: its connection has moved already",
        )
        yield from _by_type(migration.late)


def _by_type(objects: Iterable[StateObject]) -> Iterator[str]:
    found: dict[str, list[str]] = defaultdict(list)
    for each in objects:
        found[each.type_name].append(each.address)
    for type_name, addresses in sorted(found.items()):
        yield f"  {len(addresses)} {type_name}: {_some(addresses)}"


def _lost(connections: Sequence[Migrated]) -> Iterator[str]:
    timed = [e.source.address for e in connections if e.source.attributes.get("timeouts")]
    connected = [e.source.address for e in connections if e.source.attributes.get("connected_by")]
    if timed or connected:
        yield from ("", "Lost")
    if timed:
        yield f"  timeouts of {', '.join(timed)}: add timeouts again where they are needed"
    if connected:
        number = _count(len(connected), "connection")
        yield f"  connected_by of {number}: it cannot be set here, and is only read from Fivetran"


def _next(migration: Migration, written: Written) -> Iterator[str]:
    steps = _steps_of_a_move if written.is_moved else _steps_of_imports
    yield from ("", "Next, in this order")
    every = enumerate(steps(migration, written), 1)
    yield from (f"  {number}. {step}" for number, step in every)


def _steps_of_a_move(migration: Migration, written: Written) -> list[str]:
    until = [*_steps_to_a_plan(migration, written), _terraform(written, "apply")]
    first = (
        "Delete the blocks of all replaced resources from the old configuration and its modules, "
        f"and the references to them. Keep the provider block of {PROVIDER} until step "
        f"{1 + len(until)}."
    )
    rest = "" if migration.staying or migration.alone else f", and what is left of {PROVIDER}"
    last = f"Delete fivetranops_moved.tf{rest}, and all copies of the state."
    return [first, *until, *_secret_steps(migration), last]


def _steps_to_a_plan(migration: Migration, written: Written) -> Iterator[str]:
    if written.needs_provider:
        yield "Add fivetranops to required_providers; docs/guides/moving_in.md has the lines."
    yield _terraform(written, "init")
    if written.copy and migration.connections:
        yield f"{_terraform(written, 'state pull')} > {written.copy}: {_WAY_BACK}"
    number = len(migration.connections)
    yield (
        f"{_terraform(written, 'plan')}: it must say '{_UNCHANGED}', and 'has moved to' "
        f"{_count(number, 'time')}. If it says anything else, stop there."
    )


_WAY_BACK = "a copy to go back to. It contains all secrets in clear text, so delete it at the end."


def _terraform(written: Written, command: str) -> str:
    return f"terraform -chdir={shlex.quote(written.directory)} {command}"


def _secret_steps(migration: Migration) -> Iterator[str]:
    if any(each.secrets for each in migration.connections):
        yield "Give the secrets their values, a connection at a time if you like, and apply."


def _steps_of_imports(migration: Migration, written: Written) -> Iterator[str]:
    if written.copy and migration.connections:
        yield (
            f"terraform state pull > {written.copy}, in the directory of the old configuration: "
            f"{_WAY_BACK}"
        )
    yield (
        "Move forget.tf into the directory of the old configuration, delete the blocks of all "
        f"replaced resources, and run terraform plan: it must say '{_UNCHANGED}'. Then terraform "
        "apply."
    )
    yield (
        "Plan the stack with the new connections: it must say that it imports them, and "
        f"'{_UNCHANGED}'. Then apply it."
    )
    yield from _secret_steps(migration)
    yield "Delete all copies of the state."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
