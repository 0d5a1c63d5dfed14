from __future__ import annotations

import pytest

from constructs_lib.backend.plugin import log


def test_a_line_starts_with_its_level_and_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("two\nlines")
    log.error("bad")
    assert capsys.readouterr().err == "[INFO]  two lines\n[ERROR] bad\n"


@pytest.mark.parametrize("name", ["TF_LOG", "TF_LOG_PROVIDER"])
def test_what_explains_is_written_only_if_terraform_was_asked_for_a_log(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("TF_LOG", "TF_LOG_PROVIDER"):
        monkeypatch.delenv(variable, raising=False)
    log.debug("unasked")
    monkeypatch.setenv(name, "TRACE")
    log.debug("asked")
    assert capsys.readouterr().err == "[DEBUG] asked\n"
