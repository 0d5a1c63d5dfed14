"""Whatever the answer to a creation is: the connection is known from then on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from scripted_api import Answer, ScriptedApi

from constructs_lib.backend.fivetran.api import errors
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport, RateLimiter
from constructs_lib.backend.fivetran.connection import creation, creation_search
from constructs_lib.backend.fivetran.journal.journal import Journal
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.http import attempts
from constructs_lib.backend.http.deadline import Deadline
from constructs_lib.backend.http.response_values import format_timestamp, retry_after
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Dynamic

BODY = {"group_id": "g", "service": "postgres", "config": {"schema_prefix": "orders"}}
NOW = datetime.now(timezone.utc)
MADE = {"id": "made", "service": "postgres", "schema": "orders", "group_id": "g"}
MADE |= {"created_at": ""}
OLDER = {**MADE, "id": "older", "created_at": "2025-01-01T00:00:00Z"}
TAKEN = Answer(409, {"code": "Conflict", "message": "it exists"})
FLOOD = Answer(429, {"code": "TooMany", "message": "slower"}, {"Retry-After": "0"})
_VAULT = SecretHasher("sandbox", "sandbox")


def response_with(data: Any, status: int = 200, **headers: str) -> Answer:
    return Answer(status, {"code": "Success", "data": data}, headers)


def listed(*items: dict[str, Any]) -> Answer:
    return response_with({"items": list(items)})


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "_FIRST_PAUSE", 0.001)
    monkeypatch.setattr(creation, "_PAUSES", (0.001,))
    # The tests of this file may run long after it was read.
    soon = datetime.now(timezone.utc) + timedelta(minutes=5)
    monkeypatch.setitem(MADE, "created_at", format_timestamp(soon))


@pytest.fixture
def account(api: ScriptedApi, tmp_path: Path) -> Iterator[Account]:
    client = Client(FivetranTransport(api.url), "key", "secret", request_timeout=5.0)
    made = Account(client, _VAULT, Journal(tmp_path / "fivetranops"))
    yield made
    made.release()
    made.close()


def create(account: Account, known: list[str] | None = None) -> creation.Created:
    told_ = known if known is not None else []
    return creation.create(account, dict(BODY), Deadline(30), (), told_.append)


def entries(account: Account) -> list[dict[str, Any]]:
    assert account.journal is not None
    folder = account.journal._folder / "creations"
    return [json.loads(file.read_text()) for file in folder.glob("*.json")]


@pytest.mark.parametrize("depth", [100, 300, 450, 500, 900, 3000, 100_000])
def test_creation_with_deep_setup_tests_is_in_state(
    api: ScriptedApi, account: Account, depth: int
) -> None:
    deep = '{"title": "t", "status": "WARNING", "details": ' + "[" * depth + "]" * depth + "}"
    data = json.dumps(MADE)[:-1] + f', "paused": false, "setup_tests": [{deep}]}}'
    found = response_with(MADE)
    api.answers = [Answer(201, f'{{"code": "Success", "data": {data}}}'), found]
    operation = in_state(account, {})

    assert operation.saved is not None
    assert operation.saved["id"] == "made"
    assert [seen.method for seen in api.seen][:1] == ["POST"]
    assert sum(seen.method == "POST" for seen in api.seen) == 1


def in_state(account: Account, more: dict[str, Any]) -> Operation:
    """What a creation leaves, whatever it raises."""
    import threading

    operation = Operation(account, {}, threading.Event())
    resource = FivetranOps().resources["fivetranops_connection"]
    planned = dict.fromkeys(resource.schema.attributes)
    planned |= {**BODY, "config": Dynamic.of(BODY["config"]), **more}
    try:
        resource.create(planned, planned, operation)
    except Exception as error:
        print(type(error).__name__, error)
    return operation


ODD_HEADERS = {
    "date of nothing": {"Date": ""},
    "date of no day": {"Date": "Mon, 99 Foo 0000 99:99:99 +9999999999"},
    "date at the end": {"Date": "Fri, 31 Dec 9999 23:59:59 GMT"},
    "date at the begin": {"Date": "Mon, 01 Jan 0001 00:00:00 +2359"},
    "limit of many digits": {"X-Rate-Limit-Remaining": "9" * 5000, "X-Rate-Limit": "1"},
    "limit of nothing": {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit": "0"},
    "limit that is huge": {"X-Rate-Limit-Remaining": "5", "X-Rate-Limit": "9" * 400},
    "retry of many digits": {"Retry-After": "9" * 5000},
    "retry at the end": {"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"},
    "no type": {"Content-Type": "\x80\xff"},
}


@pytest.mark.parametrize("headers", ODD_HEADERS.values(), ids=list(ODD_HEADERS))
@pytest.mark.parametrize("status", [201, 429])
def test_creation_with_odd_headers_is_in_state(
    api: ScriptedApi, account: Account, headers: dict[str, str], status: int
) -> None:
    first = Answer(status, {"code": "Success", "data": MADE}, headers)
    api.answers = [first, response_with(MADE, 201)]

    operation = in_state(account, {"timeouts": {"create": "1s"}})

    # A Retry-After that is out of all bounds says nothing: it is tried again after the usual pause.
    assert (operation.saved or {}).get("id") == "made"


@pytest.mark.parametrize("headers", ODD_HEADERS.values(), ids=list(ODD_HEADERS))
def test_odd_header_by_itself_is_no_failure(account: Account, headers: dict[str, str]) -> None:
    limiter = RateLimiter()
    limiter.observe(headers)
    limiter.wait(Deadline(1e9))
    account.client._exchange._learn_time(headers)
    retry_after(headers)

    assert account.client.server_time().tzinfo is not None


def test_identifier_is_known_before_anything_else(
    api: ScriptedApi, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*given: Any) -> None:
        raise ImportError("no file descriptor is left")

    api.answers = [response_with(MADE, 201), response_with(MADE)]
    monkeypatch.setattr("constructs_lib.backend.fivetran.api.exchange.Exchange._envelope", fails)
    known: list[str] = []

    with pytest.raises(errors.VendorError) as caught:
        create(account, known)

    assert known == ["made"]
    assert "Connection made was created, and is in state" in caught.value.remedy
    assert entries(account)[0]["schema"] == "orders"


def test_answer_that_was_cut_short_is_looked_for(api: ScriptedApi, account: Account) -> None:
    api.answers = [Answer(201, '{"code": "Success", "data": {"id": "ma', {}), listed(MADE)]
    api.answers += [response_with(MADE)]

    assert create(account) == creation.Created(MADE, creation.Origin.FOUND)


def test_429_of_a_creation_that_took_effect(api: ScriptedApi, account: Account) -> None:
    api.answers = [FLOOD, TAKEN, listed(MADE), response_with(MADE)]
    known: list[str] = []

    assert create(account, known) == creation.Created(MADE, creation.Origin.FOUND)

    assert known == ["made"]
    assert entries(account)[0]["connection"] == "made"


def test_429_and_a_name_that_was_taken_before(api: ScriptedApi, account: Account) -> None:
    api.answers = [FLOOD, TAKEN, listed(OLDER)]

    with pytest.raises(creation_search.NameTaken) as caught:
        create(account)

    assert "terraform import ADDRESS older" in caught.value.remedy
    assert entries(account) == []


def test_429_to_the_end_is_looked_for_later(
    api: ScriptedApi, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = FLOOD._replace(headers={"Retry-After": "7200"})
    api.answers = [late]
    with pytest.raises(errors.TooManyRequests):
        create(account)
    assert [entry["connection"] for entry in entries(account)] == [""]
    account.release()

    later = again(account)
    api.answers = [listed(MADE), response_with(MADE)]

    assert create(later).how is creation.Origin.TAKEN_OVER


def test_conflict_that_no_attempt_explains_names_the_other(
    api: ScriptedApi, account: Account
) -> None:
    # Even if it is as young as this creation: nothing was sent before that could have made it.
    api.answers = [TAKEN, listed(MADE)]

    with pytest.raises(creation_search.NameTaken) as caught:
        create(account)

    created = f"Connection made (service postgres, created {MADE['created_at']})"
    assert created in caught.value.remedy
    assert entries(account) == []


def test_conflict_that_cannot_be_looked_at(api: ScriptedApi, account: Account) -> None:
    api.answers = [TAKEN, Answer(403, {"code": "Forbidden", "message": "no"})]

    with pytest.raises(errors.Conflict):
        create(account)


@pytest.mark.parametrize("status", [400, 401, 403])
def test_creation_that_was_refused_leaves_no_entry(
    api: ScriptedApi, account: Account, status: int
) -> None:
    api.answers = [Answer(status, {"code": "Invalid", "message": "no"})]

    with pytest.raises(errors.ApiError):
        create(account)

    assert entries(account) == []


def test_two_of_one_name_are_never_the_same_connection(api: ScriptedApi, account: Account) -> None:
    api.answers = [response_with(MADE, 201)]
    create(account)
    api.answers = [FLOOD, TAKEN, listed(MADE)]

    with pytest.raises(creation_search.NameTaken):
        create(account)


def test_run_that_lives_is_waited_for(
    api: ScriptedApi, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.answers = [response_with(MADE, 201)]
    create(account)
    second = again(account)
    monkeypatch.setattr(creation, "_PAUSE_FOR_ANOTHER_RUN", 0.001)
    waits: list[str] = []
    deadline = Deadline(30)

    def poll(pause: float, reason: str) -> None:
        waits.append(reason)
        account.release()

    monkeypatch.setattr(deadline, "poll", poll)
    api.answers = [response_with(MADE)]

    made = creation.create(second, dict(BODY), deadline, ())

    assert made == creation.Created(MADE, creation.Origin.TAKEN_OVER)
    assert waits == ["another run here, which creates a connection named orders,"]


def again(account: Account) -> Account:
    """The next run in the same working directory."""
    assert account.journal is not None
    return Account(account.client, _VAULT, Journal(account.journal._folder))


def test_dead_run_whose_connection_is_gone_is_no_hindrance(
    api: ScriptedApi, account: Account
) -> None:
    api.answers = [response_with(MADE, 201)]
    create(account)
    account.release()
    gone = Answer(404, {"code": "NotFound_Connection", "message": "gone"})
    api.answers = [gone, response_with({**MADE, "id": "second"}, 201)]

    assert create(again(account)).answer["id"] == "second"


def test_connection_of_another_resource_is_not_taken_over(
    api: ScriptedApi, account: Account
) -> None:
    api.answers = [response_with(MADE, 201)]
    create(account)
    account.release()
    later = again(account)
    later.refreshed.add("made")
    api.answers = [response_with(MADE), TAKEN, listed(MADE)]

    with pytest.raises(creation_search.NameTaken):
        create(later)


def test_refresh_confirms_a_creation(api: ScriptedApi, account: Account) -> None:
    api.answers = [response_with(MADE, 201)]
    create(account)
    account.confirm("made")
    assert len(entries(account)) == 1, "its own run knows no more than it has answered"
    account.release()

    later = again(account)
    later.confirm("another")
    assert len(entries(account)) == 1
    later.confirm("made")

    assert entries(account) == []


def test_journal_that_cannot_be_written_stops_nothing(
    api: ScriptedApi, account: Account, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    lost = Account(account.client, _VAULT, Journal(tmp_path / "file" / "below"))
    api.answers = [response_with(MADE, 201)]

    assert create(lost).how is creation.Origin.CREATED

    assert lost.journal is not None
    assert "nothing can be kept in" in lost.journal.problem


_NOTHING_IS_LOADED = """
import sys, threading
from constructs_lib.backend.fivetran.provider_data import Account
from constructs_lib.backend.fivetran.api.client import Client
from constructs_lib.backend.fivetran.provider import FivetranOps
from constructs_lib.backend.managed_object.secret_tracking import SecretHasher
from constructs_lib.backend.fivetran.api.exchange import FivetranTransport
from constructs_lib.backend.plugin.protocol import dispatcher
from constructs_lib.backend.plugin.resource import Operation
from constructs_lib.backend.plugin.values.value import Dynamic

config = {"schema_prefix": "orders"}
client = Client(FivetranTransport(sys.argv[1]), "key", "secret-of-the-key")
account = Account(client, SecretHasher("k", "s"))
resource = FivetranOps().resources["fivetranops_connection"]
planned = dict.fromkeys(resource.schema.attributes)
planned |= {"group_id": "g", "service": "postgres", "config": Dynamic.of(config)}
given = {**planned, "config_wo": Dynamic.of({"password": "secret-password"})}
loaded, is_answered = [], []
send = FivetranTransport.send
def answered(*given):
    response = send(*given)
    is_answered.append(1)
    return response
FivetranTransport.send = answered
def note(event, details):
    if is_answered and event in ("import", "open"):
        loaded.append(f"{event} {details[0]}")
sys.addaudithook(note)
operation = Operation(account, {}, threading.Event())
try:
    resource.create(planned, given, operation)
except Exception as error:
    print("RAISED", type(error).__name__)
assert operation.saved["id"] == "made"
print(loaded)
"""


@pytest.mark.parametrize(
    "tests",
    [[], [{"title": "t", "status": "FAILED", "message": "m", "details": {"a": "secret-password"}}]],
)
def test_nothing_is_loaded_after_the_answer(api: ScriptedApi, tests: list[Any]) -> None:
    api.answers = [
        response_with({**MADE, "config": {"schema_prefix": "orders"}, "setup_tests": tests}, 201)
    ]

    done = subprocess.run(
        [sys.executable, "-c", _NOTHING_IS_LOADED, api.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.stdout == "[]\n", done.stdout + done.stderr
