"""The table of the README that compares providers: each cell has a source, and equals the data."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from every_case import check_every
from pages.catalogue import ROOT

FACTS: dict[str, Any] = json.loads(
    Path(__file__).with_name("provider_facts.json").read_text(encoding="utf-8")
)
COLUMNS: dict[str, str] = FACTS["columns"]
CELLS = [(row["claim"], column) for row in FACTS["rows"] for column in COLUMNS]
WITHOUT_SOURCE = ("not known", "\N{EN DASH}")
_COMMIT = re.compile(r"/(?:blob|tree)/(?P<revision>[^/]+)/(?P<path>.+)")
_WITHOUT_COMMIT = "CHANGELOG.md"
"""The one file whose entries stay as they are in later commits."""


def section() -> str:
    """What the README says below the heading of the table."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = text.partition("\n## Compared with the vendors' own providers\n")[2]
    return found.partition("\n## ")[0]


def table() -> list[list[str]]:
    """The cells of the table by rows; the line below its head is left out."""
    lines = [line for line in section().splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [rows[0], *rows[2:]]


def cell(claim: str, column: str) -> dict[str, Any]:
    (row,) = (row for row in FACTS["rows"] if row["claim"] == claim)
    found: dict[str, Any] = row[column]
    return found


def check_source(source: dict[str, str]) -> None:
    """A source is a public page; a file of a repository is named at a commit."""
    assert source["page"].startswith("https://")
    assert source["says"]
    match = _COMMIT.search(source["page"])
    if match and match["path"] != _WITHOUT_COMMIT:
        assert re.fullmatch("[0-9a-f]{40}", match["revision"])


def test_table_of_providers_equals_the_facts() -> None:
    expected = [["", *COLUMNS.values()]]
    expected += [
        [row["claim"], *(row[column]["value"] for column in COLUMNS)] for row in FACTS["rows"]
    ]

    assert table() == expected


def test_each_fact_about_another_provider_has_a_source() -> None:
    def holds(place: tuple[str, str]) -> None:
        found = cell(*place)
        if found["value"] in WITHOUT_SOURCE:
            assert set(found) == {"value"}
            return
        assert found["sources"]
        for source in found["sources"]:
            check_source(source)

    check_every([place for place in CELLS if place[1] != "ours"], holds)


def test_each_fact_about_this_project_has_a_test() -> None:
    files = (ROOT / "tests").rglob("test_*.py")
    written = "\n".join(path.read_text(encoding="utf-8") for path in files)
    names = set(re.findall(r"^def (test_\w+)\(", written, re.MULTILINE))

    def holds(row: dict[str, Any]) -> None:
        found = row["ours"]
        assert found["tests"] or found["value"] == "no"
        assert set(found["tests"]) <= names

    check_every(FACTS["rows"], holds)


def test_versions_of_the_providers_are_said() -> None:
    assert set(FACTS["versions"]) == set(COLUMNS) - {"ours"}
    prose = " ".join(section().partition("\n|")[0].split())

    def holds(provider: str) -> None:
        version = FACTS["versions"][provider]
        assert f"`{provider}` {version['read']}" in prose
        assert "tried" not in version or f"tried in version {version['tried']}" in prose
        for source in version["sources"]:
            check_source(source)

    check_every(FACTS["versions"], holds)
