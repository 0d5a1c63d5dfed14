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
    "dependencies": "What the providers need",
    "cdktf": "What the constructs need besides, with the CDK for Terraform",
    "cdktn": "What the constructs need besides, with CDK Terrain",
    "cli": "What makes the command pleasant, and no provider loads",
    "stacks": "What the app of this repository needs besides",
    "synth-tests": "To test the constructs and the app",
    "dev": "To check and test it",
    "terraform": "A Terraform for the tests, and for machines without one",
    "elasticsearch-8": "To test the sandbox with a client of the time before",
    "elasticsearch-9": "To test the sandbox with a client of today",
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
        "# Dependencies\n\nEach package that is needed, and why. `pyproject.toml` is the source.\n"
    )
    known = dependencies()
    for group in dict.fromkeys(each.group for each in known):
        text += f"\n## {_TITLES[group]}: `{group}`\n\n| package | versions | why |\n|---|---|---|\n"
        text += "".join(
            f"| `{d.package}` | `{d.versions}` | {d.reason} |\n" for d in known if d.group == group
        )
    return text
