"""Which connections of the account are to be adopted, and why the others are not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from stacks.adopt_account import Listed
from stacks.adopt_known import Surroundings


class Described(NamedTuple):
    """A connection that something else describes already."""

    connection: Listed
    name: str
    """The name of what does: an entry of this environment, or another environment."""


class Choice(NamedTuple):
    """The connections of the account, parted."""

    wanted: list[Listed]
    """Those to be adopted, in the order of their destination schemas."""
    known: list[Listed]
    """Those that an entry imports already."""
    described: list[Described]
    """Those whose destination schema an entry without its identifier names."""
    elsewhere: list[Described]
    """Those that another environment imports, each with its name: two states that manage one
    connection would undo each other's changes."""
    others: int
    """How many are of services that were not asked for."""


def choose(
    found: Sequence[Listed], services: Collection[str], surroundings: Surroundings
) -> Choice:
    """Parts the connections of an account.

    An entry is recognized by its ``import_id``, whatever its name is and wherever it stands; one
    without it by its group and destination schema, which no two connections share.

    :param found: the connections, filtered by group
    :param services: the services that were asked for; none for all
    """
    choice = Choice(
        [], [], [], [], sum(bool(services) and each.service not in services for each in found)
    )
    by_id, by_schema = surroundings.import_ids(), surroundings.schemas()
    elsewhere = surroundings.import_ids_elsewhere()
    every = sorted(found, key=lambda each: (each.schema, each.group_id, each.id))
    for each in {one.id: one for one in every}.values():
        if services and each.service not in services:
            continue
        name = by_schema.get((each.group_id, each.schema.casefold()))
        if each.id in by_id:
            choice.known.append(each)
        elif each.id in elsewhere:
            choice.elsewhere.append(Described(each, elsewhere[each.id]))
        elif name is not None:
            choice.described.append(Described(each, name))
        else:
            choice.wanted.append(each)
    return choice
