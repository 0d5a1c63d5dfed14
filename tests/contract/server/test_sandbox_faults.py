"""Lost, broken and late answers, at a chosen request."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.exceptions import ChunkedEncodingError
from sandbox_carriers import CONNECTOR_SDK, Carrier, Embedded

from constructs_lib.sandbox import FAULT_KINDS, Fault

CREATION = {"method": "POST", "path": "/v1/connections"}


def create(carrier: Carrier) -> requests.Response:
    return carrier.request("POST", "/v1/connections", json=CONNECTOR_SDK)


def exists(carrier: Carrier) -> bool:
    return bool(carrier.data("GET", "/v1/connections")["items"])


def last_write(carrier: Carrier) -> tuple[int, str | None]:
    entry = [entry for entry in carrier.journal() if entry.writes][-1]
    return entry.status, entry.fault


def fails_with(error: type[Exception]) -> Callable[[Carrier], None]:
    def check(carrier: Carrier) -> None:
        with pytest.raises(error):
            create(carrier)

    return check


def answers_500(carrier: Carrier) -> None:
    response = create(carrier)
    assert response.status_code == 500
    assert response.json()["code"] == "InternalServerError"


def answers_502(carrier: Carrier) -> None:
    response = create(carrier)
    assert (response.status_code, response.headers["Content-Type"]) == (502, "text/html")
    assert response.text.startswith("<html>")
    assert "X-Rate-Limit" not in response.headers


def answers_429(carrier: Carrier) -> None:
    response = create(carrier)
    assert (response.status_code, response.headers["Retry-After"]) == (429, "1")
    assert response.json()["code"] == "TooManyRequests"


def answers_406(carrier: Carrier) -> None:
    response = create(carrier)
    assert (response.status_code, response.json()["code"]) == (406, "NotAcceptable")


def answers_that_a_sync_runs(carrier: Carrier) -> None:
    response = create(carrier)
    words = "Failed to stop in-progress sync after trying for 60 seconds"
    assert (response.status_code, response.json()["message"]) == (400, words)


def answers_no_json(carrier: Carrier) -> None:
    response = create(carrier)
    assert (response.status_code, response.headers["Content-Type"]) == (201, "application/json")
    assert response.text.startswith('{"code": "Success"')
    with pytest.raises(ValueError, match=r"line \d+ column \d+"):
        response.json()


def answers_late(carrier: Carrier) -> None:
    start = time.monotonic()
    assert create(carrier).status_code == 201
    assert time.monotonic() - start >= 0.1


CASES: dict[str, tuple[Callable[[Carrier], None], int]] = {
    "500": (answers_500, 500),
    "500_after": (answers_500, 201),
    "502_html": (answers_502, 502),
    "502_html_after": (answers_502, 201),
    "429": (answers_429, 429),
    "429_after": (answers_429, 201),
    "refused": (answers_406, 406),
    "sync_not_stopped": (answers_that_a_sync_runs, 400),
    "reset_before": (fails_with(requests.ConnectionError), 0),
    "reset_after": (fails_with(requests.ConnectionError), 201),
    "truncated_body": (fails_with(ChunkedEncodingError), 201),
    "invalid_json": (answers_no_json, 201),
    "delay": (answers_late, 201),
}


@pytest.mark.parametrize("kind", CASES)
def test_fault_spoils_the_answer_and_tells_the_journal(carrier: Carrier, kind: str) -> None:
    # Given a fault at the first creation
    check, status = CASES[kind]
    carrier.configure(faults=[{"kind": kind, "seconds": 0.1, **CREATION}])
    # When a connection is created, then its client sees the fault
    check(carrier)
    # And the connection is there if, and only if, the fault let the request take effect
    assert exists(carrier) is FAULT_KINDS[kind].takes_effect
    # And the journal says what took effect
    assert last_write(carrier) == (status, kind)
    # And the next request is answered as ever
    answer = create(carrier)
    assert answer.status_code == (409 if FAULT_KINDS[kind].takes_effect else 201)
    assert last_write(carrier) == (answer.status_code, None)


def test_every_fault_has_a_case() -> None:
    events = {name for name, kind in FAULT_KINDS.items() if kind.event}
    assert set(CASES) == set(FAULT_KINDS) - events
    assert all(kind.meaning.endswith(".") for kind in FAULT_KINDS.values())


def test_reset_looks_like_one_of_the_network(carrier: Carrier) -> None:
    carrier.configure(faults=[{"kind": "reset_before", **CREATION}])
    with pytest.raises(requests.ConnectionError) as caught:
        create(carrier)
    # The end of a connection in order would be http.client's RemoteDisconnected, a subclass.
    assert type(caught.value.args[0].args[1]) is ConnectionResetError


def test_answer_that_comes_after_the_read_timeout_is_lost(carrier: Carrier) -> None:
    address = f"{carrier.url}/v1/connections"
    for timeout in (0.1, (5, 0.1)):
        carrier.configure(faults=[{"kind": "delay", "seconds": 1, **CREATION}])
        with pytest.raises(requests.ReadTimeout):
            carrier.session.post(address, json=CONNECTOR_SDK, timeout=timeout)
    assert exists(carrier)
    assert [entry.status for entry in carrier.journal() if entry.writes] == [201, 409]


def test_fault_strikes_the_nth_request_and_as_often_as_asked(carrier: Carrier) -> None:
    carrier.configure(faults=[{"kind": "500", "method": "GET", "nth": 2, "times": 2}])
    carrier.request("POST", "/v1/connections", json={})
    statuses = [carrier.request("GET", "/v1/groups").status_code for _ in range(5)]
    assert statuses == [200, 500, 500, 200, 200]


@pytest.mark.parametrize(
    ("path", "struck"),
    [
        ("/v1/connections", [False, False, False]),
        ("/v1/connections/{id}", [True, False, False]),
        ("/v1/connections/{id}/state", [False, True, False]),
        ("/v1/connections/{id}/{what}", [False, True, True]),
        ("/v1/connections/a.", [False, False, False]),
        ("^/v1/connections/a./s", [False, True, True]),
        ("^.*/sync$", [False, False, True]),
    ],
)
def test_fault_concerns_requests_by_their_path(
    carrier: Carrier, path: str, struck: list[bool]
) -> None:
    carrier.configure(faults=[{"kind": "500", "path": path, "times": 9}])
    paths = [f"/v1/connections/ab{rest}" for rest in ("", "/state", "/sync")]
    statuses = [carrier.request("GET", path).status_code for path in paths]
    assert [status == 500 for status in statuses] == struck


def test_faults_count_apart_and_the_first_of_two_strikes(carrier: Carrier) -> None:
    carrier.configure(
        faults=[
            {"kind": "502_html", "path": "/v1/groups", "nth": 2},
            {"kind": "500", "method": "GET", "nth": 2, "times": 2},
        ]
    )
    statuses = [carrier.request("GET", "/v1/groups").status_code for _ in range(4)]
    assert statuses == [200, 502, 500, 200]


def test_delay_goes_together_with_another_fault(carrier: Carrier) -> None:
    carrier.configure(
        faults=[{"kind": "500_after", **CREATION}, {"kind": "delay", "seconds": 0.1, **CREATION}]
    )
    start = time.monotonic()
    answers_500(carrier)
    assert time.monotonic() - start >= 0.1
    assert last_write(carrier) == (201, "delay, 500_after")


@pytest.mark.parametrize("value", [7, "Wed, 21 Oct 2026 07:28:00 GMT"])
def test_retry_after_is_sent_as_given(carrier: Carrier, value: Any) -> None:
    carrier.configure(faults=[{"kind": "429", "retry_after": value}])
    assert carrier.request("GET", "/v1/groups").headers["Retry-After"] == str(value)


def test_counting_restarts_with_new_faults_only(
    carrier: Carrier,
) -> None:
    def statuses() -> list[int]:
        return [carrier.request("GET", "/v1/groups").status_code for _ in range(2)]

    fault = {"kind": "500", "nth": 2}
    carrier.configure(faults=[fault])
    assert statuses() == [200, 500]
    carrier.configure(sync_seconds=3)
    assert statuses() == [200, 200]
    carrier.configure(faults=[fault])
    assert statuses() == [200, 500]


def test_wrong_credentials_do_not_prevent_a_fault(carrier: Carrier) -> None:
    carrier.configure(faults=[{"kind": "500"}])
    assert carrier.request("GET", "/v1/groups", auth=("a", "b")).status_code == 500


def test_processes_and_restarts_share_the_counting(tmp_path: Path) -> None:
    statuses = []
    for number in range(3):
        embedded = Embedded(tmp_path / "sandbox.db")
        with embedded.session:
            if number == 0:
                embedded.adapter.store.configure(faults=[Fault("500", nth=2)])
            statuses.append(embedded.request("GET", "/v1/groups").status_code)
    assert statuses == [200, 500, 200]


def test_reset_lets_the_counting_begin_anew() -> None:
    embedded = Embedded(None)
    with embedded.session:
        embedded.configure(faults=[{"kind": "500"}])
        for _ in range(2):
            statuses = [embedded.request("GET", "/v1/groups").status_code for _ in range(2)]
            assert statuses == [500, 200]
            embedded.adapter.store.reset()
