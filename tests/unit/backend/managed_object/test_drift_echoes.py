"""What a refresh teaches about the settings that the last apply has sent, and what stays drift."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection import model
from constructs_lib.backend.managed_object import drift
from constructs_lib.backend.plugin.diagnostics import Diagnostics
from constructs_lib.backend.plugin.values.value import Dynamic

SCHEMA = schemas.load("fivetranops_connection")
BODY = {"config": {"host": "db"}, "proxy_agent_id": "pa_1"}


class Life:
    """One connection, whose host and proxy agent Terraform has sent."""

    def __init__(self) -> None:
        self.private: dict[str, Any] = {}
        self.warnings: list[str] = []
        self.state: dict[str, Any] = dict.fromkeys(SCHEMA.attributes)
        config = Dynamic.of({"schema_prefix": "orders", "host": "db"})
        self.state |= {"id": "abc", "proxy_agent_id": "pa_1", "config": config}

    def send(self) -> None:
        """An apply, whose answer echoes what was sent."""
        drift.record_sent(model.MODEL, self.private, BODY, BODY, self._answer("db", "pa_1"), {})

    def read(self, host: Any = "db", agent: Any = "pa_1") -> set[str]:
        """A refresh; returns what it takes for drift."""
        answer, diagnostics = self._answer(host, agent), Diagnostics()
        drift.learn_from_refresh(model.MODEL, self.state, answer, self.private, diagnostics)
        self.warnings = [one.detail for one in diagnostics]
        echo = drift.echo_of(self.private)
        after = model.refreshed_state(self.state, answer, echo)
        names = ("config", "proxy_agent_id")
        return {name for name in names if after[name] != self.state[name]}

    def _answer(self, host: Any, agent: Any) -> dict[str, Any]:
        found = {"id": "abc", "schema": "orders", "status": {}, "proxy_agent_id": agent}
        return {**found, "config": {"host": host}}


@pytest.fixture
def life() -> Life:
    life = Life()
    life.send()
    return life


@pytest.mark.parametrize("form", [None, "", [], " DB "])
def test_form_right_after_a_write_is_no_drift(life: Life, form: Any) -> None:
    assert life.read(host=form) == set()
    assert life.read(host=form) == set()


def test_attribute_that_reads_as_null_is_no_drift(life: Life) -> None:
    assert life.read(agent=None) == set()
    assert life.read(agent=None) == set()


def test_learnt_form_is_told_once_by_name(life: Life) -> None:
    life.read(host=None, agent=None)
    assert life.warnings[0].startswith("config.host, proxy_agent_id: the last apply sent")

    life.read(host=None, agent=None)
    assert life.warnings == []


def test_another_value_right_after_a_write_is_drift(life: Life) -> None:
    assert life.read(host="somebody's") == {"config"}
    assert life.warnings == []


def test_null_later_is_drift(life: Life) -> None:
    # Given a refresh that has read what was sent
    assert life.read() == set()

    assert life.read(host=None, agent=None) == {"config", "proxy_agent_id"}


def test_other_value_is_drift_where_null_was_learnt(life: Life) -> None:
    life.read(host=None)

    assert life.read(host="somebody's") == {"config"}


def test_value_that_comes_back_after_it_was_sent_again(life: Life) -> None:
    # Given a value that was drift, and was repaired
    assert life.read(host="10.0.0.1") == {"config"}
    life.send()

    # When the very same is read again, then it is the form of what is sent
    assert life.read(host="10.0.0.1") == set()
    assert "config.host" in life.warnings[0]
    assert life.read(host="10.0.0.1") == set()


def test_two_other_values_in_a_row_are_drift_twice(life: Life) -> None:
    assert life.read(host="first") == {"config"}
    life.send()

    assert life.read(host="second") == {"config"}


def test_plan_that_is_not_applied_teaches_nothing(life: Life) -> None:
    # Given the private state that a plan alone does not store
    before = dict(life.private)
    assert life.read(host=None) == set()
    life.private = before

    assert life.read(host="somebody's") == {"config"}


@pytest.mark.parametrize("damaged", [{"echo": 3}, {"unread": "x"}, {"doubted": [1]}, {}])
def test_private_state_of_another_version_is_read(damaged: dict[str, Any]) -> None:
    life = Life()
    life.private = damaged

    assert life.read(host="other") == {"config"}
