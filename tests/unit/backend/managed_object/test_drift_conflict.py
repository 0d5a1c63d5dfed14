"""Nobody's work is overwritten unseen."""

from __future__ import annotations

from typing import Any

import pytest

from constructs_lib import schemas
from constructs_lib.backend.fivetran.connection.model import MODEL, echoes
from constructs_lib.backend.managed_object.drift import ConcurrentChange, require_unchanged
from constructs_lib.backend.plugin.values.value import Dynamic

ATTRIBUTES = schemas.load("fivetranops_connection").attributes


def values(config: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = {"id": "abc", "service": "postgres", "config": Dynamic.of(config)}
    return {**dict.fromkeys(ATTRIBUTES), **known, **more}


PRIOR = values({"host": "db1", "port": 1}, sync_frequency=60, paused=False)
PLANNED = values({"host": "db2", "port": 1}, sync_frequency=15, paused=False)
BODY = {"config": {"host": "db2"}, "sync_frequency": 15}


def check(answer: dict[str, Any], echo: dict[str, Any] | None = None) -> None:
    require_unchanged(MODEL, PRIOR, PLANNED, BODY, answer, echo or {})


@pytest.mark.parametrize(
    "answer",
    [
        {"config": {"host": "db1", "port": 1}, "sync_frequency": 60},
        {"config": {"host": "db2"}, "sync_frequency": "15"},
        {"config": {"host": "******"}},
        {"config": {"port": 9}, "paused": True},
        {},
    ],
    ids=["as planned", "set already", "masked", "another key", "nothing answered"],
)
def test_what_did_not_change_or_cannot_be_read_is_no_conflict(answer: dict[str, Any]) -> None:
    check(answer)


def test_what_only_one_side_knows_is_no_conflict() -> None:
    prior = values({"moved": "x"}, data_delay_threshold=None)
    planned = values({"managed": "y"}, data_delay_threshold=10)
    body = {"config": {"moved": "s3cret", "managed": "y"}, "data_delay_threshold": 10}
    live = {"config": {"moved": "z", "managed": "z"}, "data_delay_threshold": 20}

    require_unchanged(MODEL, prior, planned, body, live, {})


def test_what_the_api_made_of_a_setting_is_no_conflict() -> None:
    answer = {"config": {"host": "DB1"}}
    echo = echoes({"config": {"host": "db1"}}, answer)

    check(answer, echo)
    with pytest.raises(ConcurrentChange):
        check(answer)


def test_a_conflict_shows_all_values_that_differ() -> None:
    change = {"schedule_type": "manual", "proxy_agent_id": "canary-2"}
    prior = PRIOR | {"schedule_type": "auto", "proxy_agent_id": "canary-1"}
    live = {"schedule_type": "x", "proxy_agent_id": "canary-3", "paused": True}
    live |= {"config": {"host": "db3"}, "sync_frequency": 5}
    body = BODY | change | {"paused": False, "run_setup_tests": True}

    with pytest.raises(ConcurrentChange) as caught:
        require_unchanged(MODEL, prior, PLANNED | change, body, live, {})

    assert str(caught.value) == (
        "connection abc is not what the plan started from: paused was false, is true now, and "
        "was to become false; sync_frequency was 60, is 5 now, and was to become 15; "
        'schedule_type was "auto", is "x" now, and was to become "manual"; '
        'proxy_agent_id was "(hidden)", is "(hidden)" now, and was to become "(hidden)"; '
        'config.host was "(hidden)", is "(hidden)" now, and was to become "(hidden)"'
    )
    assert caught.value.remedy == (
        "Nothing was changed. Plan again, with refresh: the plan then starts from what is there. "
        "If this happens often, find out who else changes this connection."
    )


def test_what_is_named_like_a_secret_is_not_shown() -> None:
    prior, planned = values({"api_key": "canary-1"}), values({"api_key": "canary-2"})
    body = {"config": {"api_key": "canary-2"}}

    with pytest.raises(ConcurrentChange) as caught:
        require_unchanged(MODEL, prior, planned, body, {"config": {"api_key": "canary-3"}}, {})

    assert "canary" not in str(caught.value)
