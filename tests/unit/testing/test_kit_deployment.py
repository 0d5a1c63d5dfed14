"""When a deployment starts Terraform, without a Terraform."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from constructs_lib import FivetranProvider
from constructs_lib.testing import DeployFailed, Deployment, FivetranSandbox
from constructs_lib.toolkit import App, TerraformStack

PROGRAM = """#!/bin/sh
echo "$1" >> "$COMMANDS"
[ "$1" != plan ] || touch "${4#-out=}"
[ "$1" != init ] || [ -e "$COMMANDS.ready" ]
"""


def pipelines(app: App) -> None:
    FivetranProvider(TerraformStack(app, "pipelines"), "fivetran")


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the commands that a program was given in place of Terraform.

    Its ``init`` fails until there is a file whose name ends with ``.ready``.
    """
    program = tmp_path / "terraform"
    program.write_text(PROGRAM, encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("TERRAFORM_BINARY_NAME", str(program))
    monkeypatch.setenv("COMMANDS", str(tmp_path / "commands"))
    return tmp_path / "commands"


def test_terraform_is_initialised_once(commands: Path, fivetran_sandbox: FivetranSandbox) -> None:
    (commands.parent / "commands.ready").touch()

    with Deployment(pipelines, sandboxes=[fivetran_sandbox]) as deployment:
        deployment.deploy()
        deployment.plan(pipelines)

    assert commands.read_text(encoding="utf-8").split() == ["init", "plan", "apply", "plan"]


def test_what_could_not_be_initialised_is_tried_again(
    commands: Path, fivetran_sandbox: FivetranSandbox
) -> None:
    with Deployment(pipelines, sandboxes=[fivetran_sandbox]) as deployment:
        with pytest.raises(DeployFailed, match="terraform init failed"):
            deployment.deploy()
        (commands.parent / "commands.ready").touch()
        deployment.deploy()

    assert commands.read_text(encoding="utf-8").split() == ["init", "init", "plan", "apply"]


def test_each_provider_needs_a_sandbox(commands: Path) -> None:
    with Deployment(pipelines, sandboxes=[]) as deployment:
        with pytest.raises(DeployFailed, match="provider fivetranops; give a sandbox for it, too"):
            deployment.deploy()
        with pytest.raises(DeployFailed, match="nothing has been deployed or planned yet"):
            deployment.synthesized  # noqa: B018
    assert not commands.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"variables": "key"}, "variables are a mapping such as .*, not str"),
        ({"other_providers": "random"}, r"other_providers=\['random'\]"),
    ],
)
def test_what_a_test_gives_is_checked(given: dict[str, Any], message: str) -> None:
    with pytest.raises(DeployFailed, match=message):
        Deployment(pipelines, sandboxes=[], **given)


def test_a_folder_of_ones_own_is_kept(
    commands: Path, fivetran_sandbox: FivetranSandbox, tmp_path: Path
) -> None:
    (commands.parent / "commands.ready").touch()
    own = tmp_path / "own"

    with Deployment(pipelines, sandboxes=[fivetran_sandbox], folder=own) as deployment:
        deployment.deploy()

    assert (own / "work" / "cdk.tf.json").is_file()


def test_only_the_owner_can_read_a_deployment(
    commands: Path, fivetran_sandbox: FivetranSandbox, tmp_path: Path
) -> None:
    (commands.parent / "commands.ready").touch()
    own = tmp_path / "own"

    with Deployment(pipelines, sandboxes=[fivetran_sandbox], folder=own) as deployment:
        plan = deployment.plan()

    assert stat.S_IMODE(plan.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
