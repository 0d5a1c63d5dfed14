"""Whatever type a field of an answer has: a value, or a clear error, and never a bug.

Each operation meets each odd value at some of the places, so that the whole is quick;
``ODD_ANSWERS=all`` lets each meet all at every place.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path as FolderPath
from typing import Any

import pytest
from elastic_operations import OPERATIONS as STATUS_OPERATIONS
from elastic_operations import StatusOperation, StatusStand
from fake_time import FakeTime
from fault_operations import CANARY, OPERATIONS, Operation
from fault_stand import Stand, empty
from odd_answers import OddAnswers, Path, answering, cells
from terraform_core import ProviderRefused

Stands = Callable[[Operation], Stand]
_SHARE = 61
"""Of so many pairs of a place and a value an operation meets one."""
_BUGS = ("bug", "Traceback", "Unexpected failure", CANARY)


def run_with(stand: Any, path: Path, odd: str, answers: OddAnswers) -> str | None:
    """Run an operation once; what it said that nobody should read, None if nothing."""
    try:
        with answers.at(path, odd):
            stand.run()
    except ProviderRefused:
        pass  # What was said is looked at.
    except AssertionError:
        pass  # The answers contradict each other; what sound ones lead to is tested elsewhere.
    found = [text for text in stand.core.said if any(word in text for word in _BUGS)]
    found += [text for text in stand.core.said if "\x1b" in text or "\u202e" in text]
    return f"{'.'.join(path)} = {odd}: {found[0]}" if found else None


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_odd_answer_of_fivetran_is_no_bug(
    operation: Operation, stands: Stands, folder: FolderPath
) -> None:
    empty(folder)  # What the operation before has left in it is of another world.
    stand = stands(operation)
    with answering(stand.world) as answers:
        stand.run()
        failures = [
            run_with(stands(operation), path, odd, answers)
            for path, odd in cells(answers, _SHARE, OPERATIONS.index(operation))
        ]

    assert [failure for failure in failures if failure] == []


@pytest.mark.parametrize("operation", STATUS_OPERATIONS, ids=lambda operation: operation.name)
def test_odd_answer_of_elasticsearch_is_no_bug(operation: StatusOperation, clock: FakeTime) -> None:
    stand = StatusStand(operation, clock)
    failures = []
    with answering(stand.world) as answers:
        stand.run()
        for path, odd in cells(answers, _SHARE, STATUS_OPERATIONS.index(operation)):
            stand.put_back()
            failures.append(run_with(stand, path, odd, answers))
    stand.close()

    assert [failure for failure in failures if failure] == []
