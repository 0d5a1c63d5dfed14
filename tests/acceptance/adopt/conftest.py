from __future__ import annotations

from pathlib import Path

import pytest
from adopt_project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without connections, and an empty account."""
    return Project(tmp_path / "project")
