"""The sandbox generates a large account: the same one each time."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.sandbox import Api, ApiRequest, SandboxError, Store
from constructs_lib.sandbox.__main__ import main
from constructs_lib.sandbox.fivetran.generated import UNKNOWN_FIELD, generate
from constructs_lib.schemas import MASK

LOGIN = {"authorization": "Basic c2FuZGJveDpzYW5kYm94", "accept": "application/json;version=2"}


def account(**numbers: int) -> list[dict[str, Any]]:
    """What the API tells of a generated account."""
    with Store(None) as store:
        generate(store, **numbers)
        store.configure(list_config=True)
        answer = Api(store).handle(
            ApiRequest("GET", "/v1/connections", {"limit": "1000"}, headers=LOGIN)
        )
    found: list[dict[str, Any]] = answer.envelope["data"]["items"]
    return found


def without_times(items: list[dict[str, Any]]) -> Any:
    return [{k: v for k, v in each.items() if k != "created_at"} for each in items]


def test_the_same_numbers_make_the_same_account() -> None:
    first, second = account(connections=20, services=9), account(connections=20, services=9)

    assert without_times(first) == without_times(second)
    other = account(connections=20, services=9, seed=2)
    assert without_times(first) != without_times(other)


def test_an_account_has_what_makes_accounts_difficult() -> None:
    found = account(connections=300, services=60)

    assert len(found) == 300
    assert len({each["service"] for each in found}) == 60
    assert set(Counter(each["group_id"] for each in found)) == {"sandbox_warehouse", "sandbox_lake"}
    assert {each["status"]["setup_state"] for each in found} == {
        "connected",
        "incomplete",
        "broken",
    }
    values = [value for each in found for value in each["config"].values()]
    for nothing in (None, "", [], {}, MASK):
        assert nothing in values
    assert any(UNKNOWN_FIELD in each["config"] for each in found)
    assert MASK in json.dumps([v for v in values if isinstance(v, list)])
    assert any(each["daily_sync_time"] for each in found)


@pytest.mark.parametrize("numbers", [{"services": 0}, {"services": 10_000}, {"connections": -1}])
def test_numbers_out_of_range_are_refused(numbers: dict[str, int]) -> None:
    with (
        Store(None) as store,
        pytest.raises(SandboxError, match="services must be 1 to"),
    ):
        generate(store, **{"connections": 1, "services": 1, **numbers})


def test_an_account_is_not_made_twice_and_never_half() -> None:
    with Store(None) as store:
        generate(store, connections=3, services=3)
        with pytest.raises(SandboxError, match="reset the sandbox first"):
            generate(store, connections=5, services=3)

        assert len(store.journal()) == 0
        with store.transaction() as tables:
            assert len(tables.connections(0, 10)) == 3


def test_the_command_makes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = tmp_path / "sandbox.db"
    numbers = ("--connections", "4", "--services", "2", "--group", "mine")

    assert main(["generate", "--database", str(database), *numbers]) == 0

    assert "4 connections are in the sandbox" in capsys.readouterr().out
    with Store(database) as store, store.transaction() as tables:
        assert {each.group_id for _, each in tables.connections(0, 10)} == {"mine"}
