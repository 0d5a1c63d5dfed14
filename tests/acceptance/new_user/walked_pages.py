"""What a page tells its reader to type and to write, found by its headings."""

from __future__ import annotations

import re
from pathlib import Path

from toolkits import ROOT

README = ROOT / "README.md"
FIRST_DEPLOY = ROOT / "docs" / "guides" / "first_deploy.md"
INSTALLING = ROOT / "docs" / "installing.md"
TESTING = ROOT / "docs" / "guides" / "testing_your_stack.md"
ENVIRONMENTS = ROOT / "docs" / "guides" / "environments.md"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def section(page: Path, heading: str) -> str:
    """The text below a heading, up to the next one."""
    _, found, text = page.read_text(encoding="utf-8").partition(f"\n## {heading}\n")
    assert found, f"{page.name} has no heading {heading}"
    return text.partition("\n## ")[0]


def blocks(page: Path, heading: str, language: str = "sh") -> list[str]:
    """The blocks of code in a language below a heading."""
    return [code for name, code in _FENCE.findall(section(page, heading)) if name == language]


def block_with(page: Path, heading: str, text: str, language: str = "sh") -> str:
    """The one block below a heading that contains a text."""
    (found,) = (code for code in blocks(page, heading, language) if text in code)
    return found


def line_with(page: Path, heading: str, text: str) -> str:
    """The one line of the commands below a heading that contains a text."""
    lines = [line for code in blocks(page, heading) for line in code.splitlines()]
    (found,) = (line for line in lines if text in line)
    return found


def examples(page: Path) -> dict[str, str]:
    """The programs that a page quotes, by the names of their files."""
    quoted = _EXAMPLE.findall(page.read_text(encoding="utf-8"))
    return {Path(path).name: code for path, code in quoted}


def said(page: Path, pattern: str) -> tuple[str, ...]:
    """What a page says in the places of the groups of a pattern, whose spaces match line ends."""
    text = page.read_text(encoding="utf-8")
    found = re.search(pattern.replace(" ", r"\s+"), text)
    assert found is not None, f"{page.name} does not say {pattern}"
    return found.groups()
