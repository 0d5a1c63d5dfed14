"""What holds for all tests, in however many processes: signals, and what is printed last."""

from __future__ import annotations

import os
import signal

import pytest
from fault_tally import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]


def pytest_configure(config: pytest.Config) -> None:
    """Takes the signals again that a shell has background jobs ignore, and ``nohup`` all: programs
    that the tests start inherit that, and would not notice that they are interrupted.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(optionalhook=True)  # Who has no xdist runs the tests in one process.
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Return how many processes run tests: more than there are processors, because tests with
    Terraform wait for much of their time.
    """
    processors = os.cpu_count() or 1
    return 2 * processors
