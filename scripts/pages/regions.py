"""The marked parts of a page. What is between the marks is generated; all else is kept.

A page of the registry begins with a generated part, up to ``<!-- /header -->``. Anywhere in a page,
``<!-- schema -->`` begins the description of the attributes, ``<!-- pages -->`` the table of pages,
``<!-- backends -->`` the settings of each backend, and ``<!-- example: FILE -->`` quotes a file of
the project; each ends with a mark such as ``<!-- /schema -->``.
"""

from __future__ import annotations

import re
from pathlib import Path

from pages.catalogue import ROOT

END_OF_HEADER = "<!-- /header -->\n"
_REGION = re.compile(
    r"^(?P<begin><!-- (?P<kind>schema|pages|backends|example)(?:: (?P<argument>[^ ]+))? -->)\n"
    r".*?^(?P<end><!-- /(?P=kind) -->)$",
    re.MULTILINE | re.DOTALL,
)
_LANGUAGES = {
    ".hcl": "hcl",
    ".py": "python",
    ".tf": "hcl",
    ".sh": "sh",
    ".json": "json",
    ".yaml": "yaml",
}


class PageError(Exception):
    """A page that cannot be generated; the message says which, and what to do."""


def with_header(text: str, header: str) -> str:
    """Return a page with another beginning.

    :param text: the page as it is; it may be empty
    :param header: what comes before the end of the header
    """
    rest = text.partition(END_OF_HEADER)[2]
    return header + END_OF_HEADER + rest


def refreshed(text: str, page: Path, **parts: str) -> str:
    """Return a page with all its parts generated again.

    :param text: the page as it is
    :param page: the path of the page, for messages
    :param parts: what comes into ``<!-- schema -->``, ``<!-- pages -->`` and ``<!-- backends -->``
    :raises PageError: if it quotes a file that does not exist
    """

    def made(match: re.Match[str]) -> str:
        inside = parts.get(match["kind"]) or quoted(match["argument"] or "", page)
        return f"{match['begin']}\n{inside}{match['end']}"

    return _REGION.sub(made, text)


def quoted(name: str, page: Path) -> str:
    """Return a file of the project as a block of code.

    :param name: its path from the root of the project
    :param page: the page that quotes it, for the message
    :raises PageError: if it does not exist
    """
    file = ROOT / name
    if not name or not file.is_file():
        raise PageError(
            f"{page.relative_to(ROOT)} quotes {name or 'a file without a name'}, which does not "
            "exist; write that example, or correct the mark"
        )
    return f"```{_LANGUAGES[file.suffix]}\n{file.read_text(encoding='utf-8')}```\n"


def examples_of(text: str) -> list[str]:
    """Return the files that a page quotes."""
    return [m["argument"] for m in _REGION.finditer(text) if m["kind"] == "example"]
