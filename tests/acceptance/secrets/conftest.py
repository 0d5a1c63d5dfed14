"""An API that tells what it is sent, and a project with secrets that works on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from echoing_server import Served, serving
from secret_project import Project


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "sandbox.sqlite3") as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, served: Served) -> Project:
    return Project(tmp_path, served.url)
