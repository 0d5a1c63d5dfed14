"""The plan of a question, with a program in place of Terraform: nothing else can apply it."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import deploy
import pytest
import run
from plans.plan_file import PlanFile

from stacks.settings import Backend, Environment

LIVE = Environment("live", {"api_url": "https://api.fivetran.com"}, Backend("local"), (), ())
DOCUMENT = {"resource_changes": [{"address": "x.y", "change": {"actions": ["delete"]}}]}
TERRAFORM = """\
#!/bin/sh
echo "$1" >> ran
for argument in "$@"; do
  case "$argument" in -out=*) echo plan > "${argument#-out=}";; esac
done
if [ "$1" = show ]; then cat document.json; fi
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the stack ``live``, for a run of the script with a terminal."""
    found = tmp_path / "cdktf.out" / "stacks" / "live"
    found.mkdir(parents=True)
    (found / "document.json").write_text(json.dumps(DOCUMENT))
    program = tmp_path / "terraform"
    program.write_text(TERRAFORM)
    program.chmod(0o700)
    monkeypatch.setattr(deploy, "ROOT", tmp_path)
    monkeypatch.setattr(deploy._Deploy, "_synthesise", lambda self: None)
    monkeypatch.setattr(run, "settings_of", lambda name: LIVE)
    monkeypatch.setattr(run, "has_terminal", lambda: True)
    environ = {**os.environ, "PATH": f"{tmp_path}:/usr/bin:/bin"}
    monkeypatch.setattr(run, "tools_environment", lambda environ_: environ)
    monkeypatch.setattr(run, "with_variables", lambda settings, environ_: environ)
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    monkeypatch.delenv("APPROVE", raising=False)
    return found


class Terminal:
    """Standard input, whose answer is that of a function."""

    def __init__(self, answer: Callable[[], str]) -> None:
        self.readline = answer


@pytest.fixture
def started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the script; its question is answered by a function."""

    def started(action: str, answer: Callable[[], str] = lambda: "") -> int:
        monkeypatch.setattr(sys, "argv", ["deploy.py", action, "live"])
        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        return deploy.main()

    return started


def plans(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.tfplan*"))


def ran(folder: Path) -> list[str]:
    return (folder / "ran").read_text().split()


@pytest.mark.parametrize("action", ["deploy", "destroy"])
@pytest.mark.parametrize("answer", ["y\n", "", "YES\n"])
def test_an_answer_but_yes_changes_nothing(
    action: str, answer: str, started: Callable[..., int], folder: Path
) -> None:
    assert started(action, lambda: answer) == 1

    assert plans(folder) == []
    assert ran(folder) == ["init", "plan", "show"]


@pytest.mark.parametrize("action", ["deploy", "destroy"])
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_at_the_question_deletes_the_plan(
    action: str,
    number: signal.Signals,
    started: Callable[..., int],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def end() -> str:
        os.kill(os.getpid(), number)
        return "yes\n"

    before = signal.getsignal(number)
    assert started(action, end) == 128 + number

    assert plans(folder) == []
    assert "Interrupted. Nothing was changed." in capsys.readouterr().err
    assert ran(folder) == ["init", "plan", "show"]
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("action", ["deploy", "destroy"])
def test_apply_refuses_the_plan_of_an_open_question(
    action: str, started: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def apply_elsewhere() -> str:
        (asked,) = plans(folder)
        assert PlanFile(folder, "live", ()).problem() == "there is no plan for live"
        assert started("apply") == 1
        assert plans(folder) == [asked]
        assert (folder / asked).stat().st_mode & 0o777 == 0o600
        return "yes\n"

    assert started(action, apply_elsewhere) == 0

    assert ran(folder) == ["init", "plan", "show", "apply"]
    assert plans(folder) == []
    assert "make apply" not in capsys.readouterr().out


def test_a_plan_is_kept_and_names_the_next_command(
    started: Callable[..., int], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert started("plan") == 0

    assert len(plans(folder)) == 3
    assert "Apply exactly this: ENVIRONMENT=live make apply\n" in capsys.readouterr().out
    assert started("apply") == 0
    assert ran(folder)[-1] == "apply"
