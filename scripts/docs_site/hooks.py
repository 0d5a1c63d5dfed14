"""Hooks of MkDocs: pages from outside of ``docs/``, links as GitHub reads them, and the navigation.

GitHub shows the same pages, so that a link is the path of a file. On the site a few files are
elsewhere: the README is the first page, and ``docs/README.md`` is a page besides.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]

MOVED = {
    "README.md": "index.md",
    "docs/README.md": "documentation.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "tests/README.md": "tests.md",
}
"""Where the site has the files that it does not have at their own place, by their paths."""
COPIED = "examples/ci/"
"""The folder of files to copy, which pages link to. The site has them at their own place."""

_PROVIDERS = ("fivetranops/", "elasticops/")
_FILES = {place: name for name, place in MOVED.items()}
_CODE = re.compile(r"^(?P<indent> *)```.*?^(?P=indent)```$|`[^`\n]*`", re.M | re.S)
_LINK = re.compile(r"(?<=\]\()(?P<file>[^)\s#:]+)(?=[)#])|(?<=src=\")(?P<image>[^\":]+)(?=\")")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages from outside, and complete the navigation."""
    own = files.get_file_from_path("README.md")
    if own is not None:
        files.remove(own)
    for name, place in MOVED.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, place, content=text))
    for path in sorted((ROOT / COPIED).rglob("*")):
        if path.is_file():
            name = path.relative_to(ROOT).as_posix()
            files.append(File.generated(config, name, content=path.read_bytes()))
    pages = [each.src_uri for each in files.documentation_pages()]
    config.nav = navigation(config.nav or [], sorted(pages))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point each link to the place that its file has on the site."""
    return site_links(markdown, page.file.src_uri)


def site_links(markdown: str, place: str) -> str:
    """Return a page with links that hold on the site.

    :param markdown: the page, with links that hold between the files
    :param place: where the site has the page, such as ``guides/secrets.md``
    :raises PluginError: for a link to a file that the site does not have
    """
    code, start, text = _CODE.finditer(markdown), 0, ""
    for block in code:
        text += _linked(markdown[start : block.start()], place) + block[0]
        start = block.end()
    return text + _linked(markdown[start:], place)


def _linked(text: str, place: str) -> str:
    return _LINK.sub(lambda found: _on_the_site(found[0], place), text)


def _on_the_site(link: str, place: str) -> str:
    source = _FILES.get(place, f"docs/{place}")
    file = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
    target = MOVED.get(file, file.removeprefix("docs/"))
    if target == file and not file.startswith(COPIED):
        raise PluginError(f"{source} links to {link}, which the site does not have.")
    return posixpath.relpath(target, posixpath.dirname(place) or ".")


def navigation(entries: list[Any], pages: list[str]) -> list[Any]:
    """Return the navigation with the pages of each folder in place of the folder.

    :param entries: the navigation; an entry that ends in ``/`` is a folder
    :param pages: the paths of all pages on the site
    """
    named = set(_named(entries))
    return _all_expanded(entries, [page for page in pages if page not in named])


def _named(entry: Any) -> list[str]:
    if isinstance(entry, str):
        return [entry]
    inside = entry.values() if isinstance(entry, dict) else entry
    return [name for each in inside for name in _named(each)]


def _expanded(entry: Any, free: list[str]) -> list[Any]:
    if isinstance(entry, dict):
        return [{title: _all_expanded(inside, free) for title, inside in entry.items()}]
    return _pages_of(entry, free) if entry.endswith("/") else [entry]


def _all_expanded(entries: list[Any], free: list[str]) -> list[Any]:
    return [each for entry in entries for each in _expanded(entry, free)]


def _pages_of(folder: str, free: list[str]) -> list[Any]:
    place = posixpath.normpath(folder).removeprefix(".")
    found = [page for page in free if posixpath.dirname(page) == place]
    found.sort(key=lambda page: (not page.endswith("/README.md"), page))
    if place.startswith(_PROVIDERS):
        # The heading has the name of the provider, and the kind, which the folder says already.
        return [{posixpath.basename(page).removesuffix(".md"): page} for page in found]
    return list(found)
