from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from toy_terraform import HERE, ROOT, Terraform, plant, provider


@pytest.fixture
def launched(tmp_path: Path) -> Terraform:
    """Terraform that launches the provider itself, with mutual TLS."""
    sockets = tmp_path / "t"
    sockets.mkdir()
    terraform = Terraform(tmp_path, {"TMPDIR": str(sockets)})
    plant(tmp_path)
    terraform.write("")
    terraform("init", "-input=false")
    return terraform


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A provider in debug mode; the value of TF_REATTACH_PROVIDERS."""
    process = subprocess.Popen(
        [sys.executable, str(HERE / "toy_provider.py"), "--debug"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": "/tmp"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    with process, process.stdout as stdout:
        yield shlex.split(stdout.readline())[0].split("=", 1)[1]
        process.terminate()


@pytest.fixture
def attached(served: str, tmp_path: Path) -> Terraform:
    """Terraform that uses the provider in debug mode."""
    terraform = Terraform(tmp_path, {"TF_REATTACH_PROVIDERS": served})
    terraform.write(provider(tmp_path))
    return terraform
