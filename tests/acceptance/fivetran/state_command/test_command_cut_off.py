"""The command is interrupted or killed at each of its requests: nothing is left half-done.

The state is sent with the sixth request of the setting; the last one puts the paused flag back.
"""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
from command_run import Commands, Ended
from sandbox_server import Sandbox
from workspace import wait_until

OLD, NEW = {"cursor": 10}, {"cursor": 4}
LOOK = ("look", "look at the state")
STEPS = ("read", "read state", "pause", "read", "read state", "patch", "read state", "unpause")
SENT = STEPS.index("patch")
CELLS = range(len(LOOK) + len(STEPS))
INTERRUPTED = [(cell, number) for cell in CELLS for number in (signal.SIGINT, signal.SIGTERM)]
INTERRUPTED += [(cell, signal.SIGHUP) for cell in (0, len(LOOK) + 2, len(LOOK) + SENT)]
HELD = 2.0
"""Seconds for which an answer is held back: long enough to send a signal meanwhile."""


def name(cell: int) -> str:
    return f"{cell + 1} {(LOOK + STEPS)[cell]}"


def cut_off(
    commands: Commands, sandbox: Sandbox, connection: str, cell: int, number: int, held: float
) -> Ended:
    """Sends a signal when a request took effect, and its answer is held back."""
    path = f"^/v1/connections/{connection}"
    delay: dict[str, Any] = {"kind": "delay", "seconds": held, "path": path, "nth": cell + 1}
    sandbox.store.configure(faults=[delay])
    begin = sandbox.store.journal(0)[-1].number
    process = commands.start("set", connection, commands.file(NEW), "--yes")
    wait_until(lambda: len(sandbox.store.journal(begin)) > cell)
    os.kill(process.pid, number)
    ended = commands.ended(process)
    sandbox.store.configure(faults=[])
    return ended


@pytest.mark.parametrize(
    ("cell", "number"), INTERRUPTED, ids=[f"{name(c)}-{n.name}" for c, n in INTERRUPTED]
)
def test_interruption_restores_the_flag_and_reports(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, cell: int, number: signal.Signals
) -> None:
    ended = cut_off(commands, sandbox, cursor_at_ten, cell, number, HELD)

    is_set = cell - len(LOOK) >= SENT
    assert sandbox.connection(cursor_at_ten)["paused"] is False
    assert sandbox.state(cursor_at_ten) == (NEW if is_set else OLD)
    assert ended.status == (0 if is_set else 128 + number), ended.text
    if is_set:
        assert "The interruption came too late: the state had already been sent" in ended.err
        assert "was set, and reads back as it was sent" in ended.out
    elif cell < len(LOOK):
        assert "Interrupted. The state was not changed." in ended.err
    else:
        assert "stopped before the state was sent" in ended.err
        assert "Status: the state was not set; the paused flag is as it" in ended.err
    kept = commands.directory / ".terraform" / "fivetranops"
    assert list(kept.glob("*.json")) == []


def test_an_interruption_ends_the_wait_for_a_sync(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.store.configure(sync_seconds=1000)
    sandbox.ask("POST", f"/v1/connections/{cursor_at_ten}/sync", {"force": True})
    process = commands.start("set", cursor_at_ten, commands.file(NEW), "--yes")
    wait_until(lambda: sandbox.connection(cursor_at_ten)["paused"])

    os.kill(process.pid, signal.SIGINT)
    ended = commands.ended(process)

    assert ended.status == 130, ended.text
    assert "Stopping: the paused flag of the connection is restored first" in ended.err
    assert "the state was not set; the paused flag is as it was" in ended.err
    assert sandbox.connection(cursor_at_ten)["paused"] is False


def test_a_second_interruption_breaks_nothing_off(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    path = f"/v1/connections/{cursor_at_ten}"
    sandbox.store.configure(
        faults=[{"kind": "delay", "seconds": 2 * HELD, "path": path, "method": "PATCH"}]
    )
    process = commands.start("set", cursor_at_ten, commands.file(NEW), "--yes")
    wait_until(lambda: sandbox.connection(cursor_at_ten)["paused"])

    assert process.stderr is not None
    os.kill(process.pid, signal.SIGINT)
    while "Stopping" not in process.stderr.readline():
        assert process.poll() is None
    os.kill(process.pid, signal.SIGINT)
    ended = commands.ended(process)

    assert ended.status == 130, ended.text
    assert "Still stopping" in ended.err
    assert sandbox.connection(cursor_at_ten)["paused"] is False


@pytest.mark.parametrize("cell", CELLS[len(LOOK) :], ids=name)
def test_after_a_kill_a_look_alone_puts_the_flag_back(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, cell: int
) -> None:
    ended = cut_off(commands, sandbox, cursor_at_ten, cell, signal.SIGKILL, 20)
    assert ended.status == -signal.SIGKILL

    looked = commands.run("get", cursor_at_ten)

    was_noted = cell - len(LOOK) >= STEPS.index("pause")
    assert ("was left behind by an interrupted run" in looked.err) is was_noted
    assert sandbox.connection(cursor_at_ten)["paused"] is False
    assert "was left behind" not in commands.run("get", cursor_at_ten).err


@pytest.mark.parametrize("cell", CELLS[len(LOOK) :], ids=name)
def test_command_after_a_kill_knows_the_previous_state(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, cell: int
) -> None:
    cut_off(commands, sandbox, cursor_at_ten, cell, signal.SIGKILL, 20)

    commands.set(cursor_at_ten, NEW)

    assert sandbox.state(cursor_at_ten) == NEW
    assert sandbox.connection(cursor_at_ten)["paused"] is False
    listed = commands.run("history", cursor_at_ten).out
    assert "by command: set" in listed
    assert "not known" not in listed
    kept = commands.directory / ".terraform" / "fivetranops"
    assert list(kept.glob("*.json")) == []

    commands.run("set", cursor_at_ten, "--from-history", "1", "--yes")
    assert sandbox.state(cursor_at_ten) == OLD
