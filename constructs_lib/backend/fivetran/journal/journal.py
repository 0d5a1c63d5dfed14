"""What must be known after a crash in the middle of setting a state.

Before the paused flag of a connection is touched, an entry (:class:`JournalEntry`) is written next
to Terraform's own data (``.terraform``, or ``TF_DATA_DIR``) and forced to the disk; it is removed
when the flag is restored. A run that finds an entry later knows that another one died, and what the
connection was like before: :mod:`recovery` restores the flag, and the next setting of that state
continues from it. The state that was set is kept longer (``SetStateEntry``), until Terraform's
state is known to have it.

A run holds a lock on the entry as long as it lives, which the operating system releases however the
run ends. So a run that is still at work never counts as dead, and when two runs in one working
directory set the same state, the second one gets an error.

The entry holds the state that was found, because nothing else has it once the new one is set; only
the owner can read the files. Nothing in them is a credential.

Entries are dictionaries in their files. Fields that a later version adds are ignored, and those
that an earlier version did not write have a default.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from constructs_lib.backend.fivetran.api.errors import VendorError
from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.journal import CREATIONS, folder_below, private_files
from constructs_lib.backend.fivetran.journal.creations import CreationJournal, workspace
from constructs_lib.backend.fivetran.journal.history import TERRAFORM, History
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.managed_object import equivalence
from constructs_lib.backend.plugin import log
from constructs_lib.records import NamedTuple

_VERSION = 1


class JournalEntry(NamedTuple):
    """What a connection was like before its state was set, and how far that went."""

    connection: str
    """Its identifier."""
    account: str
    """Which account it belongs to, see ``Client.account``."""
    paused: bool
    """Its paused flag. If true, the run had nothing to pause, and there is nothing to undo."""
    found: dict[str, Any] | None
    """Its state; None if none had been written."""
    wanted: str
    """The fingerprint of the state that was to be set; empty if the connection itself was changed,
    and paused for that."""
    since: str
    """When the run began, or began to put the flag back (RFC 3339, UTC, by the API's clock)."""
    is_sent: bool = False
    """True from just before the state was sent."""
    stored: str = ""
    """The fingerprint of what was read back after that. Before that, of what an earlier attempt has
    stored, if that is what was found; else empty."""
    is_putting_back: bool = False
    """True from just before the paused flag was put back: it may be back, and who paused the
    connection since then meant it."""
    is_open: bool = True
    """False when the paused flag is back; the rest is kept until the state is set."""
    by: str = TERRAFORM
    """Whose run it was, as in the history."""

    def has_set(self, live: dict[str, Any] | None) -> bool:
        """Return True if a state is what the run has set, or what it was about to set.

        :param live: the state; None if there is none
        """
        prints = (self.stored, self.wanted)
        return self.is_sent and any(equivalence.is_fingerprint(print_, live) for print_ in prints)


class SetStateEntry(NamedTuple):
    """A state that Terraform has set, kept until Terraform's state is known to have it.

    Terraform may be killed while this process sets a state. Then the state is set, and the next
    apply would take it for what was there before.
    """

    connection: str
    account: str
    workspace: str
    """Terraform's workspace."""
    attempt: str
    """Names the attempt, here and in the private state of the resource."""
    found: dict[str, Any] | None
    """The state before the first attempt of which Terraform does not know; None if there was none.
    """
    stored: str
    """The fingerprint of what was read back."""
    at: str
    """When that was (RFC 3339, UTC, by the API's clock)."""


def set_state_entry(text: str) -> SetStateEntry:
    """Return the entry of a state that was set from the text of its file.

    :raises ValueError: if it is none
    """
    values = jsontext.loads(text)
    names = SetStateEntry._fields
    if not isinstance(values, dict) or not values.keys() >= set(names):
        raise ValueError("no entry of a state that was set")
    if not all(jsontext.is_text(values[name]) for name in names if name != "found"):
        raise ValueError("a field is of another type")
    if not isinstance(values["found"], (dict, type(None))):
        raise ValueError("found is of another type")
    return SetStateEntry(**{name: values[name] for name in names})


def dumped(entry: JournalEntry | SetStateEntry) -> str:
    """Return an entry as the text of its file."""
    return jsontext.dumps({"version": _VERSION, **entry._asdict()})


def loaded(text: str) -> JournalEntry:
    """Return the entry from the text of its file.

    :raises ValueError: if it is none, or one of another version
    """
    values = jsontext.loads(text)
    if not isinstance(values, dict) or values.pop("version", None) != _VERSION:
        raise ValueError("no entry of this version")
    kinds: dict[str, Any] = dict.fromkeys(("connection", "account", "wanted", "since"), str)
    kinds |= {"paused": bool, "found": (dict, type(None)), "is_sent": bool, "stored": str}
    kinds |= {"is_putting_back": bool, "is_open": bool, "by": str}
    values = {**JournalEntry._field_defaults, **values}
    for name, kind in kinds.items():
        is_ours = isinstance(values.get(name, ...), kind)
        if not is_ours or (kind is str and not jsontext.is_text(values[name])):
            raise ValueError(f"{name} is missing, or of another type")
    return JournalEntry(**{name: values[name] for name in kinds})


_LOCKS: defaultdict[str, Lock] = defaultdict(Lock)


class HeldElsewhere(VendorError):
    """Another run is changing this connection, or setting its state, right now."""

    remedy = (
        "Wait until that run has ended, and plan again: the plan then shows what that run has set."
    )

    def __init__(self, identifier: str) -> None:
        super().__init__(
            "another run in this working directory is setting the state of connection "
            f"{identifier}, or is changing it"
        )


class JournalHandle:
    """The entry of one connection, in the hands of the run that holds its lock.

    :param history: the states that were set of this connection
    """

    def __init__(
        self,
        file: Path,
        history: History,
        report: Callable[[str], None],
        workspace: str = "default",
    ) -> None:
        self._file, self.history, self._report = file, history, report
        self.by = history.by
        """Who sets the state now."""
        self.workspace = workspace
        """Terraform's workspace."""

    def read(self) -> JournalEntry | None:
        """Return the entry of an earlier run; None if there is none that can be read."""
        try:
            return loaded(private_files.read(self._file))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warn(f"the journal {self._file} cannot be read ({type(error).__name__})")
            return None

    def write(self, entry: JournalEntry) -> None:
        """Replace the entry in one step, and force it to the disk.

        A journal that cannot be written stops nothing, and is reported: ``Journal.problem``.
        """
        try:
            private_files.write(self._file, dumped(entry))
        except OSError as error:
            self._report(f"{self._file} cannot be written: {error.strerror}")

    def remove(self) -> None:
        """Remove the entry."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)

    def save_set_state(self, entry: SetStateEntry) -> None:
        """Save the state that was set until Terraform's state is known to have it."""
        file = _set_file(self._file)
        try:
            file.parent.mkdir(exist_ok=True, mode=0o700)
            private_files.write(file, dumped(entry))
        except OSError as error:
            self._report(f"{file} cannot be written: {error.strerror}")

    def set_state(self) -> SetStateEntry | None:
        """Return the state that was set and is not yet known to be in Terraform's state; None if
        there is none.
        """
        return _read_set_state(_set_file(self._file))


class Journal:
    """The entries of one working directory.

    :param folder: where they are; made when the first one is written
    :param by: who sets states, for the history of them
    """

    def __init__(self, folder: Path, by: str = TERRAFORM) -> None:
        self._folder, self._by = folder, by
        self.workspace = workspace(folder.parent)
        """Terraform's workspace, which has a state of its own."""
        self.creations = CreationJournal(folder / CREATIONS, self.workspace, self._report)
        """The connections that are being created."""
        self.problem = ""
        """Why nothing could be kept, in words; empty if all could."""
        self.history_problem = ""
        """Why the history could not be kept, in words; empty if it could."""

    @property
    def folder(self) -> Path:
        """Where the entries are; it may not be there yet."""
        return self._folder

    @classmethod
    def of_working_directory(cls, directory: Path = Path(), by: str = TERRAFORM) -> Journal:
        """Return the journal of a working directory of Terraform, which is kept with Terraform's
        data.

        :param directory: by default that of this process, where terraform has launched it
        """
        return cls(Path(folder_below(str(directory))), by)

    def history(self, identifier: str) -> History:
        """Return the history of the states that were set for a connection."""
        return History(self._folder, identifier, self._by, self._report_history)

    @contextmanager
    def hold(self, identifier: str, *, waits: bool = True) -> Iterator[JournalHandle]:
        """Hold the entry of a connection, so that no other run can take it meanwhile.

        :param waits: True to wait for another resource of this run about the same connection;
            False to fail at once
        :raises HeldElsewhere: if another run holds it, or this run does and ``waits`` is False
        """
        lock = _LOCKS[str(self._folder / identifier)]
        if not lock.acquire(blocking=waits):
            raise HeldElsewhere(identifier)
        try:
            with self._locked(identifier) as file:
                yield JournalHandle(file, self.history(identifier), self._report, self.workspace)
        finally:
            lock.release()

    @contextmanager
    def _locked(self, identifier: str) -> Iterator[Path]:
        file = self._file(identifier)
        lock_file = file.with_suffix(".lock")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = private_files.lock(lock_file)
        except OSError as error:
            self._report(f"nothing can be kept in {self._folder}: {error.strerror}")
            yield file
            return
        if lock is None:
            raise HeldElsewhere(identifier)
        try:
            yield file
        finally:
            with suppress(OSError):
                lock_file.unlink()
            os.close(lock)

    def unknown_to(self, identifier: str, account: str, attempt: Any) -> SetStateEntry | None:
        """Return the state that was set and that Terraform's state does not know of.

        :param attempt: the attempt that Terraform's state knows of
        """
        found = _read_set_state(_set_file(self._file(identifier)))
        whose = (account, self.workspace)
        if found is None or (found.account, found.workspace) != whose or found.attempt == attempt:
            return None
        return found

    def confirm_set(self, identifier: str, attempt: Any) -> None:
        """Delete what is kept of an attempt, because Terraform's state has it."""
        file = _set_file(self._file(identifier))
        found = _read_set_state(file)
        if found is not None and found.attempt == attempt:
            with suppress(OSError):
                file.unlink(missing_ok=True)

    def _file(self, identifier: str) -> Path:
        return self._folder / f"{private_files.file_name_of(identifier)}.json"

    def _report(self, problem: str) -> None:
        self.problem = self.problem or problem
        log.warn(f"the journal: {problem}")

    def _report_history(self, problem: str) -> None:
        self.history_problem = self.history_problem or problem
        log.warn(f"the history of states: {problem}")

    def note_plan(self, identifier: str, run: str, seen: Snapshot) -> None:
        """Record what a plan saw of a state that is not in Terraform's state yet.

        Terraform plans once more during apply, and only the run differs between the two; so the
        notes of the last two runs are kept.
        """
        notes = {**self._plans(identifier), run: list(seen)}
        kept = dict(list(notes.items())[-2:])
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            private_files.write(self._plan_file(identifier), json.dumps(kept))

    def planned(self, identifier: str, run: str) -> Snapshot | None:
        """Return what the plan before this run saw, and delete the note; None if there is none."""
        plans = self._plans(identifier)
        with suppress(OSError):
            self._plan_file(identifier).unlink(missing_ok=True)
        earlier = [note for name, note in plans.items() if name != run]
        return Snapshot(*earlier[-1]) if earlier else None

    def _plan_file(self, identifier: str) -> Path:
        return self._folder / f"{private_files.file_name_of(identifier)}.plan"

    def _plans(self, identifier: str) -> dict[str, list[str]]:
        try:
            plans = jsontext.loads(private_files.read(self._plan_file(identifier)))
        except (OSError, ValueError):
            return {}
        is_ours = isinstance(plans, dict) and all(_is_note(note) for note in plans.values())
        return plans if is_ours else {}

    def interrupted_connections(self) -> list[str]:
        """Return the connections that have an entry, whoever holds it."""
        files = sorted(self._folder.glob("*.json")) if self._folder.is_dir() else []
        return [name for name in map(_connection_of, files) if name is not None]


def _set_file(file: Path) -> Path:
    """Return the file of the state that was set, from that of the entry of a connection."""
    return file.parent / "set" / file.name


def _read_set_state(file: Path) -> SetStateEntry | None:
    try:
        return set_state_entry(private_files.read(file))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warn(f"the journal {file} cannot be read ({type(error).__name__})")
        return None


def _is_note(note: Any) -> bool:
    fields = len(Snapshot._fields)
    return isinstance(note, list) and len(note) == fields and all(isinstance(n, str) for n in note)


def _connection_of(file: Path) -> str | None:
    try:
        return loaded(private_files.read(file)).connection
    except (OSError, ValueError):
        return None
