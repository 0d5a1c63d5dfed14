"""Write the generated parts of the pages below ``docs/``, and of others that quote examples.

``python scripts/reference_pages.py`` writes, and ``--check`` fails if a page is stale. There is a
page for each schema, for each construct and for the dependencies; a missing page is begun.
``pages/regions.py`` says which parts of a page are generated, and which are written by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pages import backends, constructs, dependencies, lifecycle, overview, references, signatures
from pages.catalogue import DOCS, ROOT, subjects
from pages.regions import PageError, refreshed

_OTHERS = ("README.md", "CONTRIBUTING.md")


def fresh_pages() -> Iterator[tuple[Path, str]]:
    """Return each page with the text that it has to have.

    :raises PageError: if a page quotes a file that does not exist
    """
    known = signatures.constructs()
    every = subjects()
    made = [each for one in every if one.is_derived for each in references.list_files(one).items()]
    made += [(one.page, references.page(one, known)) for one in every if not one.is_derived]
    made += [(construct.page, constructs.page(construct)) for construct in known]
    made.append((dependencies.PAGE, dependencies.page()))
    made.append((lifecycle.PAGE, lifecycle.page()))
    yield from made
    parts = {"pages": overview.table(every, known), "backends": backends.tables()}
    done = {page for page, _ in made}
    for page in (*sorted(DOCS.rglob("*.md")), *(ROOT / name for name in _OTHERS)):
        if page not in done:
            yield page, refreshed(page.read_text(encoding="utf-8"), page, **parts)


def pages_of_nothing() -> list[Path]:
    """Return the pages whose subject was removed or renamed."""
    about = {subject.page for subject in subjects()} | {c.page for c in signatures.constructs()}
    about.add(lifecycle.PAGE)
    folders = {subject.provider for subject in subjects()} | {"constructs"}
    return [
        p for folder in sorted(folders) for p in (DOCS / folder).rglob("*.md") if p not in about
    ]


def main(arguments: list[str]) -> int:
    """Write or check the pages; return the exit status."""
    try:
        stale = [each for each in fresh_pages() if not _is_fresh(*each)]
    except PageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for page in pages_of_nothing():
        sys.stderr.write(f"{page.relative_to(ROOT)} is about nothing that exists; delete it\n")
        return 1
    if "--check" in arguments:
        return _report([page for page, _ in stale])
    for page, text in stale:
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, encoding="utf-8")
    return 0


def _is_fresh(page: Path, text: str) -> bool:
    return page.is_file() and page.read_text(encoding="utf-8") == text


def _report(stale: list[Path]) -> int:
    if not stale:
        return 0
    names = ", ".join(str(page.relative_to(ROOT)) for page in stale)
    sys.stderr.write(f"stale: {names}; run '.venv/bin/python scripts/reference_pages.py'\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
