"""The plan of a question, with a program in place of Terraform: nothing else can apply it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import deploy
import pytest
import run
from plans.plan_file import PlanFile

from constructs_lib.cli import query
from stacks.settings import Backend, Environment

ROOT = deploy.ROOT
LIVE = Environment("live", {"api_url": "https://api.fivetran.com"}, Backend("local"), (), ())
DOCUMENT = {"resource_changes": [{"address": "x.y", "change": {"actions": ["delete"]}}]}
TERRAFORM = """\
#!/bin/sh
echo "$1" >> ran
for argument in "$@"; do
  case "$argument" in -out=*) echo plan > "${argument#-out=}";; esac
done
if [ "$SESSION" ]; then ps -o sid= -p $$ > session; fi
if [ "$1" = "$INTERRUPTED" ]; then trap '' INT; kill -INT $PPID; exit 1; fi
if [ "$1" = show ]; then cat document.json; fi
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """The environment variables of the program."""
    return {"PATH": f"{tmp_path}:/usr/bin:/bin"}


@pytest.fixture
def folder(tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
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
    monkeypatch.setattr(run, "tools_environment", lambda environ_: environ)
    monkeypatch.setattr(run, "with_variables", lambda settings, environ_: environ)
    monkeypatch.delenv("TERRAFORM_BINARY_NAME", raising=False)
    monkeypatch.delenv("APPROVE", raising=False)
    return found


class Terminal:
    """Standard input, whose answer is that of a function."""

    def __init__(self, answer: Callable[[], str]) -> None:
        self.readline = answer

    def fileno(self) -> int:
        raise OSError


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
    action: str,
    answer: str,
    started: Callable[..., int],
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert started(action, lambda: answer) == 1

    begin = "Type yes to do it: " if answer else "Type yes to do it: \n"
    printed = capsys.readouterr().out
    assert printed.endswith(f"{begin}Nothing was changed: only the answer 'yes' counts.\n")
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
    assert "To apply exactly this plan: ENVIRONMENT=live make apply\n" in capsys.readouterr().out
    assert started("apply") == 0
    assert ran(folder)[-1] == "apply"


def test_a_terminal_that_is_gone_is_no_answer(started: Callable[..., int], folder: Path) -> None:
    def gone() -> str:
        raise OSError(errno.EIO, "Input/output error")

    assert started("destroy", gone) == 1
    assert plans(folder) == []


@pytest.mark.parametrize("action", ["plan", "deploy", "destroy"])
def test_ctrl_c_while_it_plans_leaves_no_plan(
    action: str,
    started: Callable[..., int],
    folder: Path,
    environ: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ["INTERRUPTED"] = "plan"

    assert started(action, lambda: "yes\n") == 130

    assert plans(folder) == []
    assert "Interrupted. Nothing was changed." in capsys.readouterr().err
    assert ran(folder) == ["init", "plan"]


def test_ctrl_c_in_an_apply_does_not_say_that_nothing_changed(
    started: Callable[..., int],
    folder: Path,
    environ: dict[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    environ["INTERRUPTED"] = "apply"

    assert started("deploy", lambda: "yes\n") == 1

    printed = capsys.readouterr()
    assert "The plan was applied only in part, and has been deleted." in printed.err
    assert "Nothing was changed" not in printed.out + printed.err
    assert plans(folder) == []


@pytest.mark.parametrize("action", ["plan", "deploy", "destroy"])
def test_a_summary_that_cannot_be_shown_is_not_applied(
    action: str,
    started: Callable[..., int],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert started(action, lambda: "yes\n") == 1
        monkeypatch.undo()

    assert "Nothing was changed, and no plan is kept" in capsys.readouterr().err
    assert plans(folder) == []
    assert ran(folder) == ["init", "plan", "show"]


def test_terraform_gets_each_ctrl_c_and_one_other_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    child = mock.Mock()
    monkeypatch.setattr(query, "_CHILDREN", [child])
    sent = [signal.SIGINT, signal.SIGHUP, signal.SIGTERM, signal.SIGTERM, signal.SIGINT]

    with query.signals_held(is_apart=True) as held:
        for number in sent:
            os.kill(os.getpid(), number)

    assert held == sent
    handed_on = [call.args[0] for call in child.send_signal.call_args_list]
    assert handed_on == [signal.SIGINT, signal.SIGTERM, signal.SIGINT]


def test_a_signal_before_terraform_runs_reaches_it(tmp_path: Path) -> None:
    with query.signals_held(is_apart=True):
        os.kill(os.getpid(), signal.SIGHUP)
        status = query.run_program(["/bin/sleep", "60"], tmp_path, is_apart=True)

    assert status == 128 + signal.SIGTERM


def test_terraform_runs_apart_from_the_terminal(
    started: Callable[..., int], folder: Path, environ: dict[str, str]
) -> None:
    environ["SESSION"] = "yes"

    assert started("deploy", lambda: "yes\n") == 0

    assert int((folder / "session").read_text()) != os.getsid(0)


def test_a_closed_standard_output_is_refused(
    started: Callable[..., int], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", None)

    assert started("plan") == 1
    assert not (folder / "ran").exists()


def test_locks_of_a_state_are_ignored_by_git(tmp_path: Path) -> None:
    names = [".terraform.live.tfstate.lock.info", "terraform.live.tfstate", "a.tfplan"]
    shutil.copy(ROOT / ".gitignore", tmp_path)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)

    done = subprocess.run(
        ["git", "check-ignore", *names], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.stdout.split() == names
