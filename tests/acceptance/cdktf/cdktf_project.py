"""Working directories and projects for the tests in this folder."""

from __future__ import annotations

import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cdktf
import pytest
from quick_programs import QUICK_NODE, QUICK_TERRAFORM

ROOT = Path(__file__).resolve().parents[3]
TOOLS = [ROOT / ".venv" / "bin", ROOT / ".venv" / "node" / "bin", ROOT / "node_modules" / ".bin"]

MAIN_TF = """
terraform {
  required_providers {
    fivetranops = {
      source  = "terraform.local/connections-as-code/fivetranops"
      version = "0.2.0"
    }
  }
}

provider "fivetranops" {
  api_url    = "sandbox:sandbox.sqlite3"
  api_key    = "sandbox"
  api_secret = "sandbox"
}

resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }
}
"""

BOTH_TF = (
    MAIN_TF.replace(
        "required_providers {",
        """required_providers {
    elasticops = {
      source  = "terraform.local/connections-as-code/elasticops"
      version = "0.2.0"
    }""",
    )
    + """
provider "elasticops" {
  endpoints = ["sandbox:elastic.sqlite3"]
}

resource "elasticops_connector_status" "wiki" {
  connector_id = "sandbox_wiki"
  status       = "needs_configuration"
}
"""
)

MAIN_PY = """
from cdktf import App, TerraformStack
from constructs_lib import Connection, FivetranProvider

app = App()
stack = TerraformStack(app, "demo")
FivetranProvider(stack, "fivetran", api_url="sandbox:sandbox.sqlite3")
Connection(stack, "orders", group_id="sandbox_warehouse", service="postgres",
           config={"schema_prefix": "orders", "host": "db.example.com"})
app.synth()
"""

_COPIED = ("Makefile", "cdktf.json", "package.json", "package-lock.json", "pyproject.toml")
_LINKED = (".venv", "node_modules", "cdktn-cli", "constructs_lib")
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Result(NamedTuple):
    """What a command printed, without colours, and its exit status."""

    status: int
    output: str


class Machine(NamedTuple):
    """A user's machine: a home folder and environment variables of its own."""

    home: Path
    environ: Mapping[str, str]

    @property
    def plugin_cache(self) -> Path:
        """The plugin cache that both command lines of the CDK set."""
        return self.home / ".terraform.d" / "plugin-cache"

    def run(self, folder: Path, *command: str, **environ: str) -> Result:
        """Run a command in a folder; it need not succeed."""
        done = subprocess.run(
            command,
            cwd=folder,
            env={**self.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        return Result(done.returncode, _COLOURS.sub("", done.stdout))

    def succeed(self, folder: Path, *command: str, **environ: str) -> str:
        """Run a command that must succeed; returns what it printed."""
        result = self.run(folder, *command, **environ)
        assert result.status == 0, result.output
        return result.output

    def terraform(self, project: Path, stack: str, *arguments: str) -> str:
        """Run Terraform in a stack of a project; it must succeed; return what it printed."""
        # Not by -chdir: Terraform looks for its providers where it was started.
        folder = project / "cdktf.out" / "stacks" / stack
        return self.succeed(folder, "terraform", *arguments)


def machine(home: Path) -> Machine:
    """A machine with the tools of this project, and without a CLI configuration of Terraform."""
    home.mkdir()
    path = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
    kept = {name: os.environ[name] for name in ("TMPDIR", "LANG") if name in os.environ}
    environ = {
        **kept,
        **QUICK_NODE,
        **QUICK_TERRAFORM,
        "PATH": path,
        "HOME": str(home),
        "CDKTF_HOME": str(home / ".cdktf"),
        # The package may be tested from a checkout that is not installed.
        "PYTHONPATH": str(ROOT),
        "CHECKPOINT_DISABLE": "1",
        "DISABLE_VERSION_CHECK": "1",
        "FIVETRAN_APIKEY": "sandbox",
        "FIVETRAN_APISECRET": "sandbox",
    }
    for tool in ("terraform", "node"):
        assert shutil.which(tool, path=path), f"{tool} is missing"
    return Machine(home, environ)


def cdk_project(folder: Path, main: str = MAIN_PY) -> Path:
    """A user's project: ``main.py`` and ``cdktf.json``."""
    folder.mkdir()
    (folder / "main.py").write_text(main)
    (folder / "cdktf.json").write_text(
        f'{{"language": "python", "app": "{sys.executable} main.py", "projectId": "test",'
        ' "sendCrashReports": "false"}'
    )
    return folder


def synthesise(machine: Machine, project: Path, *arguments: str, **environ: str) -> None:
    """Do what ``python main.py`` does in a project, in this process, where the CDK runs already.

    Not for stacks that read each other's states: only their own are put into the project.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        for name, text in {**machine.environ, **environ}.items():
            patch.setenv(name, text)
        patch.setattr(sys, "argv", ["main.py", *arguments])
        # The CDK runs in a process of its own, which knows nothing of our current directory.
        patch.setattr(cdktf, "App", partial(cdktf.App, outdir=str(project / "cdktf.out")))
        runpy.run_path(str(project / "main.py"), run_name="__main__")
    name_the_states(project)


def name_the_states(project: Path) -> None:
    """Put each state that is a file into the project, as an app does that runs there."""
    for file in (project / "cdktf.out" / "stacks").glob("*/cdk.tf.json"):
        document = json.loads(file.read_text(encoding="utf-8"))
        local = document["terraform"]["backend"].get("local")
        if local is not None:
            local["path"] = str(project / Path(local["path"]).name)
            file.write_text(json.dumps(document, indent=2), encoding="utf-8")


def checkout_copy(folder: Path) -> Path:
    """A checkout whose settings a test may change; what is installed is that of this one."""
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    stamp = (ROOT / ".venv" / ".installed").read_text()
    assert stamp == digest, "run 'make test', or 'make setup-dev' before: the copy must not set up"
    folder.mkdir()
    for name in _COPIED:
        shutil.copy(ROOT / name, folder)
    for name in ("scripts", "stacks"):
        shutil.copytree(ROOT / name, folder / name)
    for name in _LINKED:
        (folder / name).symlink_to(ROOT / name)
    return folder
