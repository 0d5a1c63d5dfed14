"""The examples of continuous integration, as what runs them reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CI = Path(__file__).resolve().parents[2] / "examples" / "ci"
REQUIREMENTS = CI / "requirements.txt"
_EXPRESSION = re.compile(r"\$\{\{\s*([\w.]+)\s*\}\}")


class Script(NamedTuple):
    """Commands that one shell runs."""

    name: str
    command: tuple[str, ...]
    """The shell, and its arguments, with which the runner starts the text."""
    text: str
    environ: Mapping[str, str] = {}
    folder: str = "."
    """The working directory, from that of the job."""


class Instruction(NamedTuple):
    """A line of a Dockerfile."""

    stage: str
    name: str
    arguments: str


def github() -> dict[str, Any]:
    """The workflow of GitHub Actions."""
    return _read("github/connections.yaml")


def gitlab() -> dict[str, Any]:
    """The pipeline of GitLab."""
    return _read("gitlab/.gitlab-ci.yml")


def atlantis() -> dict[str, Any]:
    """The configuration of Atlantis."""
    return _read("atlantis/atlantis.yaml")


def github_scripts(job: str, values: Mapping[str, str]) -> list[Script]:
    """The steps of a job that run commands; the other ones use actions.

    :param values: those of the expressions, such as ``github.token``
    """
    workflow = github()
    known = {**values, **{f"env.{name}": each for name, each in workflow["env"].items()}}

    def filled(text: str) -> str:
        return _EXPRESSION.sub(lambda match: known[match[1]], text)

    given = {**workflow["env"], **workflow["jobs"][job]["env"]}
    own = {name: filled(each) for name, each in given.items()}
    return [
        Script(
            step["name"],
            ("bash", "-e", "-c"),
            filled(step["run"]),
            {**own, **{name: filled(each) for name, each in step.get("env", {}).items()}},
            filled(step.get("working-directory", ".")),
        )
        for step in workflow["jobs"][job]["steps"]
        if "run" in step
    ]


def gitlab_scripts(job: str) -> list[Script]:
    """The one script of a job, with what comes before it."""
    pipeline = gitlab()
    whole = {**pipeline[pipeline[job]["extends"]], **pipeline[job]}
    lines = [*whole["before_script"], *whole["script"]]
    shell = ("bash", "-e", "-o", "pipefail", "-c")
    return [Script(job, shell, "\n".join(lines), pipeline["variables"])]


def atlantis_scripts(command: str) -> list[Script]:
    """The steps of ``plan`` or ``apply``."""
    (workflow,) = atlantis()["workflows"].values()
    return [Script(command, ("sh", "-c"), step["run"]) for step in workflow[command]["steps"]]


def dockerfile() -> list[Instruction]:
    """The instructions of the image, each with the stage that it is in."""
    found: list[Instruction] = []
    stage = ""
    for line in (CI / "agent" / "Dockerfile").read_text(encoding="utf-8").splitlines():
        name, _, arguments = line.partition(" ")
        if not line or name == "#":
            continue
        stage = arguments.rpartition(" AS ")[2] if name == "FROM" else stage
        found.append(Instruction(stage, name, arguments))
    return found


def _read(name: str) -> dict[str, Any]:
    # In YAML 1.1, which PyYAML reads, the key `on` is the word for true.
    text = re.sub(r"^on:", '"on":', (CI / name).read_text(encoding="utf-8"), flags=re.M)
    found: dict[str, Any] = yaml.safe_load(text)
    return found
