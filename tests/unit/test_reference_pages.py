"""The reference pages say what the schemas say."""

import subprocess
import sys
from pathlib import Path

from constructs_lib.schemas.connector_status import STATUSES, allowed

ROOT = Path(__file__).parents[2]


def test_the_reference_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/reference_pages.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_page_of_the_connector_status_shows_the_transitions_that_are_allowed() -> None:
    text = (ROOT / "docs" / "connector_status.md").read_text()
    header, _, *rows = [line for line in text.splitlines() if line.startswith("|")][:7]
    columns = [cell.strip(" `") for cell in header.strip("|").split("|")][1:]

    shown = {}
    for row in rows:
        current, *cells = (cell.strip(" `") for cell in row.strip("|").split("|"))
        shown[current] = tuple(c for c, cell in zip(columns, cells, strict=True) if cell == "yes")

    assert shown == {status: allowed(status) for status in STATUSES}
