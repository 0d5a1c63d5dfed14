"""The docs site: it is built without a warning, and is read on a phone and at a desk."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import DESK, Browser
from markdown_pages import pages
from pages.catalogue import ROOT
from selenium.webdriver.common.by import By
from site_build import CONFIGURATION, build

pytest.importorskip("material", reason="the group docs of pyproject.toml is not installed")

PHONE = (390, 844)
LOOKED_AT = [
    "index.html",
    "guides/when_it_fails.html",  # Wide tables.
    "fivetranops/resources/connection.html",  # Wide code.
    "decisions/index.html",  # Many pages in the navigation.
]


def test_each_page_is_on_the_site(site: Path) -> None:
    # The pages from outside of docs/, and one page of docs/ in whose place the README is.
    elsewhere = {"README.md": "index", "docs/README.md": "documentation"}
    elsewhere |= {"CONTRIBUTING.md": "contributing", "CHANGELOG.md": "changelog"}
    elsewhere |= {"tests/README.md": "tests"}
    expected = set()
    for page in pages():
        name = str(page.relative_to(ROOT))
        place = elsewhere.get(name, name.removeprefix("docs/").removesuffix(".md"))
        expected.add(place.replace("/README", "/index"))

    found = {str(each.relative_to(site).with_suffix("")) for each in site.rglob("*.html")}

    assert found == expected | {"404"}


def test_broken_links_and_anchors_fail_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    page = "# A page\n\n[a](gone.md) [b](#no-such-heading) [c](#a-page) [d](/rooted.md)\n"
    (docs / "index.md").write_text(page)
    (docs / "unlisted.md").write_text("# Nothing leads here\n")
    configuration = tmp_path / "mkdocs.yml"
    configuration.write_text(
        f"INHERIT: {CONFIGURATION}\ndocs_dir: {docs}\nnav: [index.md]\nhooks: []\n"
    )

    done = build(configuration, tmp_path / "site")

    assert done.returncode == 1
    for named in ("'gone.md'", "'#no-such-heading'", "'/rooted.md'", "unlisted.md"):
        assert named in done.stderr
    assert "'#a-page'" not in done.stderr


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_pages_fit_the_screen_and_ask_no_other_host(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    browser.size(size)
    for page in LOOKED_AT:
        browser.visit(address + page)
        width, room = browser.run(
            "const e = document.documentElement; return [e.scrollWidth, e.clientWidth]"
        )

        assert width <= room, page
        asked = {each for each in browser.addresses() if each.startswith(("http", "ws"))}
        assert [each for each in asked if not each.startswith(address)] == [], page
        assert browser.messages() == [], page
        browser.picture(f"docs-{page.replace('/', '-').removesuffix('.html')}-{size[0]}")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_reader_finds_a_page_by_navigation_and_search(
    browser: Browser, address: str, size: tuple[int, int]
) -> None:
    browser.size(size)
    browser.visit(address + "guides/adopting.html")
    if size == PHONE:
        browser.find("label.md-header__button[for=__drawer]").click()
    link = browser.find(".md-sidebar--primary a[href='moving_a_cursor.html']")
    browser.until(link.is_displayed)
    browser.until(lambda: browser.run("return arguments[0].checkVisibility()", link))
    browser.run("arguments[0].click()", link)
    browser.shows("h1", "Changing a cursor safely")

    if size == PHONE:
        browser.find("label.md-header__button[for=__search]").click()
    field = browser.find(".md-search__input")
    browser.until(field.is_displayed)
    field.send_keys("rotating")
    found = ".md-search-result__link[href*='guides/secrets.html']"
    browser.until(lambda: browser.driver.find_elements(By.CSS_SELECTOR, found))
    browser.find(found).click()
    browser.shows("h1", "Secrets")
