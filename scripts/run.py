"""Runs a command with the tools of the project, and for an environment with what it needs.

usage: ``.venv/bin/python scripts/run.py [--environment NAME] COMMAND ...``

The tools are those of the virtual environment, Node and the cdktf CLI. With an environment it
looks after the variables that its settings name: for the sandbox, those that are not set get a
placeholder; for any other environment the missing ones are listed and nothing runs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SANDBOX = "sandbox"

_TOOLS = (".venv/bin", ".venv/node/bin", "node_modules/.bin")
_QUIET = {
    "CHECKPOINT_DISABLE": "1",  # Neither Terraform nor cdktf reports to its makers.
    "DISABLE_VERSION_CHECK": "1",  # cdktf does not look for newer versions of itself.
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",  # cdktf 0.21 needs Node 20 to 22.
}


def main() -> int:
    """Run the command in place of this process; returns the exit status if it cannot start."""
    parser = argparse.ArgumentParser(description="Runs a command with the tools of the project.")
    parser.add_argument("--environment", help="the environment whose variables are needed")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    environ = tools_environment(os.environ)
    if options.environment:
        environ = with_variables(options.environment, _variables(options.environment), environ)
    program = shutil.which(options.command[0], path=environ["PATH"]) if options.command else None
    if program is not None:
        os.chdir(ROOT)
        os.execve(program, options.command, environ)  # noqa: S606 (no shell is wanted)
    sys.stderr.write(f"No such command: {' '.join(options.command) or '(none)'}\n")
    return 1


def tools_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment with the tools of the project first on the PATH, and without telemetry."""
    tools = [str(ROOT / folder) for folder in _TOOLS]
    path = os.pathsep.join([*tools, environ.get("PATH", os.defpath)])
    return {**_QUIET, **environ, "PATH": path}


def with_variables(
    environment: str, names: tuple[str, ...], environ: Mapping[str, str]
) -> dict[str, str]:
    """The environment with a value for each variable of an environment of the project.

    :param environment: its name; only ``sandbox`` gets placeholders, which are no secrets
    :param names: the names of its variables, without ``TF_VAR_``
    :raises SystemExit: listing what is missing, for any other environment
    """
    needed = {f"TF_VAR_{name}": f"{SANDBOX}-{name}" for name in names}
    if environment == SANDBOX:
        credentials = {"FIVETRAN_APIKEY": SANDBOX, "FIVETRAN_APISECRET": SANDBOX}
        return {**credentials, **needed, **environ}
    missing = [name for name in needed if name not in environ]
    if missing:
        raise SystemExit(
            f"The environment {environment} needs these environment variables, which are not "
            "set:\n" + "\n".join(f"  {name}" for name in missing)
        )
    return dict(environ)


def _variables(environment: str) -> tuple[str, ...]:
    sys.path.insert(0, str(ROOT))
    from stacks.settings import load_environment

    return load_environment(environment, ROOT / "stacks" / "environments").variables


if __name__ == "__main__":
    sys.exit(main())
