"""Tables for a terminal, which fit its width, by rich of the extra ``cli``.

Without the extra, and where the output is no terminal, a command writes its plain text.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import Console

STYLES: Final[Mapping[str, str]] = {
    "ok": "green",
    "on schedule": "green",
    "syncing": "cyan",
    "paused": "dim",
    "-": "dim",
    "warning": "yellow",
    "incomplete": "yellow",
    "delayed": "yellow",
    "rescheduled": "yellow",
    "broken": "bold red",
    "ERROR": "bold red",
}
"""The styles of the words that say how something is."""


def terminal() -> Console | None:
    """Return the terminal on which tables can be shown; None if there is none, or no rich.

    ``NO_COLOR`` turns its colours off.
    """
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    try:
        from rich.console import Console
    except ImportError:
        return None
    # What is shown comes from an API: no part of it is markup.
    console = Console(markup=False, highlight=False, emoji=False)
    return None if console.is_dumb_terminal else console


def show_table(
    console: Console, headings: Sequence[str], rows: Sequence[Sequence[str]], title: str = ""
) -> None:
    """Show a table that is no wider than the terminal; long cells are folded.

    :param headings: those of the columns
    :param rows: the cells, without control characters
    :param title: a line above it
    """
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for heading in headings:
        is_word = any(row[len(table.columns)] in STYLES for row in rows)
        table.add_column(heading, overflow="fold", no_wrap=is_word)
    for row in rows:
        table.add_row(*(Text(cell, style=STYLES.get(cell, "")) for cell in row))
    if title:
        console.print(Text(title))
    console.print(table)


def show_line(console: Console, word: str, name: str, text: str) -> None:
    """Show one line of a list that grows; what does not fit continues in its last column.

    :param word: how it is, such as ``ok``
    :param name: what it is about
    :param text: the rest
    """
    from rich.table import Table
    from rich.text import Text

    line = Table.grid(padding=(0, 1))
    line.add_column(width=_WORD)
    line.add_column(width=_NAME)
    line.add_column(overflow="fold")
    line.add_row(Text(word, style=STYLES.get(word, "")), Text(name), Text(text))
    console.print(line)


_WORD: Final = 7
_NAME: Final = 12
