"""The provider and Elastic's own client, on one sandbox: for each pair of statuses they agree."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from elastic_carriers import ALLOWED, PAIRS
from elastic_client import ElasticClient
from elastic_world import STATUS, WIKI, ElasticWorld
from terraform_core import Core, ProviderRefused
from terraform_values import exact

from constructs_lib.sandbox import SandboxServer
from constructs_lib.sandbox.elastic import ElasticApi


@contextmanager
def served(world: ElasticWorld) -> Iterator[str]:
    with SandboxServer(ElasticApi(world.store)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.url
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def world() -> Iterator[ElasticWorld]:
    with closing(ElasticWorld()) as world:
        yield world


@pytest.fixture(scope="module", params=["elasticsearch-8", "elasticsearch-9"])
def official(request: pytest.FixtureRequest, world: ElasticWorld) -> Iterator[ElasticClient]:
    with served(world) as url, ElasticClient.running(request.param, url) as client:
        yield client


def accepted_by_client(client: ElasticClient, wanted: str) -> bool:
    answer = client.call("connector.update_status", connector_id=WIKI, status=wanted)
    assert answer.status in (200, 400)
    return answer.status == 200


def accepted_by_provider(world: ElasticWorld, wanted: str) -> bool:
    core = Core(world.provider, STATUS)
    given = {"connector_id": WIKI, "status": wanted}
    config = core.config({name: exact(value) for name, value in given.items()})
    try:
        plan = core.plan(config)
    except ProviderRefused:
        return False
    core.apply(plan, config)
    return True


@pytest.mark.parametrize(("current", "wanted"), PAIRS)
def test_provider_and_client_agree(
    world: ElasticWorld, official: ElasticClient, current: str, wanted: str
) -> None:
    world.begin(current)
    by_client, after_client = accepted_by_client(official, wanted), world.status
    world.begin(current)
    by_provider, after_provider = accepted_by_provider(world, wanted), world.status

    assert by_client is (wanted in ALLOWED[current])
    # An equal status is done already: the provider asks for nothing that could be refused.
    assert by_provider is (by_client or wanted == current)
    assert after_provider == after_client == (wanted if by_client else current)
