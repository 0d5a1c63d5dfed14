"""A creation whose answer is in doubt: what is waited for, logged, believed, and left alone."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from fake_time import FakeTime
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import Exchange, FivetranTransport
from constructs_lib.backend.fivetran.connection import creation
from constructs_lib.backend.fivetran.connection.creation import Created, Origin
from constructs_lib.backend.fivetran.connection.creation_search import (
    LostCreation,
    NameTaken,
    UnreadCreation,
)
from constructs_lib.backend.fivetran.journal.creations import Name
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher

BODY = {"group_id": "g", "service": "postgres", "config": {"schema_prefix": "orders"}}
MADE = {
    "id": "made",
    "service": "postgres",
    "schema": "orders",
    "group_id": "g",
    # Later than any creation here, whenever the values of the tests were made.
    "created_at": "2999-01-01T00:00:00Z",
}
LOST = Answer(500, {})
FLOOD = Answer(429, {"code": "TooMany", "message": "slower"}, {"Retry-After": "0"})
TAKEN = Answer(409, {"code": "Conflict", "message": "it exists"})
REFUSED = Answer(400, {"code": "Invalid", "message": "no"})
FORBIDDEN = Answer(403, {"code": "Forbidden", "message": "no"})
HASHER = SecretHasher("sandbox", "sandbox")


def ok(data: Any, status: int = 200) -> Answer:
    return Answer(status, {"code": "Success", "data": data})


def listed(*items: dict[str, Any]) -> Answer:
    return ok({"items": list(items)})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_FIRST_PAUSE", 0.001)
    monkeypatch.setattr(creation, "_PAUSES", (0.001, 0.001))


@pytest.fixture
def account(api: ScriptedApi, tmp_path: Path) -> Iterator[Account]:
    client = Client(FivetranTransport(api.url), "key", "secret", request_timeout=5.0)
    found = Account(client, HASHER, Journal(tmp_path / "fivetranops"))
    yield found
    found.release()
    found.close()


def create(account: Account, **more: Any) -> Created:
    return creation.create(account, {**BODY, **more}, Deadline(600), ())


def methods(api: ScriptedApi) -> list[str]:
    return [seen.method for seen in api.seen]


def test_lost_creation_is_looked_for_at_once_and_later(
    api: ScriptedApi,
    account: Account,
    clock: FakeTime,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Given a creation whose answer is lost, and looks with pauses between them
    monkeypatch.setattr(creation, "_PAUSES", (60.0, 240.0))
    api.answers, begun = [LOST, FORBIDDEN, listed()], clock.time()

    # When nothing is found
    with pytest.raises(LostCreation) as caught:
        create(account)

    # Then it was looked for at once and after each pause, and the log says when and why
    assert clock.time() - begun == pytest.approx(300, abs=0.1)
    lines = capsys.readouterr().err.splitlines()
    assert re.sub(r"at \d\d:\d\d:\d\dZ", "at TIME", "\n".join(lines)) == "\n".join(
        [
            f"[WARN]  {caught.value.cause}; looking for the connection",
            *looking(0),
            "[WARN]  GET /v1/connections?group_id=g&schema=orders&limit=100 answered 403 "
            "(Forbidden): no",
            *looking(60),
            *looking(240),
        ]
    )
    # And it was sent at the beginning, by the clock of the API, which tells seconds
    since = datetime.fromisoformat(caught.value.trace.since).timestamp()
    assert since == pytest.approx(begun, abs=1.1)
    assert caught.value.trace[:3] == ("g", "postgres", "orders")


def looking(seconds: int) -> list[str]:
    words = "for a connection whose creation was not confirmed"
    return [f"[INFO]  looking in {seconds}.0 s, at TIME, {words}"]


class Noon(datetime):
    """A clock of a machine in Tokyo that stands still."""

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        noon = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
        return noon if tz else noon.astimezone(timezone(timedelta(hours=9))).replace(tzinfo=None)


@pytest.mark.usefixtures("clock")
def test_moment_of_a_look_is_told_in_utc(
    api: ScriptedApi,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(creation, "_PAUSES", (90.0,))
    monkeypatch.setattr(creation, "datetime", Noon)
    api.answers = [LOST, listed(), listed(MADE), ok(MADE)]

    assert create(account) == Created(MADE, Origin.FOUND)

    log = capsys.readouterr().err
    assert re.findall(r"at \d\d:\d\d:\d\dZ", log) == ["at 12:00:00Z", "at 12:01:30Z"]


def test_look_that_fails_in_any_way_is_repeated(
    api: ScriptedApi,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # Given a process in which a look fails once, whatever the reason
    look, failures = account.client.connections_of, [MemoryError()]

    def connections_of(*given: Any) -> list[dict[str, Any]]:
        if failures:
            raise failures.pop()
        return look(*given)

    monkeypatch.setattr(account.client, "connections_of", connections_of)
    api.answers = [LOST, listed(MADE), ok(MADE)]

    # When an answer is lost, then the next look finds the connection
    assert create(account) == Created(MADE, Origin.FOUND)
    assert "[WARN]  looking for a connection: MemoryError\n" in capsys.readouterr().err


def unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the next answer be none that this process can read, and no further one."""
    read = Exchange._envelope

    def fails(*given: Any) -> Any:
        monkeypatch.setattr(Exchange, "_envelope", read)
        raise ImportError("no file descriptor is left")

    monkeypatch.setattr(Exchange, "_envelope", fails)


@pytest.mark.parametrize(
    ("status", "is_read"), [(200, True), (201, True), (299, True), (300, False), (500, False)]
)
def test_answer_that_cannot_be_read_is_looked_for(
    api: ScriptedApi,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    status: int,
    is_read: bool,
) -> None:
    # Given an answer with an identifier that only a success tells
    unreadable(monkeypatch)
    api.answers = [ok(MADE, status), *([] if is_read else [listed(MADE)]), ok(MADE)]

    # When it cannot be read, then the connection is looked for by what is known of it
    assert create(account) == Created(MADE, Origin.FOUND)
    search = [] if is_read else ["/v1/connections?group_id=g&schema=orders&limit=100"]
    assert [seen.path for seen in api.seen] == ["/v1/connections", *search, "/v1/connections/made"]
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "the answer to" in line]
    places = line.removeprefix("[WARN]  the answer to a creation: ImportError: ").split(" < ")
    assert places[0].startswith("test_creation_doubts.py:")
    assert places[0].endswith(" in fails")
    assert len(places) == 5


def test_answer_that_was_not_read_is_in_state(
    api: ScriptedApi, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    unreadable(monkeypatch)
    api.answers = [ok(MADE, 201), FORBIDDEN]

    with pytest.raises(UnreadCreation) as caught:
        create(account)

    assert str(caught.value) == (
        "POST /v1/connections got no answer: it could not be read (ImportError)"
    )
    assert methods(api) == ["POST", *["GET"] * 3]
    assert account.known == {"made"}


def test_interruption_after_429_is_not_followed_by_a_look(
    api: ScriptedApi, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an API that asks to wait, and a Terraform that wants to stop then
    stopping = threading.Event()

    def next_answer() -> Answer:
        stopping.set()
        return FLOOD._replace(headers={"Retry-After": "1"})

    monkeypatch.setattr(api, "next_answer", next_answer)

    # When the creation waits, then it ends with that one request
    with pytest.raises(errors.Interrupted):
        creation.create(account, dict(BODY), Deadline(600, stopping), ())
    assert methods(api) == ["POST"]


def test_look_after_a_refusal_does_not_hide_it(api: ScriptedApi, account: Account) -> None:
    api.answers = [FLOOD, REFUSED, FORBIDDEN]

    with pytest.raises(errors.ApiError, match="400"):
        create(account)

    assert methods(api) == ["POST", "POST", "GET"]


@pytest.mark.parametrize(
    ("answers", "error"),
    [([FLOOD, REFUSED], errors.ApiError), ([FLOOD, TAKEN, listed(MADE)], NameTaken)],
)
def test_second_creation_of_one_name_is_never_found(
    api: ScriptedApi, account: Account, answers: list[Answer], error: type[Exception]
) -> None:
    # Given a run in which another resource creates what has the same name
    api.answers = [REFUSED]
    with pytest.raises(errors.ApiError):
        create(account)
    api.seen.clear()

    # When an answer is in doubt, then nothing that is there is taken for it
    api.answers = list(answers)
    with pytest.raises(error):
        create(account)
    assert methods(api) == ["POST", "POST", *["GET"] * (len(answers) - 2)]


def test_conflict_that_cannot_be_looked_at_is_logged(
    api: ScriptedApi, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    api.answers = [TAKEN, FORBIDDEN]

    with pytest.raises(errors.Conflict):
        create(account)

    assert capsys.readouterr().err == (
        "[WARN]  GET /v1/connections?group_id=g&schema=orders&limit=100 answered 403 "
        "(Forbidden): no\n"
    )


def test_creation_without_a_journal_is_looked_for(api: ScriptedApi, account: Account) -> None:
    api.answers = [LOST, listed(MADE), ok(MADE)]

    assert create(Account(account.client, HASHER)) == Created(MADE, Origin.FOUND)


def test_time_of_a_dead_run_that_is_over_is_not_kept(
    api: ScriptedApi, account: Account, tmp_path: Path
) -> None:
    # Given a run that died after it sent a creation, and whose time is over
    journal = Journal(tmp_path / "fivetranops").creations
    name = Name(account.client.account, "g", "postgres", "orders")
    times = ("2026-06-01T00:00:00Z", "2026-06-01T01:00:00Z")
    journal.write(journal.entry(name, *times, is_api_time=True))
    journal.close()

    # When the next run finds nothing, and meets a conflict
    api.answers = [listed(), TAKEN, listed(MADE)]

    # Then the connection that has the name is not that of the earlier request
    with pytest.raises(NameTaken):
        create(account)
    assert methods(api) == ["GET", "POST", "GET"]
