"""What is printed at the end of a run of all tests, in however many processes they ran."""

from __future__ import annotations

from fault_tally import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]
