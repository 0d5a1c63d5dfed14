"""The page of the dependencies: each with the reason that pyproject.toml gives for it."""

from __future__ import annotations

import re
from typing import NamedTuple

from pages.catalogue import DOCS, ROOT

PAGE = DOCS / "dependencies.md"
_LISTS = re.compile(r"^(?P<list>[\w-]+) = \[(?P<inside>[^\]]*?\n?)\]", re.MULTILINE)
_LINE = re.compile(
    r'^[^{"\n]*"(?P<package>[A-Za-z0-9_.-]+)(?P<versions>[^"]*)",?(?:[^#\n]*#\s*(?P<reason>.*))?',
    re.MULTILINE,
)
_TITLES = {
    "dependencies": "The providers",
    "cdktf": "The constructs, with the CDK for Terraform",
    "cdktn": "The constructs, with CDK Terrain",
    "cli": "Completion and tables of the command",
    "stacks": "The app of this repository",
    "synth-tests": "Tests of the constructs and the app",
    "docs": "The docs site",
    "dev": "Checks and tests",
    "terraform": "A Terraform for the tests, and for machines without one",
    "elasticsearch-8": "A test client for the sandbox, in its last but one major version",
    "elasticsearch-9": "A test client for the sandbox, in its last major version",
}


class Dependency(NamedTuple):
    """A package that is needed."""

    group: str
    package: str
    versions: str
    reason: str
    """Why it is needed; empty if nothing says so."""


def dependencies() -> list[Dependency]:
    """Return all packages that pyproject.toml names, with their comments."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    found = []
    for each in _LISTS.finditer(text):
        if each["list"] not in _TITLES:
            continue
        for line in _LINE.finditer(each["inside"]):
            reason = (line["reason"] or "").strip()
            found.append(Dependency(each["list"], line["package"], line["versions"], reason))
    return found


def page() -> str:
    """Return the whole page."""
    text = (
        "<!-- Made by scripts/reference_pages.py from the comments in pyproject.toml. -->\n\n"
        "# Dependencies\n\nWhy each package is needed. `pyproject.toml` is the source.\n"
    )
    known = dependencies()
    for group in dict.fromkeys(each.group for each in known):
        text += f"\n## {_TITLES[group]}: `{group}`\n\n| package | versions | why |\n|---|---|---|\n"
        text += "".join(
            f"| `{d.package}` | `{d.versions}` | {d.reason} |\n" for d in known if d.group == group
        )
    return text
