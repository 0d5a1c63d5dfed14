"""The hooks for pre-commit check what ``make check`` checks, with the tools of the project."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
_RUN = ".venv/bin/python scripts/run.py"


def hooks() -> list[dict[str, str]]:
    document = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    return [hook for repository in document["repos"] for hook in repository["hooks"]]


def tools_of_make_check() -> set[tuple[str, ...]]:
    recipe = re.search(r"^check:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    lines = [line.strip().removeprefix("@$(RUN) ") for line in recipe[1].splitlines()]
    return {tool(shlex.split(line)) for line in lines}


def tool(words: list[str]) -> tuple[str, ...]:
    """A command without the files that it is about."""
    return tuple(word for word in words if word not in (".", "--force-exclude"))


def test_the_hooks_are_the_checks() -> None:
    found = {tool(shlex.split(hook["entry"].removeprefix(_RUN))) for hook in hooks()}

    assert found == tools_of_make_check()


def test_the_hooks_download_nothing() -> None:
    document = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())

    assert [repository["repo"] for repository in document["repos"]] == ["local"]
    assert {hook["language"] for hook in hooks()} == {"system"}
    assert all(hook["entry"].startswith(_RUN) for hook in hooks())
