"""Records of libraries in Terraform's log, whenever ``logging`` is loaded."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from constructs_lib.backend.plugin import log


def test_a_line_starts_with_its_level_and_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    log.info("two\nlines")
    log.error("bad")
    assert capsys.readouterr().err == "[INFO]  two lines\n[ERROR] bad\n"


@pytest.mark.parametrize("name", ["TF_LOG", "TF_LOG_PROVIDER"])
def test_debug_lines_are_written_only_if_a_log_was_asked_for(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("TF_LOG", "TF_LOG_PROVIDER"):
        monkeypatch.delenv(variable, raising=False)
    log.debug("unasked")
    monkeypatch.setenv(name, "TRACE")
    log.debug("asked")
    assert capsys.readouterr().err == "[DEBUG] asked\n"


LINES = "[ERROR] library: it failed: ValueError\n[WARN]  library: odd: 1\n"
RECORDS = """
import logging
try:
    raise ValueError("s3cret")
except ValueError:
    logging.getLogger("library").exception("it failed")
logging.getLogger("library").warning("odd: %s", 1)
logging.getLogger("library").debug("unasked")
"""
AWAITED = """
import sys
from constructs_lib.backend.plugin import log
log.await_libraries()
"""
ROUTED = f"{AWAITED}log.route_library_logging()\n"


@pytest.fixture
def _restored() -> Iterator[None]:
    """The root logger as it was, after a test that routes it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers.clear()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.usefixtures("_restored")
def test_a_library_that_logs_an_exception_shows_its_class_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log.await_libraries()
    log.route_library_logging()
    exec(RECORDS, {})
    assert capsys.readouterr().err == LINES


def test_a_library_that_loads_logging_later_is_routed_as_well() -> None:
    ended = run(ROUTED + RECORDS)

    assert (ended.returncode, ended.stderr) == (0, LINES)


def test_a_library_that_loaded_logging_before_is_routed_as_well() -> None:
    ended = run("import logging.handlers\nlogging.basicConfig()\n" + ROUTED + RECORDS)

    assert (ended.returncode, ended.stderr) == (0, LINES)


def test_logging_is_not_loaded_until_something_needs_it() -> None:
    assert run(AWAITED + "print('logging' in sys.modules)").stdout == "False\n"


def test_records_are_written_once_however_often_they_are_routed() -> None:
    ended = run(ROUTED + "log.route_library_logging()\n" + RECORDS)

    assert (ended.returncode, ended.stderr) == (0, LINES)


def test_a_process_that_does_not_serve_terraform_routes_nothing() -> None:
    code = """
import sys
from constructs_lib.backend.plugin import log
log.route_library_logging()
print("logging" in sys.modules)
"""

    assert run(code).stdout == "False\n"
