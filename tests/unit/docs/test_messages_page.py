"""The page of all messages: read from the source, complete, and in plain English."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from every_case import check_every
from pages.messages.collect import Message, messages
from pages.messages.page import PAGE, page, section_of
from pages.messages.sources import module_of
from pages.messages.templates import Scope, template
from pages.messages.wording import UNWANTED, problems
from pages.regions import PageError

SOURCE = """
LIMIT = "at most 5"

class Base:
    remedy = "Try again."

class Failure(Base):
    pass

def advice(wait):
    if wait:
        return "wait"
    return "go on"

def shown(value):
    return "nothing" if value is None else value

def report(name, many):
    kind = "plan" if many else "state"
    kind_of_it, rest = "a", name
    return {expression}
"""


def text_of(expression: str) -> str:
    """The text of an expression in a function."""
    source = module_of(Path("constructs_lib", "x.py"), SOURCE.format(expression=expression))
    function = source.functions["report"]
    returned = function.body[-1]
    assert isinstance(returned, ast.Return)
    return template(returned.value, Scope(source, function))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ('"a text"', "a text"),
        ('f"{name}: {LIMIT}"', "…: at most 5"),
        ('f"the {kind} of {name!r}"', "the [plan | state] of …"),
        ('"one " + ("two" if many else "")', "one [two]"),
        ('f"{kind_of_it}, {rest}"', "a, …"),
        ('f"{advice(many)} now"', "[wait | go on] now"),
        ('f"{shown(name)} of {name}"', "… of …"),
        ("Failure.remedy", "Try again."),
        ('name or "none"', "[… | none]"),
        ('f"{name}{name}"', "…"),
    ],
)
def test_messages_are_templates_of_the_source(expression: str, text: str) -> None:
    assert text_of(expression) == text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("diagnostic", "Credentials for Fivetran are missing"),
        ("failure", "The paused flag could not be restored."),
        ("finding", "secret-in-code"),
        ("command", "is not initialised. Run 'terraform init' there"),
        ("command", "no Python with the package connections-as-code: neither '…' of"),
        ("sentence", "Another error of this run says what to do about it."),
    ],
)
def test_messages_of_each_kind_are_collected(kind: str, words: str) -> None:
    found = [message for message in messages() if message.kind == kind]

    assert any(words in text for message in found for text in (message.title, message.text))


def test_messages_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


def test_messages_are_all_on_the_page() -> None:
    rows = [line for line in page().splitlines() if line.startswith("| ")]

    assert len(messages()) > 500
    assert len(rows) > 0.9 * len(messages())


def test_messages_are_worded_well() -> None:
    def is_worded_well(message: Message) -> None:
        assert list(problems(message)) == []

    check_every(list(messages()), is_worded_well)


GOOD = Message("diagnostic", "x.py", "error", "A summary", "A detail.")


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (GOOD._replace(title="A summary."), "the summary ends with a full stop"),
        (GOOD._replace(text=""), "there is no detail"),
        (GOOD._replace(text="no end"), "does not end like a sentence"),
        (GOOD._replace(text=f"It {UNWANTED[0]}."), "is not plain English"),
        (GOOD._replace(kind="failure", text="it failed"), "there is no remedy"),
        (GOOD._replace(kind="failure", remedy="Try again."), "ends with a full stop"),
        (GOOD._replace(kind="finding", text="5"), "what is allowed"),
        (GOOD._replace(kind="finding", allowed="4"), "so it has no full stop"),
    ],
)
def test_message_that_is_worded_badly_is_found(message: Message, problem: str) -> None:
    assert list(problems(GOOD)) == []
    assert any(problem in found for found in problems(message))


def test_messages_of_a_new_place_need_a_section() -> None:
    with pytest.raises(PageError, match=r"constructs_lib/new\.py has messages"):
        section_of("constructs_lib/new.py")
