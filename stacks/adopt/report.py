"""Show the progress of an adoption on a terminal, and report its result.

The report says what was added, what was not and why, and what to do next.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TextIO

from constructs_lib import schemas
from stacks.adopt.entry import Candidate
from stacks.adopt.existing import ExistingEnvironment, Selection
from stacks.settings.yaml_reader import displayed

_WIDTH = 30


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


def report(
    adopted: Sequence[Candidate],
    refused: Sequence[Candidate],
    selection: Selection,
    existing: ExistingEnvironment,
    *,
    dry_run: bool,
) -> str:
    """Return the report, with a line break at the end.

    :param adopted: the connections that were added, or would be
    :param refused: those that cannot be, each with its reason
    :param selection: the connections of the account
    :param existing: the environment before the adoption
    :param dry_run: True if nothing was written
    """
    verb = "would be added" if dry_run else "added"
    lines = [f"{displayed(existing.file)}: {_count(len(adopted), 'connection')} {verb}"]
    lines += [*_passed_over(selection), *_refused(refused), *_left_out(adopted)]
    lines += [*_unset_secrets(adopted), *_unknown(adopted)]
    if adopted and not dry_run:
        lines += ["", f"Next: ENVIRONMENT={existing.file.stem} make diff"]
        rest = "0 to add, 0 to change, 0 to destroy"
        if existing.connections:
            rest = "and no change of them"
        lines += [f"It should show {len(adopted)} to import, {rest}."]
    return "".join(f"{line}\n" for line in lines)


def _passed_over(selection: Selection) -> Iterator[str]:
    if selection.known:
        yield f"  {_count(len(selection.known), 'connection')} the environment has already"
    if selection.others:
        yield f"  {_count(selection.others, 'connection')} of other services"
    if not any(selection):
        yield "  the account, or the group, has no connection that this API key can see"
    for name, number in Counter(each.name for each in selection.elsewhere).items():
        yield f"  {_count(number, 'connection')} the environment {name} imports"
    for each, name in selection.described:
        yield (
            f"  not added: {each.id} ({each.schema}), because {name} describes that destination "
            f"schema. Unless {name} is deployed already, write import_id: {each.id} there"
        )


def _refused(refused: Sequence[Candidate]) -> Iterator[str]:
    for each in refused:
        found = each.found
        yield f"  not added: {found.id} ({found.service}, {found.schema}). {each.refused}"


def _left_out(adopted: Sequence[Candidate]) -> Iterator[str]:
    for each in adopted:
        for setting, reason in each.left_out.items():
            result = "is not managed: it stays as it is at Fivetran."
            yield f"  {each.name}: {setting} {result} {reason}"


def _unset_secrets(adopted: Sequence[Candidate]) -> Iterator[str]:
    secrets = sum(each.unset_secrets for each in adopted)
    if secrets:
        are, its = ("is", "its variable has") if secrets == 1 else ("are", "their variables have")
        yield (
            f"  {_count(secrets, 'secret')} {are} kept at Fivetran until {its} a value, see "
            "docs/guides/adopting.md"
        )


def _unknown(adopted: Sequence[Candidate]) -> Iterator[str]:
    services = sorted({each.found.service for each in adopted})
    unknown = [name for name in services if schemas.service(name) is None]
    if unknown:
        yield (
            f"  not in the catalogue of services: {', '.join(unknown)}; their settings are not "
            "checked, see python -m constructs_lib.schemas.catalogue refresh"
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
