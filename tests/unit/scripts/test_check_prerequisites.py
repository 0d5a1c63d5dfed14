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
        [str(CHECK), "--terraform"],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_with_everything_passes(machine: Path) -> None:
    program(machine, "python3", "3.10")
    program(machine, "terraform", "Terraform v1.11.0")

    result = check(machine)

    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"{machine}/python3\n"


def test_each_missing_tool_gets_one_message(machine: Path) -> None:
    result = check(machine)

    assert result.returncode == 1
    python, terraform = result.stderr.splitlines()
    assert python.startswith("Python 3.10 or newer is missing")
    assert "https://www.python.org/downloads/" in python
    assert terraform.startswith("Terraform 1.11 or newer is missing")
    assert "https://developer.hashicorp.com/terraform/install" in terraform


@pytest.mark.parametrize(("python", "terraform"), [("3.9", "1.10.9"), ("2.7", "0.15.5")])
def test_old_tools_are_named_with_their_versions(
    python: str, terraform: str, machine: Path
) -> None:
    program(machine, "python3", python)
    program(machine, "terraform", f"Terraform v{terraform}")

    result = check(machine)

    assert result.returncode == 1
    assert f"(found: {python})" in result.stderr
    assert f"Terraform is too old: {terraform} instead of 1.11 or newer." in result.stderr


@pytest.mark.parametrize("terraform", ["1.11.0", "1.12.0-beta1", "2.0.0"])
def test_newer_versions_of_terraform_pass(terraform: str, machine: Path) -> None:
    program(machine, "python3", "3.13")
    program(machine, "terraform", f"Terraform v{terraform}")

    assert check(machine).returncode == 0


def test_another_python_is_found_by_its_version(machine: Path) -> None:
    program(machine, "python3", "3.8")
    program(machine, "python3.12", "3.12")
    program(machine, "terraform", "Terraform v1.11.0")

    assert check(machine).stdout == f"{machine}/python3.12\n"


@pytest.mark.parametrize(
    ("script", "status", "answer"),
    [
        ("echo 'OpenTofu v1.11.0'", 0, "OpenTofu v1.11.0"),
        ("echo 'Illegal instruction' >&2; exit 132", 132, "Illegal instruction"),
        ("exit 1", 1, "nothing"),
    ],
)
def test_a_terraform_without_a_version_is_quoted(
    script: str, status: int, answer: str, machine: Path
) -> None:
    program(machine, "python3", "3.13")
    (machine / "terraform").write_text(f"#!/bin/sh\n{script}\n")
    (machine / "terraform").chmod(0o755)

    result = check(machine)

    assert result.returncode == 1
    said = f"{machine}/terraform does not tell its version, but ended with status {status} and "
    assert said + f"answered: {answer}." in result.stderr


def test_warnings_of_terraform_do_not_hide_its_version(machine: Path) -> None:
    program(machine, "python3", "3.13")
    (machine / "terraform").write_text("#!/bin/sh\necho Warning >&2\necho 'Terraform v1.11.4'\n")
    (machine / "terraform").chmod(0o755)

    assert check(machine).returncode == 0
