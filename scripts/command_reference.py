"""Write what is made of the command ``connections``: its page, and the schema that it writes.

``python scripts/command_reference.py`` writes ``docs/command.md``, and beside the environment files
the schema for editors; ``--check`` fails if one is stale. It imports every subcommand, which the
other pages need not wait for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from pages import commands
from pages.catalogue import ROOT

from constructs_lib.cli.schema import FOLDER, NAME, file_text


def fresh_files() -> Iterator[tuple[Path, str]]:
    """Return each file with the text that it has to have."""
    yield commands.PAGE, commands.page()
    yield ROOT / FOLDER / NAME, file_text(ROOT / FOLDER)


def main(arguments: list[str]) -> int:
    """Write or check the files; return the exit status."""
    stale = [(path, text) for path, text in fresh_files() if not _is_fresh(path, text)]
    if "--check" not in arguments:
        for path, text in stale:
            path.write_text(text, encoding="utf-8")
        return 0
    if stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path, _ in stale)
        sys.stderr.write(f"stale: {names}; run '.venv/bin/python scripts/command_reference.py'\n")
    return 1 if stale else 0


def _is_fresh(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
