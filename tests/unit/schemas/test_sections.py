"""What the schemas declare of sections is complete, and fits what the rest of the product has."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib import constructs, schemas
from constructs_lib.backend.fivetran.lists import BelongingList
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.schemas.sections import Section, section_schema, sections

KEYS = {
    *("name", "description", "order", "import", "connection", "once", "output", "adopt"),
}
EVERY = sections().values()


def ids(section: Section) -> str:
    return section.name


def declared(section: Section) -> dict[str, Any]:
    found: dict[str, Any] = schemas.load(section.resource).document["x-section"]
    return found


@pytest.mark.parametrize("section", EVERY, ids=ids)
def test_a_section_is_declared_in_known_words(section: Section) -> None:
    found = declared(section)

    assert found.keys() <= KEYS
    assert found["description"].endswith(".")
    assert sections()[section.name] is section


@pytest.mark.parametrize("section", EVERY, ids=ids)
def test_an_entry_becomes_a_construct_of_its_resource(section: Section) -> None:
    assert section.resource == getattr(constructs, section.construct).TYPE


@pytest.mark.parametrize("section", EVERY, ids=ids)
def test_an_entry_names_a_connection_and_may_import(section: Section) -> None:
    entry = section_schema(section)["additionalProperties"]["properties"]

    assert set(entry) == {"connection", *(["import_id"] if section.takes_over else [])}
    if section.takes_over:
        identifier = schemas.load("fivetranops_connection").document["properties"]["id"]
        assert entry["import_id"]["pattern"] == identifier["pattern"]
        assert entry["import_id"]["readOnly"] is False


def test_what_is_adopted_can_be_read_and_imported() -> None:
    adopted = [section for section in EVERY if section.adoption is not None]

    lists = FivetranOps().list_resources
    assert adopted
    for section in adopted:
        assert isinstance(lists[section.resource], BelongingList)
        assert section.takes_over


def test_what_is_applied_first_comes_first() -> None:
    orders = [section.order for section in EVERY]

    known = [order for order in orders if order is not None]
    assert orders == sorted(known) + [None] * orders.count(None)


def test_an_output_is_an_attribute() -> None:
    for section in EVERY:
        if section.output is not None:
            assert section.output in schemas.load(section.resource).attributes
