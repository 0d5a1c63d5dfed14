"""Errors and warnings for the user, each with the attribute at fault.

A summary is short and general; the detail is specific: what was wrong, where, and what to do next.
Neither may hold a secret. The message of an unexpected exception and the source lines of its
traceback may quote one, so a crash report names only the exception's class and the places that it
came through.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from os.path import basename
from typing import Any

from constructs_lib.records import NamedTuple

Path = tuple[str | int, ...]
"""The way to an attribute: names of attributes or keys of maps, and indexes of lists."""


class Diagnostic(NamedTuple):
    """One error or warning."""

    is_error: bool
    summary: str
    detail: str
    path: Path


class Diagnostics:
    """The errors and warnings of one operation, in the order in which they were found."""

    def __init__(self) -> None:
        self._all: list[Diagnostic] = []

    def error(self, summary: str, detail: str = "", path: Path = ()) -> None:
        """Add an error: the operation fails."""
        self._all.append(Diagnostic(True, summary, detail, path))

    def warning(self, summary: str, detail: str = "", path: Path = ()) -> None:
        """Add a warning: the operation goes on."""
        self._all.append(Diagnostic(False, summary, detail, path))

    @property
    def has_errors(self) -> bool:
        """True if at least one error was added."""
        return any(diagnostic.is_error for diagnostic in self._all)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


class ProviderError(Exception):
    """A failure that is explained to the user; it becomes one error diagnostic.

    :param summary: short and general, such as ``Connection not created``
    :param detail: specific: identifiers, the API's answer and the next step
    :param path: the attribute at fault, if there is one
    """

    def __init__(self, summary: str, detail: str = "", path: Path = ()) -> None:
        super().__init__(summary)
        self.summary = summary
        self.detail = detail
        self.path = path


class AlreadyReported(ProviderError):
    """A failure whose cause another operation has reported in full, such as an API that is down.

    Where an operation can go on truly, nothing more is said; else its error is short.

    :param cause: what happened, in a sentence, for the short error; empty to show ``detail``
    """

    def __init__(self, summary: str, detail: str, cause: str = "") -> None:
        super().__init__(summary, detail)
        advice = "Another error of this run says what to do about it."
        self.short = f"{cause}\n\n{advice}" if cause else detail


def described(value: Any) -> str:
    """Describe a configured value for a message: its kind, or the value itself if it is a number, a
    boolean or null. Any other value may be sensitive, and Terraform does not tell the provider
    which ones are.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    if isinstance(value, str):
        return "text" if value else "an empty text"
    if isinstance(value, list):
        return f"a list of {len(value)} item{'' if len(value) == 1 else 's'}"
    return "a mapping"


def dotted(path: Path) -> str:
    """Return a path as a configuration writes it, such as ``config.tables[0]``."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(parts).removeprefix(".")


_SHOWN = 5


def crash_places(error: BaseException) -> list[str]:
    """Return where an exception came through, innermost first, such as ``client.py:40 in get``."""
    found = []
    step = error.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        found.append(f"{basename(code.co_filename)}:{step.tb_lineno} in {code.co_name}")
        step = step.tb_next
    return found[::-1]


def report_crash(error: BaseException, subject: str, diagnostics: Diagnostics) -> None:
    """Add the error that asks the user to report a bug.

    :param subject: the resource type and the operation, as far as they are known
    """
    diagnostics.error(
        "Unexpected failure in the provider",
        f"{subject}: {type(error).__name__} at {' < '.join(crash_places(error)[:_SHOWN])}. "
        "This is a bug in the provider; please report it with this text. "
        "The state keeps what is known to exist.",
    )
