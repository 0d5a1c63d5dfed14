"""Control characters from outside become escapes, wherever a person or a log reads them."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from constructs_lib.backend.fivetran.state_command.terminal import Terminal
from constructs_lib.backend.plugin import log
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.protocol.conversion import write_diagnostics
from constructs_lib.cli.doctor import command
from constructs_lib.schemas.redaction import escape_controls, escape_controls_in_line

ATTACK = "\x1b[2J\x1b]0;title\x07 \x9b31m\x00\x7f\x08 \u202egpj.exe\u2066 over\rwritten \u2028end"
SHOWN = (
    "\\x1b[2J\\x1b]0;title\\x07 \\x9b31m\\x00\\x7f\\x08 \\u202egpj.exe\\u2066 over\\x0dwritten "
    "\\u2028end"
)


def is_safe(text: str) -> bool:
    kinds = {unicodedata.category(char) for char in text if char not in "\n\t"}
    bidi = {unicodedata.bidirectional(char) for char in text}
    steering = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    return not kinds & {"Cc", "Zl", "Zp"} and not bidi & steering


def test_each_control_character_is_shown_as_an_escape() -> None:
    assert escape_controls(ATTACK) == SHOWN
    for code in range(sys.maxunicode + 1):
        assert is_safe(escape_controls(chr(code))), hex(code)


def test_other_text_is_left_as_it_is() -> None:
    text = "two\nlines\tand Größe, ключ, 日本, עברית, 👍🏽 \\x1b"

    assert escape_controls(text) == text
    assert escape_controls("one\r\ntwo") == "one\ntwo"


def test_text_for_one_line_is_one_line() -> None:
    assert escape_controls_in_line(f"one\ntwo\r\nthree \x1b{'x'}") == "one two three \\x1bx"


@pytest.mark.parametrize("is_error", [True, False])
def test_diagnostic_reaches_terraform_without_controls(is_error: bool) -> None:
    diagnostics = Diagnostics()
    add = diagnostics.error if is_error else diagnostics.warning
    add(f"Cannot read {ATTACK}", f"GET answered 400: {ATTACK}\n\nMend it.\ud800")

    (message,) = write_diagnostics(diagnostics, {})

    assert message.summary == f"Cannot read {SHOWN}"
    assert message.detail == f"GET answered 400: {SHOWN}\n\nMend it.?"


def test_line_of_a_log_holds_no_controls(capsys: pytest.CaptureFixture[str]) -> None:
    log.warn(ATTACK)
    log.warn(f"GET answered 503: {ATTACK}\nnext")
    log.info("going on")

    first, second, third = capsys.readouterr().err.splitlines()

    assert is_safe(first)
    assert first.startswith("[WARN]  \\x1b[2J")
    assert is_safe(second)
    assert second.startswith("[WARN]  GET answered 503: \\x1b[2J")
    assert second.endswith(" next")
    assert third == "[INFO]  going on"


def test_screen_of_a_command_shows_no_controls(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().out(ATTACK)
    Terminal().warn(ATTACK, ATTACK)

    out, err = capsys.readouterr()
    assert out == f"{SHOWN}\n"
    assert is_safe(err)


def test_doctor_shows_no_controls(capsys: pytest.CaptureFixture[str]) -> None:
    command._write(f"fivetran  GET answered 400: {ATTACK}")

    assert capsys.readouterr().out == f"fivetran  GET answered 400: {SHOWN}\n"
