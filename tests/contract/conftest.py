from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from elastic_carriers import ElasticCarrier, ElasticEmbedded, ElasticServed, serving_elastic
from elastic_client import ElasticClient
from sandbox_carriers import Carrier, Embedded, Served, serving


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server for all tests, because starting one for each would take most of their time."""
    with serving(tmp_path_factory.mktemp("server") / "sandbox.db", "--control") as url:
        yield url


@pytest.fixture(params=["server", "file", "memory"])
def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Carrier]:
    """An empty sandbox with the default settings, reached in each of the three ways."""
    made: Carrier
    if request.param == "server":
        made = Served(request.getfixturevalue("server"))
        made.clean()
    else:
        made = Embedded(tmp_path / "sandbox.db" if request.param == "file" else None)
    with made.session:
        yield made


@pytest.fixture(scope="session")
def elastic_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One server of Elastic's API for all tests."""
    with serving_elastic(tmp_path_factory.mktemp("elastic") / "elastic.db", "--control") as url:
        yield url


@pytest.fixture(params=["server", "file", "memory"])
def elastic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ElasticCarrier]:
    """A new sandbox of Elastic's API with the default settings, reached in each of three ways."""
    made: ElasticCarrier
    if request.param == "server":
        made = ElasticServed(request.getfixturevalue("elastic_server"))
        made.clean()
    else:
        made = ElasticEmbedded(tmp_path / "elastic.db" if request.param == "file" else None)
    with made.session:
        yield made


@pytest.fixture
def sandbox() -> Iterator[ElasticEmbedded]:
    """A new sandbox of Elastic's API in memory, where the carrier makes no difference."""
    made = ElasticEmbedded(None)
    with made.session:
        yield made


@pytest.fixture(scope="session", params=["elasticsearch-8", "elasticsearch-9"])
def client(request: pytest.FixtureRequest, elastic_server: str) -> Iterator[ElasticClient]:
    """Elastic's own client, unmodified, in each major version."""
    with ElasticClient.running(request.param, elastic_server) as made:
        yield made
