from __future__ import annotations

from pathlib import Path

import pytest
from cdktf_project import MAIN_TF, Machine, machine

from constructs_lib.constructs.synth.delivery import plant


@pytest.fixture(name="machine")
def _machine(tmp_path: Path) -> Machine:
    return machine(tmp_path / "home")


@pytest.fixture
def plain_project(tmp_path: Path) -> Path:
    """A plain Terraform working directory with the planted files beside ``main.tf``."""
    folder = tmp_path / "plain"
    folder.mkdir()
    (folder / "main.tf").write_text(MAIN_TF)
    plant(folder, providers=["fivetranops"])
    return folder
