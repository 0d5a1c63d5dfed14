"""An Elastic sandbox on a socket, and a working directory for terraform."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.register_assert_rewrite("planned", "scenario", "workspace")

from elastic_server import ElasticSandbox, serving  # noqa: E402 - pytest rewrites only before.
from provider_process import ProviderProcess, attached  # noqa: E402
from scenario import Scenario  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.terraform)


@pytest.fixture
def elastic(tmp_path: Path) -> Iterator[ElasticSandbox]:
    with serving(tmp_path / "elastic.sqlite3") as running:
        yield running


@pytest.fixture
def provider(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ProviderProcess | None]:
    with attached(request.node, tmp_path, "elasticops") as process:
        yield process


@pytest.fixture
def terraform(
    tmp_path: Path, elastic: ElasticSandbox, provider: ProviderProcess | None
) -> Iterator[Scenario]:
    """A working directory. Whatever is left at the end is destroyed."""
    scenario = Scenario(tmp_path / "work", elastic, provider)
    yield scenario
    scenario.finish()
