"""What the hooks of the docs site do with links and with the navigation."""

from __future__ import annotations

import re

import pytest
from markdown_pages import name_of, pages, prose

hooks = pytest.importorskip("docs_site.hooks", reason="the group docs is not installed")


@pytest.mark.parametrize(
    ("place", "link", "expected"),
    [
        ("index.md", "docs/guides/secrets.md#rotating", "guides/secrets.md#rotating"),
        ("guides/secrets.md", "../../README.md", "../index.md"),
        ("documentation.md", "../tests/README.md", "tests.md"),
        ("changelog.md", "docs/README.md", "documentation.md"),
        ("decisions/README.md", "0001-x.md", "0001-x.md"),
        ("guides/secrets.md", "#rotating", "#rotating"),
        ("guides/a.md", "../../examples/ci/atlantis/a.yaml", "../examples/ci/atlantis/a.yaml"),
        ("index.md", "https://example.com/docs/a.md", "https://example.com/docs/a.md"),
    ],
)
def test_link_leads_to_the_place_on_the_site(place: str, link: str, expected: str) -> None:
    assert hooks.site_links(f"see [it]({link}).", place) == f"see [it]({expected})."


def test_link_in_code_stays() -> None:
    page = "`[a](../README.md)`\n\n    ```md\n    [a](../README.md)\n    ```\n"

    assert hooks.site_links(page, "documentation.md") == page


def test_link_to_a_file_that_is_not_on_the_site_is_an_error() -> None:
    with pytest.raises(hooks.PluginError, match=r"docs/doctor\.md links to \.\./Makefile, which"):
        hooks.site_links("[make](../Makefile)", "doctor.md")


def test_navigation_lists_pages_of_a_folder_that_are_not_named() -> None:
    entries = [{"Start": ["index.md", "./"]}, {"Why": ["why/"]}, {"A": ["fivetranops/actions/"]}]
    known = ["a.md", "fivetranops/actions/sync.md", "index.md", "why/0001.md", "why/README.md"]

    assert hooks.navigation(entries, known) == [
        {"Start": ["index.md", "a.md"]},
        {"Why": ["why/README.md", "why/0001.md"]},
        {"A": [{"sync": "fivetranops/actions/sync.md"}]},
    ]


def test_blocks_in_lists_are_indented_by_four_columns() -> None:
    # GitHub takes three for a part of the list, too; on the site the list would end.
    found = [name_of(page) for page in pages() if re.search(r"\n\n {1,3}[^\s*-]", prose(page))]

    assert found == []
