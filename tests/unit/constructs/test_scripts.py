"""The scripts that ``make`` runs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
CHECK = ROOT / "scripts" / "check-prerequisites"


def script(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


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


def test_the_sandbox_needs_nothing() -> None:
    run = script("run")

    environ = run.with_variables("sandbox", ("orders_password",), {})

    assert environ == {
        "FIVETRAN_APIKEY": "sandbox",
        "FIVETRAN_APISECRET": "sandbox",
        "TF_VAR_orders_password": "sandbox-orders_password",
    }


def test_the_sandbox_keeps_what_is_set() -> None:
    run = script("run")

    environ = run.with_variables("sandbox", ("a",), {"TF_VAR_a": "mine", "FIVETRAN_APIKEY": "k"})

    assert (environ["TF_VAR_a"], environ["FIVETRAN_APIKEY"]) == ("mine", "k")


def test_other_environments_list_all_that_is_missing() -> None:
    run = script("run")

    with pytest.raises(SystemExit, match=r"(?s)production.*TF_VAR_a\n.*TF_VAR_c$"):
        run.with_variables("production", ("a", "b", "c"), {"TF_VAR_b": "set"})


def test_other_environments_get_no_placeholder() -> None:
    run = script("run")

    assert run.with_variables("production", ("a",), {"TF_VAR_a": "x"}) == {"TF_VAR_a": "x"}


def test_the_tools_of_the_project_come_first_and_without_telemetry() -> None:
    run = script("run")

    environ = run.tools_environment({"PATH": "/usr/bin"})

    folders = environ["PATH"].split(os.pathsep)
    assert folders[0] == str(ROOT / ".venv" / "bin")
    assert folders[-1] == "/usr/bin"
    assert environ["CHECKPOINT_DISABLE"] == "1"
