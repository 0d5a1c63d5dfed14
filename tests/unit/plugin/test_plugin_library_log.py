"""Records of libraries in Terraform's log, whenever ``logging`` is loaded."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from constructs_lib.backend.plugin import log

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
ROUTED = """
import sys
before = list(sys.meta_path)
from constructs_lib.backend.plugin import log
log.route()
"""


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
    log.route()
    exec(RECORDS, {})
    assert capsys.readouterr().err == LINES


def test_a_library_that_loads_logging_later_is_routed_as_well() -> None:
    ended = run(ROUTED + RECORDS)

    assert (ended.returncode, ended.stderr) == (0, LINES)


def test_a_part_of_logging_that_is_loaded_first_makes_no_difference() -> None:
    ended = run(ROUTED + "import logging.handlers\n" + RECORDS)

    assert (ended.returncode, ended.stderr) == (0, LINES)


def test_logging_is_not_loaded_until_something_needs_it() -> None:
    assert run(ROUTED + "print('logging' in sys.modules)").stdout == "False\n"


def test_other_modules_are_found_as_before() -> None:
    ended = run(ROUTED + "import json, no_such_module")

    assert "No module named 'no_such_module'" in ended.stderr


def test_nothing_is_left_of_the_wait_for_logging() -> None:
    code = """
import logging
from importlib.machinery import SourceFileLoader
print(sys.meta_path == before, type(logging.__loader__) is SourceFileLoader)
print(logging.__spec__.loader is logging.__loader__, logging.__spec__.name)
"""

    assert run(ROUTED + code).stdout == "True True\nTrue logging\n"
