"""What must be known after a crash in the middle of creating a connection.

Before a creation is sent, an entry is written next to the journal of states
(``.terraform/fivetranops/creations``) and forced to the disk. It says what is being created and
since when, and nothing secret; the identifier is added when the API has answered it. The entry is
removed when a later run reads that connection, because only then Terraform's state certainly has
it: Terraform may be killed after this process has answered, and before it writes its state. A later
run that finds an entry of a dead run looks for the connection, and takes it over instead of
creating a second one.

Each run holds one lock as long as it lives, which the operating system releases however the run
ends. So a run that is at work never counts as dead. Accounts and Terraform's workspaces are kept
apart, because each workspace has a state of its own.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from constructs_lib.backend.fivetran.journal import private_files
from constructs_lib.backend.http import jsontext
from constructs_lib.backend.plugin import log
from constructs_lib.records import NamedTuple

_VERSION = 1
_RUN = re.compile(r"[0-9A-Za-z_-]{1,64}")
_TEXTS = ("account", "workspace", "group_id", "service", "schema", "since", "run")


class Name(NamedTuple):
    """The name that identifies a creation: the API accepts each of them once."""

    account: str
    """Which account it belongs to, see ``Client.account``."""
    group_id: str
    service: str
    schema: str
    """The joined name of the destination schema."""


class CreationEntry(NamedTuple):
    """One creation that was sent, or was about to be."""

    account: str
    workspace: str
    """Terraform's workspace."""
    group_id: str
    service: str
    schema: str
    since: str
    """When the first request was sent (RFC 3339)."""
    run: str
    """The run that sent it."""
    until: str = ""
    """When that run's time was over at the latest; empty if it is not known."""
    is_api_time: bool = True
    """False if the moments are by this machine's clock, because no answer had the API's."""
    connection: str = ""
    """The identifier, as soon as the API has answered it."""
    is_lost: bool = False
    """True if the run has reported that the answer is lost, and Terraform knows of it."""
    is_announced: bool = False
    """True in the run that has said already that the connection is there; never stored."""

    @property
    def name(self) -> Name:
        """What the entry is about."""
        return Name(self.account, self.group_id, self.service, self.schema)


class CreationJournal:
    """The creations of one working directory.

    :param folder: where they are kept; made when the first one is written
    :param workspace: Terraform's workspace
    :param report: is called with the reason why an entry could not be kept
    """

    def __init__(self, folder: Path, workspace: str, report: Callable[[str], None]) -> None:
        self._folder, self._workspace, self._report = folder, workspace, report
        self._run = os.urandom(8).hex()
        self._lock: int | None = None
        self._mutex = threading.Lock()
        self._earlier: dict[Path, CreationEntry] | None = None

    def begin_empty(self) -> None:
        """Note that nothing was there when this run began, whatever other runs write since then."""
        self._earlier = {}

    def entry(self, name: Name, since: str, until: str, *, is_api_time: bool) -> CreationEntry:
        """Return the entry of a creation that this run is about to send."""
        return CreationEntry(
            account=name.account,
            workspace=self._workspace,
            group_id=name.group_id,
            service=name.service,
            schema=name.schema,
            since=since,
            run=self._run,
            until=until,
            is_api_time=is_api_time,
        )

    def write(self, entry: CreationEntry) -> None:
        """Write an entry to the disk. One that cannot be written is reported, and stops nothing."""
        try:
            self._live()
            private_files.write(self._file(entry.name), _dumped(entry))
        except OSError as error:
            self._report(f"nothing can be kept in {self._folder}: {error.strerror}")

    def complete(self, entry: CreationEntry) -> None:
        """Add what is known by now to an entry that was written. A failure takes nothing away: the
        connection can still be found without its identifier.
        """
        try:
            if self._file(entry.name).exists():
                private_files.write(self._file(entry.name), _dumped(entry))
        except OSError as error:
            log.warn(f"the journal of creations: {error.strerror}")

    def remove(self, name: Name) -> None:
        """Remove the entry of a creation."""
        self._remove(self._file(name))

    def confirm(self, identifier: str) -> None:
        """Remove what earlier runs noted of a connection: Terraform's state has it."""
        for file, entry in list(self._others().items()):
            if entry.connection == identifier:
                self._remove(file)

    def left(self, name: Name) -> CreationEntry | None:
        """Return what another run has left of a creation; None if it left nothing."""
        entry = _read(self._file(name))
        is_other = entry is not None and entry.run != self._run and entry.name == name
        return entry if is_other else None

    def interrupted_creations(self, account: str) -> list[CreationEntry]:
        """Return what dead runs have left of an account, in Terraform's workspace."""
        ours = (account, self._workspace)
        found = [e for e in self._others().values() if (e.account, e.workspace) == ours]
        return [entry for entry in found if not self.is_alive(entry)]

    def expected(self, name: Name) -> CreationEntry | None:
        """Return what :meth:`left` would, by what was there when this run began."""
        return self._others().get(self._file(name))

    def announced(self, entry: CreationEntry) -> None:
        """Note an identifier that was found, and that this run has reported it."""
        self.complete(entry)
        self._others()[self._file(entry.name)] = entry._replace(is_announced=True)

    def is_alive(self, entry: CreationEntry) -> bool:
        """Return True while the run of an entry is at work."""
        file = self._folder / f"{entry.run}.lock"
        try:
            descriptor = os.open(file, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            file.unlink()
        except OSError as error:
            return isinstance(error, BlockingIOError)
        finally:
            os.close(descriptor)
        return False

    def close(self) -> None:
        """Tell later runs that this one has ended."""
        with self._mutex:
            if self._lock is not None:
                with suppress(OSError):
                    (self._folder / f"{self._run}.lock").unlink()
                os.close(self._lock)
                self._lock = None

    def _live(self) -> None:
        """Hold the lock that shows other runs that this one is at work."""
        with self._mutex:
            if self._lock is None:
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
                self._lock = os.open(self._folder / f"{self._run}.lock", flags, 0o600)
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _others(self) -> dict[Path, CreationEntry]:
        """Return what was there when this run began, without what it has removed since."""
        with self._mutex:
            if self._earlier is None:
                self._earlier = dict(self._entries())
            return self._earlier

    def _entries(self) -> Iterator[tuple[Path, CreationEntry]]:
        for file in sorted(self._folder.glob("*.json")):
            entry = _read(file)
            if entry is not None and entry.run != self._run:
                yield file, entry

    def _remove(self, file: Path) -> None:
        with suppress(OSError):
            file.unlink()
        with self._mutex:
            if self._earlier is not None:
                self._earlier.pop(file, None)

    def _file(self, name: Name) -> Path:
        parts = (*name[:-1], name.schema.casefold(), self._workspace)
        digest = hashlib.sha256(jsontext.dumps(list(parts)).encode()).hexdigest()
        return self._folder / f"{digest[:32]}.json"


def workspace(data: Path) -> str:
    """Return the name of Terraform's workspace.

    :param data: Terraform's own data, such as ``.terraform``
    """
    with suppress(OSError, ValueError):
        chosen = os.environ.get("TF_WORKSPACE")
        return chosen or private_files.read(data / "environment").strip() or "default"
    return "default"


def _dumped(entry: CreationEntry) -> str:
    values = entry._asdict()
    del values["is_announced"]
    return jsontext.dumps({"version": _VERSION, **values})


def _read(file: Path) -> CreationEntry | None:
    """Return the entry in a file; None if there is none that can be read."""
    try:
        values = jsontext.loads(private_files.read(file))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        log.warn(f"the journal {file} cannot be read ({type(error).__name__})")
        return None
    if not isinstance(values, dict) or not all(map(jsontext.is_text, map(values.get, _TEXTS))):
        return None
    if not _RUN.fullmatch(values["run"]):
        return None  # It names a file.
    kinds = {name: type(value) for name, value in CreationEntry._field_defaults.items()}
    more = {n: values[n] for n, kind in kinds.items() if isinstance(values.get(n), kind)}
    more = {n: each for n, each in more.items() if kinds[n] is bool or jsontext.is_text(each)}
    return CreationEntry(**{name: values[name] for name in _TEXTS}, **more)
