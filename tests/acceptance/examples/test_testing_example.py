"""The example of the test kit, as a person runs it: pytest in a folder that has nothing else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages.catalogue import EXAMPLES
from quick_programs import QUICK_TERRAFORM, SHARED_CACHE

pytestmark = [pytest.mark.terraform, pytest.mark.cdktf]


def test_the_example_of_the_test_kit_passes(tmp_path: Path) -> None:
    project = tmp_path / "project"
    shutil.copytree(EXAMPLES / "testing", project, ignore=shutil.ignore_patterns("__pycache__"))
    # An account of somebody is in reach, and no test asks it.
    account = {"FIVETRAN_API_URL": "https://127.0.0.1:9", "FIVETRAN_APIKEY": "a"}

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=project,
        env={**os.environ, **QUICK_TERRAFORM, **SHARED_CACHE, **account},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "3 passed" in done.stdout
    assert {path.name for path in project.iterdir()} - {"__pycache__"} == {
        "pipelines.py",
        "test_pipelines.py",
    }
