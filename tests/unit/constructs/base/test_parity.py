"""The parameters and readable attributes of the constructs against the JSON Schemas."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from constructs_lib import constructs, schemas
from constructs_lib.constructs.base.attributes import ReadableAttribute
from constructs_lib.constructs.base.data_source import (
    ActionConstruct,
    DataSourceConstruct,
    EphemeralResourceConstruct,
)
from constructs_lib.constructs.base.meta_arguments import NAMES
from constructs_lib.constructs.base.provider import ProviderConstruct
from constructs_lib.constructs.base.resource import ResourceConstruct
from constructs_lib.validation import ALIASES

READING = set(NAMES) - {"lifecycle", "import_id", "import_identity", "moved_from"}
"""The meta-arguments of what is only read or opened: nothing is changed, and nothing imported."""
ACTING = READING - {"depends_on"}
"""Those of an action, which waits for what triggers it."""


def others_of(construct: type[ResourceConstruct]) -> set[str]:
    """Return the parameters that are no attributes."""
    about = {"connection"} & set(construct.CONSTRUCTOR_ONLY)
    if issubclass(construct, ActionConstruct):
        return ACTING | about
    is_reader = issubclass(construct, (DataSourceConstruct, EphemeralResourceConstruct))
    return (READING if is_reader else set(NAMES)) | about


def described() -> Iterator[tuple[type, str, set[str]]]:
    """Return all public constructs that have a schema, with its name and their other parameters."""
    for each in map(vars(constructs).get, constructs.__all__):
        if isinstance(each, type) and issubclass(each, ResourceConstruct):
            yield each, each.TYPE, others_of(each)
        elif isinstance(each, type) and issubclass(each, ProviderConstruct):
            yield each, each.KIND.name, {"alias"}


CONSTRUCTS = [pytest.param(*case, id=case[0].__name__) for case in described()]
RESOURCES = [
    case
    for case in CONSTRUCTS
    if issubclass(case.values[0], ResourceConstruct)
    and not issubclass(case.values[0], ActionConstruct)
]


ACTIONS = [case.values[0] for case in CONSTRUCTS if issubclass(case.values[0], ActionConstruct)]


def test_each_described_thing_has_a_construct() -> None:
    offered = {
        name
        for name in schemas.names()
        if not name.startswith(("backend.", "environment", "list."))
    }

    assert {name for _, name, _ in described()} == offered


@pytest.mark.parametrize(("construct", "name", "others"), CONSTRUCTS)
def test_the_other_parameters_are_those_of_its_kind(
    construct: type, name: str, others: set[str]
) -> None:
    attributes = {ALIASES.get(p, p) for p in parameters(construct)} & {
        *schemas.load(name).attributes
    }

    offered = {p for p in parameters(construct) if ALIASES.get(p, p) not in attributes}

    assert offered == others


@pytest.mark.parametrize(("construct", "name", "others"), RESOURCES)
def test_what_is_imported_by_identity_has_one(construct: type, name: str, others: set[str]) -> None:
    identity = [each for each in schemas.load(name).attributes.values() if each.identity]

    assert ("import_identity" in parameters(construct)) == bool(identity)


@pytest.mark.parametrize("construct", ACTIONS)
def test_nothing_of_an_action_can_be_read(construct: type) -> None:
    readable = [
        n for n, value in inspect.getmembers(construct) if isinstance(value, ReadableAttribute)
    ]

    assert readable == []


def parameters(construct: type) -> dict[str, inspect.Parameter]:
    signature = inspect.signature(construct.__init__)  # type: ignore[misc]
    return {n: p for n, p in signature.parameters.items() if n not in ("self", "scope", "id_")}


@pytest.mark.parametrize(("construct", "name", "others"), CONSTRUCTS)
def test_the_parameters_are_the_configurable_attributes(
    construct: type, name: str, others: set[str]
) -> None:
    attributes = schemas.load(name).attributes.values()
    configurable = {attribute.name for attribute in attributes if not attribute.read_only}

    offered = {ALIASES.get(p, p) for p in parameters(construct)} - others

    assert offered == configurable


@pytest.mark.parametrize(("construct", "name", "others"), CONSTRUCTS)
def test_all_parameters_are_keyword_only(construct: type, name: str, others: set[str]) -> None:
    kinds = {parameter.kind for parameter in parameters(construct).values()}

    assert kinds == {inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize(("construct", "name", "others"), CONSTRUCTS)
def test_each_parameter_is_documented(construct: type, name: str, others: set[str]) -> None:
    text = inspect.getdoc(construct.__init__) or ""  # type: ignore[misc]

    missing = [p for p in parameters(construct) if f":param {p}:" not in text]

    assert missing == []


@pytest.mark.parametrize(("construct", "name", "others"), CONSTRUCTS)
def test_the_literal_types_are_the_enums(construct: type, name: str, others: set[str]) -> None:
    hints = typing.get_type_hints(construct.__init__)  # type: ignore[misc]
    attributes = schemas.load(name).attributes

    for parameter in set(parameters(construct)) - others:
        enum = attributes[ALIASES.get(parameter, parameter)].rule.get("enum", [])
        assert literal_values(hints[parameter]) == set(enum), parameter


@pytest.mark.parametrize(("construct", "name", "others"), RESOURCES)
def test_all_attributes_but_the_write_only_can_be_read(
    construct: type, name: str, others: set[str]
) -> None:
    attributes = schemas.load(name).attributes.values()
    expected = {attribute.name for attribute in attributes if not attribute.write_only}

    readable = {
        n for n, value in inspect.getmembers(construct) if isinstance(value, ReadableAttribute)
    }

    assert readable == expected


def literal_values(hint: Any) -> set[Any]:
    if typing.get_origin(hint) is typing.Literal:
        return set(get_args(hint))
    found: set[Any] = set()
    return found.union(*(literal_values(part) for part in get_args(hint)))
