"""The states that were set: what is kept of them, how much, and what a failure leaves."""

from __future__ import annotations

import json
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from state_api import NEW, OLD, Fivetran

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection_state.set_state import set_state
from constructs_lib.backend.fivetran.connection_state.snapshot import StateDiffers
from constructs_lib.backend.fivetran.journal import history
from constructs_lib.backend.fivetran.journal.history import Change, History
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.http.deadline import Deadline

AT = "2026-06-01T00:00:00Z"
BROKEN = errors.NoResponse("request", "the connection broke off", sent=True)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{set_state.__module__}._FIRST_PAUSE", 0.001)


@pytest.fixture
def problems() -> list[str]:
    """Why changes could not be recorded."""
    return []


@pytest.fixture
def past(tmp_path: Path, problems: list[str]) -> History:
    return History(tmp_path / "journal", "abc/d", report=problems.append)


def change(api: Fivetran, journal: Journal, wanted: Any = NEW, **more: Any) -> None:
    options: dict[str, Any] = {"paused_after": "restore", "deadline": Deadline(30)} | more
    set_state(api, "abc", wanted, journal=journal, **options)  # type: ignore[arg-type]


def kept(past: History, number: int) -> None:
    """Notes that many changes, each from the one before."""
    for n in range(number):
        before = None if n == 0 else {"n": n}
        past.begin(before, {"n": n + 1}, AT)
        past.end(history.SET)
        past._change = None


def test_a_change_reads_back_digit_by_digit(past: History) -> None:
    exact = {"n": Decimal("1.10"), "big": 2**70, "t": "é\u2028"}
    past.begin(exact, {}, AT)
    past.end(history.SET)

    (found,) = past.changes()

    assert found == Change(1, AT, "terraform", exact, {}, "set")


def test_only_the_owner_can_read_it(past: History) -> None:
    past.begin(None, {}, AT)

    assert past.file.name == "abc%2Fd.jsonl"
    assert [file.name for file in past.file.parent.iterdir()] == [past.file.name]
    assert stat.S_IMODE(past.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(past.file.parent.stat().st_mode) == 0o700


def test_history_keeps_the_last_twenty_with_the_newest_first(past: History) -> None:
    kept(past, 25)

    assert [change.number for change in past.changes()] == list(range(25, 5, -1))
    assert past.changes()[0].before == {"n": 24}


def test_big_states_are_kept_as_many_as_fit_and_the_last_always(
    past: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sent(limit: int) -> list[int]:
        """The changes that are kept within a limit, after one more of the same size."""
        monkeypatch.setattr(history, "LONGEST", limit)
        past.begin(None, {"n": "é"}, AT)
        past._change = None
        return [change.number for change in past.changes()]

    # Given the size of a change, in bytes and not in characters
    assert sent(10**6) == [1]
    size = past.file.stat().st_size

    # Then the oldest ones are left out when they do not fit, but never the last one
    assert [sent(2 * size) for _ in range(3)] == [[2, 1], [3, 2], [4, 3]]
    assert sent(2 * size - 1) == [5]
    assert sent(1) == [6]


def test_withdrawn_change_is_gone_and_its_number_is_free(past: History) -> None:
    kept(past, 1)
    past.begin({"n": 1}, {"n": 9}, AT)
    past.withdraw()
    past.begin({"n": 1}, {"n": 8}, AT)

    assert [(one.number, one.after) for one in past.changes()] == [(2, {"n": 8}), (1, {"n": 1})]


OTHER = {"number": 7, "at": AT, "by": "command", "before": None, "after": None, "result": "set"}


@pytest.mark.parametrize(
    "line", ["", "{", "[1]", '{"number": 1}', "\udcff", json.dumps(OTHER), "[" * 10**5]
)
def test_a_line_that_is_no_change_is_passed_over(past: History, line: str) -> None:
    kept(past, 1)
    with past.file.open("ab") as file:
        file.write(line.encode("utf-8", "surrogateescape") + b"\n")

    kept(past, 1)

    assert [change.number for change in past.changes()] == [2, 1]
    odd = line.replace("\udcff", "\ufffd")
    kept_lines = past.file.read_text().split("\n")
    assert kept_lines[1:-2] == [odd] * bool(odd), "it may be of another version, and stays"


def test_history_that_cannot_be_read_is_reported(past: History, problems: list[str]) -> None:
    past.file.mkdir(parents=True)

    past.begin(None, {"n": 1}, AT)
    past.end(history.SET)
    past.confirm({"n": 1})

    assert problems == [f"{past.file} cannot be read: it is no regular file"]
    with pytest.raises(OSError, match="it is no regular file"):
        past.changes()


def test_history_that_cannot_be_written_is_reported(past: History, problems: list[str]) -> None:
    kept(past, 1)
    past.file.with_name(f".{past.file.name}.draft-of-a-state").mkdir()

    past.begin({"n": 1}, {"n": 2}, AT)
    past.withdraw()

    assert problems == [f"{past.file} cannot be written: Is a directory"]
    assert [change.number for change in past.changes()] == [1]


def test_state_of_an_interrupted_run_is_confirmed(past: History) -> None:
    # Given a run that died after it sent a state, and the next one
    kept(past, 1)
    past.begin({"n": 1}, {"n": 2}, AT)
    later = History(past.file.parents[1], "abc/d", by="command")

    # When it finds another state, nothing is known
    later.confirm({"n": 3})
    assert [change.result for change in later.changes()] == ["sent", "set"]

    # When it finds that state, then it has been set, by whom it was sent
    later.confirm({"n": 2})
    assert later.changes()[0] == Change(2, AT, "terraform", {"n": 1}, {"n": 2}, "set")
    assert len(later.changes()) == 2


def test_result_that_is_known_is_not_confirmed(past: History) -> None:
    past.confirm({"n": 1})
    assert past.changes() == []

    past.begin(None, {"n": 1}, AT)
    past.end(history.DIFFERS)
    History(past.file.parents[1], "abc/d").confirm({"n": 1})

    assert [change.result for change in past.changes()] == ["differs"]


def test_end_or_withdrawal_without_a_change_does_nothing(past: History) -> None:
    past.end(history.SET)
    past.withdraw()

    assert not past.file.exists()


def test_without_a_place_for_it_all_goes_on_and_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "history").write_text("")
    journal, api = Journal(tmp_path), Fivetran()

    change(api, journal)

    assert api.stored == NEW
    assert "history" in journal.history_problem
    assert journal.problem == ""
    assert journal.history_problem in capsys.readouterr().err


def test_a_setting_is_noted_with_the_state_that_was_there(tmp_path: Path) -> None:
    change(Fivetran(), Journal(tmp_path, "command"))

    (found,) = Journal(tmp_path).history("abc").changes()
    assert found == Change(1, AT, "command", OLD, NEW, "set")


def test_previous_state_is_on_disk_before_the_new_one_is_sent(tmp_path: Path) -> None:
    class Looking(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            (found,) = Journal(tmp_path).history("abc").changes()
            assert (found.before, found.result) == (OLD, "sent")
            super().set_state(identifier, state, deadline)

    change(Looking(), Journal(tmp_path))


def test_an_equal_state_is_no_change(tmp_path: Path) -> None:
    change(Fivetran(), Journal(tmp_path), OLD)

    assert Journal(tmp_path).history("abc").changes() == []


def test_what_the_api_refuses_was_not_set(tmp_path: Path) -> None:
    api = Fivetran()
    api.failures["PATCH state"] = errors.error_of_response("PATCH state", 400, "", "no", None)

    with pytest.raises(errors.ApiError):
        change(api, Journal(tmp_path))

    assert Journal(tmp_path).history("abc").changes() == []


def test_a_sync_that_begins_in_between_leaves_one_change(tmp_path: Path) -> None:
    class Racing(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            if "PATCH state: 409" not in self.journal:
                self.syncing = 2
            super().set_state(identifier, state, deadline)

    change(Racing(), Journal(tmp_path))

    (found,) = Journal(tmp_path).history("abc").changes()
    assert (found.number, found.result) == (1, "set")


def test_an_answer_that_is_lost_leaves_a_change_that_may_be_set(tmp_path: Path) -> None:
    api = Fivetran()
    api.failures["PATCH state"] = BROKEN
    with pytest.raises(errors.NoResponse):
        change(api, Journal(tmp_path))

    (found,) = Journal(tmp_path).history("abc").changes()
    assert found.result == "sent"

    change(api, Journal(tmp_path))
    (found,) = Journal(tmp_path).history("abc").changes()
    assert found.result == "set", "the next run looked, and found what was sent"


def test_what_is_stored_in_another_form_is_noted_as_that(tmp_path: Path) -> None:
    class Adding(Fivetran):
        def set_state(self, identifier: str, state: Any, deadline: Deadline) -> None:
            super().set_state(identifier, {**state, "added": 1}, deadline)

    with pytest.raises(StateDiffers):
        change(Adding(), Journal(tmp_path))

    (found,) = Journal(tmp_path).history("abc").changes()
    assert (found.after, found.result) == (NEW, "differs")


def test_failure_before_sending_leaves_the_state_and_the_flag(tmp_path: Path) -> None:
    def stop() -> None:
        raise errors.Interrupted("stopped")

    api = Fivetran()

    with pytest.raises(errors.Interrupted):
        change(api, Journal(tmp_path), on_send=stop)

    assert (api.stored, api.paused) == (OLD, False)
    assert "PATCH state" not in api.journal
    assert Journal(tmp_path).history("abc").changes() == []
