"""Measures two ways side by side: turn about, in one run, so that both see the same machine."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

Seconds: TypeAlias = Callable[[], float]
"""Does something once and says how many seconds it took."""


class Measure(NamedTuple):
    """Two ways to compare."""

    title: str
    """What is measured."""
    plain: str
    """The first way, which the second is compared with."""
    other: str
    """The second way."""
    plain_seconds: Seconds
    other_seconds: Seconds
    per: int = 1
    """How many things one run does; the time of one of them is shown."""
    runs: int | None = None
    """How often to run each, where one run takes long; None for the usual number."""


class Result(NamedTuple):
    """What was found; times in seconds for one thing."""

    measure: Measure
    plain: float
    other: float
    ratio: float
    """Median of the ratios of neighbouring runs, so that a busy moment counts once at most."""
    runs: int

    @property
    def added(self) -> float:
        """How many seconds the second way needs more; negative if it needs less."""
        return self.other - self.plain


def compared(measure: Measure, runs: int) -> Result:
    """Runs both ways in turn.

    :param measure: what to run
    :param runs: how often to run each, after one run that is not counted
    """
    runs = measure.runs or runs
    pairs = [_pair(measure, number) for number in range(runs + 1)][1:]
    plain, other = zip(*pairs, strict=True)
    ratio = statistics.median(second / first for first, second in pairs)
    per = measure.per
    return Result(
        measure, statistics.median(plain) / per, statistics.median(other) / per, ratio, runs
    )


def timed(action: Callable[[], object]) -> Seconds:
    """How long an action takes in this process."""

    def run() -> float:
        start = time.perf_counter()
        action()
        return time.perf_counter() - start

    return run


def _pair(measure: Measure, number: int) -> tuple[float, float]:
    # Whoever goes first finds colder caches, so they take turns at that, too.
    if number % 2:
        other = measure.other_seconds()
        return measure.plain_seconds(), other
    plain = measure.plain_seconds()
    return plain, measure.other_seconds()
