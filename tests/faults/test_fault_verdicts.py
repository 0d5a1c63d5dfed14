"""The verdicts see what must not be: each is brought about by hand, behind the provider's back."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable

import fault_tally as tally
import pytest
from fake_time import FakeTime
from fault_operations import CANARY, OPERATIONS, Operation
from fault_stand import Stand
from fault_verdicts import run_with

from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.sandbox import Fault

Stands = Callable[[Operation], Stand]
Sabotage = Callable[[Stand], object]


def operation(name: str) -> Operation:
    (found,) = (one for one in OPERATIONS if one.name == name)
    return found


def identifier(stand: Stand) -> str:
    return stand.world.connections()[0].id


def lose(stand: Stand) -> None:
    stand.world.restore([])


def forget(stand: Stand) -> None:
    """Terraform's state and the journal lose what was created."""
    stand.core.stored = None
    shutil.rmtree(Journal.of_working_directory().folder / "creations")


def pause(stand: Stand) -> None:
    stand.world.change(identifier(stand), {"paused": True})


def rewind(stand: Stand) -> None:
    stand.world.set_state(identifier(stand), {"page": 0})


def refuse_everything(stand: Stand) -> None:
    stand.world.fail(Fault("500", times=10**6))


def call_it_a_bug(stand: Stand) -> None:
    stand.core.said.append("Something broke: this is a bug in the provider.")


def tell_a_secret(stand: Stand) -> None:
    stand.core.said.append(f"Something broke: {CANARY} was refused. Run it again.")


@pytest.mark.parametrize(
    ("name", "sabotage", "expected"),
    [
        ("set a state", lose, tally.LOST),
        ("create a connection", forget, tally.LOST),
        ("set a state", pause, tally.LEFT_PAUSED),
        ("create a connection", pause, tally.LEFT_PAUSED),
        ("set a state", rewind, tally.WRONG_STATE),
        ("update a connection", refuse_everything, tally.UNSETTLED),
        ("delete a connection", call_it_a_bug, tally.UNCLEAR),
        ("update with secrets", tell_a_secret, tally.UNCLEAR),
    ],
)
def test_what_must_not_be_is_seen(
    name: str,
    sabotage: Sabotage,
    expected: str,
    stands: Stands,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given an operation after which something goes wrong that the provider does not know of
    stand = stands(operation(name))
    settle = stand.end_of_trouble

    def spoiled() -> None:
        settle()
        sabotage(stand)

    monkeypatch.setattr(stand, "end_of_trouble", spoiled)
    # When it is run, then the verdict says so
    verdict = run_with(stand)
    assert (verdict.name, verdict.is_survived) == (expected, False)


@pytest.mark.parametrize(
    ("name", "fault", "expected"),
    [
        ("update a connection", Fault("delay"), tally.AT_ONCE),
        ("update a connection", Fault("500", method="PATCH", times=99), tally.REFUSED),
        # Whether a secret was taken cannot be read.
        ("update with secrets", Fault("500_after", method="PATCH", times=99), tally.LATER),
    ],
)
def test_ways_to_survive_are_told_apart(
    name: str, fault: Fault, expected: str, stands: Stands
) -> None:
    assert run_with(stands(operation(name)), fault).name == expected


def test_a_half_made_connection_is_tainted_and_replaced(stands: Stands) -> None:
    # Given a creation whose second half fails, so that Terraform taints what is there
    stand = stands(operation("create with schema_status"))
    stand.world.fail(Fault("500", method="PATCH", times=99))
    with pytest.raises(AssertionError, match="Cannot set schema_status"):
        stand.run()
    first = identifier(stand)
    assert stand.core.stored is not None
    assert stand.core.stored.tainted
    # When Terraform is run again, then another connection takes its place
    stand.end_of_trouble()
    assert stand.subject.settle([])
    assert identifier(stand) != first
    assert not stand.is_lost()


def test_time_passes_by_waiting_only(clock: FakeTime) -> None:
    begun, event = time.monotonic(), threading.Event()
    assert not event.wait(3600)
    event.set()
    assert event.wait(3600)
    time.sleep(60)
    assert time.monotonic() - begun == pytest.approx(3660)
    assert clock.now().timestamp() == pytest.approx(time.time())
