"""The plugin, http and managed_object serve every vendor, and name none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from constructs_lib import backend

FOLDER = Path(backend.__file__).parent
OF_A_VENDOR = re.compile(
    r"fivetran|elastic|connection_id|connector|group_id|schema_prefix|pale_hydrogen"
    r"|destination|historical|resync|re-sync|setup.test|sync_|connect.card|cursor",
    re.IGNORECASE,
)
"""Names that only one vendor's API has: of its objects, their identifiers and their settings."""


def modules(folder: str) -> list[Path]:
    return sorted((FOLDER / folder).rglob("*.py"))


@pytest.mark.parametrize("folder", ["plugin", "http", "managed_object"])
def test_shared_code_names_no_vendor(folder: str) -> None:
    assert len(modules(folder)) > 5
    found = [
        f"{path.relative_to(FOLDER)}:{number}: {line.strip()}"
        for path in modules(folder)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if OF_A_VENDOR.search(line)
    ]

    assert found == []


@pytest.mark.parametrize("folder", ["fivetran", "elastic"])
def test_words_are_those_of_the_vendors(folder: str) -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in modules(folder))

    assert len({word.group().lower() for word in OF_A_VENDOR.finditer(text)}) > 1
