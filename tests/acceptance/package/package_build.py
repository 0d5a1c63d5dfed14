"""Builds the package, and installs it into empty environments outside of the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from copy import copy
from pathlib import Path

from quick_programs import QUICK_TERRAFORM
from toolkits import CDKTF, ROOT, Toolkit

EPOCH = "1767225600"
"""A moment that a build takes for the time of each file, in seconds since 1970."""

MAIN_TF = """
provider "fivetranops" {
  api_url = "sandbox:sandbox.sqlite3"
}

provider "elasticops" {
  endpoints = ["sandbox:elastic.sqlite3"]
}

resource "fivetranops_connection" "orders" {
  group_id = "sandbox_warehouse"
  service  = "postgres"
  config   = { schema_prefix = "orders", host = "db.example.com" }
}

resource "elasticops_connector_status" "wiki" {
  connector_id = "sandbox_wiki"
  status       = "needs_configuration"
}
"""
"""A configuration of both providers, but for the block that requires them."""

_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore")
_FOLDERS = ("constructs_lib", "docs")


def checkout(folder: Path) -> Path:
    """A copy of what the package is built from."""
    folder.mkdir(parents=True)
    for name in _SOURCES:
        shutil.copyfile(ROOT / name, folder / name)
    for name in _FOLDERS:
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=unwanted, copy_function=shutil.copyfile)
    return folder


def build(source: Path, into: Path, **environ: str) -> dict[str, Path]:
    """Build what is published; returns each file by its suffix, and the mirror by none."""
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "build_package.py", "--directory", into],
        cwd=source,
        env={"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": EPOCH, **environ},
        check=True,
        capture_output=True,
    )
    return {path.suffix: path for path in into.iterdir()}


class Installation:
    """An environment with the package, and a folder of its own to work in.

    :param folder: where home and project come; outside of the repository
    :param python: its Python
    :param toolkit: whose command line is on the PATH, with the Node that it needs
    """

    def __init__(self, folder: Path, python: Path, toolkit: Toolkit = CDKTF) -> None:
        self._toolkit = toolkit
        self.home, self.project = folder / "home", folder / "project"
        self.python = python
        self.home.mkdir(parents=True)
        self.project.mkdir()

    @classmethod
    def of(cls, folder: Path, requirement: str, toolkit: Toolkit = CDKTF) -> Installation:
        """Install into a new environment, which has nothing else.

        :param requirement: what to install
        """
        python = folder / "env" / "bin" / "python"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
        pip = [sys.executable, "-m", "pip", "--quiet", "--python", python]
        # Python compiles what is used, which is little of it.
        install = [*pip, "install", "--no-compile", requirement]
        subprocess.run(install, check=True, cwd=folder, capture_output=True)
        return cls(folder, python, toolkit)

    def elsewhere(self, folder: Path) -> Installation:
        """The same environment with another home and another project."""
        other = copy(self)
        other.home, other.project = folder / "home", folder / "project"
        other.home.mkdir()
        other.project.mkdir()
        return other

    def environment(self) -> dict[str, str]:
        """A clean environment: this Python first, and nothing of the repository but the CLI."""
        clis = map(str, self._toolkit.tools[1:])
        terraform = shutil.which("terraform")
        assert terraform is not None
        system = [str(Path(terraform).parent), "/usr/local/bin", "/usr/bin", "/bin"]
        kept = {name: os.environ[name] for name in ("TMPDIR", "LANG") if name in os.environ}
        return {
            **kept,
            "PATH": os.pathsep.join([str(self.python.parent), *clis, *system]),
            "HOME": str(self.home),
            **QUICK_TERRAFORM,
            "CHECKPOINT_DISABLE": "1",
            "DISABLE_VERSION_CHECK": "1",
        }

    def run(
        self, *command: str, status: int = 0, environ: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the project's folder."""
        done = subprocess.run(
            command,
            cwd=self.project,
            env={**self.environment(), **(environ or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def python_run(self, *arguments: str, status: int = 0) -> str:
        """What its Python prints on both of its streams."""
        done = self.run("python", *arguments, status=status)
        return done.stdout + done.stderr

    def packages(self) -> set[str]:
        """The names of what is installed."""
        code = "from importlib import metadata as m; print(*(d.name for d in m.distributions()))"
        return set(self.python_run("-c", code).split())
