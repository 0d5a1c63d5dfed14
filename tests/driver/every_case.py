"""One test over many cases that differ in their data alone.

A test for each of them costs more than the cases themselves: each is collected by every process,
set up, and reported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

Case = TypeVar("Case")


def check_every(cases: Iterable[Case], check: Callable[[Case], object]) -> None:
    """Check each case, and fail once with all cases that fail; no case at all fails, too."""
    count, failed = 0, {}
    for case in cases:
        count += 1
        try:
            check(case)
        except (Exception, pytest.fail.Exception) as error:
            failed[str(case)] = error
    assert count, "there is no case"
    if failed:
        texts = [f"{case}: {type(error).__name__}: {error}" for case, error in failed.items()]
        first = next(iter(failed.values()))
        raise AssertionError("\n".join([f"{len(failed)} of {count} cases fail", *texts])) from first
