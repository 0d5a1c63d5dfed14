"""The files of an adoption: all or none, and never over what a person wrote."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from constructs_lib.adopt.files import FilesError, WrittenFiles

COMMAND = "python -m constructs_lib.adopt"
TWO = {"a.tf": "a = 1\n", "b.tf": "b = 1\n"}


@pytest.fixture
def files(tmp_path: Path) -> WrittenFiles:
    return WrittenFiles(tmp_path / "out", COMMAND)


def names(files: WrittenFiles) -> list[str]:
    return sorted(path.name for path in files.directory.iterdir())


def test_what_is_written_can_be_read_and_written_again(files: WrittenFiles) -> None:
    files.write(TWO)
    files.require_own(["a.tf", "b.tf", "c.tf"])

    assert files.content("a.tf") == "a = 1\n"
    assert files.content("c.tf") is None

    files.write({"a.tf": "a = 2\n"}, gone=["b.tf", "c.tf"])

    assert names(files) == ["a.tf"]
    assert files.content("a.tf") == "a = 2\n"


def test_the_first_line_names_the_command(files: WrittenFiles) -> None:
    files.write(TWO)

    first, *rest = (files.directory / "a.tf").read_text().splitlines()
    assert first.startswith(f"# Written by {COMMAND}, which overwrites no changed file; sha256 ")
    assert rest == ["a = 1"]


def test_a_plain_file_belongs_to_the_user_at_once(files: WrittenFiles) -> None:
    files.write(TWO, plain=["b.tf"])

    assert (files.directory / "b.tf").read_text() == "b = 1\n"
    assert files.content("b.tf") is None


@pytest.mark.parametrize(
    "content",
    [
        "a = 1\n",
        "",
        f"# Written by {COMMAND}, which overwrites no changed file; sha256 {'0' * 64}\na = 1\n",
        b"\xff",
    ],
)
def test_a_file_of_somebody_is_not_ours(files: WrittenFiles, content: str | bytes) -> None:
    files.write(TWO)
    path = files.directory / "a.tf"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(FilesError, match=r"out/a\.tf: not written by"):
        files.require_own(["a.tf", "b.tf"])


def test_a_changed_file_is_not_ours(files: WrittenFiles) -> None:
    files.write(TWO)
    with (files.directory / "b.tf").open("a") as file:
        file.write("# mine\n")

    with pytest.raises(FilesError, match=r"out/b\.tf: not written by"):
        files.require_own(["a.tf", "b.tf"])


def test_a_file_of_another_command_is_not_ours(files: WrittenFiles) -> None:
    WrittenFiles(files.directory, "another command").write(TWO)

    assert files.content("a.tf") is None
    with pytest.raises(FilesError, match=r"a\.tf, .*b\.tf: not written by"):
        files.require_own(["a.tf", "b.tf"])


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_failure_in_the_middle_puts_everything_back(
    files: WrittenFiles, monkeypatch: pytest.MonkeyPatch, failure: BaseException, function: str
) -> None:
    files.write({**TWO, "c.tf": "c = 1\n"})
    before = {path.name: path.read_bytes() for path in files.directory.iterdir()}
    calls = []
    kept = getattr(os, function)

    def fails_the_second_time(*arguments: object, **options: object) -> object:
        calls.append(arguments)
        if len(calls) == 2:
            raise failure
        return kept(*arguments, **options)

    monkeypatch.setattr(os, function, fails_the_second_time)

    with pytest.raises((FilesError, KeyboardInterrupt)):
        files.write({"a.tf": "a = 2\n", "b.tf": "b = 2\n", "new.tf": ""}, gone=["c.tf"])

    assert len(calls) == 2
    assert {path.name: path.read_bytes() for path in files.directory.iterdir()} == before


def test_a_failure_leaves_no_new_directory(
    files: WrittenFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(FilesError, match="cannot be written: No space left on device"):
        files.write(TWO)

    assert not files.directory.exists()


def test_a_directory_that_is_a_file_is_named(files: WrittenFiles) -> None:
    files.directory.write_text("")

    with pytest.raises(FilesError, match="out is not a directory"):
        files.write(TWO)
