"""What the product says, read from its source: the texts of which its messages are made."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from pages.catalogue import ROOT

HOLE = "…"
"""What stands in a text for a value."""
_LEAST_WORDS = 3
"""A text of fewer words than that would fit almost any line."""
_PYTHON = ("constructs_lib", "stacks", "scripts")
_SHELL = ("scripts/check-prerequisites", "constructs_lib/launchers/launcher.sh", "Makefile")


@cache
def texts() -> dict[str, str]:
    """For each source file all its texts, one in each line, with ``HOLE`` for values."""
    found = {}
    for folder in _PYTHON:
        for file in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(file.read_text(encoding="utf-8"))
            found[str(file)] = "\n".join(" ".join(text.split()) for text in _texts(tree))
    for name in _SHELL:
        lines = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", "")
        found[name] = lines
    return found


def is_said(message: str) -> bool:
    """True if one file holds all parts of a message, those between its holes."""
    parts = [part.strip() for part in message.split(HOLE)]
    parts = [part for part in parts if any(letter.isalpha() for letter in part)]
    return any(all(part in text for part in parts) for text in texts().values())


def is_printed(line: str) -> bool:
    """True if a text of the product becomes this line when values are put into its holes."""
    return any(form.fullmatch(line) for form in _forms())


@cache
def _forms() -> list[re.Pattern[str]]:
    lines = {line for text in texts().values() for line in text.splitlines()}
    return [
        re.compile(".+".join(map(re.escape, line.split(HOLE))))
        for line in lines
        if len(re.findall(r"[A-Za-z]{2,}", line)) >= _LEAST_WORDS
    ]


@cache
def whole() -> str:
    """Everything that the product says, and how it is configured, as one text."""
    found = [Path(ROOT / name).read_text(encoding="utf-8") for name in ("Makefile", "cdktf.json")]
    for folder in (*_PYTHON, "tests"):
        found += [f.read_text(encoding="utf-8") for f in (ROOT / folder).rglob("*.py")]
    found += [f.read_text(encoding="utf-8") for f in (ROOT / "constructs_lib").rglob("*.sh")]
    found += [f.read_text(encoding="utf-8") for f in (ROOT / "constructs_lib").rglob("*.json")]
    return "\n".join(found)


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
