"""Who may deploy without a question: the sandbox, and who says ``APPROVE=yes``."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import deploy
import pytest
import run

from stacks.settings import Backend, Environment

LIVE = Environment("live", {"api_url": "https://api.fivetran.com"}, Backend("local"), (), ("p",))
SANDBOX = Environment("sandbox", {"api_url": "sandbox:a.sqlite3"}, Backend("local"), (), ("p",))
ALL = {"TF_VAR_p": "x", "FIVETRAN_APIKEY": "k", "FIVETRAN_APISECRET": "s"}


class Outcome(dict[str, Any]):
    """What a run of the script did: ``executed``, ``planned``, ``status``."""


@pytest.fixture
def outcome(monkeypatch: pytest.MonkeyPatch) -> Outcome:
    found = Outcome()

    def execute(command: list[str], environ: Mapping[str, str]) -> int:
        found["executed"] = command
        return 0

    def planned(self: object, action: str) -> int:
        found["planned"] = action
        return 0

    monkeypatch.setattr(run, "execute", execute)
    monkeypatch.setattr(deploy._Deploy, "run", planned)
    return found


def started(
    action: str,
    settings: Environment,
    environ: Mapping[str, str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_terminal: bool = False,
) -> int:
    monkeypatch.setattr(sys, "argv", ["deploy.py", action, settings.name])
    monkeypatch.setattr(run, "settings_of", lambda name: settings)
    monkeypatch.setattr(run, "has_terminal", lambda: has_terminal)
    for name in ALL:
        monkeypatch.delenv(name, raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    return deploy.main()


@pytest.mark.parametrize("action", ["deploy", "destroy"])
@pytest.mark.parametrize(
    ("settings", "environ"), [(SANDBOX, {}), (LIVE, {**ALL, "APPROVE": "yes"})], ids=["s", "yes"]
)
def test_the_sandbox_and_an_approval_need_no_question(
    action: str,
    settings: Environment,
    environ: Mapping[str, str],
    outcome: Outcome,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert started(action, settings, environ, monkeypatch) == 0

    cdk = os.environ.get("CONNECTIONS_TOOLKIT") or "cdktf"
    assert outcome == {"executed": [cdk, action, settings.name, "--auto-approve"]}


@pytest.mark.parametrize("action", ["deploy", "destroy"])
@pytest.mark.parametrize("approve", ["", "no", "true", "YES"])
def test_without_a_terminal_anything_else_is_refused(
    action: str,
    approve: str,
    outcome: Outcome,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert started(action, LIVE, {"APPROVE": approve}, monkeypatch) == 2

    printed = capsys.readouterr().err
    assert outcome == {}
    assert "Nothing was changed: live is not the sandbox" in printed
    assert "APPROVE=yes" in printed
    assert "  TF_VAR_p\n  FIVETRAN_APIKEY\n  FIVETRAN_APISECRET\n" in printed


@pytest.mark.parametrize(
    ("action", "has_terminal"),
    [("deploy", True), ("destroy", True), ("plan", False), ("apply", False)],
)
def test_what_asks_or_was_reviewed_goes_on(
    action: str, has_terminal: bool, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert started(action, LIVE, ALL, monkeypatch, has_terminal=has_terminal) == 0

    assert outcome == {"planned": action}


@pytest.mark.parametrize("action", ["plan", "apply"])
def test_missing_variables_are_listed_before_a_plan(
    action: str, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit, match=r"TF_VAR_p\n  FIVETRAN_APIKEY\n  FIVETRAN_APISECRET"):
        started(action, LIVE, {}, monkeypatch)

    assert outcome == {}


@pytest.mark.parametrize("action", deploy.ACTIONS)
def test_each_target_of_make_runs_the_script(action: str) -> None:
    # A make that runs the tests would tell this one so, and have it print more.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "--dry-run", action, "ENVIRONMENT=live"],
        cwd=deploy.ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1].endswith(f'scripts/deploy.py {action} "live"')
