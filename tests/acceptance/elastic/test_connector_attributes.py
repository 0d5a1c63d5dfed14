"""Each attribute of ``elasticops_connector_status`` alone, under the real Terraform."""

from __future__ import annotations

import pytest
from elastic_server import ElasticSandbox, put
from scenario import Scenario, Write

from constructs_lib import schemas

STATUS = "elasticops_connector_status.wiki"
AT_FIRST = {"connector_id": '"wiki"', "status": '"error"'}
CASES: dict[str, tuple[str, list[Write]]] = {
    "connector_id": ('"other"', [put("error", "other")]),
    "status": ('"connected"', [put("connected")]),
    "drift_policy": ('"enforce"', []),
    "via": ('"shortest"', []),
    "timeouts": ('{ create = "1m", update = "2m" }', []),
}
"""For each attribute another value, and what a change to it sends."""
OPTIONAL = sorted(CASES.keys() - AT_FIRST.keys())


def body(values: dict[str, str]) -> str:
    lines = "".join(f"{name} = {value}\n" for name, value in values.items())
    return f'resource "elasticops_connector_status" "wiki" {{\n{lines}}}\n'


@pytest.fixture(autouse=True)
def other(elastic: ElasticSandbox) -> None:
    elastic.store.add_connector("other")


def test_every_attribute_has_a_case() -> None:
    attributes = schemas.load("elasticops_connector_status").attributes.items()

    assert {name for name, attribute in attributes if not attribute.read_only} == CASES.keys()


@pytest.mark.parametrize("name", OPTIONAL)
def test_an_attribute_is_set_alone_from_the_beginning(terraform: Scenario, name: str) -> None:
    terraform.step(body({**AT_FIRST, name: CASES[name][0]}), [put("error")])

    # Taking it back sends nothing.
    terraform.step(body(AT_FIRST), actions={STATUS: ["update"]}, differences={name})


@pytest.mark.parametrize("name", CASES)
def test_a_change_of_an_attribute_sends_exactly_what_it_must(
    terraform: Scenario, name: str
) -> None:
    terraform.step(body(AT_FIRST), [put("error")])
    value, writes = CASES[name]

    done = terraform.step(body({**AT_FIRST, name: value}), writes, planned=True)

    assert name in done.plan.differences(STATUS)


def test_optional_attributes_that_are_null_are_left_out(terraform: Scenario) -> None:
    terraform.step(body(AT_FIRST), [put("error")])

    terraform.step(body({**AT_FIRST, **dict.fromkeys(OPTIONAL, "null")}), actions={})


def test_the_status_of_a_deleted_connector_can_be_destroyed(
    terraform: Scenario, elastic: ElasticSandbox
) -> None:
    terraform.step(body(AT_FIRST), [put("error")])
    elastic.remove()

    terraform.destroy()
