"""Every attribute of a status that a document has, under every distortion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from elastic_world import STATUS, WIKI, ElasticWorld
from terraform_core import Core, ProviderRefused
from terraform_values import exact

from constructs_lib import schemas
from constructs_lib.sandbox import DISTORTIONS
from constructs_lib.sandbox.distortions import of_connection

ANSWERED = {"id": "", "previous_status": "status", "last_seen": "last_seen", "error": "error"}
"""Where the read-only attributes stand in the document; nowhere if they come from the request."""
HARMLESS = {"lower", "upper", "pad", "trim"}
"""Distortions of a status that must not end in an error."""
CASES = [
    pytest.param(place, name, id=f"{place}-{name}")
    for place in ("status", "last_seen", "error")
    for name, one in DISTORTIONS.items()
    if not one.makes_field
]


@pytest.fixture
def world() -> Iterator[ElasticWorld]:
    world = ElasticWorld("connected")
    yield world
    world.close()


def distort(world: ElasticWorld, place: str, name: str) -> None:
    """Let every document of a connector differ at one place."""
    send = world._adapter.send

    def distorted(request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = send(request, **options)
        body = json.loads(response.content or b"null")
        if isinstance(body, dict) and isinstance(body.get("status"), str):
            changed = of_connection({f"any.{place}": name}, {"any": body})["any"]
            response._content = json.dumps(changed).encode()
        return response

    world._adapter.send = distorted  # type: ignore[method-assign]


def test_every_read_only_attribute_has_its_place() -> None:
    read_only = {one.name for one in schemas.load(STATUS).attributes.values() if one.read_only}

    assert set(ANSWERED) == read_only


def refusal(core: Core, config: Any, world: ElasticWorld) -> str:
    """The words of a clear error; empty if the status is applied, and nothing is left to do."""
    try:
        core.apply(core.plan(config), config)
        world.writes()
        plan = core.plan(config)
    except ProviderRefused as refused:
        return str(refused)
    assert plan.differences == set()
    core.apply(plan, config)
    assert world.writes() == []
    return ""


@pytest.mark.parametrize("policy", ["on_change", "enforce"])
@pytest.mark.parametrize(("place", "name"), CASES)
def test_distorted_document_settles_or_is_refused(
    world: ElasticWorld, place: str, name: str, policy: str
) -> None:
    core = Core(world.provider, STATUS)
    values = {"connector_id": WIKI, "status": "error", "drift_policy": policy}
    config = core.config({key: exact(value) for key, value in values.items()})
    distort(world, place, name)

    words = refusal(core, config, world)

    assert "bug" not in words
    assert not words or place != "status" or name not in HARMLESS
