"""A schema configuration while others change it, answers are lost, or nothing is connected yet."""

from __future__ import annotations

import pytest
from schema_life import ONE, Life, orders, refused
from terraform_core import ProviderRefused

from constructs_lib.sandbox import Fault


def test_a_conflict_repeats_all_from_the_read_on(life: Life) -> None:
    life.read_source()
    config = life.config(orders(enabled=False))
    plan = life.core.plan(config)
    life.world.fail(Fault("refused", "PATCH", ONE, code=409, times=2))
    life.requests()

    life.core.apply(plan, config)

    assert life.requests() == ["GET", "PATCH", "GET", "PATCH", "GET", "PATCH"]


def test_a_conflict_without_end_is_an_error_within_the_limit(life: Life) -> None:
    life.read_source()
    life.world.fail(Fault("refused", "PATCH", ONE, code=409, times=10**6))

    with pytest.raises(ProviderRefused, match="to be free took longer than the limit of 60 s"):
        life.set(orders(enabled=False), timeouts={"create": "60s", "update": None})


@pytest.mark.parametrize("kind", ["reset_after", "500_after", "invalid_json"])
def test_a_lost_answer_is_resolved_by_a_read(life: Life, kind: str) -> None:
    life.read_source()
    life.world.fail(Fault(kind, "PATCH", ONE))

    life.set(orders(enabled=False))

    assert life.requests()[-2:] == ["PATCH", "GET"]
    assert life.stored("schemas") == orders(enabled=False)


def test_a_source_is_read_once_though_the_answer_is_lost(life: Life) -> None:
    life.world.fail(Fault("reset_after", "POST", f"{ONE}/reload"))

    life.set(orders(enabled=False))

    assert life.requests()[-3:] == ["POST /reload", "GET", "PATCH"]


def test_a_lost_lock_of_types_is_sent_again(life: Life) -> None:
    life.read_source()
    life.world.fail(Fault("reset_after", "PATCH", ONE))

    life.set(is_type_locked=True)

    assert life.requests()[-3:] == ["PATCH", "GET", "PATCH"]


def test_a_connection_that_is_not_connected_is_told(life: Life) -> None:
    life.set_up("incomplete")

    limits = {"create": "2m", "update": None}
    refused(
        life, "is not connected", "setup_state is incomplete", schemas=orders(), timeouts=limits
    )


def test_a_connection_that_becomes_connected_is_waited_for(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    life.set_up("incomplete")
    sleep = life.clock.sleep

    def connect(seconds: float) -> None:
        sleep(seconds)
        life.set_up("connected")

    monkeypatch.setattr(life.clock, "sleep", connect)

    life.set(orders(enabled=False))

    assert life.requests()[-2:] == ["POST /reload", "PATCH"]
