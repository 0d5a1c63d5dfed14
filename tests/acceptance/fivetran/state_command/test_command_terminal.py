"""``state set`` at a terminal: the question, its answers, and colours."""

from __future__ import annotations

import json
import signal

import pytest
from command_run import Commands, Terminal
from sandbox_server import Sandbox

FORWARDS, BACKWARDS, RESET = {"cursor": 11}, {"cursor": 4}, {}
QUESTION = "Type yes to do it:"


@pytest.mark.parametrize(
    ("wanted", "question"),
    [
        (FORWARDS, "Set it?"),
        (BACKWARDS, "Move it BACKWARDS? The data in between is synced again."),
        (RESET, "RESET it, so that everything is synced from the start?"),
    ],
)
def test_command_shows_the_change_and_asks_before_writing(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, wanted: object, question: str
) -> None:
    terminal = Terminal(commands, "set", cursor_at_ten, commands.file(wanted))
    terminal.wait_for(f"{question} {QUESTION}")
    assert sandbox.writes() == []
    assert not (commands.directory / ".terraform").exists()

    terminal.type("yes\n")
    ended = terminal.ended()

    assert ended.status == 0, ended.text
    assert ended.out.index("cursor: 10") < ended.out.index(question)
    assert sandbox.state(cursor_at_ten) == wanted


@pytest.mark.parametrize("answer", ["n\n", "\n", "what?\n", "\x04", "\udcff\n"])
def test_anything_but_yes_changes_nothing(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, answer: str
) -> None:
    terminal = Terminal(commands, "set", cursor_at_ten, commands.file(BACKWARDS))
    terminal.wait_for(QUESTION)

    terminal.type(answer)
    ended = terminal.ended()

    assert ended.status == 1, ended.text
    assert "Nothing was changed." in ended.out
    assert sandbox.writes() == []


def test_ctrl_c_at_the_question_changes_nothing(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terminal = Terminal(commands, "set", cursor_at_ten, commands.file(BACKWARDS))
    terminal.wait_for(QUESTION)

    terminal.type("\x03")
    ended = terminal.ended()

    assert ended.status == 128 + signal.SIGINT, ended.text
    assert "Interrupted. The state was not changed." in ended.out
    assert sandbox.writes() == []


def test_a_state_that_is_piped_is_asked_about_at_the_terminal(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terminal = Terminal(commands, "set", cursor_at_ten, "-", given=json.dumps(BACKWARDS))
    terminal.wait_for(QUESTION)

    terminal.type("yes\n")
    ended = terminal.ended()

    assert ended.status == 0, ended.text
    assert sandbox.state(cursor_at_ten) == BACKWARDS


@pytest.mark.parametrize("streams", ["0,1", "0,2"], ids=["stdout", "stderr"])
def test_what_is_asked_about_is_shown_where_the_question_is_seen(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str, streams: str
) -> None:
    terminal = Terminal(commands, "set", cursor_at_ten, commands.file(BACKWARDS), streams=streams)
    terminal.wait_for("cursor: 10 -> 4 (backwards by 6)")
    terminal.wait_for(QUESTION)
    terminal.type("yes\n")

    assert terminal.ended().status == 0
    assert sandbox.state(cursor_at_ten) == BACKWARDS


def test_without_a_visible_question_nothing_is_requested(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    sandbox.requests()

    ended = Terminal(commands, "set", cursor_at_ten, commands.file(BACKWARDS), streams="0").ended()

    assert ended.status == 1
    assert sandbox.requests() == []


def test_with_yes_nothing_is_asked(commands: Commands, cursor_at_ten: str) -> None:
    ended = Terminal(commands, "set", cursor_at_ten, commands.file(BACKWARDS), "--yes").ended()

    assert ended.status == 0, ended.text
    assert QUESTION not in ended.out


@pytest.mark.parametrize(
    ("environment", "is_coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_are_for_a_terminal_that_wants_them(
    commands: Commands, cursor_at_ten: str, environment: dict[str, str], is_coloured: bool
) -> None:
    commands.environment |= environment

    ended = Terminal(commands, "diff", cursor_at_ten, commands.file(BACKWARDS)).ended()

    assert ("\033[" in ended.out) is is_coloured
    assert "\033[" not in commands.run("diff", cursor_at_ten, "wanted.json", status=2).text


def test_lost_terminal_leaves_the_connection_as_it_was(
    commands: Commands, sandbox: Sandbox, cursor_at_ten: str
) -> None:
    terminal = Terminal(commands, "set", cursor_at_ten, commands.file(BACKWARDS))
    terminal.wait_for(QUESTION)

    terminal.process.send_signal(signal.SIGHUP)

    assert terminal.ended().status == 128 + signal.SIGHUP
    assert sandbox.writes() == []
