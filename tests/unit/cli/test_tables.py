"""Tables on a terminal: they fit its width, and are plain text where they cannot be shown."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
from typing import Any

import pytest
from rich.console import Console

from constructs_lib.cli import status, tables
from constructs_lib.cli.doctor import command as doctor
from constructs_lib.cli.doctor.local_checks import CheckResult
from constructs_lib.schemas.catalogue import __main__ as catalogue

WIDTH = 90


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What is shown on a terminal without colours."""
    screen = io.StringIO()
    console = Console(file=screen, width=WIDTH, markup=False, highlight=False, emoji=False)
    monkeypatch.setattr(tables, "terminal", lambda: console)
    return screen


def connection(**values: Any) -> dict[str, Any]:
    base = dict.fromkeys(
        [
            "succeeded_at",
            "failed_at",
            "setup_state",
            "sync_state",
            "paused",
            "tasks",
            "schema",
            "rescheduled_for",
        ]
    )
    given = {"id": "i", "service": "stripe", "update_state": "on_schedule", "sync_frequency": 60}
    return {**base, **given, "schedule_type": "auto", "daily_sync_time": None, **values}


def lines(screen: io.StringIO) -> list[str]:
    found = screen.getvalue().splitlines()
    assert max(map(len, found)) <= WIDTH
    return [line.rstrip() for line in found]


def test_status_has_a_column_for_what_is_to_be_done(shown: io.StringIO) -> None:
    broken = {"message": "Reconnect [bold]:", "details": "the \x1b[31mtoken", "code": "r"}
    whole = connection(schema="invoices", setup_state="broken", tasks=[broken])

    status._print([whole], as_json=False)

    head, *rest = lines(shown)
    assert head.split()[:3] == ["CONNECTION", "SERVICE", "STATE"]
    assert head.endswith("WHAT TO DO")
    assert "broken" in rest[0]
    assert "[bold]" in "".join(rest)
    assert "\x1b" not in "".join(rest)


def test_status_without_tasks_needs_no_such_column(shown: io.StringIO) -> None:
    status._print([connection(schema="invoices")], as_json=False)

    assert "WHAT TO DO" not in lines(shown)[0]


def test_a_service_has_all_allowed_values_on_a_terminal(shown: io.StringIO) -> None:
    assert catalogue.main(["show", "workday"]) == 0

    text = re.sub(r"\s", "", shown.getvalue())
    title, head = lines(shown)[:2]
    assert title.startswith("workday, destination schema: ")
    assert head.split() == ["field", "type", "belongs", "in", "allowed"]
    assert "more" not in text.rpartition("allowed")[2]


def test_doctor_folds_what_is_to_be_done(
    shown: io.StringIO, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    results = [
        CheckResult("python", "ok", "3.11"),
        CheckResult("terraform", "error", "is not on the PATH", "Install it. " * 9),
    ]
    monkeypatch.setattr(doctor, "_results", lambda machine: iter(results))

    assert doctor.main([]) == 1

    found = [line for line in lines(shown) if line and "checking" not in line]
    assert found[0] == "ok      python       3.11"
    assert found[1] == "ERROR   terraform    is not on the PATH"
    assert found[2].startswith(f"{'':21}-> Install it.")
    assert all(line.startswith(" " * 21) for line in found[3:])
    assert "1 problem prevents a deploy." in capsys.readouterr().out


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "term", "has_rich", "is_shown"),
    [
        (_Terminal(), "xterm", True, True),
        (io.StringIO(), "xterm", True, False),
        (None, "xterm", True, False),
        (_Terminal(), "dumb", True, False),
        (_Terminal(), "xterm", False, False),
    ],
    ids=["terminal", "pipe", "closed", "dumb", "no rich"],
)
def test_only_a_terminal_with_rich_shows_tables(
    stream: Any, term: str, has_rich: bool, is_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", term)
    if not has_rich:
        monkeypatch.setitem(sys.modules, "rich.console", None)

    assert (tables.terminal() is not None) is is_shown


@pytest.mark.parametrize("name", ["status", "catalogue"])
def test_json_on_a_terminal_is_json(
    name: str, shown: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "status":
        status._print([connection(schema="invoices")], as_json=True)
    else:
        assert catalogue.main(["show", "github", "--json"]) == 0

    assert shown.getvalue() == ""
    assert capsys.readouterr().out.startswith(("[", "{"))


def test_a_real_terminal_gets_no_colours_and_no_wide_line() -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "constructs_lib", "catalogue", "show", "postgres"]
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "50", "NO_COLOR": "1"}
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, env=environ) as process:
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 65536):
                text += part
        except OSError:  # The end of a terminal, on Linux.
            pass
    os.close(ours)

    plain = re.sub(r"\x1b\[[01]m", "", text.decode())
    assert process.returncode == 0
    assert "config.host" in plain
    assert "\x1b" not in plain, "only bold is left"
    assert max(map(len, plain.splitlines())) <= 50
