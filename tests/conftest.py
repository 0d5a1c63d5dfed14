"""What holds for all tests, in however many processes: signals, the folder of temporary files, and
what is printed last.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from fault_tally import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown
from two_terraforms import (
    pytest_generate_tests,
    terraform_first_on_the_path,
    terraform_program,
)

__all__ = [
    "pytest_generate_tests",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
    "terraform_first_on_the_path",
    "terraform_program",
]

# How long an example takes depends on what else the machine does, and says nothing of the code.
hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
if hypothesis.settings.get_current_profile_name() != "mutants":
    hypothesis.settings.load_profile("any machine")

# Before anything imports them: their asserts say what they have found.
pytest.register_assert_rewrite("command_run", "planned", "scenario", "workspace")

MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""
_ROOM = 4 << 30
"""The bytes that must be free there; all tests together have used about one gigabyte."""


_NEW_OBJECTS = 50_000
"""How many objects are made between two searches for garbage."""
_OF_THE_PACKAGE = "tests/acceptance/package/"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""The signals that commands change."""


def pytest_configure(config: pytest.Config) -> None:
    """Takes the signals again that a shell has background jobs ignore, and ``nohup`` all: programs
    that the tests start inherit that, and would not notice that they are interrupted.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    # Where this is forbidden, each process of `make test` would rewrite the asserts of all modules
    # again, for three quarters of the time that collecting takes.
    sys.dont_write_bytecode = False
    # Thousands of tests are objects that stay; to look through them for garbage every so often
    # takes a tenth of the time of collecting.
    gc.set_threshold(_NEW_OBJECTS, 20, 100)
    if "TMPDIR" not in os.environ and _is_usable(MEMORY):
        # Journals, states and sandboxes are written through to the disk, which is slow.
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_finish() -> None:
    """Let no search for garbage look through the tests themselves, which stay to the end."""
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[Any]:
    """Put signals back as they were: a command that a test runs in this process changes them, and
    the next Ctrl-C of a test would go nowhere, or end all tests.
    """
    before = {each: signal.getsignal(each) for each in _SIGNALS}
    try:
        return (yield)
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is not handler:
                signal.signal(number, handler)


def _is_usable(folder: Path) -> bool:
    """Return whether tests can write and run programs in a folder, and there is room enough."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    may_run = os.access(folder, os.W_OK | os.X_OK) and not found.f_flag & os.ST_NOEXEC
    return may_run and found.f_bavail * found.f_frsize >= _ROOM


@pytest.hookimpl(optionalhook=True)  # Who has no xdist runs the tests in one process.
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes run tests: more than there are processors, because tests with
    Terraform wait for much of their time. With two for each processor, an eighth of the processors'
    time was left over; with three, a test costs no more of it.
    """
    processors = os.cpu_count() or 1
    return 3 * processors


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return what hands out whole files, but the fault matrix by its operations: one process would
    still be at work on it when all others have ended. The tests of the package go to one process,
    because they share what they build and install.
    """
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class Scheduling(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            if file.startswith(_OF_THE_PACKAGE):
                return _OF_THE_PACKAGE
            operation = nodeid.partition("[")[2].partition("-")[0]
            return f"{file}[{operation}]" if file.endswith("/test_fault_matrix.py") else file

    return Scheduling(config, log)
