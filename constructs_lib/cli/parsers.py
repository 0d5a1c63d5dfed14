"""The parsers of the command line: each shows how it was called, examples, and exit statuses."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Mapping
from typing import Any, Final, NoReturn, TypeAlias

COMMAND: Final = "connections"
"""The console script of the package."""
_PACKAGE: Final = "constructs_lib"
_WITH_WORD: Final = (_PACKAGE, f"{_PACKAGE}.backend")
"""The modules that take the name of the command as their first argument."""

FIVETRAN_VARIABLES: Final = """\
environment:
  FIVETRAN_APIKEY, FIVETRAN_APISECRET   the credentials (there is no option for them)
  FIVETRAN_API_URL                      the API address, if not the default; or sandbox[:FILE]
"""
"""The notes of a command that asks Fivetran."""

Status: TypeAlias = int | str
"""An exit status, or several of them in one text."""
DONE: Final = "done"
NOT_POSSIBLE: Final = "failed; the message says why, and what to do"
WRONG_USAGE: Final = "wrong usage"
INTERRUPTED: Final = "interrupted by Ctrl-C"
STATUSES: Final[Mapping[Status, str]] = {0: DONE, 1: NOT_POSSIBLE, 2: WRONG_USAGE, 130: INTERRUPTED}
"""The exit statuses of a command that has no others, each with its meaning."""


def program(command: str) -> str:
    """Return how a command was called, for its usage and for what a message tells to run.

    :param command: the name of the command, such as ``state``
    :returns: ``connections state``; or, where Python was told a module, that module, such as
        ``python -m constructs_lib.backend state``
    """
    specification = getattr(sys.modules.get("__main__"), "__spec__", None)
    module = "" if specification is None else specification.name.removesuffix(".__main__")
    if module.partition(".")[0] != _PACKAGE:
        return f"{COMMAND} {command}"
    return f"python -m {module} {command}" if module in _WITH_WORD else f"python -m {module}"


class CommandParser(argparse.ArgumentParser):
    """A parser whose help ends with examples and exit statuses.

    :param examples: a line for each, in which ``{prog}`` stands for the program; an empty line or
        a comment may part them
    :param statuses: what each exit status means; those of most commands by default
    :param notes: what else is to be known, such as the environment variables
    :param wrong_usage: the exit status of a wrong usage
    """

    def __init__(
        self,
        *,
        examples: str = "",
        statuses: Mapping[Status, str] = STATUSES,
        notes: str = "",
        wrong_usage: int = 2,
        **options: Any,
    ) -> None:
        """Take the options of ``argparse.ArgumentParser`` besides."""
        super().__init__(formatter_class=_Help, **options)
        self.statuses = dict(statuses)
        self.notes = notes.strip("\n")
        self.examples = examples.strip("\n").replace("{prog}", self.prog)
        self._wrong_usage = wrong_usage
        self.epilog = "\n\n".join(filter(None, (self._examples(), self._statuses(), self.notes)))

    def error(self, message: str) -> NoReturn:
        """End the process with a usage and one line, as argparse does."""
        usage = self.format_usage()
        self.exit(self._wrong_usage, f"{usage}{self.prog}: {message}; --help shows examples\n")

    def _examples(self) -> str:
        head = "examples" if "\n" in self.examples else "example"
        return f"{head}:\n{textwrap.indent(self.examples, '  ')}" if self.examples else ""

    def _statuses(self) -> str:
        width = max((len(str(status)) for status in self.statuses), default=0)
        lines = (f"  {status!s:<{width}}  {text}" for status, text in self.statuses.items())
        return "\n".join(["exit status:", *lines]) if self.statuses else ""


class _Help(argparse.HelpFormatter):
    """Wraps each paragraph, but leaves one with an indented line as it is."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        paragraphs = text.strip("\n").split("\n\n")
        return "\n\n".join(
            each if "\n " in f"\n{each}" else textwrap.fill(" ".join(each.split()), width)
            for each in paragraphs
        )
