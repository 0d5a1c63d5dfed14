"""Time that does not pass, and stands that are prepared once."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from fake_time import FakeTime
from fault_operations import CANARY, Operation
from fault_stand import Stand
from fault_tally import TALLY, Tally


@pytest.fixture(scope="session")
def tally(pytestconfig: pytest.Config) -> Tally:
    """The counts, which are shown at the end of the session."""
    return pytestconfig.stash.setdefault(TALLY, defaultdict(Counter))


@pytest.fixture(scope="session")
def clock() -> FakeTime:
    return FakeTime()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("terraform")


@pytest.fixture(autouse=True)
def nothing_takes_time(
    clock: FakeTime,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[None]:
    """Waiting takes no time and is the same each time, all files are in a folder of their own, no
    log holds a secret.
    """
    random.seed(0)
    clock.install(monkeypatch)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TF_DATA_DIR", str(folder / ".terraform"))
    yield
    assert CANARY not in "".join(capsys.readouterr())


@pytest.fixture(scope="session")
def stands(clock: FakeTime, folder: Path) -> Iterator[Callable[[Operation], Stand]]:
    """Gives the stand of an operation; the same each time, put back to what was before."""
    made: dict[str, Stand] = {}

    def of(operation: Operation) -> Stand:
        if operation.name not in made:
            stand = Stand(operation, clock, folder)
            closing.callback(stand.close)
            made[operation.name] = stand
        made[operation.name].put_back()
        return made[operation.name]

    with ExitStack() as closing:
        yield of
