"""The page of the command ``connections``, made of its parsers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

from constructs_lib.cli.commands import COMMANDS, parser_of
from constructs_lib.cli.parsers import STATUSES, CommandParser, Status
from pages.catalogue import DOCS

PAGE = DOCS / "command.md"
_HEAD = """\
<!-- Made by scripts/command_reference.py from the parsers of the command. -->

# The command `connections`

It has a subcommand for everything that users run. `connections COMMAND --help` prints what is
here. `python -m constructs_lib` is the same command, for when the script is not on the `PATH`.
Older forms such as `python -m constructs_lib.sandbox` keep working.

"""
_COMPLETION = """
A shell completes commands, options and values with the extra `cli`:

```text
pip install 'connections-as-code[cli]'
eval "$(connections completion bash)"    # or zsh, or fish
```

With that extra, `status`, `catalogue show` and `doctor` also fit their tables to a terminal, and
`NO_COLOR` turns colours off. Without the extra, or if the output is not a terminal, they print
plain text; with `--json` they print JSON and nothing else.
"""


def page() -> str:
    """Return the whole page."""
    rows = (f"| {_link(name)} | {each.summary} |\n" for name, each in COMMANDS.items())
    table = f"| command | what it does |\n|---|---|\n{''.join(rows)}"
    sections = (section for name in COMMANDS for section in _sections(parser_of(name)))
    return f"{_HEAD}{table}{_COMPLETION}\n{_common_statuses()}{''.join(sections)}".rstrip() + "\n"


def _link(name: str) -> str:
    return f"[`connections {name}`](#connections-{name})"


def _common_statuses() -> str:
    head = "## Exit statuses\n\nMost commands have these. A command with others lists them below.\n"
    return f"{head}{_status_table(STATUSES)}"


def _status_table(statuses: Mapping[Status, str]) -> str:
    rows = "".join(f"| {status} | {text} |\n" for status, text in statuses.items())
    return f"\n| exit status | meaning |\n|---|---|\n{rows}"


def _sections(parser: CommandParser, level: int = 2) -> Iterator[str]:
    """Yield the section of a command, and those of the commands below it."""
    below = _below(parser)
    yield f"\n{'#' * level} `{parser.prog}`\n\n{_paragraphs(parser.description or '')}\n"
    yield f"\n```text\n{_usage(parser)}\n```\n"
    if options := list(_options(parser)):
        yield f"\n| argument | meaning |\n|---|---|\n{''.join(options)}"
    if not below:
        yield f"\n```text\n{parser.examples}\n```\n"
    if not below and parser.statuses != STATUSES:
        yield _status_table(parser.statuses)
    for each in below:
        yield from _sections(each, level + 1)


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(each.split()) for each in text.strip().split("\n\n"))


def _below(parser: CommandParser) -> list[CommandParser]:
    """Return the parsers of the commands below a command."""
    found = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return [parser for each in found for parser in each.choices.values()]


def _usage(parser: CommandParser) -> str:
    """Return the usage in the order in which it is written, without line breaks of one Python."""
    if _below(parser):
        return f"{parser.prog} COMMAND …"
    actions = [each for each in parser._actions if each.dest != "help" and not _is_hidden(each)]
    required = [_spelled(each) for each in actions if each.option_strings and each.required]
    is_optional = any(each.option_strings and not each.required for each in actions)
    values = [_positional(each) for each in actions if not each.option_strings]
    return " ".join([parser.prog, *values, *required, *(["[OPTION …]"] if is_optional else [])])


def _positional(action: argparse.Action) -> str:
    name = str(action.metavar or action.dest)
    return f"[{name}]" if action.nargs == "?" else name


def _spelled(action: argparse.Action) -> str:
    """Return an argument as it is written, with its value."""
    name = action.option_strings[0] if action.option_strings else _positional(action)
    if action.nargs == 0 or not action.option_strings:
        return name
    value = "|".join(map(str, action.choices)) if action.choices else action.metavar
    return f"{name} {value or action.dest.upper()}{' …' if action.nargs == '+' else ''}"


def _options(parser: CommandParser) -> Iterator[str]:
    for each in parser._actions:
        if each.dest != "help" and not _is_hidden(each) and not _is_command(each):
            meaning = (each.help or "").replace("%%", "%")
            spelled = _spelled(each).replace("|", "\\|")
            yield f"| `{spelled}` | {meaning} |\n"


def _is_hidden(action: argparse.Action) -> bool:
    return action.help == argparse.SUPPRESS


def _is_command(action: argparse.Action) -> bool:
    return isinstance(action, argparse._SubParsersAction)
