"""Each message that the guide explains is one that the product prints."""

from __future__ import annotations

import re

import pytest
from every_case import check_every
from markdown_pages import blocks, name_of, pages
from pages.catalogue import DOCS
from source_texts import is_printed, is_said

GUIDE = DOCS / "guides" / "when_it_fails.md"


def messages() -> list[str]:
    """What stands in the first column of the tables, but for the words of Terraform itself."""
    found = []
    for line in GUIDE.read_text(encoding="utf-8").splitlines():
        cell = line.split(" | ")[0]
        if line.startswith("| ") and "Terraform's words" not in cell:
            found += re.findall(r"`([^`]+)`", cell)
    return [text for text in found if not text.startswith("error[")]


def test_each_message_is_printed_by_the_product() -> None:
    def is_printed_somewhere(message: str) -> None:
        assert is_said(message)

    check_every(messages(), is_printed_somewhere)


OF_TERRAFORM = {
    "Error acquiring the state lock",
    "Backend configuration changed",
    "Check block assertion failed",
}
"""What Terraform itself prints, as the tests of the backends and of watching have seen it."""


def shown() -> list[tuple[str, str]]:
    """The warnings and errors in what pages show of a terminal, each with its page."""
    return [
        (name_of(page), found[1])
        for page in pages()
        for block in blocks(page)
        if block.language in ("text", "console")
        for found in re.finditer(r"^(?:Warning|Error): (.*)$", block.code, re.MULTILINE)
        if found[1] not in OF_TERRAFORM
    ]


def test_each_warning_that_is_shown_is_printed_by_the_product() -> None:
    def is_that(case: tuple[str, str]) -> None:
        assert is_printed(case[1])

    check_every(shown(), is_that)


def test_warnings_are_shown() -> None:
    assert len(shown()) > 2


def test_the_guide_explains_messages() -> None:
    assert len(messages()) > 30


@pytest.mark.parametrize("wrong", ["The state of connection … moves SIDEWAYS", "No such words"])
def test_a_message_that_nobody_prints_would_be_found(wrong: str) -> None:
    assert not is_said(wrong)
    assert not is_printed(wrong)
