from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from constructs_lib.backend.plugin import log


@pytest.fixture
def _restored() -> Iterator[None]:
    """The root logger as it was, after a test that routes it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


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


@pytest.mark.usefixtures("_restored")
def test_a_library_that_logs_an_exception_shows_its_class_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.route_logging()
    try:
        raise ValueError("s3cret")
    except ValueError:
        logging.getLogger("library").exception("it failed")
    logging.getLogger("library").warning("odd: %s", 1)
    expected = "[ERROR] library: it failed: ValueError\n[WARN]  library: odd: 1\n"
    assert capsys.readouterr().err == expected
