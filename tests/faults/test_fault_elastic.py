"""Whatever fails at whichever step of setting a status: in the end there is what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from elastic_operations import OPERATIONS, StatusOperation, StatusStand
from fake_time import FakeTime
from fault_cells import OF_THE_MATRIX
from fault_tally import (
    AT_ONCE,
    BROKEN,
    FORGOTTEN,
    LATER,
    REFUSED,
    SURVIVED,
    UNCLEAR,
    UNSETTLED,
    WRONG_STATE,
    Tally,
)
from fault_verdicts import is_unclear
from terraform_core import ProviderRefused

from constructs_lib.sandbox.elastic import ElasticFault

Stands = Callable[[StatusOperation], StatusStand]
MOVES = "status_moves"
_CHOICES: dict[str, list[dict[str, Any]]] = {
    "429": [{}, {"retry_after": 3600}],
    # The second comes later than the provider waits for an answer.
    "delay": [{}, {"seconds": 90.0}],
    MOVES: [
        {"when": when, "status": status}
        for when in ("before", "after")
        for status in ("error", "connected", "needs_configuration")
    ],
}
VARIANTS = [(kind, choice) for kind in ElasticFault.KINDS for choice in _CHOICES.get(kind, [{}])]


@pytest.fixture(scope="module")
def prepared() -> Iterator[dict[str, StatusStand]]:
    made: dict[str, StatusStand] = {}
    with ExitStack() as closing:
        closing.callback(lambda: [stand.close() for stand in made.values()])
        yield made


@pytest.fixture
def stands(prepared: dict[str, StatusStand], clock: FakeTime) -> Stands:
    """Gives the stand of an operation, put back to what was before."""

    def of(operation: StatusOperation) -> StatusStand:
        if operation.name not in prepared:
            prepared[operation.name] = StatusStand(operation, clock)
        prepared[operation.name].put_back()
        return prepared[operation.name]

    return of


def steps_of(stand: StatusStand) -> list[tuple[str, str, int]]:
    """Method, path and number of each request of an untroubled run."""
    stand.run()
    found: list[tuple[str, str, int]] = []
    for method, path, _ in stand.world.requests():
        same = [step for step in found if step[:2] == (method, path)]
        found.append((method, path, len(same) + 1))
    assert stand.subject.is_settled(), "without faults there is nothing left to do"
    return found


def verdict_of(stand: StatusStand, fault: ElasticFault) -> tuple[str, list[str]]:
    before = stand.world.status
    stand.fail(fault)
    story: list[str] = []
    try:
        _run(stand, story)
        stand.end_of_trouble()
        name = _settled(stand, story, fault, is_unchanged=stand.world.status == before)
    except AssertionError as broken:
        return BROKEN, [str(broken)]
    if stand.subject.leaks() or any(map(is_unclear, stand.core.said)):
        return UNCLEAR, [*story, *stand.core.said]
    if name in SURVIVED and not _is_right(stand, fault):
        return WRONG_STATE, [*story, stand.world.status]
    if name in SURVIVED and fault.kind != MOVES and _has_forgotten(stand):
        return FORGOTTEN, [*story, str(stand.core.state())]
    return name, story


def _run(stand: StatusStand, story: list[str]) -> None:
    try:
        stand.run()
    except ProviderRefused as refused:
        story.append(str(refused))


def _settled(
    stand: StatusStand, story: list[str], fault: ElasticFault, *, is_unchanged: bool
) -> str:
    if not story and stand.subject.is_settled():
        return AT_ONCE
    was_refused = bool(story) and is_unchanged
    if stand.subject.settle(story):
        return REFUSED if was_refused else LATER
    # What the service moved to a status that nothing leads on from is refused for good, and told.
    is_stopped = fault.kind == MOVES and "The Connector Protocol does not allow" in story[-1]
    return REFUSED if is_stopped else UNSETTLED


def _is_right(stand: StatusStand, fault: ElasticFault) -> bool:
    operation, status = stand.operation, stand.world.status
    if operation.action in ("destroy", "refresh", "import"):
        return status in (operation.found, fault.status if fault.kind == MOVES else None)
    if status == operation.wanted["status"]:
        return True
    return fault.kind == MOVES and status == fault.status


def _has_forgotten(stand: StatusStand) -> bool:
    """True if ``previous_status`` is not the status that was there before the operation."""
    if stand.operation.action != "apply":
        return False
    state = stand.core.state()
    return state is None or state["previous_status"] != stand.operation.found


def reached(requests: list[tuple[str, str, Any]], fault: ElasticFault) -> int:
    """How many requests of a run a fault could have struck, if it lasted."""
    concerned = sum(fault.concerns(method, path) for method, path, _ in requests)
    return max(0, concerned - fault.nth + 1)


@pytest.mark.parametrize(
    "variant", VARIANTS, ids=lambda one: " ".join([one[0], *map(str, one[1].values())])
)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_status_survives_a_fault_at_each_step(
    operation: StatusOperation, variant: tuple[str, dict[str, Any]], stands: Stands, tally: Tally
) -> None:
    failures = []
    kind, choice = variant
    for method, path, nth in steps_of(stands(operation)):
        for length, times in OF_THE_MATRIX.items():
            # Given the world as it was before the operation, and a fault at this step
            stand = stands(operation)
            where = {"method": method, "path": f"^{path}$", "nth": nth, "times": times}
            fault = ElasticFault(kind, **choice, **where)
            # When the operation is run, and run again without the fault
            name, story = verdict_of(stand, fault)
            # Then there is in the end what is wanted
            tally[operation.name][name] += 1
            if name not in SURVIVED:
                failures.append(f"{method} {path} ({nth}), {length}: {name}: {story}")
            if reached(stand.world.requests(), fault) <= times:
                break  # A fault that lasted longer would have struck the same requests.
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


def test_the_matrix_of_statuses_has_every_kind_of_fault(stands: Stands) -> None:
    assert {kind for kind, _ in VARIANTS} == set(ElasticFault.KINDS)
    assert all(steps_of(stands(operation)) for operation in OPERATIONS)


def test_the_matrix_has_writes_in_every_operation_that_sets(stands: Stands) -> None:
    counts = {
        operation.name: sum(method == "PUT" for method, *_ in steps_of(stands(operation)))
        for operation in OPERATIONS
    }
    assert list(counts.values()) == [1, 2, 1, 2, 1, 0, 0, 0]
