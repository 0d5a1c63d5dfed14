"""The states that were set from one working directory, for going back.

Each change of a state is recorded here, whoever asked for it: an apply of Terraform, or the command
``state``. It is recorded just before the state is sent, so that the previous state is on the disk
whatever happens next, and once more when it was read back.

Each connection has a file in the folder of the journal that only the owner can read, with one
change on each line, the oldest first. The last :data:`MOST` changes of a connection are kept, or as
many of them as fit into :data:`LONGEST` bytes, but always the last one. A writer holds the lock of
the journal on that connection. A history that cannot be written is reported and stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from constructs_lib.backend.fivetran.journal import private_files
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.plugin.values.value import same
from constructs_lib.records import NamedTuple

MOST = 20
"""Changes of one connection that are kept."""
LONGEST = 8 * 2**20
"""Bytes that the changes of one connection may take."""
TERRAFORM = "terraform"
COMMAND = "command"
SENT = "sent"
"""The state was sent, and nobody could look afterwards: it may be set."""
SET = "set"
"""The state was set, and read back as it was sent."""
DIFFERS = "differs"
"""The API took the state, and stored something else."""

State = dict[str, Any]
_KINDS: dict[str, Any] = {
    "number": int,
    "at": str,
    "by": str,
    "before": (dict, type(None)),
    "after": dict,
    "result": str,
}


class Change(NamedTuple):
    """One setting of a state."""

    number: int
    """Identifies it: the first change of a connection is 1, and a later one has a higher number."""
    at: str
    """When it was sent (RFC 3339, UTC, by the API's clock)."""
    by: str
    """:data:`TERRAFORM` or :data:`COMMAND`."""
    before: State | None
    """The state just before; None if none had been written."""
    after: State
    """The state that was sent."""
    result: str
    """:data:`SENT`, :data:`SET` or :data:`DIFFERS`."""


class History:
    """The changes of one connection.

    :param folder: that of the journal
    :param identifier: the connection
    :param by: who records changes here, :data:`TERRAFORM` or :data:`COMMAND`
    :param report: is called with the reason why a change could not be recorded
    """

    def __init__(
        self,
        folder: Path,
        identifier: str,
        by: str = TERRAFORM,
        report: Callable[[str], None] = lambda problem: None,
    ) -> None:
        self.file = folder / "history" / f"{private_files.file_name_of(identifier)}.jsonl"
        self.by, self._report = by, report
        self._change: Change | None = None

    def changes(self) -> list[Change]:
        """Return the recorded changes, the newest first; skip lines that cannot be read.

        :raises OSError: if the file is there and cannot be read
        """
        found = (_change(line) for line in self._lines())
        return [change for change in found if change is not None][::-1]

    def begin(self, before: State | None, after: State, at: str) -> None:
        """Record that a state is about to be sent."""
        self.withdraw()
        try:
            numbers = [change.number for change in self.changes()]
        except OSError as error:
            self._report(f"{self.file} cannot be read: {error.strerror}")
            return
        self._write(Change(max(numbers, default=0) + 1, at, self.by, before, after, SENT))

    def end(self, result: str) -> None:
        """Record what became of the state that was sent.

        :param result: :data:`SET` or :data:`DIFFERS`
        """
        if self._change is not None:
            self._write(self._change._replace(result=result))

    def withdraw(self) -> None:
        """Remove the change that was recorded last: the API did not accept the state."""
        if self._change is not None:
            self._write(None)

    def confirm(self, after: State) -> None:
        """Record that the state which an interrupted run sent last has been set."""
        with suppress(OSError):
            newest = next(iter(self.changes()), None)
            if newest is not None and newest.result == SENT and same(newest.after, after):
                self._change = newest
                self.end(SET)

    def _lines(self) -> list[str]:
        try:
            text = private_files.read(self.file, errors="replace")
            return [line for line in text.split("\n") if line]
        except FileNotFoundError:
            return []

    def _write(self, change: Change | None) -> None:
        """Replace the current change, or append one after the last."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lines = self._lines()
            if self._change is not None:
                lines = [line for line in lines if not _is_about(line, self._change.number)]
            if change is not None:
                lines.append(jsontext.dumps(change._asdict()))
            private_files.write(self.file, "".join(f"{line}\n" for line in _bounded(lines)))
            self._change = change
        except OSError as error:
            self._report(f"{self.file} cannot be written: {error.strerror}")


def _bounded(lines: list[str]) -> list[str]:
    """Return the newest lines, as many as may be kept; always the very last one."""
    kept: list[str] = []
    size = 0
    for line in reversed(lines[-MOST:]):
        size += len(line.encode()) + 1
        if kept and size > LONGEST:
            break
        kept.append(line)
    return kept[::-1]


def _is_about(line: str, number: int) -> bool:
    found = _change(line)
    return found is not None and found.number == number


def _change(line: str) -> Change | None:
    """Return the change in a line; None if it holds none, or one of another version."""
    try:
        values = jsontext.loads(line)
    except ValueError:
        return None
    if not isinstance(values, dict) or not values.keys() >= _KINDS.keys():
        return None
    is_ours = all(isinstance(values[name], kind) for name, kind in _KINDS.items())
    return Change(**{name: values[name] for name in _KINDS}) if is_ours else None
