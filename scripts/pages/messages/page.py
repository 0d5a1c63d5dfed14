"""The page of all messages, by the place where a user meets them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from pages.catalogue import DOCS
from pages.messages.collect import Kind, Message, messages
from pages.regions import PageError

PAGE: Final = DOCS / "messages.md"

_BEGINNING: Final = """\
<!-- Made by scripts/message_page.py from the source; change the messages there. -->

# Messages

Every message of the product, by the part that it comes from. `…` stands for a value, `[a | b]` for
one of two texts, and `[a]` for a text that may be missing. The frequent ones are explained in
[When it fails](guides/when_it_fails.md). The types and values that a schema allows are on the pages
of the resources.

| kind | where it is shown |
|---|---|
| diagnostic | by Terraform, as `Error:` or `Warning:` with the summary, and the detail below |
| failure | in the detail of a diagnostic, and by commands: what an API did or did not do |
| finding | by the synth, with place and rule; and by Terraform if the provider has the same check |
| error of a command | on standard error |
| sentence of a message | in one of the others, depending on the situation |
"""


class _Section(NamedTuple):
    title: str
    prefixes: tuple[str, ...]
    """The beginnings of the paths of its modules; the longest of all sections holds."""


_SECTIONS: Final = (
    _Section("Settings files", ("stacks/",)),
    _Section("Constructs and synth", ("constructs_lib/constructs/", "constructs_lib/toolkit.py")),
    _Section("Values and settings", ("constructs_lib/validation/", "constructs_lib/schemas/")),
    _Section("Connections", ("constructs_lib/backend/fivetran/connection/",)),
    _Section("States of connections", ("constructs_lib/backend/fivetran/connection_state/",)),
    _Section(
        "Syncs, setup tests and actions",
        (
            "constructs_lib/backend/fivetran/connection_sync/",
            "constructs_lib/backend/fivetran/connection_test/",
            "constructs_lib/backend/fivetran/actions.py",
        ),
    ),
    _Section("Fivetran's provider", ("constructs_lib/backend/fivetran/",)),
    _Section("Elastic's provider", ("constructs_lib/backend/elastic/",)),
    _Section(
        "Responses of the APIs",
        (
            "constructs_lib/backend/http/",
            "constructs_lib/backend/managed_object/",
            "constructs_lib/backend/fivetran/api/",
            "constructs_lib/net.py",
        ),
    ),
    _Section("Provider and Terraform", ("constructs_lib/backend/plugin/",)),
    _Section("The command `state`", ("constructs_lib/backend/fivetran/state_command/",)),
    _Section("The commands `adopt` and `migrate`", ("constructs_lib/adopt/", "stacks/adopt/")),
    _Section("The command `catalogue`", ("constructs_lib/schemas/catalogue/",)),
    _Section(
        "Other commands",
        (
            "constructs_lib/__main__.py",
            "constructs_lib/backend/__main__.py",
            "constructs_lib/cli/",
            "constructs_lib/launchers/",
            "stacks/__main__.py",
        ),
    ),
    _Section("The sandbox", ("constructs_lib/sandbox/",)),
    _Section("The test kit", ("constructs_lib/testing/",)),
)

_TABLES: Final[dict[Kind, tuple[str, ...]]] = {
    "diagnostic": ("diagnostic", "", "detail"),
    "failure": ("failure", "meaning", "remedy"),
    "finding": ("finding", "rule", "allowed", "remedy"),
    "command": ("error of a command",),
    "sentence": ("sentence of a message",),
}
"""The heads of the table of each kind."""


def page() -> str:
    """Return the whole page.

    :raises PageError: if a message belongs to no section
    """
    sections: dict[str, list[Message]] = {section.title: [] for section in _SECTIONS}
    for message in messages():
        sections[section_of(message.path)].append(message)
    filled = ((title, found) for title, found in sections.items() if found)
    return _BEGINNING + "".join(_section(title, found) for title, found in filled)


def section_of(path: str) -> str:
    """Return the title of the section that has the messages of a module.

    :raises PageError: if there is none
    """
    fits = [
        (len(prefix), section.title)
        for section in _SECTIONS
        for prefix in section.prefixes
        if path.startswith(prefix)
    ]
    if not fits:
        raise PageError(f"{path} has messages; name it in a section of {__name__}")
    return max(fits)[1]


def _section(title: str, found: list[Message]) -> str:
    return f"\n## {title}\n" + "".join(
        _table(heads, [message for message in found if message.kind == kind])
        for kind, heads in _TABLES.items()
    )


def _table(heads: Iterable[str], found: list[Message]) -> str:
    if not found:
        return ""
    heads = tuple(heads)
    lines = [_line(heads), "|" + "---|" * len(heads), *map(_line, map(_cells, found))]
    return "\n" + "".join(f"{line}\n" for line in dict.fromkeys(lines))


def _cells(message: Message) -> Iterator[str]:
    if message.kind == "diagnostic":
        yield from (message.title, message.severity, message.text)
    elif message.kind == "failure":
        yield from (message.text, message.title, message.remedy)
    elif message.kind == "finding":
        rule = f"`{message.title}`" if message.title.strip("…") else ""
        severity = " (warning)" if message.severity == "warning" else ""
        yield from (f"{message.text}{severity}", rule, message.allowed, message.remedy)
    else:
        yield message.text


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    """Return a text as it stands in a table: nothing in it means anything to Markdown."""
    text = text.strip().replace("\\", "\\\\")
    for sign in ("|", "<", "*"):
        text = text.replace(sign, f"\\{sign}")
    return "<br>".join(text.replace("](", "]\\(").split("\n"))
