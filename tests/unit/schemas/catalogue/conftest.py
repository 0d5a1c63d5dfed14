from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from constructs_lib.schemas.catalogue import service_facts
from constructs_lib.schemas.catalogue.service_facts import forget


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The root of a project, which is the working directory; nothing of it is remembered."""
    monkeypatch.delenv(service_facts.VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    forget()
    yield tmp_path
    forget()


@pytest.fixture
def write(project: Path) -> Callable[[str], None]:
    """Writes the file of the project."""

    def _write(text: str) -> None:
        (project / service_facts.PROJECT_NAME).write_text(text, encoding="utf-8")
        forget()

    return _write
