"""The pages of the project, and what stands in them: links, headings, code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from pages.catalogue import ROOT

_FENCE = re.compile(
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```$", re.M | re.S
)
_LINK = re.compile(r"(?<!\!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_ANCHOR = re.compile(r'<a id="([^"]+)"></a>')


class Block(NamedTuple):
    """A block of code."""

    page: Path
    language: str
    code: str
    is_quoted: bool
    """True if it is the copy of an example, which is tested by itself."""


def pages() -> list[Path]:
    """All pages that people read."""
    found = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
    return [*found, ROOT / "tests" / "README.md"]


def name_of(page: Path) -> str:
    """A page from the root of the project."""
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> list[Block]:
    """The blocks of code of a page."""
    text = page.read_text(encoding="utf-8")
    whole = name_of(page).startswith("docs/constructs/")
    return [
        Block(
            page,
            match["language"],
            re.sub(rf"^{match['indent']}", "", match["code"], flags=re.M),
            whole or text[: match.start()].rstrip().endswith("-->"),
        )
        for match in _FENCE.finditer(text)
    ]


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def links(page: Path) -> list[str]:
    """The targets of the links of a page."""
    return [match["target"] for match in _LINK.finditer(re.sub(r"`[^`\n]*`", "", prose(page)))]


def spans(page: Path) -> list[str]:
    """What stands between backticks in the text of a page."""
    return _SPAN.findall(" ".join(prose(page).split("\n")))


def anchors(page: Path) -> set[str]:
    """Where a link may point to within a page, as GitHub and the registry name the headings."""
    text = prose(page)
    headings = re.findall(r"^#{1,6} (.*)$", text, re.M)
    seen: dict[str, int] = {}
    found = set(_ANCHOR.findall(text))
    for heading in headings:
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        number = seen.get(slug, 0)
        seen[slug] = number + 1
        found.add(slug if number == 0 else f"{slug}-{number}")
    return found
