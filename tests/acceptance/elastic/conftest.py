"""An Elastic sandbox on a socket, and a working directory for terraform."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from elastic_server import ElasticSandbox, serving
from provider_process import ProviderProcess, SharedProcess
from sandbox_address import SandboxAddress
from scenario import Scenario


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Of all tests there are; paths that are compared as objects would take a while.
    folder = f"{Path(__file__).parent}{os.sep}"
    for item in items:
        if str(item.path).startswith(folder):
            item.add_marker(pytest.mark.terraform)


@pytest.fixture(scope="session")
def sandbox_address() -> Iterator[SandboxAddress]:
    """The address of all sandboxes, so that all providers have the same environment."""
    with SandboxAddress() as address:
        yield address


@pytest.fixture
def elastic(tmp_path: Path, sandbox_address: SandboxAddress) -> Iterator[ElasticSandbox]:
    with serving(tmp_path / "elastic.sqlite3", address=sandbox_address) as running:
        yield running


@pytest.fixture(scope="session")
def shared_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedProcess]:
    process = SharedProcess(tmp_path_factory.mktemp("provider"), "elasticops")
    yield process
    process.end()


@pytest.fixture
def provider(
    request: pytest.FixtureRequest, tmp_path: Path, shared_process: SharedProcess
) -> Iterator[ProviderProcess | None]:
    with shared_process.attached(request.node, tmp_path) as process:
        yield process


@pytest.fixture
def terraform(
    tmp_path: Path, elastic: ElasticSandbox, provider: ProviderProcess | None
) -> Iterator[Scenario]:
    """A working directory. Whatever is left at the end is destroyed."""
    scenario = Scenario(tmp_path / "work", elastic, provider)
    yield scenario
    scenario.finish()
