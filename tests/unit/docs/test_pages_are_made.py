"""The program that makes the pages: what it finds, what it writes, and what it leaves alone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pages.catalogue import ROOT

STATE = Path("docs/fivetranops/resources/connection_state.md")
CONSTRUCT = Path("docs/constructs/connection_state.md")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of what the pages are made of, and of the pages."""
    for name in ("docs", "examples", "scripts", "constructs_lib"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    for name in ("README.md", "CONTRIBUTING.md", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(copy: Path, *options: str) -> tuple[int, str]:
    """The exit status of the program, and what it complains of."""
    done = subprocess.run(
        [sys.executable, "scripts/reference_pages.py", *options],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


@pytest.mark.parametrize(
    ("source", "before", "after", "stale"),
    [
        (
            "constructs_lib/schemas/fivetranops_connection_state.schema.json",
            "What destroying does to the state in Fivetran",
            "What a destroy does to the state",
            STATE,
        ),
        (
            "constructs_lib/constructs/fivetran/connection_state.py",
            "the whole state to set, as the connector defines it",
            "the whole state",
            CONSTRUCT,
        ),
        (
            "examples/fivetranops/resources/fivetranops_connection_state/resource.tf",
            "2024-06-01",
            "2025-06-01",
            STATE,
        ),
        ("pyproject.toml", "# Checks the types.", "# Checks types.", Path("docs/dependencies.md")),
    ],
)
def test_another_source_makes_a_page_stale_until_it_is_made_anew(
    source: str, before: str, after: str, stale: Path, copy: Path
) -> None:
    change(copy / source, before, after)

    status, complaint = make(copy, "--check")
    assert status == 1
    assert str(stale) in complaint
    assert make(copy) == (0, "")
    assert make(copy, "--check") == (0, "")
    assert after.removeprefix("# ") in (copy / stale).read_text()


def test_edited_generated_part_is_stale_and_prose_is_not(copy: Path) -> None:
    change(copy / STATE, "**Going back.**", "**The way back.**")
    assert make(copy, "--check") == (0, "")

    change(copy / STATE, "(Dynamic) The whole state to set", "(Dynamic) The state to set")
    assert make(copy, "--check")[0] == 1


def test_missing_page_is_started_with_examples_and_schema(copy: Path) -> None:
    whole = (copy / STATE).read_text()
    (copy / STATE).unlink()

    assert str(STATE) in make(copy, "--check")[1]
    assert make(copy) == (0, "")

    begun = (copy / STATE).read_text()
    assert begun.startswith(whole.partition("## Behaviour")[0])
    assert "### Nested Schema for `timeouts`" in begun


@pytest.mark.parametrize("name", ["docs/constructs/gone.md", "docs/fivetranops/resources/gone.md"])
def test_a_page_about_nothing_is_an_error(name: str, copy: Path) -> None:
    (copy / name).write_text("# Gone\n")

    status, complaint = make(copy, "--check")

    assert status == 1
    assert f"{name} is about nothing" in complaint


def test_construct_without_example_is_an_error_with_the_file(copy: Path) -> None:
    example = "examples/fivetranops/resources/fivetranops_connection_state/main.py"
    (copy / example).unlink()

    status, complaint = make(copy)

    assert status == 1
    assert f"quotes {example}, which does not exist" in complaint
    assert "Traceback" not in complaint
