"""The state of a stack moves to another backend as the guide to environments says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cdktf_project import MAIN_PY, Machine, cdk_project

pytestmark = [pytest.mark.cdktf, pytest.mark.terraform]


def with_state_in(file: Path) -> str:
    """The program, with a backend that keeps the state in a file."""
    text = MAIN_PY.replace("import App,", "import App, LocalBackend,")
    return text.replace("app.synth()", f"LocalBackend(stack, path={str(file)!r})\napp.synth()")


def identifiers(file: Path) -> list[str]:
    """The identifiers of the resources in a state."""
    resources = json.loads(file.read_text())["resources"]
    return [instance["attributes"]["id"] for r in resources for instance in r["instances"]]


def test_the_state_is_taken_along_without_asking_a_registry(
    machine: Machine, tmp_path: Path
) -> None:
    project = cdk_project(tmp_path / "project", with_state_in(tmp_path / "one.tfstate"))
    machine.succeed(project, "cdktf", "deploy", "--auto-approve")
    made = identifiers(tmp_path / "one.tfstate")
    (project / "main.py").write_text(with_state_in(tmp_path / "two.tfstate"))
    refused = machine.run(project, "cdktf", "deploy", "--auto-approve")

    options = ("--auto-approve", "--migrate-state", "--skip-provider-lock")
    moved = machine.succeed(project, "cdktf", "deploy", *options)

    assert "Backend configuration changed" in refused.output
    assert "No changes." in moved
    assert identifiers(tmp_path / "two.tfstate") == made
    assert len(made) == 1
