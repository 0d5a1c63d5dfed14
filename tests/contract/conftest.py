from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
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
