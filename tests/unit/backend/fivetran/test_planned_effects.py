"""What this run will have done with a connection, and whose turn it is at it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from constructs_lib.backend.fivetran.api.errors import Interrupted, TimeLimitExceeded
from constructs_lib.backend.fivetran.connection.plan import may_run_tests
from constructs_lib.backend.fivetran.provider_data import ConnectionLocks, PlannedEffects
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.resource import Plan
from constructs_lib.backend.plugin.values.value import UNKNOWN, Dynamic

PRIOR: dict[str, Any] = {"id": "abc", "paused": True, "config": Dynamic.of({"host": "one"})}
OTHER_HOST = Dynamic.of({"host": "two"})


def planned(*, replaced: bool = False, **changes: Any) -> PlannedEffects:
    plan = Plan({}, PRIOR, {**PRIOR, **changes})
    plan.replace.extend([("group_id",)] if replaced else [])
    effects = PlannedEffects()
    effects.note_connection(plan, runs_tests=may_run_tests(plan))
    return effects


@pytest.mark.parametrize(
    ("changes", "paused"), [({}, True), ({"paused": False}, False), ({"paused": UNKNOWN}, None)]
)
def test_the_paused_flag_is_what_the_plan_makes_of_it(
    changes: dict[str, Any], paused: bool | None
) -> None:
    assert planned(**changes).paused("abc", now=True) is paused


@pytest.mark.parametrize(
    ("changes", "may_be"),
    [
        ({}, False),
        ({"timeouts": {"update": "5m"}}, False),
        ({"paused": False}, True),
        ({"paused": False, "run_setup_tests": False}, False),
        ({"config": OTHER_HOST}, True),
        ({"config": UNKNOWN}, True),
        ({"secrets_applied": {"config.password": UNKNOWN}}, True),
        ({"config": OTHER_HOST, "run_setup_tests": False}, False),
    ],
)
def test_only_a_change_that_is_sent_may_set_a_connection_up(
    changes: dict[str, Any], may_be: bool
) -> None:
    assert planned(**changes).may_be_set_up("abc") is may_be


def test_a_connection_that_is_replaced_is_another_one_afterwards() -> None:
    effects = planned(replaced=True, paused=False, config=OTHER_HOST)

    assert effects.paused("abc", now=True) is True
    assert not effects.may_be_set_up("abc")


def test_a_note_is_about_one_connection() -> None:
    assert planned(paused=False).paused("other", now=True) is True


def test_a_turn_is_waited_for() -> None:
    locks, order = ConnectionLocks(), []
    begun = threading.Event()

    def other() -> None:
        begun.set()
        with locks.hold("abc", Deadline(30)):
            order.append("second")

    thread = threading.Thread(target=other)
    with locks.hold("abc", Deadline(30)):
        thread.start()
        begun.wait(10)
        assert locks.is_held("abc")
        assert not locks.is_held("other")
        order.append("first")
    thread.join()

    assert order == ["first", "second"]
    assert not locks.is_held("abc")


def test_a_turn_comes_within_the_limit_or_not_at_all() -> None:
    locks, stopping = ConnectionLocks(), threading.Event()
    stopping.set()
    with locks.hold("abc", Deadline(30)):
        with pytest.raises(TimeLimitExceeded), locks.hold("abc", Deadline(0.1)):
            raise AssertionError("it is another's turn")
        with pytest.raises(Interrupted), locks.hold("abc", Deadline(30, stopping)):
            raise AssertionError("it is another's turn")


def test_a_connection_that_is_destroyed_is_known() -> None:
    effects = PlannedEffects()
    effects.note_destroyed("abc")

    assert effects.is_destroyed("abc")
    assert not effects.is_destroyed("other")
