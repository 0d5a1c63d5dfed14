"""What a person sees of an adoption: its progress, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TextIO

from constructs_lib import schemas
from constructs_lib.adopt.candidate import Candidate
from constructs_lib.schemas.sections import sections

_WIDTH = 30
_NAMES = 5


class Progress:
    """A progress line that is overwritten, and cleared at the end.

    :param stream: where to show it; nothing is shown unless that is a terminal
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = stream.isatty()
        self._line = ""

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._show("")

    def listed(self, number: int) -> None:
        """Show how many connections were listed so far; the total is not known."""
        self._show(f"{number} connections listed")

    def read(self, done: int, total: int) -> None:
        """Show how many connections were read, and how many there are."""
        filled = _WIDTH if total == 0 else _WIDTH * done // total
        bar = "#" * filled + "." * (_WIDTH - filled)
        self._show(f"[{bar}] {done} of {total} connections read")

    def _show(self, line: str) -> None:
        if self._is_shown and line != self._line:
            # Blanks clear what is left of the line before.
            self._stream.write("\r" + line.ljust(len(self._line)) + ("" if line else "\r"))
            self._stream.flush()
            self._line = line


def result_lines(adopted: Sequence[Candidate], refused: Sequence[Candidate]) -> Iterator[str]:
    """Yield what is to be known about the connections that were adopted, and those that were not.

    :param adopted: those that were
    :param refused: those that cannot be, each with its reason
    """
    yield from _refused(refused)
    yield from _left_out(adopted)
    yield from _let_through(adopted)
    yield from _belongings(adopted)
    yield from _unset_secrets(adopted)
    yield from _unknown(adopted)


def _refused(refused: Sequence[Candidate]) -> Iterator[str]:
    for each in refused:
        found = each.found
        yield f"  not added: {found.id} ({found.service}, {found.schema}). {each.refused}"


def _left_out(adopted: Sequence[Candidate]) -> Iterator[str]:
    for each in adopted:
        for setting, reason in each.left_out.items():
            result = "is not managed: it stays as it is at Fivetran."
            yield f"  {each.name}: {setting} {result} {reason}"


def _let_through(adopted: Sequence[Candidate]) -> Iterator[str]:
    settings = sum(len(each.attributes.get("unchecked", ())) for each in adopted)
    if settings:
        are = "is" if settings == 1 else "are"
        yield (
            f"  {count(settings, 'setting')} that the catalogue of services does not accept "
            f"{are} in unchecked"
        )


def _belongings(adopted: Sequence[Candidate]) -> Iterator[str]:
    types = [one.type for each in adopted for one in each.belongings]
    for section in sections().values():
        number, adoption = types.count(section.resource), section.adoption
        if number and adoption is not None and adoption.report:
            noun, *rest = adoption.report
            yield f"  {' '.join([count(number, noun), *rest])}"


def _unset_secrets(adopted: Sequence[Candidate]) -> Iterator[str]:
    secrets = sum(each.unset_secrets for each in adopted)
    if secrets:
        are, its = ("is", "its variable has") if secrets == 1 else ("are", "their variables have")
        yield (
            f"  {count(secrets, 'secret')} {are} kept at Fivetran until {its} a value, see "
            "docs/guides/adopting.md"
        )


def _unknown(adopted: Sequence[Candidate]) -> Iterator[str]:
    services = sorted({each.found.service for each in adopted})
    unknown = [name for name in services if schemas.service(name) is None]
    if unknown:
        yield (
            f"  not in the catalogue of services: {', '.join(unknown)}; their settings are not "
            "checked, see connections catalogue refresh"
        )


def count(number: int, noun: str) -> str:
    """Return a number with its noun, such as ``2 connections``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def first_names(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = len(names) - _NAMES
    return f"{', '.join(names[:_NAMES])}{f' and {more} more' if more > 0 else ''}"
