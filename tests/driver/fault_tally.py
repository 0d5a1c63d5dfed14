"""What can become of an operation that a fault struck, and how often it did.

The counts stand at the end of what pytest prints. When several processes run the tests, each hands
its counts over to the first one, which runs none itself; ``tests/conftest.py`` has these hooks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import pytest

AT_ONCE = "at once"
REFUSED = "refused"
LATER = "later"
SURVIVED = {
    AT_ONCE: "the run brought what was wanted",
    REFUSED: "a clear error, nothing changed, and the next apply brought it",
    LATER: "the next applies brought it",
}
LOST = "lost"
LEFT_PAUSED = "left paused"
WRONG_STATE = "wrong state"
FORGOTTEN = "forgotten"
UNSETTLED = "unsettled"
TWICE = "begun twice"
NOT_BEGUN = "not begun"
NOT_FOLLOWED = "not followed"
UNCLEAR = "unclear"
BROKEN = "broken rule"
NOT_SURVIVED = {
    LOST: "a connection is missing, unknown to the state file, or there twice",
    LEFT_PAUSED: "the paused flag is not what it was",
    WRONG_STATE: "the state (cursor) is not what was asked for",
    FORGOTTEN: "previous_state is not the state that was there before",
    UNSETTLED: "three applies did not bring what was wanted",
    TWICE: "one run of Terraform began two syncs",
    NOT_BEGUN: "no sync was begun, although all runs are over",
    NOT_FOLLOWED: "a sync that was to be followed is settled without its end",
    UNCLEAR: "a message that calls itself a bug, or that holds a secret",
    BROKEN: "an answer that Terraform would not take",
}

Tally = dict[str, Counter[str]]
"""For each operation how often there was each verdict."""
TALLY = pytest.StashKey[Tally]()
_HANDED_OVER = "faults"
_COLUMNS = (*SURVIVED, LOST, LEFT_PAUSED)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hands the counts over, where this process runs some of the tests for another one."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        tally = session.config.stash.get(TALLY, {})
        output[_HANDED_OVER] = {name: dict(counts) for name, counts in tally.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Adds the counts of another process."""
    tally = node.config.stash.setdefault(TALLY, defaultdict(Counter))
    for name, counts in getattr(node, "workeroutput", {}).get(_HANDED_OVER, {}).items():
        tally[name].update(counts)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Shows for each operation how many faults were tried, and what became of them."""
    tally = config.stash.get(TALLY, {})
    if not tally:
        return
    terminalreporter.section("faults")
    rows = [*tally.items(), ("all", sum(tally.values(), Counter()))]
    width = max(len(name) for name, _ in rows)
    heads = ("tried", "survived", *_COLUMNS, "other")
    terminalreporter.line(" ".join([" " * width, *(f"{head:>11}" for head in heads)]))
    for name, counts in rows:
        numbers = _numbers(counts)
        terminalreporter.line(" ".join([f"{name:{width}}", *(f"{one:11}" for one in numbers)]))


def _numbers(counts: Counter[str]) -> list[int]:
    survived = sum(counts[name] for name in SURVIVED)
    other = sum(counts[name] for name in NOT_SURVIVED if name not in _COLUMNS)
    return [counts.total(), survived, *(counts[name] for name in _COLUMNS), other]
