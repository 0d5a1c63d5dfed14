"""What editors show of a parameter is there, and does not contradict the schema."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from pages.signatures import Construct, Parameter, constructs

from constructs_lib import schemas
from constructs_lib.schemas import Attribute
from constructs_lib.validation import ALIASES

NAMES = {attribute for name in schemas.names() for attribute in schemas.load(name).attributes}
STATUSES = {"JOB_FAILED"}
"""Names that the API gives to results."""
CONSTRUCTS = [pytest.param(construct, id=construct.name) for construct in constructs()]


class Described(NamedTuple):
    """A parameter with the attribute that it sets."""

    parameter: Parameter
    attribute: Attribute

    @property
    def name(self) -> str:
        return self.parameter.name

    @property
    def meaning(self) -> str:
        return self.parameter.meaning


def described(construct: Construct) -> list[Described]:
    attributes = schemas.load(construct.schema).attributes
    named = {p.name: ALIASES.get(p.name, p.name) for p in construct.parameters}
    return [
        Described(p, attributes[named[p.name]])
        for p in construct.parameters
        if named[p.name] in attributes
    ]


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_each_parameter_says_what_it_is(construct: Construct) -> None:
    parameters = [*construct.parameters, *(p for m in construct.methods for p in m.parameters)]

    assert [p.name for p in parameters if not p.meaning] == []


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_default_that_is_told_is_the_default(construct: Construct) -> None:
    for each in described(construct):
        documented = re.findall(r"`([^`]+)` \(default", each.meaning)
        default = each.attribute.default
        expected = [default] if isinstance(default, str) else []

        assert documented == expected, f"{construct.name}({each.name}): {each.meaning}"


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_switch_says_what_its_other_position_does(construct: Construct) -> None:
    for each in described(construct):
        if isinstance(each.attribute.default, bool):
            other = str(not each.attribute.default)

            assert each.meaning.startswith(other), f"{construct.name}({each.name}): {each.meaning}"


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_numbers_by_default_are_those_of_the_schema(construct: Construct) -> None:
    for each in described(construct):
        documented = re.findall(r"Default (\d+)", each.meaning)
        known = re.findall(r"Default (\d+)", each.attribute.description)

        assert documented == known, f"{construct.name}({each.name})"


@pytest.mark.parametrize("construct", CONSTRUCTS)
def test_a_value_that_is_named_is_allowed(construct: Construct) -> None:
    others = {*NAMES, *ALIASES, *STATUSES}
    for each in described(construct):
        allowed = each.attribute.rule.get("enum")
        if allowed:
            named = set(re.findall(r"`([^`\s]+)`", each.meaning))

            assert named - others <= set(map(str, allowed)), f"{construct.name}({each.name})"


def test_a_default_that_is_wrong_would_be_found() -> None:
    (state,) = [construct for construct in constructs() if construct.name == "ConnectionState"]
    wrong = [
        p._replace(meaning="`enforce` (default)") if p.name == "drift_policy" else p
        for p in state.parameters
    ]

    with pytest.raises(AssertionError, match="drift_policy"):
        test_a_default_that_is_told_is_the_default(state._replace(parameters=wrong))
