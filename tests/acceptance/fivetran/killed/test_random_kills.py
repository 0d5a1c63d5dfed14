"""Kills at random moments: nothing is lost, doubled or left behind, and the next run goes on.

36 kills run with all other tests, always the same ones. ``make soak`` does 300 with a seed that it
prints; ``KILLS=600 KILLS_SEED=7 .venv/bin/pytest …/test_random_kills.py`` does as many.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from kill_works import WORKS, Work
from kills import VICTIMS, Kill, Outcome, Stage, prepared, struck

KILLS = int(os.environ.get("KILLS", "36"))
SEED = os.environ.get("KILLS_SEED", "15")
_AT_ONCE = 5


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Work], Stage]:
    """What each kill of a work begins with; made at the first one."""
    stages: dict[str, Stage] = {}

    def of(work: Work) -> Stage:
        if work.name not in stages:
            stages[work.name] = prepared(work, tmp_path_factory.mktemp(work.name))
        return stages[work.name]

    return of


@pytest.mark.launched
@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_kills_at_random_moments_lose_nothing(
    stage: Callable[[Work], Stage], tmp_path: Path, victim: str, work: Work
) -> None:
    numbers = range(-(-KILLS // (len(VICTIMS) * len(WORKS))))
    kills = [Kill(victim, work, number, SEED) for number in numbers]
    begin = stage(work)

    def outcome(kill: Kill) -> Outcome:
        return struck(kill, begin, tmp_path / str(kill.number))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        outcomes = list(pool.map(outcome, kills))

    found = [line for one in outcomes for line in one.wrong]
    assert not found, "\n".join(found)
    judged = sum(one.is_judged for one in outcomes)
    assert judged > len(kills) / 2, f"only {judged} of {len(kills)} kills could be judged"
