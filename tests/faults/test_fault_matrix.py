"""Whatever fails at whichever step: nothing is lost, and nothing is left paused."""

from __future__ import annotations

from collections.abc import Callable

import fault_cells as cells
import pytest
from fault_operations import OPERATIONS, Operation
from fault_stand import Stand
from fault_tally import Tally
from fault_verdicts import run_with

from constructs_lib.sandbox import FAULT_KINDS, Fault

Stands = Callable[[Operation], Stand]
_STEPS: dict[str, list[cells.Step]] = {}
"""For each operation its steps, found once."""


def steps_of(operation: Operation, stands: Stands) -> list[cells.Step]:
    if operation.name not in _STEPS:
        stand = stands(operation)
        stand.run()
        _STEPS[operation.name] = cells.steps(stand.world.store.journal())
        assert stand.subject.is_settled(), "without faults there is nothing left to do"
    return _STEPS[operation.name]


@pytest.mark.parametrize("kind", cells.FORMS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_operation_survives_a_fault_at_each_step(
    operation: Operation, kind: str, stands: Stands, tally: Tally
) -> None:
    failures = []
    for number, step in enumerate(steps_of(operation, stands)):
        if not cells.is_tried(operation.name, number, kind):
            continue
        for variant in cells.forms_at(number, kind):
            lengths = cells.lengths_at(number, variant, step.method)
            failures += _failures(operation, step, variant, lengths, stands, tally)
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


def _failures(
    operation: Operation,
    step: cells.Step,
    variant: Fault,
    lengths: dict[str, int],
    stands: Stands,
    tally: Tally,
) -> list[str]:
    failures = []
    for length, times in lengths.items():
        # Given the world as it was before the operation, and a fault at this step
        stand, fault = stands(operation), cells.at(step, variant, times)
        # When the operation is run, and run again without the fault
        verdict = run_with(stand, fault)
        # Then there is in the end what is wanted
        tally[operation.name][verdict.name] += 1
        if not verdict.is_survived:
            name = cells.name(variant)
            failures.append(f"{name}, {step}, {length}: {verdict.name}: {verdict.story}")
        if cells.reached(verdict.requests, fault) <= times:
            break  # A fault that lasted longer would have struck the same requests.
    return failures


def test_matrix_has_every_fault_and_operations_have_steps(stands: Stands) -> None:
    assert set(cells.FORMS) == set(FAULT_KINDS)
    steps = {operation.name: steps_of(operation, stands) for operation in OPERATIONS}
    assert all(steps.values())
    alike = [steps[name] for name in cells.SHARED]
    assert all(each == alike[0] for each in alike)
