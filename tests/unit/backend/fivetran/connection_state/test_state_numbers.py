"""A state whose numbers the API writes in another form is the same state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from api_world import World
from state_api import Fivetran
from terraform_core import Core
from terraform_values import exact, literal

from constructs_lib.backend.fivetran.connection_state.journal_writer import Attempt
from constructs_lib.backend.fivetran.connection_state.set_state import Outcome, set_state
from constructs_lib.backend.fivetran.connection_state.snapshot import Snapshot
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.http.deadline import Deadline

STATE = "fivetranops_connection_state"
BIG = 2**53 + 1


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    monkeypatch.setenv("TF_DATA_DIR", str(tmp_path))
    world = World({"state": "number_as_decimal"})
    yield world
    world.close()


class Bench:
    """One state under Terraform, of a connection whose numbers come with a decimal point."""

    def __init__(self, world: World, **settings: str) -> None:
        self.world, self.settings = world, settings
        self.connection = world.add("connector_sdk", {"schema": "s", "package_id": "p"})
        world.set_state(self.connection, {"cursor": 1})
        self.core = Core(world.provider, STATE)

    def apply(self, cursor: Any, *, refresh: bool = True) -> list[str]:
        config = self.config(cursor)
        return self.core.apply(self.core.plan(config, refresh=refresh), config)

    def config(self, cursor: Any) -> dict[str, Any]:
        values = {name: exact(text) for name, text in self.settings.items()}
        state = literal({"cursor": cursor})
        config: dict[str, Any] = self.core.config(
            {"connection_id": self.connection, "state": state, **values}
        )
        return config


def test_decimal_answer_is_not_another_writer(world: World) -> None:
    # Given a state that was set, and whose numbers the API answers as 1000.0
    bench = Bench(world)
    bench.apply(1000)

    # When the next one is applied without a refresh
    bench.apply(2000, refresh=False)

    # Then nobody is taken to have changed it in between
    assert world.state(bench.connection) == {"cursor": 2000}


def test_decimal_answer_is_restored_on_destroy(world: World) -> None:
    bench = Bench(world, on_destroy="restore")
    bench.apply(1000)

    bench.core.destroy()

    assert world.state(bench.connection) == {"cursor": 1}


def test_private_state_of_an_earlier_version_matches() -> None:
    # Given what an earlier version noted of {"cursor": 1000}, and the number in another form
    seen = Snapshot("0ce7a3c25bdbcfb5", '{"cursor": 1000}', "2026-05-01T00:00:00Z")
    api = Fivetran(state={"cursor": Decimal("1e3")})

    assert set_to(api, {"cursor": 2000}, seen=seen).progress == ""


def test_attempt_is_known_again_by_its_numbers(tmp_path: Path) -> None:
    # Given an attempt that Terraform's state does not know of
    journal = Journal(tmp_path)
    api = Fivetran(state={"cursor": 1})
    set_to(api, {"cursor": 1000}, journal=journal, attempt=Attempt("first"))
    api.stored = {"cursor": Decimal("1000.0")}

    # When the next one finds what it has set in another form
    found = set_to(api, {"cursor": 2000}, journal=journal, attempt=Attempt("second"))

    # Then the state of before is that of before the first
    assert found == Outcome({"cursor": 1}, changed=True)


def test_half_done_work_is_gone_on_with_by_numbers(tmp_path: Path) -> None:
    entry = {
        "version": 1, "connection": "abc", "account": "account", "paused": False,
        "found": {"cursor": 1}, "wanted": "0ce7a3c25bdbcfb5", "since": "2026-05-31T00:00:00Z",
        "is_sent": True, "stored": "", "is_putting_back": False, "is_open": False,
    }  # fmt: skip
    (tmp_path / "abc.json").write_text(json.dumps(entry))
    api = Fivetran(state={"cursor": Decimal("1000.00")})

    found = set_to(api, {"cursor": 1000}, journal=Journal(tmp_path))

    assert found == Outcome({"cursor": 1}, changed=True)


def test_big_numbers_are_told_apart(world: World) -> None:
    # Given a number that no binary float holds
    bench = Bench(world)
    bench.apply(BIG)

    # When the next one differs in its last digit
    plan = bench.core.plan(bench.config(BIG + 1))

    assert "state" in plan.differences
    assert world.state(bench.connection) == {"cursor": BIG}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{set_state.__module__}._FIRST_PAUSE", 0.001)


def set_to(api: Fivetran, wanted: dict[str, Any], **more: Any) -> Outcome:
    options = {"paused_after": "restore", "deadline": Deadline(30), **more}
    return set_state(api, "abc", wanted, **options)  # type: ignore[arg-type]
