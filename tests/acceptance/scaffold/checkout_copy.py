"""A copy of the checkout, in which a test may write, with an environment that knows no other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from toolkits import ROOT

_FOLDERS = ("constructs_lib", "docs", "examples", "scripts", "stacks", "tests")
_FILES = ("CONTRIBUTING.md", "README.md", "cdktf.json", "pyproject.toml")
_TYPES = ".mypy_cache"
_COMPILED = ("constructs_lib", "scripts", "stacks")
"""The folders whose compiled modules are copied, too: each is valid for a file of the same time."""
_UNCOMPILED = shutil.ignore_patterns("__pycache__")


class CheckoutCopy:
    """A copy of the checkout.

    :param folder: where it comes to be
    :param root: the checkout, or another copy of it
    """

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        self.root = folder
        for name in _FOLDERS:
            ignored = None if name in _COMPILED else _UNCOMPILED
            shutil.copytree(root / name, folder / name, ignore=ignored)
        for name in _FILES:
            shutil.copyfile(root / name, folder / name)
        # What mypy knows of files that are the same, if it has been run: it looks at the others.
        if (root / _TYPES).exists():
            shutil.copytree(root / _TYPES, folder / _TYPES)
        self._bin = folder / ".venv" / "bin"
        self._make_environment(folder / ".venv")

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python in the copy."""
        kept = {n: t for n, t in os.environ.items() if not n.startswith(("PYTEST", "PYTHON"))}
        return subprocess.run(
            [self._bin / "python", *arguments],
            cwd=self.root,
            env=kept,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def files(self) -> dict[str, bytes]:
        """All files, by their paths in the copy."""
        found = (path for name in (*_FOLDERS, *_FILES) for path in _below(self.root / name))
        return {str(path.relative_to(self.root)): path.read_bytes() for path in found}

    def _make_environment(self, folder: Path) -> None:
        """Make one with the packages of this one, but with the library of the copy."""
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
        (packages,) = folder.glob("lib/python*/site-packages")
        # The packages of a folder that such a file names are found; the links in it are not.
        installed = sysconfig.get_path("purelib")
        (packages / "copy.pth").write_text(f"{self.root}\n{installed}\n")
        (self._bin / "ruff").symlink_to(Path(sysconfig.get_path("scripts")) / "ruff")


def _below(path: Path) -> list[Path]:
    found = [path] if path.is_file() else path.rglob("*")
    return [each for each in found if each.is_file() and each.suffix != ".pyc"]
