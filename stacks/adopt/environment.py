"""The environment that adopts: its files, and which connections of the account are new to them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

from constructs_lib.adopt.account import AccountError, Inventory, Listed
from constructs_lib.adopt.account import open_account as open_provider_account
from constructs_lib.adopt.description import Variable
from constructs_lib.schemas import DESTINATION_SCHEMA_KEYS, destination_schema_name
from constructs_lib.schemas.keywords import did_you_mean
from constructs_lib.schemas.sections import sections
from constructs_lib.validation import Finding, errors, render
from stacks.settings.checks import check_environment
from stacks.settings.loader import environment_names, provider_parameters, variables_in
from stacks.settings.merging import (
    BASE,
    merge_layers,
    node_at,
    with_location,
)
from stacks.settings.variables import with_variables
from stacks.settings.yaml_reader import Node, displayed, read, read_content


def open_account(provider: Mapping[str, Any], environ: Mapping[str, str]) -> Inventory:
    """Return the account of an environment.

    :param provider: keyword arguments of the ``FivetranProvider`` construct
    :param environ: the process environment, in which the variables of credentials have values
    :raises AccountError: if something is missing or wrong
    """
    return open_provider_account({name: _value(value, environ) for name, value in provider.items()})


def _value(value: Any, environ: Mapping[str, str]) -> Any:
    if not isinstance(value, Variable):
        return value
    name = f"TF_VAR_{value.name}"
    if not environ.get(name):
        raise AccountError(f"{name} has no value, but the provider of this environment needs it")
    return environ[name]


class UnfitEnvironment(Exception):
    """The environment cannot adopt anything; the message says why and what to do."""


class ExistingEnvironment:
    """The files of one environment.

    :param name: such as ``production``
    :param folder: the folder of the files
    :raises UnfitEnvironment: if there is no such environment, or a file has mistakes
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.file = folder / f"{name}.yaml"
        _require(name, folder)
        self._base, own = _read(folder / f"{BASE}.yaml"), _read(self.file)
        merged = self._merged(own)
        found = [each for each in _check(merged) if not _is_about_no_connections(each)]
        if mistakes := errors([with_location(each, merged.root) for each in found]):
            raise UnfitEnvironment(
                f"the environment {name} has mistakes; correct them first\n" + render(mistakes)
            )
        values = merged.values
        self.defaults: dict[str, Any] = values.get("defaults") or {}
        """The parameters that are laid under each connection."""
        self.connections: dict[str, dict[str, Any]] = values.get("connections") or {}
        """The connections of the environment, with the defaults."""
        self.names = {*_names(self._base), *_names(own)}
        """The names that are taken, also by connections that a null removes."""
        self.provider = provider_parameters(values, folder.resolve().parent.parent)
        """Keyword arguments of the ``FivetranProvider`` construct."""
        self.variables = {each.name for each in variables_in(values)}
        """The names of the variables that are used."""

    def import_ids(self) -> dict[str, str]:
        """Return the names of the connections with an ``import_id``, by that identifier."""
        every = self.connections.items()
        return {each["import_id"]: name for name, each in every if "import_id" in each}

    def import_ids_elsewhere(self) -> dict[str, str]:
        """Return the names of the other environments by the identifiers that their files import.

        A file that cannot be read is passed over: it does not concern this environment.
        """
        folder = self.file.parent
        found: dict[str, str] = {}
        for name in environment_names(folder):
            root, _ = read(folder / f"{name}.yaml")
            connections = (
                node_at(root, ("connections",)) if root and name != self.file.stem else None
            )
            for each in connections.value.values() if _is_mapping(connections) else ():
                identifier = node_at(each, ("import_id",))
                if identifier is not None and isinstance(identifier.value, str):
                    found[identifier.value] = name
        return found

    def schemas(self) -> dict[tuple[str, str], str]:
        """Return the names of the connections by group and destination schema in small letters."""
        return {
            (str(each.get("group_id")), schema.casefold()): name
            for name, each in self.connections.items()
            if (schema := _schema(each))
        }

    def errors_with(self, content: str) -> list[Finding]:
        """Return the errors that the environment would have with another content of its file.

        :returns: with pointers from the top of the merged environment
        """
        own, found = read_content(content.encode(), displayed(self.file))
        if own is None or errors(found):
            return errors(found)
        return errors(_check(self._merged(own)))

    def _merged(self, own: Node) -> _Merged:
        root, _ = merge_layers(self._base, own)
        values, found = with_variables(root)
        return _Merged(root, values, found)


class _Merged(NamedTuple):
    root: Node
    values: dict[str, Any]
    found: list[Finding]


def _check(merged: _Merged) -> list[Finding]:
    return [*merged.found, *check_environment(merged.values, merged.root.place)]


def _require(name: str, folder: Path) -> None:
    names = environment_names(folder)
    if name not in names:
        near = did_you_mean(name, names)
        shown = displayed(folder / f"{name}.yaml")
        hint = near or f"create {shown}; it may be empty"
        raise UnfitEnvironment(
            f"there is no environment {name!r} (found: {', '.join(names)}); {hint}"
        )


def _read(path: Path) -> Node:
    node, found = read(path)
    if node is None or errors(found):
        raise UnfitEnvironment(
            f"{displayed(path)} has mistakes; correct them first\n" + render(errors(found))
        )
    return node


def _is_mapping(node: Node | None) -> TypeGuard[Node]:
    return node is not None and isinstance(node.value, dict)


def _names(root: Node) -> Iterable[str]:
    """Return the names of connections, and of what is named like them when it is adopted."""
    adopted = (each.name for each in sections().values() if each.adoption is not None)
    for section in ("connections", *adopted):
        found = node_at(root, (section,))
        yield from found.value if _is_mapping(found) else ()


def _is_about_no_connections(finding: Finding) -> bool:
    """Return whether a finding is the error of an environment without connections."""
    return (finding.rule, finding.pointer) == ("required", "") and "connections" in finding.allowed


def _schema(connection: Mapping[str, Any]) -> str:
    config = connection.get("config") or {}
    joined = destination_schema_name(str(connection.get("service")), config)
    parts = [config[key] for key in DESTINATION_SCHEMA_KEYS if isinstance(config.get(key), str)]
    return joined or ".".join(parts)


class AlreadyManaged(NamedTuple):
    """A connection that an entry, or another environment, describes already."""

    connection: Listed
    name: str
    """The name of that entry of this environment, or of the other environment."""


class Selection(NamedTuple):
    """The connections of the account, by what is done about them."""

    wanted: list[Listed]
    """Those to adopt, in the order of their destination schemas."""
    known: list[Listed]
    """Those that an entry imports already."""
    described: list[AlreadyManaged]
    """Those whose destination schema an entry without its identifier names."""
    elsewhere: list[AlreadyManaged]
    """Those that another environment imports, each with its name: two states that manage one
    connection would undo each other's changes."""
    others: int
    """The number of connections of services that were not asked for."""


def select_connections(
    found: Sequence[Listed], services: Collection[str], existing: ExistingEnvironment
) -> Selection:
    """Decide which connections of an account to adopt, and why the others are not.

    An entry is recognized by its ``import_id``, whatever its name and wherever it is; one without
    it by its group and destination schema, which no two connections share.

    :param found: the connections, filtered by group
    :param services: the services that were asked for; none for all
    """
    selection = Selection(
        [], [], [], [], sum(bool(services) and each.service not in services for each in found)
    )
    by_id, by_schema = existing.import_ids(), existing.schemas()
    elsewhere = existing.import_ids_elsewhere()
    every = sorted(found, key=lambda each: (each.schema, each.group_id, each.id))
    for each in {one.id: one for one in every}.values():
        if services and each.service not in services:
            continue
        name = by_schema.get((each.group_id, each.schema.casefold()))
        if each.id in by_id:
            selection.known.append(each)
        elif each.id in elsewhere:
            selection.elsewhere.append(AlreadyManaged(each, elsewhere[each.id]))
        elif name is not None:
            selection.described.append(AlreadyManaged(each, name))
        else:
            selection.wanted.append(each)
    return selection
