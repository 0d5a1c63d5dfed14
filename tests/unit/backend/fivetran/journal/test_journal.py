"""What a crash leaves behind, and who may take it."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.journal.journal import (
    HeldElsewhere,
    Journal,
    JournalEntry,
    dumped,
)

ENTRY = JournalEntry(
    "abc/d", "account", False, {"n": Decimal("1.50"), "t": "é"}, "print", "2026-01-31"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".terraform" / "fivetranops"


@pytest.fixture
def journal(folder: Path) -> Journal:
    return Journal(folder)


def test_an_entry_reads_back_as_it_was_written(journal: Journal) -> None:
    with journal.hold("abc/d") as handle:
        handle.write(ENTRY)

    assert journal.interrupted_connections() == ["abc/d"]
    with journal.hold("abc/d") as handle:
        assert handle.read() == ENTRY
        handle.remove()
    assert journal.interrupted_connections() == []


def test_only_the_owner_can_read_it_and_no_draft_remains(journal: Journal, folder: Path) -> None:
    with journal.hold("abc/d") as handle:
        handle.write(ENTRY)

    (file,) = folder.iterdir()
    assert file.name == "abc%2Fd.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_connection_is_held_once_and_others_are_free(journal: Journal, folder: Path) -> None:
    other = Journal(folder.parent / "." / "fivetranops" / ".." / "fivetranops")
    with journal.hold("a"):
        with pytest.raises(HeldElsewhere, match="another run"), other.hold("a"):
            pass
        with journal.hold("b"):
            pass
    with other.hold("a"):
        pass


HOLDER = """
import sys, time
from pathlib import Path
from constructs_lib.backend.fivetran.journal.journal import Journal
with Journal(Path(sys.argv[1])).hold("a"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_run_that_is_killed_lets_go(journal: Journal, folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(HeldElsewhere), journal.hold("a"):
            pass
        os.kill(process.pid, signal.SIGKILL)

    with journal.hold("a"):
        pass


DAMAGED = dumped(ENTRY).replace('"paused": false', '"paused": "false"')


@pytest.mark.parametrize(
    "content", ["", "{", "[1]", '{"version": 9}', '{"version": 1, "x": 2}', DAMAGED]
)
def test_a_file_that_is_no_entry_is_nothing(journal: Journal, folder: Path, content: str) -> None:
    with journal.hold("a") as handle:
        (folder / "a.json").write_text(content)

        assert handle.read() is None
    assert journal.interrupted_connections() == []


def test_without_a_place_for_it_nothing_is_kept_and_all_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "below")

    with journal.hold("a") as handle:
        handle.write(ENTRY)
        assert handle.read() is None
        handle.remove()
    journal.note_plan("a", "run", Snapshot("p", "t", "at"))

    assert journal.interrupted_connections() == []
    assert "nothing can be kept" in journal.problem
    assert journal.problem in capsys.readouterr().err


def test_an_apply_finds_what_the_plan_before_it_saw(journal: Journal) -> None:
    for run in ("first plan", "second plan", "apply"):
        journal.note_plan("a", run, Snapshot(f"print of {run}", "text", "at"))

    assert journal.planned("a", "apply") == Snapshot("print of second plan", "text", "at")
    assert journal.planned("a", "apply") is None


def test_a_run_has_no_plan_before_it_but_its_own(journal: Journal) -> None:
    journal.note_plan("a", "apply", Snapshot("print", "text", "at"))

    assert journal.planned("a", "apply") is None


@pytest.mark.parametrize(
    "content", ["", "[]", '{"run": 1}', '{"run": ["p"]}', '{"run": [1, 2, 3]}']
)
def test_a_file_that_is_no_note_is_nothing(journal: Journal, folder: Path, content: str) -> None:
    folder.mkdir(parents=True)
    (folder / "a.plan").write_text(content)

    assert journal.planned("a", "apply") is None


def test_it_stands_beside_the_data_of_terraform(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for data, expected in [(None, ".terraform"), ("elsewhere", "elsewhere")]:
        if data is not None:
            monkeypatch.setenv("TF_DATA_DIR", data)
        with Journal.of_working_directory().hold("a") as handle:
            handle.write(ENTRY)

        assert (tmp_path / expected / "fivetranops" / "a.json").is_file()
