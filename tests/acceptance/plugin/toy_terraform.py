"""The real terraform with the toy provider, for the tests in this folder."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

from quick_programs import QUICK_TERRAFORM

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SOURCE = "terraform.local/tests/toy"
HEADER = f"""
terraform {{
  required_providers {{
    toy = {{ source = "{SOURCE}", version = "1.0.0" }}
  }}
}}
"""


class Terraform:
    """The real terraform in a working directory of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = {
            **QUICK_TERRAFORM,
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_CLI_ARGS": "-no-color",
            "TF_CLI_CONFIG_FILE": str(folder / "terraformrc"),
            "TOY_FILE": str(folder / "notes.json"),
            **environment,
        }
        (folder / "terraformrc").touch()

    def write(self, configuration: str) -> None:
        (self.folder / "main.tf").write_text(HEADER + configuration)

    def run(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env={**self.environment, **changed},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def __call__(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def apply(self) -> str:
        """Plans into a file and applies that file."""
        self("plan", "-input=false", "-out=the.plan")
        return self("apply", "-input=false", "the.plan")

    def plan_is_empty(self) -> bool:
        done = self.run("plan", "-input=false", "-detailed-exitcode")
        assert done.returncode in (0, 2), done.stdout + done.stderr
        return done.returncode == 0

    def state(self, address: str = "toy_note.it") -> dict[str, Any]:
        root = json.loads(self("show", "-json")).get("values", {}).get("root_module", {})
        found = {r["address"]: r["values"] for r in root.get("resources", ())}
        return found[address]

    @property
    def notes(self) -> dict[str, Any]:
        file = self.folder / "notes.json"
        return json.loads(file.read_text()) if file.exists() else {}

    @property
    def journal(self) -> list[str]:
        file = self.folder / "notes.journal"
        return file.read_text().splitlines() if file.exists() else []


def plant(folder: Path) -> None:
    """Puts a launcher where terraform looks for providers beside a configuration."""
    system = {"linux": "linux", "darwin": "darwin"}[sys.platform]
    machine = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[os.uname().machine]
    home = folder / "terraform.d/plugins" / SOURCE / "1.0.0" / f"{system}_{machine}"
    home.mkdir(parents=True)
    launcher = home / "terraform-provider-toy_v1.0.0"
    command = shlex.join([sys.executable, str(HERE / "toy_provider.py")])
    launcher.write_text(f"#!/bin/sh\nexec {command}\n")
    launcher.chmod(0o755)


def provider(folder: Path) -> str:
    return f'provider "toy" {{ file = "{folder}/notes.json" }}\n'
