"""Files of one owner: read without waiting, replaced in one step, and locked."""

from __future__ import annotations

import fcntl
import locale
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.backend.fivetran.journal import private_files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def _another_encoding() -> Iterator[None]:
    """A machine whose own encoding is not UTF-8."""
    before = locale.setlocale(locale.LC_CTYPE)
    locale.setlocale(locale.LC_CTYPE, "C")
    yield
    locale.setlocale(locale.LC_CTYPE, before)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.usefixtures("_another_encoding")
def test_text_is_utf8_on_every_machine(file: Path) -> None:
    private_files.write(file, "é\u2028€")

    assert file.read_bytes() == "é\u2028€".encode()
    assert private_files.read(file) == "é\u2028€"


def test_bytes_that_are_no_text_are_an_error_or_replaced(file: Path) -> None:
    file.write_bytes(b"a\xffb")

    with pytest.raises(UnicodeDecodeError):
        private_files.read(file)
    assert private_files.read(file, errors="replace") == "a\ufffdb"


def test_what_is_no_regular_file_is_an_invalid_one(tmp_path: Path) -> None:
    begun = open_files()

    with pytest.raises(OSError, match="it is no regular file") as caught:
        private_files.read(tmp_path)

    assert os.strerror(caught.value.errno or 0) == "Invalid argument"
    assert open_files() == begun


@pytest.mark.parametrize(
    ("identifier", "name"), [("abc_d-1", "abc_d-1"), ("a/b c", "a%2Fb%20c"), ("\ud800", "%5Cud800")]
)
def test_any_identifier_is_the_name_of_a_file(identifier: str, name: str) -> None:
    assert private_files.file_name_of(identifier) == name


def test_write_replaces_what_was_there_and_its_rights(file: Path) -> None:
    # Given a file that everybody can read, and the draft of a run that died
    file.write_text("old")
    file.chmod(0o644)
    draft = file.with_name(".kept.draft-of-a-state")
    draft.write_text("half")
    begun = open_files()

    # When it is written
    private_files.write(file, "new")

    # Then only the owner can read it, and nothing else is there
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert open_files() == begun


def test_text_is_on_the_disk_before_it_is_there(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[tuple[int, str]] = []
    file.write_text("old")
    draft = file.with_name(".kept.draft-of-a-state")
    monkeypatch.setattr(
        os, "fsync", lambda fd: forced.append((os.fstat(fd).st_ino, draft.read_text()))
    )

    private_files.write(file, "new")

    assert forced == [(file.stat().st_ino, "new")]


def test_write_that_fails_leaves_the_file_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    file.write_text("old")
    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"):
        private_files.write(file, "new")

    assert file.read_text() == "old"
    assert list(file.parent.iterdir()) == [file]


def test_write_into_no_folder_is_that_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        private_files.write(tmp_path / "none" / "kept", "new")


def test_lock_is_held_by_one_until_it_is_released(file: Path) -> None:
    first = private_files.lock(file)
    assert first is not None
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    held = open_files()

    assert private_files.lock(file) is None
    assert open_files() == held

    os.close(first)
    second = private_files.lock(file)
    assert second is not None
    os.close(second)


@pytest.mark.parametrize("is_replaced", [False, True])
def test_lock_of_a_removed_file_is_taken_once_more(
    file: Path, monkeypatch: pytest.MonkeyPatch, is_replaced: bool
) -> None:
    # Given a file that another run removes, and perhaps makes again, before we hold its lock
    flock, locked = fcntl.flock, []

    def late(descriptor: int, operation: int) -> Any:
        locked.append(descriptor)
        if len(locked) == 1:
            file.unlink()
            if is_replaced:
                file.touch()
        return flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    begun = open_files()

    # When it is locked
    descriptor = private_files.lock(file)

    # Then the lock is that of the file which is there, and nothing else stays open
    assert descriptor is not None
    assert os.fstat(descriptor).st_ino == file.stat().st_ino
    assert len(locked) == 2
    assert open_files() == begun + 1
    os.close(descriptor)
