"""How the connections of an account are doing: their states, their times, the table."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from constructs_lib import schemas
from constructs_lib.cli.status import next_sync, state_of, table

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=timezone.utc)
ATTRIBUTES = schemas.load("data.fivetranops_connections").attributes["connections"].attributes


def connection(**more: Any) -> dict[str, Any]:
    known = {
        "id": "abc",
        "schema": "shop.orders",
        "service": "postgres",
        "paused": False,
        "setup_state": "connected",
        "sync_state": "scheduled",
        "update_state": "on_schedule",
        "schedule_type": "auto",
        "sync_frequency": 60,
        "tasks": [],
    }
    return {**dict.fromkeys(ATTRIBUTES), **known, **more}


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "on schedule"),
        ({"update_state": "delayed"}, "delayed"),
        ({"sync_state": "syncing", "update_state": "delayed"}, "syncing"),
        ({"sync_state": "rescheduled"}, "rescheduled"),
        ({"paused": True, "update_state": "delayed"}, "paused"),
        ({"paused": True, "setup_state": "broken"}, "broken"),
        ({"setup_state": "incomplete"}, "incomplete"),
        (dict.fromkeys(("paused", "setup_state", "sync_state", "update_state")), "on schedule"),
    ],
)
def test_the_state_is_one_word(more: dict[str, Any], state: str) -> None:
    assert state_of(connection(**more)) == state


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "due"),
        ({"succeeded_at": "2026-11-29T11:30:00Z"}, "in 30 min"),
        ({"succeeded_at": "2026-11-29T09:30:00Z"}, "due"),
        (
            {"succeeded_at": "2026-11-29T09:30:00Z", "failed_at": "2026-11-29T11:59:30Z"},
            "in 59 min",
        ),
        ({"succeeded_at": "2026-11-29T11:30:00Z", "sync_frequency": 1440}, "in 23 h"),
        (
            {
                "succeeded_at": "2026-11-29T11:30:00Z",
                "sync_frequency": 1440,
                "daily_sync_time": "14:00",
            },
            "in 2 h",
        ),
        (
            {
                "succeeded_at": "2026-11-29T11:30:00Z",
                "sync_frequency": 1440,
                "daily_sync_time": "03:00",
            },
            "in 15 h",
        ),
        ({"rescheduled_for": "2026-12-01T12:00:00Z", "sync_state": "rescheduled"}, "in 2 d"),
        ({"schedule_type": "manual"}, "when asked for"),
        ({"sync_state": "syncing"}, "running"),
        ({"paused": True, "sync_state": "syncing"}, "when unpaused"),
        ({"succeeded_at": "2026-11-29T11:30:00Z", "sync_frequency": None}, "due"),
    ],
)
def test_the_next_sync_is_told_by_the_schedule(more: dict[str, Any], words: str) -> None:
    assert next_sync(connection(**more), NOW) == words


def test_the_table_has_a_line_for_each_and_its_tasks() -> None:
    task = {"code": "reconnect", "message": "Reconnect", "details": "The password\x1b expired."}
    ended = {"succeeded_at": "2026-11-29T11:30:00Z", "failed_at": "2026-11-27T12:00:00Z"}

    lines = list(table([connection(setup_state="broken", tasks=[task]), connection(**ended)], NOW))

    assert lines == [
        "CONNECTION   SERVICE   STATE        SUCCEEDED   FAILED   NEXT SYNC",
        "shop.orders  postgres  broken       never       never    due",
        "    Reconnect: The password\\x1b expired.",
        "shop.orders  postgres  on schedule  30 min ago  2 d ago  in 30 min",
    ]


def test_a_table_of_nothing_is_its_headings() -> None:
    (line,) = table([], NOW)

    assert line.split()[:2] == ["CONNECTION", "SERVICE"]


def test_a_name_widens_no_other_line() -> None:
    wide = connection(schema="a\tb" + "x" * 300, service="s" * 300)

    heading, line, other = table([wide, connection()], NOW)

    assert line.startswith("a\\tb" + "x" * 55 + "…  " + "s" * 59 + "…  on schedule")
    assert len(heading) == heading.index("NEXT SYNC") + 9 < 180
    assert other.startswith("shop.orders  ")


def test_a_name_of_60_characters_is_whole() -> None:
    _, line = table([connection(schema="x" * 60)], NOW)

    assert line.startswith("x" * 60 + "  postgres")
