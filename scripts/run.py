"""Run a command with the tools of the project, and for an environment with what it needs.

usage: ``.venv/bin/python scripts/run.py [--environment NAME] COMMAND ...``

The tools are those of the virtual environment, Node and the CLI of the CDK (``toolkits.py``). With
an environment it looks after the variables that its settings name and the credentials: where the
embedded sandbox answers for all its APIs, variables that are not set get a placeholder; otherwise
all that is missing is listed and nothing runs. A destroy of protected connections does not run
either. Without ``--environment`` the environments are the stacks that a ``deploy``, ``diff`` or
``destroy`` names. Without a terminal, Terraform does not wait for an input, but ends.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolkits import ROOT, TOOLKITS, chosen

if TYPE_CHECKING:
    from stacks.settings import Environment

_FIVETRAN = {"api_key": "FIVETRAN_APIKEY", "api_secret": "FIVETRAN_APISECRET"}
_ELASTIC = ("ELASTICSEARCH_API_KEY", "ELASTICSEARCH_USERNAME", "ELASTICSEARCH_PASSWORD")
_CDKS = [toolkit.name for toolkit in TOOLKITS]
_PLANNING = ("deploy", "apply", "diff", "plan", "destroy")
_ENVIRONMENTS = ROOT / "stacks" / "environments"
_QUIET = {
    "CHECKPOINT_DISABLE": "1",  # Neither Terraform nor cdktf reports to its makers.
    "DISABLE_VERSION_CHECK": "1",  # cdktf does not look for newer versions of itself.
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20",  # cdktf 0.21 needs Node 20 to 22.
}


def main() -> int:
    """Run the command in place of this process; return the exit status if it cannot start."""
    parser = argparse.ArgumentParser(description="Runs a command with the tools of the project.")
    parser.add_argument("--environment", help="the environment whose variables are needed")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    environ = without_waiting(tools_environment(os.environ), has_terminal())
    given = options.environment
    for name in stacks_of(options.command) if given is None else [given]:
        settings = settings_of(name)
        if "destroy" in options.command[1:2]:
            refuse_if_protected(settings)
        environ = with_variables(settings, environ)
        sys.stderr.write(kept_secrets(settings, environ))
    return execute(options.command, environ)


def execute(command: list[str], environ: Mapping[str, str]) -> int:
    """Run a command in place of this process; return the exit status if it cannot start."""
    program = shutil.which(command[0], path=environ["PATH"]) if command else None
    if program is not None:
        os.chdir(ROOT)
        os.execve(program, command, environ)  # noqa: S606 (no shell is wanted)
    sys.stderr.write(f"No such command: {' '.join(command) or '(none)'}\n")
    return 1


def tools_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the project's tools first on the PATH, and no telemetry."""
    tools = map(str, chosen(environ).tools)
    path = os.pathsep.join([*tools, environ.get("PATH", os.defpath)])
    return {**_QUIET, **environ, "PATH": path}


def without_waiting(environ: Mapping[str, str], has_terminal: bool) -> dict[str, str]:
    """Return the environment in which Terraform waits for nobody's input.

    The command line of the CDK gives Terraform a terminal in any case, so that without this it
    would ask for a variable that has no value, and wait for ever.

    :param has_terminal: True if somebody can answer; ``TF_INPUT`` is then left as it is
    """
    return dict(environ) if has_terminal else {"TF_INPUT": "0", **environ}


def stacks_of(command: Sequence[str]) -> list[str]:
    """Return the environments whose stacks a command of the CDK plans, deploys or destroys.

    :param command: the command with its arguments; any other one has none
    """
    program, action, *arguments = [*command[:2], "", ""][:2] + list(command[2:])
    if Path(program).name not in _CDKS or action not in _PLANNING:
        return []
    known = {path.stem for path in _ENVIRONMENTS.glob("*.yaml")} - {"base"}
    return [each for each in dict.fromkeys(arguments) if each in known]


def has_terminal() -> bool:
    """Return True if somebody can answer a question."""
    return sys.stdin is not None and sys.stdin.isatty()


def with_variables(settings: Environment, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with a value for each variable of an environment of the project.

    A variable that is set to the empty text counts as missing: no secret is empty.

    :param settings: the environment; only where each API is the embedded sandbox, which asks for
        no credentials, the variables get placeholders, which are no secrets
    :raises SystemExit: listing all that is missing, for any other environment
    """
    if is_embedded(settings, environ):
        placeholders = {f"TF_VAR_{name}": f"sandbox-{name}" for name in settings.variables}
        return {**environ, **{n: p for n, p in placeholders.items() if not environ.get(n)}}
    if missing := missing_variables(settings, environ):
        raise SystemExit(missing)
    return dict(environ)


def is_embedded(settings: Environment, environ: Mapping[str, str]) -> bool:
    """Return True if the embedded sandbox answers for all APIs, so that nothing else is changed."""
    addresses = (_fivetran_address(settings, environ), _elastic_address(settings, environ))
    return all(map(_is_sandbox, addresses))


def missing_variables(settings: Environment, environ: Mapping[str, str]) -> str:
    """Return a message with all environment variables that are missing; empty if none is."""
    if is_embedded(settings, environ):
        return ""
    needed = [f"TF_VAR_{name}" for name in settings.variables]
    if not _is_sandbox(_fivetran_address(settings, environ)):
        needed += [name for key, name in _FIVETRAN.items() if key not in settings.provider]
    missing = [name for name in needed if not environ.get(name)]
    if not _is_sandbox(_elastic_address(settings, environ)):
        missing += _missing_for_elastic(settings.elastic or {}, environ)
    if not missing:
        return ""
    return (
        f"The environment {settings.name} needs these environment variables, which are not "
        "set, or empty:\n" + "\n".join(f"  {name}" for name in missing)
    )


def kept_secrets(settings: Environment, environ: Mapping[str, str]) -> str:
    """Return a line with the number of secrets that stay as they are at Fivetran; empty if none.

    :param settings: the environment
    :param environ: the environment with the values of the variables
    """
    kept = [f"TF_VAR_{n}" for n in settings.keeping_variables if not environ.get(f"TF_VAR_{n}")]
    if not kept:
        return ""
    whole, first = len(settings.keeping_variables), kept[0]
    return (
        f"{len(kept)} of {whole} adopted secrets have no value here ({first}"
        f"{', …' if len(kept) > 1 else ''}): they are left as they are at Fivetran.\n"
    )


def _fivetran_address(settings: Environment, environ: Mapping[str, str]) -> str:
    return settings.provider.get("api_url") or environ.get("FIVETRAN_API_URL", "")


def _elastic_address(settings: Environment, environ: Mapping[str, str]) -> str:
    """Return the first address; that of the sandbox where there is nothing to ask."""
    if settings.elastic is None:
        return "sandbox"
    endpoints = settings.elastic.get("endpoints") or [environ.get("ELASTICSEARCH_ENDPOINTS", "")]
    return str(endpoints[0])


def _is_sandbox(address: str) -> bool:
    return address == "sandbox" or address.startswith("sandbox:")


def _missing_for_elastic(elastic: Mapping[str, Any], environ: Mapping[str, str]) -> list[str]:
    api_key, *login = _ELASTIC
    missing = []
    if not elastic.get("endpoints") and not environ.get("ELASTICSEARCH_ENDPOINTS"):
        missing.append("ELASTICSEARCH_ENDPOINTS")
    if "api_key" in elastic or "bearer_token" in elastic or environ.get(api_key):
        return missing
    keys = dict(zip(("username", "password"), login, strict=True))
    absent = [name for key, name in keys.items() if key not in elastic and not environ.get(name)]
    if len(absent) == len(keys):
        return [*missing, f"{api_key} (or {' and '.join(login)})"]
    return missing + absent


def refuse_if_protected(settings: Environment) -> None:
    """Stop before a destroy that Terraform would refuse without a word that cdktf shows.

    :raises SystemExit: naming each protected connection, where that is written, and what to do
    """
    protected = [each for each in settings.connections if each.protect]
    if protected:
        raise SystemExit(
            f"The environment {settings.name} has connections with protect: true, which Terraform "
            "does not destroy:\n"
            + "\n".join(f"  {each.name} ({each.protect_place or each.place})" for each in protected)
            + "\nNothing was destroyed. To destroy them, write protect: false there, and try again."
        )


def settings_of(name: str) -> Environment:
    """Return the settings of an environment of the project.

    :raises SystemExit: if there is none of that name, or its file has mistakes
    """
    sys.path.insert(0, str(ROOT))
    from stacks.settings import environment_names, load_environment

    if not name:
        names = ", ".join(environment_names(_ENVIRONMENTS))
        raise SystemExit(
            f"ENVIRONMENT is empty. Leave it out for the sandbox, or name one: {names}"
        )
    return load_environment(name, _ENVIRONMENTS)


if __name__ == "__main__":
    sys.exit(main())
