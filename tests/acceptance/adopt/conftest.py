from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from adopt_project import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project without connections, and an empty account."""
    project = Project(tmp_path / "project")
    yield project
    project.end()
