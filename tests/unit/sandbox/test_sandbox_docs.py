"""The page of the documentation names all that the sandbox can do."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from constructs_lib.sandbox import DISTORTIONS, FAULT_KINDS, Settings
from constructs_lib.sandbox.__main__ import parser
from constructs_lib.sandbox.elastic import ElasticFault, ElasticSettings
from constructs_lib.sandbox.elastic.routes import PATHS
from constructs_lib.sandbox.watch.view import MAX_ENTRIES, MAX_ITEMS

TEXT = (Path(__file__).parents[3] / "docs" / "sandbox.md").read_text()
MEANINGS = {
    name: facts.meaning for name, facts in (FAULT_KINDS | dict(ElasticFault.KINDS)).items()
} | {name: facts.meaning for name, facts in DISTORTIONS.items()}


@pytest.mark.parametrize("name", MEANINGS)
def test_each_fault_event_and_distortion_has_its_row(name: str) -> None:
    assert f"| `{name}` | {MEANINGS[name]} |" in TEXT


def test_each_setting_and_each_command_is_named() -> None:
    settings = {one.name for kind in (Settings, ElasticSettings) for one in fields(kind)}

    missing = {name for name in settings | _commands() if f"`{name}" not in TEXT}

    assert missing == set()


def test_each_path_of_elastics_api_is_named() -> None:
    ends = {path.rpartition("}")[2] or path.rpartition("/{")[0] for path in PATHS if path}

    missing = {end for end in ends if f"{end}`" not in TEXT}

    assert missing == set()


def test_how_much_is_on_the_page_is_what_is_told() -> None:
    assert f"the last {MAX_ENTRIES} requests" in TEXT
    assert f"the first {MAX_ITEMS})" in TEXT


def _commands() -> set[str]:
    subparsers = [each for each in parser()._actions if each.choices]
    return set(subparsers[0].choices or ())
