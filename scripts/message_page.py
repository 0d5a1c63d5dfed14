"""Write the page of all messages, ``docs/messages.md``, from the source.

``python scripts/message_page.py`` writes, and ``--check`` fails if the page is stale.
"""

from __future__ import annotations

import sys

from pages.catalogue import ROOT
from pages.messages.page import PAGE, page
from pages.regions import PageError


def main(arguments: list[str]) -> int:
    """Write or check the page; return the exit status."""
    try:
        text = page()
    except PageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    if "--check" in arguments:
        name = PAGE.relative_to(ROOT)
        sys.stderr.write(f"stale: {name}; run '.venv/bin/python scripts/message_page.py'\n")
        return 1
    PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
