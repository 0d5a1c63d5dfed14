"""The file of a sandbox: made privately, recognised before use, complete when it is closed."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from constructs_lib.sandbox import SandboxError, Store
from constructs_lib.sandbox.common.database import claim_file
from constructs_lib.sandbox.fivetran.store import FIVETRAN


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as link:
        link.execute("PRAGMA user_version = 2")
        link.execute("CREATE TABLE settings (precious)")


def with_a_log(path: Path) -> None:
    """A database of another program that ended without closing it."""
    code = (
        "import os, sqlite3, sys; link = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "link.execute('PRAGMA journal_mode = WAL'); link.execute('CREATE TABLE a (b)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


FOREIGN: dict[str, Callable[[Path], object]] = {
    "short text": lambda path: path.write_text("notes"),
    "long text": lambda path: path.write_text("this is not a database at all " * 500),
    "empty file": lambda path: path.touch(0o644),
    "database": another_program,
    "database with a log": with_a_log,
}


@pytest.mark.parametrize("kind", FOREIGN)
@pytest.mark.parametrize("linked", [False, True])
def test_foreign_file_stays_as_it_is(tmp_path: Path, kind: str, linked: bool) -> None:
    # Given a file of something else, perhaps behind a link
    foreign = tmp_path / "foreign"
    FOREIGN[kind](foreign)
    foreign.chmod(0o644)
    path = foreign
    if linked:
        path = tmp_path / "link"
        path.symlink_to(foreign)
    before = {file: file.read_bytes() for file in tmp_path.iterdir()}
    # When it is opened as a sandbox
    with pytest.raises(SandboxError, match="a file, but not a sandbox database; name another"):
        Store(path)
    # Then neither bytes nor mode have changed, and nothing stands beside it
    assert {file: file.read_bytes() for file in tmp_path.iterdir()} == before
    assert mode(foreign) == 0o644


def test_folder_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(0o755)
    with pytest.raises(SandboxError, match="is a folder, not a sandbox database; name a file"):
        Store(folder)
    assert (mode(folder), list(folder.iterdir())) == (0o755, [])


def test_socket_and_pipe_stay_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # The name of a socket may have only about 100 characters.
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        os.mkfifo("pipe")
        for name in ("socket", "pipe"):
            Path(name).chmod(0o644)
            with pytest.raises(SandboxError, match=f"^{name} is not an ordinary file"):
                Store(name)
            assert mode(Path(name)) == 0o644


def test_link_to_nothing_is_refused_and_leads_to_nothing_still(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "missing")
    with pytest.raises(SandboxError, match="is a link to a missing file"):
        Store(link)
    assert list(tmp_path.iterdir()) == [link]


def test_file_below_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SandboxError, match=r"sandbox\.db cannot be opened: "):
        Store(tmp_path / "file" / "sandbox.db")


def test_database_of_another_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    with closing(sqlite3.connect(path)) as link:
        link.execute(f"PRAGMA application_id = {FIVETRAN.application_id}")
        link.execute("PRAGMA user_version = 99")
    with pytest.raises(SandboxError, match="another version"):
        Store(path)


def test_only_the_owner_can_read_the_database(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "sandbox.db"
    with Store(path):
        assert {mode(file) for file in path.parent.iterdir()} == {0o600}


def test_database_that_others_can_read_is_closed_to_them_again(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    Store(path).close()
    path.chmod(0o644)
    Store(path).close()
    assert mode(path) == 0o600


def test_link_to_a_sandbox_can_be_used(tmp_path: Path) -> None:
    path, link = tmp_path / "a sandbox?#.db", tmp_path / "link"
    with Store(path) as store:
        store.configure(sync_seconds=7)
    link.symlink_to(path)
    with Store(link) as store:
        assert store.settings.sync_seconds == 7


def test_file_that_another_process_just_made_can_be_filled(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.db"
    path.touch(0o600)
    with Store(path) as store:
        assert store.settings.sync_seconds == 5


def test_open_sandbox_can_be_opened_again(tmp_path: Path) -> None:
    # Given a sandbox whose tables are still in the log beside the file
    path = tmp_path / "sandbox.db"
    with Store(path) as first:
        first.configure(sync_seconds=7)
        with Store(path) as second:
            assert second.settings.sync_seconds == 7


def can_be_locked_by_another_process(path: Path) -> bool:
    # Readers of an SQLite file lock the 510 bytes at this place (its file format, "locking").
    code = (
        "import fcntl, sys; file = open(sys.argv[1], 'r+b');"
        "fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 510, 0x40000002)"
    )
    command = [sys.executable, "-c", code, str(path)]
    return subprocess.run(command, check=False, stderr=subprocess.DEVNULL).returncode == 0


def test_opening_again_keeps_the_locks_of_this_process(tmp_path: Path) -> None:
    # Given an open store
    path = tmp_path / "sandbox.db"
    with Store(path):
        assert not can_be_locked_by_another_process(path)
        # When this process looks once more whether the file is a sandbox's
        claim_file(path, FIVETRAN.application_id)
        # Then the store still has its lock: by POSIX, closing a file drops all locks of a process
        assert not can_be_locked_by_another_process(path)


def test_closed_file_is_complete_without_the_files_beside_it(tmp_path: Path) -> None:
    # Given another store that keeps the log open
    path, copy = tmp_path / "sandbox.db", tmp_path / "copy.db"
    with Store(path):
        with Store(path) as store:
            store.configure(sync_seconds=7)
            store.add_group("mine")
        # When the main file alone is copied after the writer was closed
        shutil.copy(path, copy)
    # Then the copy has everything
    with Store(copy) as store, store.transaction() as tables:
        assert tables.group("mine") is not None
        settings = tables.settings()
    assert settings is not None
    assert settings.sync_seconds == 7


def test_closing_does_not_wait_long_for_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("constructs_lib.sandbox.common.database._WAIT_AT_CLOSE_MS", 50)
    path = tmp_path / "sandbox.db"
    store = Store(path)
    store.configure(sync_seconds=7)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.close()
    with Store(path) as again:
        assert again.settings.sync_seconds == 7
