from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from constructs_lib.schemas import services_file
from constructs_lib.schemas.services import forget


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The root of a project, which is the working directory; nothing of it is remembered."""
    monkeypatch.delenv(services_file.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def write(project: Path) -> Callable[[str], None]:
    """Writes the file of the project."""

    def _write(text: str) -> None:
        (project / services_file.PROJECT_NAME).write_text(text, encoding="utf-8")
        forget()

    return _write
