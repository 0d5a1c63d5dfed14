"""The table of scenarios in ``tests/README.md`` names tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[3] / "README.md"


def test_every_test_in_the_table_of_scenarios_exists() -> None:
    text = README.read_text(encoding="utf-8")
    section = text.partition("## Scenarios")[2].partition("## Mutations")[0]
    named = set(re.findall(r"`(test_\w+)`", section))

    files = README.parent.rglob("test_*.py")
    sources = "".join(path.read_text(encoding="utf-8") for path in files)
    written = set(re.findall(r"^def (test_\w+)", sources, re.MULTILINE))

    assert len(named) > 50
    assert named <= written, named - written
