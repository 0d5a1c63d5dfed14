"""A sandbox on a socket, and a working directory for terraform."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_server import Sandbox, serving
from workspace import Workspace


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.terraform)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with serving(tmp_path / "sandbox.sqlite3") as running:
        yield running


@pytest.fixture
def terraform(tmp_path: Path, sandbox: Sandbox) -> Iterator[Workspace]:
    """A working directory. Whatever is left at the end is destroyed, and nothing may remain."""
    workspace = Workspace(tmp_path / "work", sandbox.url)
    yield workspace
    if (workspace.directory / ".terraform").exists() and workspace.addresses():
        workspace.run("destroy", "-auto-approve", "-input=false")
        assert workspace.addresses() == []
