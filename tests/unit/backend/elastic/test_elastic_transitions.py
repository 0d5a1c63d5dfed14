"""All pairs of statuses, by the provider against the sandbox: what the table says is what happens.

The expectation is written out here once more, from the Connector Protocol, so that a mistake in the
table of the package is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise, product
from typing import Any

import pytest
from elastic_world import STATUS, WIKI, ElasticWorld
from terraform_core import Core, ProviderRefused
from terraform_values import exact

from constructs_lib.schemas.connector_status import (
    STATUSES,
    is_strict_version,
    next_statuses,
    shortest_path,
)

PROTOCOL = {
    "created": {"needs_configuration", "error"},
    "needs_configuration": {"configured", "error"},
    "configured": {"needs_configuration", "configured", "connected", "error"},
    "connected": {"configured", "connected", "error"},
    "error": {"configured", "connected", "error"},
}
PAIRS = list(product(STATUSES, STATUSES))


@pytest.fixture(scope="module")
def lasting() -> Iterator[ElasticWorld]:
    world = ElasticWorld()
    yield world
    world.close()


def config(core: Core, status: str, via: str) -> Any:
    given = {"connector_id": WIKI, "status": status, "via": via}
    return core.config({name: exact(value) for name, value in given.items()})


def apply(world: ElasticWorld, before: str, wanted: str, via: str) -> list[str]:
    world.begin(before)
    core = Core(world.provider, STATUS)
    whole = config(core, wanted, via)
    core.apply(core.plan(whole), whole)
    for refresh in (False, True):
        assert core.plan(whole, refresh=refresh).differences == set()
    return world.writes()


@pytest.mark.parametrize("version", ["9.1.0", "8.14.3"])
@pytest.mark.parametrize(("before", "wanted"), PAIRS)
def test_a_status_is_set_directly_where_the_protocol_allows_it(
    lasting: ElasticWorld, before: str, wanted: str, version: str
) -> None:
    lasting.store.configure(version=version)
    if before == wanted:
        assert apply(lasting, before, wanted, "direct") == []
    elif wanted in PROTOCOL[before]:
        assert apply(lasting, before, wanted, "direct") == [wanted]
        assert lasting.status == wanted
    else:
        with pytest.raises(ProviderRefused) as refused:
            apply(lasting, before, wanted, "direct")
        rest = set(PROTOCOL[before]) - ({before} if version == "8.14.3" else set())
        listed = [status for status in STATUSES if status in rest]
        assert str(refused.value).startswith("PlanResourceChange")
        assert f"is {before}." in str(refused.value)
        assert f"allowed after {before} are {', '.join(listed)}." in str(refused.value)
        assert lasting.status == before
        assert lasting.writes() == []


@pytest.mark.parametrize(("before", "wanted"), PAIRS)
def test_the_shortest_way_leads_wherever_there_is_one(
    lasting: ElasticWorld, before: str, wanted: str
) -> None:
    if wanted == "created" and before != "created":
        with pytest.raises(ProviderRefused, match="No steps lead to created"):
            apply(lasting, before, wanted, "shortest")
        assert lasting.status == before
        return
    sent = apply(lasting, before, wanted, "shortest")
    assert lasting.status == wanted
    assert all(after in PROTOCOL[here] for here, after in pairwise([before, *sent]))
    assert len(sent) == distance(before, wanted)


def distance(before: str, wanted: str) -> int:
    reached, steps = {before}, 0
    while wanted not in reached:
        reached |= {after for here in reached for after in PROTOCOL[here]}
        steps += 1
    return steps


@pytest.mark.parametrize("status", STATUSES)
def test_the_table_is_that_of_the_protocol(status: str) -> None:
    assert set(next_statuses(status)) == PROTOCOL[status]
    assert set(next_statuses(status, strict=True)) == PROTOCOL[status] - {status}


@pytest.mark.parametrize(("before", "wanted"), PAIRS)
def test_a_strict_server_takes_the_same_ways(before: str, wanted: str) -> None:
    assert shortest_path(before, wanted, strict=True) == shortest_path(before, wanted)


@pytest.mark.parametrize(
    ("version", "is_strict"),
    [
        ("8.13.0", True),
        ("8.14.3", True),
        ("8.14.0-SNAPSHOT", True),
        ("8.12.2", False),
        ("8.15.0", False),
        ("8.130.0", False),
        ("9.1.0", False),
        ("serverless", False),
    ],
)
def test_only_two_versions_are_strict(version: str, is_strict: bool) -> None:
    assert is_strict_version(version) is is_strict


def test_two_steps_are_shown_in_the_plan(
    world: ElasticWorld, core: Core, wanted: Callable[..., Any]
) -> None:
    world.begin("connected")

    core.plan(wanted("needs_configuration", via="shortest"))

    assert "connected -> configured -> needs_configuration" in core.said[-1]
    assert "2 requests" in core.said[-1]
