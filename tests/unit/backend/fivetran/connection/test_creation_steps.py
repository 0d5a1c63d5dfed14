"""A creation request by request: what is sent, what is looked for, and what the journal keeps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport
from constructs_lib.backend.fivetran.connection import creation
from constructs_lib.backend.fivetran.connection.creation import Created, Origin
from constructs_lib.backend.fivetran.connection.creation_search import LostCreation, NameTaken
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.response_values import format_timestamp
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher

BODY = {"group_id": "g", "service": "postgres", "config": {"schema_prefix": "orders"}}
POST, LIST, ONE = (
    "POST /v1/connections",
    "GET /v1/connections?group_id=g&schema=orders&limit=100",
    "GET /v1/connections/made",
)
LOST = Answer(500, {})
FLOOD = Answer(429, {"code": "TooMany", "message": "slower"}, {"Retry-After": "0"})
TAKEN = Answer(409, {"code": "Conflict", "message": "it exists"})
REFUSED = Answer(400, {"code": "Invalid", "message": "no"})
FORBIDDEN = Answer(403, {"code": "Forbidden", "message": "no"})
GONE = Answer(404, {"code": "NotFound_Connection", "message": "gone"})
_HASHER = SecretHasher("sandbox", "sandbox")


def made(**more: Any) -> dict[str, Any]:
    found = {"id": "made", "service": "postgres", "schema": "orders", "group_id": "g"}
    # Later than any creation here, whenever the values of the tests were made.
    return {**found, "created_at": "2999-01-01T00:00:00Z", **more}


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
    found = Account(client, _HASHER, Journal(tmp_path / "fivetranops"))
    yield found
    found.release()
    found.close()


def again(account: Account) -> Account:
    """The next run in the same working directory."""
    account.release()
    assert account.journal is not None
    return Account(account.client, _HASHER, Journal(account.journal.folder))


def create(account: Account, known: list[str] | None = None, **more: Any) -> Created:
    told = [] if known is None else known
    return creation.create(account, {**BODY, **more}, Deadline(30), (), told.append)


def entries(account: Account) -> list[dict[str, Any]]:
    assert account.journal is not None
    return [
        json.loads(file.read_text())
        for file in (account.journal.folder / "creations").glob("*.json")
    ]


def requests(api: ScriptedApi) -> list[str]:
    return [f"{seen.method} {seen.path}" for seen in api.seen]


def test_creation_is_one_request_and_one_entry(api: ScriptedApi, account: Account) -> None:
    answer, known = made(), []
    api.answers = [ok(answer, 201)]

    assert create(account, known) == Created(answer, Origin.CREATED)

    assert requests(api) == [POST]
    assert api.seen[0].body == BODY
    assert set(known) == account.known == {"made"}
    (entry,) = entries(account)
    since, until = (datetime.fromisoformat(entry.pop(name)) for name in ("since", "until"))
    assert timedelta(minutes=10) < until - since <= timedelta(minutes=10, seconds=30)
    assert entry.pop("run")
    assert entry == {
        "version": 1,
        "account": account.client.account,
        "workspace": "default",
        "group_id": "g",
        "service": "postgres",
        "schema": "orders",
        "is_api_time": False,
        "connection": "made",
        "is_lost": False,
    }


@pytest.mark.parametrize(
    ("looks", "sent"),
    [
        ([listed(made())], [LIST]),
        ([listed(), listed(made())], [LIST, LIST]),
        ([FORBIDDEN, listed(), listed(made())], [LIST, LIST, LIST]),
        ([listed(made(id="older", created_at="2025-01-01T00:00:00Z"), made())], [LIST]),
        ([listed(made(id="other", service="mysql"), made())], [LIST]),
    ],
)
def test_lost_creation_is_looked_for_until_it_is_there(
    api: ScriptedApi, account: Account, looks: list[Answer], sent: list[str]
) -> None:
    answer, known = made(), []
    api.answers = [LOST, *looks, ok(answer)]

    assert create(account, known) == Created(answer, Origin.FOUND)

    assert requests(api) == [POST, *sent, ONE]
    assert (known, account.known) == (["made"], {"made"})
    assert [(one["connection"], one["is_lost"]) for one in entries(account)] == [("made", False)]


@pytest.mark.parametrize(
    "there",
    [
        [],
        [made(), made(id="second")],
        [made(created_at="2025-01-01T00:00:00Z")],
        [made(schema="sales")],
        [made(group_id="another")],
    ],
)
def test_creation_that_is_not_there_is_lost(
    api: ScriptedApi, account: Account, there: list[dict[str, Any]]
) -> None:
    api.answers = [LOST, listed(*there)]

    with pytest.raises(LostCreation) as caught:
        create(account)

    assert requests(api) == [POST, LIST, LIST, LIST]
    assert caught.value.trace[:3] == ("g", "postgres", "orders")
    assert "destination schema orders was found in group g yet" in caught.value.remedy
    assert [(one["connection"], one["is_lost"]) for one in entries(account)] == [("", True)]


@pytest.mark.parametrize("whose", ["known", "refreshed"])
def test_connection_of_another_resource_is_not_found(
    api: ScriptedApi, account: Account, whose: str
) -> None:
    getattr(account, whose).add("made")
    api.answers = [LOST, listed(made())]

    with pytest.raises(LostCreation):
        create(account)

    assert requests(api) == [POST, LIST, LIST, LIST]


def test_second_creation_of_one_name_is_never_looked_for(
    api: ScriptedApi, account: Account
) -> None:
    api.answers = [REFUSED]
    with pytest.raises(errors.ApiError):
        create(account)
    api.seen.clear()
    api.answers = [LOST, listed(made())]

    with pytest.raises(LostCreation):
        create(account)

    assert requests(api) == [POST]
    assert entries(account) == []


def test_creation_without_a_name_is_neither_noted_nor_looked_for(
    api: ScriptedApi, account: Account
) -> None:
    api.answers = [LOST]

    with pytest.raises(errors.ApiError):
        create(account, config={})

    assert requests(api) == [POST]
    assert entries(account) == []


def test_refused_creation_is_one_request(api: ScriptedApi, account: Account) -> None:
    api.answers = [REFUSED]

    with pytest.raises(errors.ApiError):
        create(account)

    assert (requests(api), entries(account)) == ([POST], [])


def test_refusal_after_429_is_looked_at_once(api: ScriptedApi, account: Account) -> None:
    api.answers = [FLOOD, REFUSED, listed()]

    with pytest.raises(errors.ApiError, match="400"):
        create(account)

    assert requests(api) == [POST, POST, LIST]
    assert [(one["connection"], one["is_lost"]) for one in entries(account)] == [("", False)]


def test_refusal_after_a_429_that_took_effect_finds_it(api: ScriptedApi, account: Account) -> None:
    answer = made()
    api.answers = [FLOOD, REFUSED, listed(answer), ok(answer)]

    assert create(account) == Created(answer, Origin.FOUND)
    assert requests(api) == [POST, POST, LIST, ONE]


def test_conflict_is_looked_at_once(api: ScriptedApi, account: Account) -> None:
    api.answers = [TAKEN, listed(made(id=7), made())]

    with pytest.raises(NameTaken, match="it exists") as caught:
        create(account)

    assert requests(api) == [POST, LIST]
    assert "terraform import ADDRESS made" in caught.value.remedy
    assert entries(account) == []


def test_conflict_with_nothing_there_is_the_error_itself(
    api: ScriptedApi, account: Account
) -> None:
    api.answers = [TAKEN, listed()]

    with pytest.raises(errors.Conflict):
        create(account)

    assert (requests(api), entries(account)) == ([POST, LIST], [])


@pytest.mark.parametrize(("before", "left"), [([], 0), ([FLOOD], 1)])
def test_conflict_that_cannot_be_looked_at_keeps_a_doubt(
    api: ScriptedApi, account: Account, before: list[Answer], left: int
) -> None:
    api.answers = [*before, TAKEN, FORBIDDEN]

    with pytest.raises(errors.Conflict):
        create(account)

    assert requests(api) == [*[POST] * len(before), POST, LIST]
    assert len(entries(account)) == left


def test_conflict_with_two_that_fit_names_the_first(api: ScriptedApi, account: Account) -> None:
    api.answers = [FLOOD, TAKEN, listed(made(id="first"), made(id="second"))]

    with pytest.raises(NameTaken) as caught:
        create(account)

    assert "terraform import ADDRESS first" in caught.value.remedy
    assert entries(account) == []


def test_dead_run_with_an_identifier_is_taken_over(api: ScriptedApi, account: Account) -> None:
    answer, known = made(), []
    api.answers = [ok(answer, 201)]
    create(account)
    later = again(account)
    api.seen.clear()
    api.answers = [ok(answer)]

    assert create(later, known) == Created(answer, Origin.TAKEN_OVER)

    assert requests(api) == [ONE]
    assert (known, later.known) == (["made"], {"made"})
    assert [one["connection"] for one in entries(later)] == ["made"]


def test_dead_run_without_an_identifier_is_looked_for(api: ScriptedApi, account: Account) -> None:
    answer = made(created_at=format_timestamp(datetime.now(timezone.utc) + timedelta(minutes=5)))
    api.answers = [LOST, listed()]
    with pytest.raises(LostCreation):
        create(account)
    later = again(account)
    api.seen.clear()
    api.answers = [listed(answer), ok(answer)]

    assert create(later) == Created(answer, Origin.TAKEN_OVER)

    assert requests(api) == [LIST, ONE]
    assert [one["connection"] for one in entries(later)] == ["made"]


def test_moment_of_a_dead_run_is_kept_for_the_next(api: ScriptedApi, account: Account) -> None:
    # Given a run that died after it sent a creation, which may still take effect
    api.answers = [LOST, listed()]
    with pytest.raises(LostCreation):
        create(account)
    (earlier,) = entries(account)
    later = again(account)
    api.seen.clear()

    # When the next run finds nothing, creates, and meets a conflict with a connection of that run
    answer = made()
    api.answers = [listed(), TAKEN, listed(answer), ok(answer)]
    found = create(later)

    # Then it is the connection of the earlier request
    assert found == Created(answer, Origin.FOUND)
    assert requests(api) == [LIST, POST, LIST, ONE]
    (entry,) = entries(later)
    assert (entry["since"], entry["is_api_time"]) == (earlier["since"], earlier["is_api_time"])
    assert entry["run"] != earlier["run"]


def test_dead_run_whose_connection_is_gone_is_followed(api: ScriptedApi, account: Account) -> None:
    api.answers = [ok(made(), 201)]
    create(account)
    later = again(account)
    api.seen.clear()
    second = made(id="second")
    api.answers = [GONE, ok(second, 201)]

    assert create(later) == Created(second, Origin.CREATED)
    assert requests(api) == [ONE, POST]
    assert [one["connection"] for one in entries(later)] == ["second"]
