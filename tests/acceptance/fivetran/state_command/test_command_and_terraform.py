"""The command and Terraform in one directory: either finishes what the other left behind."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from bodies import CURSOR, cursor
from command_run import Commands
from expected_requests import careful_state, change
from killed_run import STEPS, kill_after
from sandbox_server import Sandbox
from scenario import Scenario
from workspace import Workspace, wait_until

OLD, NEW = {"cursor": 10}, {"cursor": 4}
LEFT_BEHIND = "was left behind by an interrupted run"
LOOK = 2
PAUSE, PATCH = STEPS.index("pause") + 1, STEPS.index("patch") + 1


def kill_command(commands: Commands, sandbox: Sandbox, connection: str, step: int) -> None:
    """Kills the command when a request of the choreography took effect."""
    path = f"^/v1/connections/{connection}"
    delay: dict[str, Any] = {"kind": "delay", "seconds": 20, "path": path, "nth": LOOK + step}
    sandbox.store.configure(faults=[delay])
    begin = sandbox.store.journal(0)[-1].number
    process = commands.start("set", connection, commands.file(NEW), "--yes")
    wait_until(lambda: len(sandbox.store.journal(begin)) >= LOOK + step)
    os.kill(process.pid, signal.SIGKILL)
    commands.ended(process)
    sandbox.store.configure(faults=[])


@pytest.mark.parametrize("step", range(PAUSE, len(STEPS) + 1), ids=lambda n: STEPS[n - 1])
def test_a_plan_puts_the_flag_back_that_a_killed_command_left(
    terraform: Scenario, commands: Commands, sandbox: Sandbox, cursor_at_ten: str, step: int
) -> None:
    terraform.write(cursor("{ cursor = 4 }", of=cursor_at_ten))
    kill_command(commands, sandbox, cursor_at_ten, step)

    assert LEFT_BEHIND in terraform.plan().output

    assert sandbox.connection(cursor_at_ten)["paused"] is False
    terraform.apply()
    assert sandbox.state(cursor_at_ten) == NEW
    assert terraform.resource(CURSOR)["previous_state"] == OLD
    assert terraform.is_settled()


@pytest.mark.killed
@pytest.mark.parametrize("step", range(PAUSE, len(STEPS) + 1), ids=lambda n: STEPS[n - 1])
def test_command_restores_the_flag_of_a_killed_provider(
    terraform: Scenario, commands: Commands, sandbox: Sandbox, cursor_at_ten: str, step: int
) -> None:
    terraform.write(cursor("{ cursor = 4 }", of=cursor_at_ten))
    kill_after(terraform, sandbox, cursor_at_ten, step)

    assert LEFT_BEHIND in commands.run("get", cursor_at_ten).err

    assert sandbox.connection(cursor_at_ten)["paused"] is False
    commands.set(cursor_at_ten, NEW)
    assert sandbox.state(cursor_at_ten) == NEW
    who = "terraform" if step >= PATCH else "command"
    assert f"by {who}: set" in commands.run("history", cursor_at_ten).out
    terraform.apply()
    assert terraform.resource(CURSOR)["previous_state"] == (OLD if step >= PATCH else NEW)
    assert terraform.is_settled()


@pytest.mark.launched
def test_plan_of_a_stack_finds_what_the_command_left(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    stack = Workspace(commands.directory / "cdktf.out" / "stacks" / "pipelines", sandbox.url)
    stack.write(cursor("{ cursor = 4 }", of=cursor_at_ten))
    kill_command(commands, sandbox, cursor_at_ten, PAUSE)

    assert LEFT_BEHIND in stack.plan().output

    assert sandbox.connection(cursor_at_ten)["paused"] is False
    stack.close()


def begins_to_wait(sandbox: Sandbox, connection: str) -> None:
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{connection}/sync", {"force": True})


def test_while_the_command_sets_a_state_an_apply_is_told_so(
    terraform: Scenario, commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terraform.write(cursor("{ cursor = 7 }", of=cursor_at_ten))
    begins_to_wait(sandbox, cursor_at_ten)
    process = commands.start("set", cursor_at_ten, commands.file(NEW), "--yes")
    wait_until(lambda: change(cursor_at_ten, paused=True) in sandbox.writes())

    output = terraform.apply(ok=False)

    assert "another run in this working directory is setting the state" in output
    assert sandbox.writes() == []
    sandbox.store.advance(1000)
    assert commands.ended(process).status == 0
    assert sandbox.state(cursor_at_ten) == NEW


def test_while_an_apply_sets_a_state_the_command_is_told_so(
    terraform: Scenario, commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terraform.write(cursor("{ cursor = 7 }", of=cursor_at_ten))
    begins_to_wait(sandbox, cursor_at_ten)
    process = terraform.start("apply", "-auto-approve", "-no-color")
    wait_until(lambda: change(cursor_at_ten, paused=True) in sandbox.writes())

    ended = commands.set(cursor_at_ten, NEW, status=1)

    assert "another run in this working directory is setting the state" in ended.err
    assert "Wait until that run has ended, and look again" in ended.err
    assert sandbox.writes() == []
    sandbox.store.advance(1000)
    output = process.communicate(timeout=60)[0]
    assert process.returncode == 0, output
    assert sandbox.state(cursor_at_ten) == {"cursor": 7}


def test_older_plan_does_not_overwrite_what_the_command_set(
    terraform: Scenario, commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terraform.write(cursor("{ cursor = 7 }", of=cursor_at_ten))
    plan = terraform.plan()
    commands.set(cursor_at_ten, NEW)

    output = terraform.run("apply", "-input=false", plan.file.name, ok=False)

    assert "was changed by somebody else since it was last read" in output
    assert sandbox.state(cursor_at_ten) == NEW


def test_the_next_plan_says_what_the_command_said_it_would(
    terraform: Scenario, commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terraform.step(
        cursor("{ cursor = 7 }", of=cursor_at_ten), careful_state(cursor_at_ten, {"cursor": 7})
    )

    printed = commands.set(cursor_at_ten, NEW).out

    assert "plans leave it alone" in printed
    sandbox.writes()
    terraform.check_settled()
    assert 'with "enforce", the next apply sets the configured state again' in printed
    terraform.write(cursor("{ cursor = 7 }", 'drift_policy = "enforce"', of=cursor_at_ten))
    terraform.apply()
    assert sandbox.state(cursor_at_ten) == {"cursor": 7}


def test_history_holds_the_states_of_both_and_restores_them(
    terraform: Scenario, commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terraform.write(cursor("{ cursor = 7 }", 'on_destroy = "restore"', of=cursor_at_ten))
    terraform.apply()
    commands.set(cursor_at_ten, NEW)

    listed = commands.run("history", cursor_at_ten).out.splitlines()

    assert [line.split()[0] for line in listed[::2]] == ["2", "1"]
    assert "by command: set, BACKWARDS" in listed[0]
    assert listed[1].strip() == "cursor: 7 -> 4 (backwards by 3)"
    assert "by terraform: set, BACKWARDS" in listed[2]
    assert listed[3].strip() == "cursor: 10 -> 7 (backwards by 3)"
    commands.run("set", cursor_at_ten, "--from-history", "1", "--yes")
    assert sandbox.state(cursor_at_ten) == OLD


def test_what_a_destruction_restores_is_in_the_history(
    terraform: Scenario, commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terraform.write(cursor("{ cursor = 7 }", 'on_destroy = "restore"', of=cursor_at_ten))
    terraform.apply()
    terraform.write("")

    terraform.apply()

    first = commands.run("history", cursor_at_ten).out.splitlines()[:2]
    assert "   2 " in first[0]
    assert first[1].strip() == "cursor: 7 -> 10 (forwards by 3)"


def test_a_history_that_cannot_be_kept_is_a_warning_of_the_apply(
    terraform: Scenario, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    folder = terraform.directory / ".terraform" / "fivetranops"
    folder.mkdir(parents=True)
    (folder / "history").write_text("in the way")
    terraform.write(cursor("{ cursor = 7 }", of=cursor_at_ten))

    output = terraform.apply()

    assert "No history can be kept" in output
    assert sandbox.state(cursor_at_ten) == {"cursor": 7}
