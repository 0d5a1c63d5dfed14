"""Each link of a page leads somewhere, and each page can be reached."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from every_case import check_every
from markdown_pages import anchors, links, name_of, pages, prose
from pages.catalogue import ROOT

PAGES = pages()
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)\)")


def problem(page: Path, target: str) -> str | None:
    """Why a link leads nowhere; None if it leads somewhere."""
    if target.startswith(("https://", "http://")):
        return None
    file, _, anchor = target.partition("#")
    goal = (page.parent / file).resolve() if file else page
    if not goal.exists():
        return f"{target}: no such file"
    if not goal.is_relative_to(ROOT):
        return f"{target}: outside of the project"
    if anchor and anchor not in anchors(goal):
        return f"{target}: no such heading"
    return None


def test_each_link_leads_to_a_file_and_a_heading_that_there_are() -> None:
    def holds(page: Path) -> None:
        assert [found for target in links(page) if (found := problem(page, target))] == []

    check_every(PAGES, holds)


def test_each_picture_is_there_and_says_what_it_shows() -> None:
    def holds(page: Path) -> None:
        for text, file in _PICTURE.findall(prose(page)):
            assert text
            assert (page.parent / file).is_file()

    check_every(PAGES, holds)
    assert len(_PICTURE.findall(prose(ROOT / "README.md"))) == 1


def test_readme_is_a_front_page() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_each_page_can_be_reached_from_the_readme() -> None:
    reached, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = [target.partition("#")[0] for target in links(page)]
        ahead += [(page.parent / t).resolve() for t in targets if t and "://" not in t]

    assert [name_of(page) for page in pages() if page not in reached] == []


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("gone.md", "gone.md: no such file"),
        ("README.md#no-such-heading", "README.md#no-such-heading: no such heading"),
        ("../", "../: outside of the project"),
        ("README.md#quick-start", None),
        ("https://example.com/", None),
    ],
)
def test_a_link_that_leads_nowhere_is_found(target: str, expected: str | None) -> None:
    assert problem(ROOT / "CHANGELOG.md", target) == expected
