"""Every attribute of a status that a document has, under every distortion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from distorted import distort, refusal
from elastic_world import STATUS, WIKI, ElasticWorld
from terraform_core import Core
from terraform_values import exact

from constructs_lib import schemas
from constructs_lib.sandbox import DISTORTIONS

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


def connector(body: Any) -> Any:
    """The document of a connector, if the answer has one."""
    return body if isinstance(body, dict) and isinstance(body.get("status"), str) else None


def test_every_read_only_attribute_has_its_place() -> None:
    read_only = {one.name for one in schemas.load(STATUS).attributes.values() if one.read_only}

    assert set(ANSWERED) == read_only


@pytest.mark.parametrize("policy", ["on_change", "enforce"])
@pytest.mark.parametrize(("place", "name"), CASES)
def test_distorted_document_settles_or_is_refused(
    world: ElasticWorld, place: str, name: str, policy: str
) -> None:
    core = Core(world.provider, STATUS)
    values = {"connector_id": WIKI, "status": "error", "drift_policy": policy}
    config = core.config({key: exact(value) for key, value in values.items()})
    distort(world._adapter, connector, place, name)

    words = refusal(core, config, world)

    assert "bug" not in words
    assert not words or place != "status" or name not in HARMLESS
