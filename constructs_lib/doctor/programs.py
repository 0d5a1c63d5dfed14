"""The checks of what runs: Python, the CDK with Node and its command line, and Terraform."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Iterator

from constructs_lib import extras
from constructs_lib.doctor.finding import Finding, Machine, Verdict
from constructs_lib.version import __version__

_OLDEST_PYTHON = (3, 10)
_BASE = ("cryptography", "msgpack", "requests", "urllib3")
_NODE = {"cdktf": ((20, 0), (23, 0)), "cdktn": ((22, 19), None)}
_CLI = {"cdktf": "0.21", "cdktn": "0.24"}
_TERRAFORM = "https://developer.hashicorp.com/terraform/install"


def python(machine: Machine) -> Iterator[Finding]:
    """This Python, and what the providers need of it."""
    version = ".".join(map(str, sys.version_info[:3]))
    found = f"{version} ({sys.executable}), connections-as-code {__version__}"
    missing = [name for name in _BASE if not _is_there(name)]
    if sys.version_info < _OLDEST_PYTHON:
        yield Finding("python", "error", found, "Install Python 3.10 or newer.")
    elif missing:
        remedy = f"Install the package anew: {sys.executable} -m pip install connections-as-code"
        yield Finding("python", "error", f"{found} without {', '.join(missing)}", remedy)
    else:
        yield Finding("python", "ok", found)


def toolkit(machine: Machine) -> Iterator[Finding]:
    """The CDK; with it Node, and its command line."""
    try:
        name = extras.toolkit(machine.environ, ())
    except extras.ExtraMissing as missing:
        asked_for = machine.environ.get("CONNECTIONS_TOOLKIT")
        verdict: Verdict = "error" if asked_for else "skipped"
        yield Finding("cdk", verdict, "no constructs: plain Terraform only", str(missing))
        return
    yield Finding("cdk", "ok", name)
    yield _node(machine, name)
    yield _cli(machine, name)


def _node(machine: Machine, name: str) -> Finding:
    first, above = _NODE[name]
    words = extras.NODE[name]
    remedy = f"Put Node {words} on the PATH, by https://nodejs.org or the package manager."
    program = machine.program("node")
    if program is None:
        return Finding("node", "error", f"none on the PATH; {name} runs on it", remedy)
    version = _version(machine.output(program, "--version"))
    found = f"{_dotted(version)} ({program})"
    if version and first <= version[:2] and (above is None or version[:2] < above):
        return Finding("node", "ok", found)
    return Finding("node", "error", f"{found}; the command line of {name} needs {words}", remedy)


def _cli(machine: Machine, name: str) -> Finding:
    wanted = _CLI[name]
    install = f"npm install --save-dev {name}-cli@{wanted}"
    program = machine.program(name)
    if program is None:
        remedy = f"Install it ({install}), or use npx {name}-cli@{wanted} in its place."
        return Finding("cli", "warning", f"{name} is not on the PATH", remedy)
    version = _version(machine.output(program, "--version"))
    found = f"{name} {_dotted(version)} ({program})"
    if version is None:
        return Finding("cli", "error", f"{found}: it does not start", f"Install it anew: {install}")
    if _dotted(version[:2]) != wanted:
        return Finding("cli", "warning", f"{found}; tested is {wanted}", f"Install it: {install}")
    return Finding("cli", "ok", found)


def terraform(machine: Machine) -> Iterator[Finding]:
    """Terraform, and what its version can do."""
    name = machine.environ.get("TERRAFORM_BINARY_NAME") or "terraform"
    program = machine.program(name)
    if program is None:
        remedy = f"Install Terraform 1.11 or newer: {_TERRAFORM}"
        yield Finding("terraform", "error", f"{name} is not on the PATH", remedy)
        return
    version = _version(_terraform_version(machine.output(program, "version", "-json")))
    found = f"{_dotted(version)} ({program})"
    missing = ["no write-only attributes (secrets), which 1.11 has"] if _before(version, 11) else []
    if _before(version, 10):
        missing.append("no ephemeral resources and variables, which 1.10 has")
    if version is None:
        remedy = f"Try '{program} version'; install it anew: {_TERRAFORM}"
        yield Finding("terraform", "error", f"{program} does not tell its version", remedy)
    elif missing:
        remedy = f"Install Terraform 1.11 or newer: {_TERRAFORM}"
        yield Finding("terraform", "error", f"{found} has {', and '.join(missing)}", remedy)
    else:
        yield Finding("terraform", "ok", found)


def _before(version: tuple[int, ...] | None, minor: int) -> bool:
    return version is not None and version[:2] < (1, minor)


def _terraform_version(answer: str | None) -> str:
    try:
        return str(json.loads(answer or "")["terraform_version"])
    except (ValueError, KeyError, TypeError):
        return ""


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
