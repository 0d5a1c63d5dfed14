"""What an environment says already, before connections are adopted into it.

Which connections of the account are to be adopted, and why the others are not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from constructs_lib.schemas import DESTINATION_SCHEMA_KEYS, destination_schema_name
from constructs_lib.schemas.suggestions import did_you_mean
from constructs_lib.validation import Finding, errors, render
from stacks.adopt.account import Listed
from stacks.settings import checks
from stacks.settings.build import provider_parameters, variables_in
from stacks.settings.findings import BASE, located
from stacks.settings.loader import environment_names
from stacks.settings.merging import at, merge_files, with_defaults, without_nulls
from stacks.settings.variables import with_variables
from stacks.settings.yaml_reader import Node, displayed, read, read_content


class KnownError(Exception):
    """The environment is not fit to adopt anything; the message says why and what to do."""


class Surroundings:
    """The files of one environment.

    :param name: such as ``production``
    :param folder: the folder of the files
    :raises KnownError: if there is no such environment, or a file has mistakes
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.file = folder / f"{name}.yaml"
        _require(name, folder)
        self._base, own = _read(folder / f"{BASE}.yaml"), _read(self.file)
        merged = self._merged(own)
        found = [each for each in _found(merged) if not _is_about_no_connections(each)]
        if mistakes := errors([located(each, merged.root) for each in found]):
            raise KnownError(
                f"the environment {name} has mistakes, mend them first\n" + render(mistakes)
            )
        values = merged.values
        self.defaults: dict[str, Any] = values.get("defaults") or {}
        """What is laid under each connection."""
        self.connections: dict[str, dict[str, Any]] = values.get("connections") or {}
        """The connections that are there, with the defaults."""
        self.names = {*_names(self._base), *_names(own)}
        """The names that are taken, by connections that null removes, too."""
        self.provider = provider_parameters(values, folder.resolve().parent.parent)
        """Keyword arguments of the ``FivetranProvider`` construct."""
        self.variables = {each.name for each in variables_in(values)}
        """The names of the variables that are used."""

    def import_ids(self) -> dict[str, str]:
        """The names of the connections that say what they import, by that identifier."""
        every = self.connections.items()
        return {each["import_id"]: name for name, each in every if "import_id" in each}

    def import_ids_elsewhere(self) -> dict[str, str]:
        """The names of the other environments by the identifiers that their own files import. A
        file that cannot be read is passed over: it is no matter of this environment.
        """
        folder = self.file.parent
        found: dict[str, str] = {}
        for name in environment_names(folder):
            root, _ = read(folder / f"{name}.yaml")
            connections = at(root, ("connections",)) if root and name != self.file.stem else None
            for each in connections.value.values() if _is_mapping(connections) else ():
                identifier = at(each, ("import_id",))
                if identifier is not None and isinstance(identifier.value, str):
                    found[identifier.value] = name
        return found

    def schemas(self) -> dict[tuple[str, str], str]:
        """The names of the connections by group and destination schema, in small letters."""
        return {
            (str(each.get("group_id")), schema.casefold()): name
            for name, each in self.connections.items()
            if (schema := _schema(each))
        }

    def errors_with(self, content: str) -> list[Finding]:
        """The errors that the environment would have with another content of its file.

        :returns: with pointers from the top of the merged environment
        """
        own, found = read_content(content.encode(), displayed(self.file))
        if own is None or errors(found):
            return errors(found)
        return errors(_found(self._merged(own)))

    def _merged(self, own: Node) -> _Merged:
        root = without_nulls(with_defaults(merge_files(self._base, own)))
        values, found = with_variables(root)
        return _Merged(root, values, found)


class _Merged(NamedTuple):
    root: Node
    values: dict[str, Any]
    found: list[Finding]


def _found(merged: _Merged) -> list[Finding]:
    return [*merged.found, *checks.check_environment(merged.values, merged.root.place)]


def _require(name: str, folder: Path) -> None:
    names = environment_names(folder)
    if name not in names:
        near = did_you_mean(name, names)
        shown = displayed(folder / f"{name}.yaml")
        hint = near or f"make {shown}, which may be empty"
        raise KnownError(f"there is no environment {name!r} among {', '.join(names)}; {hint}")


def _read(path: Path) -> Node:
    node, found = read(path)
    if node is None or errors(found):
        raise KnownError(
            f"{displayed(path)} has mistakes, mend them first\n" + render(errors(found))
        )
    return node


def _is_mapping(node: Node | None) -> TypeGuard[Node]:
    return node is not None and isinstance(node.value, dict)


def _names(root: Node) -> Iterable[str]:
    connections = at(root, ("connections",))
    return connections.value if _is_mapping(connections) else ()


def _is_about_no_connections(finding: Finding) -> bool:
    """True for the error that an environment has for as long as nothing stands in it."""
    return (finding.rule, finding.pointer) == ("required", "") and "connections" in finding.allowed


def _schema(connection: Mapping[str, Any]) -> str:
    config = connection.get("config") or {}
    joined = destination_schema_name(str(connection.get("service")), config)
    parts = [config[key] for key in DESTINATION_SCHEMA_KEYS if isinstance(config.get(key), str)]
    return joined or ".".join(parts)


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
