"""How a creation is found again: its identifier in an answer, and its trace in an account."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from every_case import check_every

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.connection import creation_search
from constructs_lib.backend.fivetran.connection.creation_search import (
    LostCreation,
    Name,
    NameTaken,
    Trace,
    UnreadCreation,
    creation_name,
    identifier_in,
    is_over,
    joined_schema_name,
    planned_name,
    trace_of,
)
from constructs_lib.backend.fivetran.journal.creations import CreationEntry
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.plugin.values.value import Dynamic

DEADLINE = Deadline(86_400)  # The modules are imported long before the last test runs.
SINCE, UNTIL = "2026-06-01T00:00:00+00:00", "2026-06-01T01:00:00+00:00"
TRACE = Trace("g", "postgres", "orders", SINCE, UNTIL)
ENTRY = CreationEntry("account", "default", "g", "postgres", "orders", SINCE, "run", UNTIL)
MADE = {
    "id": "made",
    "service": "postgres",
    "schema": "orders",
    "group_id": "g",
    "created_at": "2026-06-01T00:30:00Z",
}


class Api:
    """An account in memory, and what is asked of it, each within the deadline."""

    def __init__(self, *there: dict[str, Any]) -> None:
        self.there, self.asked = there, []
        self.failure: errors.VendorError | None = None
        self.time = datetime(2026, 6, 1, 0, 30, tzinfo=timezone.utc)

    def server_time(self) -> datetime:
        return self.time

    def connections_of(self, group: str, schema: str, deadline: Deadline) -> list[dict[str, Any]]:
        assert deadline is DEADLINE
        self.asked.append(f"{group}/{schema}")
        return list(self.there)

    def connection(self, identifier: str, deadline: Deadline) -> dict[str, Any]:
        assert deadline is DEADLINE
        self.asked.append(identifier)
        if self.failure is not None:
            raise self.failure
        return {"id": identifier, "whole": True}


def find(api: Api, left: CreationEntry | None = None) -> Any:
    """What a trace leads to, or else an entry."""
    if left is None:
        return creation_search.find(api, TRACE, DEADLINE)  # type: ignore[arg-type]
    return creation_search.find_interrupted(api, left, DEADLINE)  # type: ignore[arg-type]


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
        ('{"data": {"id": "abc", "id": "no"}}', "abc"),
        ('{"data": {"x": [{"id": "no"}], "id": "abc"}}', "abc"),
        ('{"data": {"id": 5}, "more": ["no"]}', None),
        ('{"data": {"id": [1]}, "data": ["no"]}', None),
        ('{"more": {"id": {}}, "data": {"id": "abc"}}', "abc"),
        ('["data", {"id": "no"}]', None),
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
    assert identifier_in(b'{"data": {"id": "abc"}}', asked) == "abc"
    assert identifier_in(about_another.encode(), asked) is None


def test_trace_of_an_earlier_version_is_read() -> None:
    trace = TRACE._replace(until="")

    def check(lacking: Any) -> None:
        assert Trace.of(lacking) is None

    assert Trace.of(["g", "postgres", "orders", SINCE]) == trace
    assert Trace.of({**trace._asdict(), "more": 1}) == trace
    assert Trace.of({**TRACE._asdict(), "until": 5}) == trace
    assert Trace.of(json.loads(json.dumps(TRACE._asdict()))) == TRACE
    check_every([None, [], ["g"], list(trace), ["g", "postgres", "orders"], "text"], check)
    check_every([{**TRACE._asdict(), name: 5} for name in Trace._fields[:4]], check)


def test_trace_fits_what_its_run_can_have_made() -> None:
    def fits(case: dict[str, Any]) -> None:
        assert TRACE.fits({**MADE, **case}) is True

    def differs(case: dict[str, Any]) -> None:
        assert TRACE.fits({**MADE, **case}) is False

    # The API's servers may be some seconds apart, and not all of them tell the group.
    check_every([{}, {"group_id": None}, {"schema": "ORDERS"}], fits)
    check_every([{"created_at": f"2026-0{at}Z"} for at in ("5-31T23:59:55", "6-01T01:00:00")], fits)
    check_every(
        [{"created_at": f"2026-0{at}Z"} for at in ("5-31T23:59:54", "6-01T01:00:01")], differs
    )
    check_every([{name: "other"} for name in MADE if name != "id"], differs)
    check_every([{name: None} for name in MADE if name != "group_id"], differs)


def test_trace_without_an_end_fits_what_is_younger() -> None:
    late = {**MADE, "created_at": "2027-01-01T00:00:00Z"}

    assert TRACE.fits(late) is False
    assert TRACE._replace(until="").fits(late) is True
    assert TRACE._replace(until="odd").fits(late) is True
    assert TRACE._replace(since="odd").fits(MADE) is False
    assert TRACE._replace(schema="Orders").fits(MADE) is True


@pytest.mark.parametrize("left", [None, ENTRY])
def test_the_only_one_that_fits_is_found(left: CreationEntry | None) -> None:
    older = {**MADE, "id": "older", "created_at": "2025-01-01T00:00:00Z"}

    for there, found in [([], False), ([older, MADE], True), ([MADE, {**MADE, "id": "b"}], False)]:
        api = Api(*there)
        assert find(api, left) == ({"id": "made", "whole": True} if found else None)
        assert api.asked == ["g/orders", *(["made"] if found else [])]


def test_identifier_of_an_entry_is_looked_at_alone() -> None:
    api, left = Api(MADE), ENTRY._replace(connection="noted")

    assert find(api, left) == {"id": "noted", "whole": True}
    api.failure = errors.NotFound("GET", 404, "NotFound_Connection", "gone")
    assert find(api, left) is None
    api.failure = errors.ApiError("GET", 500, "", "")
    with pytest.raises(errors.ApiError):
        find(api, left)

    assert api.asked == ["noted"] * 3


class Ahead(Api):
    """An API whose clock is five hours before ours, as its first answer shows."""

    def connections_of(self, group: str, schema: str, deadline: Deadline) -> list[dict[str, Any]]:
        self.time = datetime.now(timezone.utc) + timedelta(hours=5)
        return super().connections_of(group, schema, deadline)


def test_entry_by_our_own_clock_is_read_by_the_one_of_the_api() -> None:
    # Given an entry that no answer has told the time of
    entry = ENTRY._replace(is_api_time=False)
    api = Ahead({**MADE, "created_at": "2026-06-01T05:30:00Z"})

    # When its connection is looked for, then by the API's clock
    assert find(api, entry) == {"id": "made", "whole": True}
    trace = trace_of(api, entry)  # type: ignore[arg-type]
    assert trace[:3] == ("g", "postgres", "orders")
    assert trace.since.startswith(("2026-06-01T05:00:00", "2026-06-01T04:59:59"))
    assert trace.until.startswith(("2026-06-01T06:00:00", "2026-06-01T05:59:59"))


def test_moment_that_is_none_stays_what_it_is() -> None:
    entry = ENTRY._replace(until="", is_api_time=False)

    assert trace_of(Api(), entry).until == ""  # type: ignore[arg-type]
    assert trace_of(Api(), ENTRY) == TRACE  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("until", "second", "expected"), [(UNTIL, 0, False), (UNTIL, 1, True), ("", 1, False)]
)
def test_run_is_over_after_its_end(until: str, second: int, expected: bool) -> None:
    api = Api()
    api.time = datetime(2026, 6, 1, 1, 0, second, tzinfo=timezone.utc)

    assert is_over(api, ENTRY._replace(until=until)) is expected  # type: ignore[arg-type]


def test_name_of_a_creation_is_whole_or_none() -> None:
    body = {"group_id": "g", "service": "postgres", "config": {"schema": "s", "table": "t"}}

    def check(odd: dict[str, Any]) -> None:
        assert creation_name("account", {**body, **odd}) is None
        dynamic = {"config": Dynamic.of(odd.get("config", {"schema": "s"}) or {})}
        assert planned_name("account", {**body, **odd, **dynamic}) is None

    expected = Name("account", "g", "postgres", "s.t")
    assert creation_name("account", body) == expected
    assert planned_name("account", {**body, "config": Dynamic.of(body["config"])}) == expected
    check_every([{name: odd} for name in ("group_id", "service") for odd in (None, 5)], check)
    check_every([{"config": odd} for odd in (None, {}, {"host": "h"}, {"schema": 5})], check)
    assert joined_schema_name({"schema": "s", "table": None}) == ""


CONFLICT = errors.Conflict("POST /v1/connections", 409, "Conflict", "it exists")
BROKEN = errors.NoResponse("POST /v1/connections", "it broke off", sent=True)
REFUSED = errors.ApiError("POST /v1/connections", 400, "Invalid", "no")
CONFLICT.tried = BROKEN.tried = "It was tried 3 times."


def test_lost_creation_says_what_was_looked_for() -> None:
    error = LostCreation(BROKEN, TRACE)

    assert (error.cause, error.trace, error.tried) == (BROKEN, TRACE, BROKEN.tried)
    assert str(error) == str(BROKEN)
    assert error.remedy == (
        "No connection with the destination schema orders was found in group g yet. It may still "
        "appear. Run the command again: it first looks for the connection, and adopts it if it "
        "exists."
    )


def test_taken_name_says_who_has_it() -> None:
    error = NameTaken(CONFLICT, Name("account", "g", "postgres", "orders"), MADE)

    assert (str(error), error.tried) == (str(CONFLICT), CONFLICT.tried)
    assert error.remedy == (
        "Connection made (service postgres, created 2026-06-01T00:30:00Z) already has the "
        "destination schema orders in group g. To manage that connection: terraform import "
        "ADDRESS made, with the address of this resource. Otherwise choose another destination "
        "schema."
    )


def test_unread_creation_says_that_it_is_in_state() -> None:
    error = UnreadCreation(BROKEN, "made")

    assert (str(error), error.tried) == (str(BROKEN), BROKEN.tried)
    assert error.remedy == (
        "Connection made was created, and is in state. Terraform marks it as tainted and would "
        "replace it: to keep it, run 'terraform untaint' on its address before the next apply."
    )


def test_advice_after_a_creation_names_the_place() -> None:
    place = "a connection with the destination schema orders in group g"
    advice = creation_search.advice(
        {"group_id": "g", "config": Dynamic.of({"schema_prefix": "orders"})}
    )

    assert advice(CONFLICT) == (
        f"There is {place}, or there was until just now. Choose another schema, or import that "
        "connection: terraform import ADDRESS IDENTIFIER."
    )
    assert advice(BROKEN) == (
        f"The connection may exist nevertheless. Look for {place}: if it is there, import it "
        "(terraform import ADDRESS IDENTIFIER) before the next apply."
    )
    assert advice(REFUSED) == ""
