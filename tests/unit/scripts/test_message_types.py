"""What type checkers know of the messages of the plugin protocol is what their tables say."""

from __future__ import annotations

from pathlib import Path

import message_types
import pytest


def test_the_types_of_the_messages_are_fresh() -> None:
    assert message_types.main(["--check"]) == 0


def test_stale_types_are_refused_until_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(message_types, "PATH", tmp_path / "messages.pyi")

    assert message_types.main(["--check"]) == 1
    assert "messages.pyi is stale" in capsys.readouterr().err
    assert message_types.main([]) == 0
    assert message_types.main(["--check"]) == 0


def test_each_kind_of_row_has_its_type() -> None:
    lines = {line.strip() for line in message_types.text().splitlines()}

    assert lines >= {
        "class StringKind:",
        "class Diagnostic(Message):",
        "class Request(Message): ...",
        "WARNING: ClassVar[int]",
        "severity: int = ...",
        "attribute: AttributePath = ...",
        "steps: list[AttributePath.Step] = ...",
        "functions: dict[str, Function] = ...",
    }
