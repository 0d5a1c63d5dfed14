"""``scripts/check-prerequisites`` says what is missing on a machine, and nothing else."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CHECK = ROOT / "scripts" / "check-prerequisites"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder that is the whole PATH: only a shell and sed are there."""
    for tool in ("sh", "sed"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}")
    return tmp_path


def program(folder: Path, name: str, prints: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\nprintf '%s\\n' '{prints}'\n")
    (folder / name).chmod(0o755)


def check(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(CHECK)],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_with_a_python_passes(machine: Path) -> None:
    program(machine, "python3", "3.10")

    result = check(machine)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{machine}/python3\n"


def test_a_missing_python_is_one_message_with_its_source(machine: Path) -> None:
    result = check(machine)

    assert (result.returncode, result.stdout) == (1, "")
    (message,) = result.stderr.splitlines()
    assert message.startswith("Python 3.10 or newer is missing (found: none).")
    assert "https://www.python.org/downloads/" in message


@pytest.mark.parametrize("python", ["3.9", "2.7"])
def test_an_old_python_is_named_with_its_version(python: str, machine: Path) -> None:
    program(machine, "python3", python)

    result = check(machine)

    assert result.returncode == 1
    assert f"(found: {python})" in result.stderr


@pytest.mark.parametrize("terraform", [None, "Terraform v1.9.8", "Illegal instruction"])
def test_whichever_terraform_is_there_does_not_matter(terraform: str | None, machine: Path) -> None:
    program(machine, "python3", "3.13")
    if terraform is not None:
        program(machine, "terraform", terraform)

    result = check(machine)

    assert (result.returncode, result.stderr) == (0, "")


def test_another_python_is_found_by_its_version(machine: Path) -> None:
    program(machine, "python3", "3.8")
    program(machine, "python3.12", "3.12")

    assert check(machine).stdout == f"{machine}/python3.12\n"
