"""The environments that are shipped are valid, and show what they claim to show."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from constructs_lib.sandbox.elastic import ElasticStore
from constructs_lib.validation import ConstructPlace, check_connection
from stacks.settings import Environment, Variable, load_environment, load_environments

FOLDER = Path(__file__).parents[3] / "stacks" / "environments"


@pytest.fixture(scope="module")
def environments() -> dict[str, Environment]:
    return {each.name: each for each in load_environments(FOLDER)}


def test_there_are_three_environments(environments: dict[str, Environment]) -> None:
    assert list(environments) == ["production", "sandbox", "staging"]


@pytest.mark.parametrize("name", ["production", "sandbox", "staging"])
def test_connections_are_accepted_without_a_warning(name: str) -> None:
    for connection in load_environment(name, FOLDER).connections:
        found = check_connection(
            connection.parameters,
            place=ConstructPlace(connection.name),
            is_token=lambda value: isinstance(value, Variable),
        )
        assert found == []


def test_sandbox_has_several_services_and_two_states(
    environments: dict[str, Environment],
) -> None:
    connections = environments["sandbox"].connections

    assert len({connection.parameters["service"] for connection in connections}) == 6
    assert sum(connection.managed_state is not None for connection in connections) == 2


def test_the_sandbox_is_a_file_of_the_project(environments: dict[str, Environment]) -> None:
    expected = f"sandbox:{FOLDER.parent.parent}/.sandbox/fivetran.sqlite3"

    assert environments["sandbox"].provider["api_url"] == expected


def test_sandbox_sets_the_status_of_its_connector(
    environments: dict[str, Environment],
) -> None:
    sandbox = environments["sandbox"]

    assert sandbox.elastic == {
        "endpoints": [f"sandbox:{FOLDER.parent.parent}/.sandbox/elastic.sqlite3"]
    }
    (wiki,) = sandbox.connector_statuses
    with ElasticStore(None) as store:
        connector = store.connector(wiki.parameters["connector_id"])
    assert connector is not None
    assert connector.status == "created"


def test_staging_has_nothing_to_do_with_elastic(environments: dict[str, Environment]) -> None:
    assert environments["staging"].elastic is None


def test_production_is_protected_and_shares_its_state(
    environments: dict[str, Environment],
) -> None:
    production = environments["production"]

    assert {connection.protect for connection in production.connections} == {True}
    assert production.backend.type == "s3"


def test_no_secret_stands_in_the_files() -> None:
    for path in FOLDER.glob("*.yaml"):
        for connection in (yaml.safe_load(path.read_text())["connections"] or {}).values():
            for key, value in _leaves((connection or {}).get("secrets", {})):
                assert key in ("variable", "key"), value


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    else:
        yield key, value
