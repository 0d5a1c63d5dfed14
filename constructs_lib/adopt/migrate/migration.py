"""What a state becomes: which objects move, which are forgotten, which stay, and what is refused.

A plan must never destroy a connection because of what is written here. It would, if a source had no
``moved`` block, or if its target had an object already; so whatever cannot move for certain is
refused, and then nothing is written.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from constructs_lib import schemas
from constructs_lib.adopt.description import Document
from constructs_lib.adopt.migrate.connection import (
    Migrated,
    UnfitConnection,
    describe,
    is_companion,
    newest_version,
)
from constructs_lib.adopt.migrate.state import StateObject
from constructs_lib.adopt.settings import NameRegistry
from constructs_lib.schemas.official_state import PROVIDER, VERSIONS

TARGET = "fivetranops_connection"
_ID = "id"
_IDS = ("connection_id", "connector_id", _ID)
_OTHERS = re.compile(r"[^A-Za-z0-9_-]+")
_OTHERS_IN_ENTRIES = re.compile(r"[^a-z0-9]+")
_MODULE_STEP = re.compile(r'module\.([^.\["]+)(?:\[(?:([0-9]+)|"((?:[^"\\]|\\.)*)")\])?')


class Refused(Exception):
    """The state cannot be migrated as it is.

    :param reasons: one line for each object, with the remedy, and without a secret
    """

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__("\n".join(self.reasons))


class Migration(NamedTuple):
    """What becomes of each object of a state that is about Fivetran."""

    connections: tuple[Migrated, ...]
    """The connections that move."""
    forgotten: tuple[StateObject, ...]
    """What Terraform forgets, because it only holds a part of a connection."""
    late: tuple[StateObject, ...]
    """Those among them whose connection has moved earlier: their values are not written."""
    alone: tuple[StateObject, ...]
    """What holds a part of a connection that is not in this state; it stays."""
    staying: tuple[StateObject, ...]
    """All other objects of Fivetran's own provider."""
    moved_before: Mapping[str, str]
    """The addresses of the connections that are here already, by their identifiers."""

    @property
    def document(self) -> Document:
        """What is to be written."""
        removed = sorted({each.resource for each in self.forgotten})
        return Document(tuple(each.described for each in self.connections), tuple(removed))


def plan_migration(
    objects: Sequence[StateObject],
    *,
    for_entries: bool = False,
    variables: Iterable[str] = (),
    names: Iterable[str] = (),
) -> Migration:
    """Return what becomes of the objects of a state.

    :param for_entries: True if the names have to fit the files of an environment
    :param variables: the names of variables that are not free
    :param names: the names of connections that are not free
    :raises Refused: if a plan might destroy something, or two objects say different things
    """
    official = [each for each in objects if _is_official(each)]
    sources = [each for each in official if each.type_name in VERSIONS]
    companions = [each for each in official if is_companion(each.type_name)]
    staying = [each for each in official if each not in sources and each not in companions]
    here = _here(objects)
    reasons = [*_unfit(sources, VERSIONS), *_unfit_companions(companions), *_twice(sources, here)]
    pairs = _Pairs(sources, here, companions)
    reasons += pairs.conflicts()
    given = _names(sources, names, for_entries=for_entries)
    reasons += _taken(sources, given, objects)
    if reasons:
        raise Refused(reasons)
    forgotten = tuple(each for found in pairs.of.values() for each in found) + tuple(pairs.late)
    return Migration(
        connections=_described(sources, given, pairs, NameRegistry(variables)),
        forgotten=tuple(sorted(forgotten, key=_address)),
        late=tuple(pairs.late),
        alone=tuple(pairs.alone),
        staying=tuple(staying),
        moved_before={identifier: each.address for identifier, each in here.items()},
    )


def _described(
    sources: Sequence[StateObject],
    names: Mapping[str, str],
    pairs: _Pairs,
    variables: NameRegistry,
) -> tuple[Migrated, ...]:
    made, reasons = [], []
    for each in sources:
        try:
            made.append(describe(each, pairs.of[each.address], names[each.address], variables))
        except UnfitConnection as error:
            reasons.append(
                f"{each.address} cannot be described. {error}. Correct it at Fivetran and run "
                "'terraform apply -refresh-only', or import this connection instead"
            )
    if reasons:
        raise Refused(reasons)
    return tuple(made)


class _Pairs:
    """The companions by the connections that they belong to.

    :param here: the connections that have moved before, by their identifiers
    """

    def __init__(
        self,
        sources: Sequence[StateObject],
        here: Mapping[str, StateObject],
        companions: Sequence[StateObject],
    ) -> None:
        self.of: dict[str, list[StateObject]] = {each.address: [] for each in sources}
        self.late: list[StateObject] = []
        self.alone: list[StateObject] = []
        by_id = {each.text[_ID]: each for each in sources if _ID in each.text}
        by_name = {(each.text.get("group_id"), each.text.get("name")): each for each in sources}
        named_here = {(e.text.get("group_id"), e.text.get("schema")): e for e in here.values()}
        for each in companions:
            text = each.text
            identifiers = [text[name] for name in _IDS if name in text]
            named = (text.get("group_id"), text.get("connector_name"))
            found = next((by_id[i] for i in identifiers if i in by_id), None)
            if found is None and None not in named:
                found = by_name.get(named)
            if found is not None:
                self.of[found.address].append(each)
            elif here.keys() & identifiers or (None not in named and named in named_here):
                self.late.append(each)
            else:
                self.alone.append(each)

    def conflicts(self) -> Iterator[str]:
        """Yield why companions are ambiguous."""
        for address, found in self.of.items():
            for type_name, number in Counter(each.type_name for each in found).items():
                if number > 1:
                    both = ", ".join(each.address for each in found if each.type_name == type_name)
                    yield (
                        f"{address} has {number} objects of {type_name}: {both}. Keep one, and "
                        "remove the others with 'terraform state rm'"
                    )
            paused = {str(each.attributes.get("paused")).lower() for each in found}
            if len(paused & {"true", "false"}) > 1:
                both = ", ".join(each.address for each in found)
                yield (
                    f"{address} is paused in one and not in another of {both}. Make them agree, "
                    "and apply"
                )
        forgotten = {each.resource for found in self.of.values() for each in found}
        forgotten |= {each.resource for each in self.late}
        for each in self.alone:
            if each.resource in forgotten:
                yield (
                    f"{each.address} belongs to a connection that is not in this state, but other "
                    f"instances of {each.resource} belong to connections that are. A removed "
                    "block applies to all instances: remove this one with 'terraform state rm', "
                    "or bring its connection into this state"
                )


def _is_official(each: StateObject) -> bool:
    return _provider(each) == PROVIDER


def _provider(each: StateObject) -> str:
    _, _, name = each.provider.partition("/")
    return name


def _here(objects: Sequence[StateObject]) -> dict[str, StateObject]:
    """Return the connections of this library, by their identifiers."""
    ours = [each for each in objects if each.type_name == TARGET and not each.is_deposed]
    return {each.text[_ID]: each for each in ours if _ID in each.text}


def _unfit(sources: Iterable[StateObject], newest: Mapping[str, int]) -> Iterator[str]:
    """Yield why sources cannot move."""
    for each in sources:
        if each.is_deposed:
            yield (
                f"{each.address} has a deposed object, left over from a replacement, which a plan "
                "destroys. Finish the replacement with 'terraform apply' first"
            )
        elif each.is_tainted:
            yield (
                f"{each.address} is tainted, so a plan replaces the connection. Run 'terraform "
                f"untaint' on its address first"
            )
        elif each.version > newest[each.type_name]:
            yield _newer(each, newest[each.type_name])
        elif not schemas.is_identifier(each.attributes.get(_ID), TARGET):
            yield f"{each.address} has no connection id. Remove it from the state, or apply it"
        elif not {"service", "group_id"} <= each.text.keys():
            yield (
                f"{each.address} has no service or no group_id. Run 'terraform apply "
                "-refresh-only', which reads them"
            )


def _unfit_companions(companions: Iterable[StateObject]) -> Iterator[str]:
    for each in companions:
        if each.version > newest_version(each.type_name):
            yield _newer(each, newest_version(each.type_name))
        elif each.is_deposed:
            yield (
                f"{each.address} has a deposed object. Finish its replacement with 'terraform "
                "apply' first"
            )


def _newer(each: StateObject, newest: int) -> str:
    return (
        f"{each.address} has a state of version {each.version}, and this version of "
        f"connections-as-code reads those up to {newest}. Install a newer version"
    )


def _twice(sources: Sequence[StateObject], here: Mapping[str, StateObject]) -> Iterator[str]:
    """Yield which connections have two objects."""
    by_id: dict[str, list[StateObject]] = defaultdict(list)
    for each in sources:
        if _ID in each.text and not each.is_deposed:
            by_id[each.text[_ID]].append(each)
    for identifier, found in by_id.items():
        addresses = [each.address for each in found]
        if identifier in here:
            target = here[identifier].address
            yield (
                f"connection {identifier} is already in the state as {target}, so a plan destroys "
                f"it as {addresses[0]}. Run 'terraform state rm' on {addresses[0]} first"
            )
        elif len(found) > 1:
            yield (
                f"connection {identifier} is in the state more than once: {', '.join(addresses)}. "
                "Keep one, and remove the others with 'terraform state rm'"
            )


def _taken(
    sources: Sequence[StateObject], names: Mapping[str, str], objects: Sequence[StateObject]
) -> Iterator[str]:
    """Yield which targets have an object already."""
    ours = {each.name: each for each in objects if each.type_name == TARGET and not each.module}
    for each in sources:
        there = ours.get(names[each.address])
        if there is not None and there.attributes.get(_ID) != each.attributes.get(_ID):
            yield (
                f"{each.address} would become {TARGET}.{there.name}, which already has an object: "
                f"a plan keeps that one and destroys connection {each.attributes.get(_ID)}. "
                "Rename one of them with 'terraform state mv' first"
            )


def _names(
    sources: Sequence[StateObject], others: Iterable[str], *, for_entries: bool
) -> dict[str, str]:
    """Return the names of the new resources by the addresses of the old ones."""
    names: dict[str, str] = {}
    taken = {each.lower() for each in others}
    for each in sources:
        wanted = _name(each, for_entries=for_entries)
        number = 1
        name = wanted
        while name.lower() in taken:
            number += 1
            name = f"{wanted}_{number}"
        taken.add(name.lower())
        names[each.address] = name
    return names


def _name(source: StateObject, *, for_entries: bool) -> str:
    """Return the name of a resource with those of its modules and its key, whatever others are.

    So a migration that is repeated after a part of it finds the same names.
    """
    modules = [part for step in _MODULE_STEP.findall(source.module) for part in step if part]
    words = [*modules, source.name, *([] if source.key is None else [str(source.key)])]
    if for_entries:
        name = "_".join(_OTHERS_IN_ENTRIES.sub("_", each.lower()).strip("_") for each in words)
    else:
        name = "_".join(_OTHERS.sub("_", each) for each in words)
    return name if name[:1].isalpha() else f"connection_{name}"


def _address(each: StateObject) -> str:
    return each.address
