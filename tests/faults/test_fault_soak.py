"""Random operations with random faults, always the same ones.

A few run with all other tests; ``make soak`` runs 200, and ``SOAK_SEQUENCES=1000`` as many.
"""

from __future__ import annotations

import os
import random
from contextlib import closing
from pathlib import Path

import pytest
from fake_time import FakeTime
from fault_life import Life
from fault_stand import empty, holds_secret

SEQUENCES = int(os.environ.get("SOAK_SEQUENCES", "10"))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_a_life_with_random_faults_loses_nothing(seed: int, clock: FakeTime, folder: Path) -> None:
    # The provider takes its jitter from the module.
    random.seed(seed)
    empty(folder)
    with closing(Life(seed, clock)) as life:
        try:
            life.live()
        except AssertionError as error:
            raise AssertionError("\n".join([*life.story, str(error)])) from error
    assert not holds_secret(folder)
