"""How a creation is found again: its identifier in an answer, and its trace in an account."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from constructs_lib.backend.fivetran.connection import creation_search
from constructs_lib.backend.fivetran.connection.creation_search import Trace, identifier_in
from constructs_lib.backend.fivetran.journal.journal import Journal

MADE = {"id": "made", "service": "postgres", "schema": "orders", "group_id": "g"}


@pytest.mark.parametrize(
    ("content", "identifier"),
    [
        ('{"code": "Success", "data": {"id": "abc"}}', "abc"),
        ('{"data": {"status": {"id": "no"}, "x": ["id", "no"], "id": "a\\u0062c"}}', "abc"),
        ('{"meta": {"id": "no"}, "data": ["no"]}', None),
        ('{"data": {"id": null}, "id": "no"}', None),
        ('{"data": {"id": ""}}', None),
        ('{"data": {"id": "a\\u0000"}}', None),
        ('{"data": {"name": "\\"id\\": \\"no\\"", "id": "abc"', "abc"),
        ('{"data": {"x": ' + "[" * 10**5 + "]" * 10**5 + ', "id": "abc"}}', "abc"),
        ("<html>", None),
        ("", None),
    ],
)
def test_identifier_in_an_answer(content: str, identifier: str | None) -> None:
    assert identifier_in(content.encode(), {}) == identifier


@pytest.mark.parametrize("other", [{"service": "mysql"}, {"group_id": "theirs"}])
def test_identifier_of_another_creation_is_none(other: dict[str, str]) -> None:
    asked = {"service": "postgres", "group_id": "ours"}
    answer = json.dumps({"code": "Success", "data": {"id": "abc", **asked}})
    about_another = json.dumps({"code": "Success", "data": {"id": "abc", **asked, **other}})

    assert identifier_in(answer.encode(), asked) == "abc"
    assert identifier_in(about_another.encode(), asked) is None


def test_trace_of_an_earlier_version_is_read() -> None:
    trace = Trace("g", "postgres", "orders", "2026-06-01T00:00:00Z")

    assert Trace.of(["g", "postgres", "orders", "2026-06-01T00:00:00Z"]) == trace
    assert Trace.of({**trace._asdict(), "more": 1}) == trace
    assert Trace.of(json.loads(json.dumps(trace._asdict()))) == trace
    for lacking in (None, [], ["g"], {"group_id": "g"}, "text"):
        assert Trace.of(lacking) is None


@pytest.mark.parametrize(
    ("created", "is_ours"),
    [
        ("2026-05-31T23:59:50Z", False),
        ("2026-05-31T23:59:56Z", True),
        ("2026-06-01T00:59:00Z", True),
        ("2026-06-01T02:00:00Z", False),
        (None, False),
    ],
)
def test_trace_fits_what_its_run_can_have_made(created: str | None, is_ours: bool) -> None:
    trace = Trace("g", "postgres", "orders", "2026-06-01T00:00:00Z", "2026-06-01T01:00:00Z")

    assert trace.fits({**MADE, "created_at": created}) is is_ours


def test_entry_by_our_own_clock_is_read_by_the_one_of_the_api() -> None:
    journal = Journal(Path("nowhere")).creations
    name = creation_search.Name("account", "g", "postgres", "orders")
    entry = journal.entry(
        name, "2026-06-01T00:00:00+00:00", "2026-06-01T01:00:00+00:00", is_api_time=False
    )

    class Ahead:
        def server_time(self) -> Any:
            return datetime.now(timezone.utc) + timedelta(hours=5)

    trace = creation_search.trace_of(Ahead(), entry)  # type: ignore[arg-type]

    assert trace.since.startswith(("2026-06-01T05:00:00", "2026-06-01T04:59:59"))
    assert trace.until.startswith(("2026-06-01T06:00:00", "2026-06-01T05:59:59"))
