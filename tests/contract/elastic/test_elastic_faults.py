from __future__ import annotations

import json
import time
from typing import Any

import pytest
import requests
from elastic_carriers import ElasticCarrier

from constructs_lib.sandbox import FAULT_KINDS, SandboxError
from constructs_lib.sandbox.elastic import ElasticFault, ElasticStore
from constructs_lib.sandbox.elastic.store import OF_FIVETRAN

PATH = "/_connector/sandbox_wiki"
AT_STATUS = {"method": "PUT", "path": "/_connector/{id}/_status"}
LOST = ["reset_before", "reset_after", "truncated_body"]


@pytest.mark.parametrize("kind", [*LOST, "500", "500_after", "502_html", "502_html_after", "429"])
def test_write_takes_effect_as_its_fault_says(elastic: ElasticCarrier, kind: str) -> None:
    elastic.configure(faults=[{"kind": kind, **AT_STATUS}])
    if kind in LOST:
        with pytest.raises(
            requests.ConnectionError if "reset" in kind else requests.RequestException
        ):
            elastic.put_status("sandbox_wiki", "error")
    else:
        response = elastic.put_status("sandbox_wiki", "error")
        assert response.status_code == int(kind[:3])
        assert "X-elastic-product" not in response.headers
    assert elastic.status("sandbox_wiki") == (
        "error" if FAULT_KINDS[kind].takes_effect else "created"
    )


@pytest.mark.parametrize(
    ("kind", "code", "error"),
    [("500", 500, "exception"), ("429", 429, "es_rejected_execution_exception")],
)
def test_failure_comes_in_the_usual_envelope(
    elastic: ElasticCarrier, kind: str, code: int, error: str
) -> None:
    elastic.configure(faults=[{"kind": kind, "times": 2, "retry_after": 7}])
    assert elastic.refusal("GET", PATH)[:2] == (code, error)
    expected = "7" if kind == "429" else None
    assert elastic.request("GET", PATH).headers.get("Retry-After") == expected


def test_broken_body_is_half_of_the_json(elastic: ElasticCarrier) -> None:
    elastic.configure(faults=[{"kind": "invalid_json"}])
    response = elastic.request("GET", PATH)
    assert response.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(response.text)


def test_delayed_answer_outlasts_its_timeout(elastic: ElasticCarrier) -> None:
    elastic.configure(faults=[{"kind": "delay", "seconds": 2, **AT_STATUS}])
    address = f"{elastic.url}{PATH}/_status"
    with pytest.raises(requests.ReadTimeout):
        elastic.session.put(address, json={"status": "error"}, timeout=(5, 0.1))
    deadline = time.monotonic() + 20
    while elastic.status("sandbox_wiki") != "error":
        assert time.monotonic() < deadline, "the write never took effect"
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("when", "code", "status"), [("before", 200, "configured"), ("after", 400, "error")]
)
def test_status_moves_beside_a_request(
    elastic: ElasticCarrier, when: str, code: int, status: str
) -> None:
    # From created nothing leads to configured; from error it does.
    elastic.configure(
        faults=[{"kind": "status_moves", "status": "error", "when": when, **AT_STATUS}]
    )
    assert elastic.put_status("sandbox_wiki", "configured").status_code == code
    assert elastic.status("sandbox_wiki") == status


def test_status_moves_also_where_the_answer_is_lost(elastic: ElasticCarrier) -> None:
    moves = {"kind": "status_moves", "status": "connected", "when": "after", **AT_STATUS}
    elastic.configure(faults=[{"kind": "reset_after", **AT_STATUS}, moves])
    with pytest.raises(requests.ConnectionError):
        elastic.put_status("sandbox_wiki", "error")
    assert elastic.status("sandbox_wiki") == "connected"


def test_path_of_a_fault_is_compared_percent_encoded(elastic: ElasticCarrier) -> None:
    elastic.data("PUT", "/_connector/a%2Fb")
    elastic.configure(faults=[{"kind": "500", **AT_STATUS}])
    assert elastic.put_status("a%2Fb", "error").status_code == 500


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "sync_starts"},
        {"kind": "state_moves"},
        {"kind": "x"},
        {"kind": "500", "nth": 0},
        {"kind": "status_moves", "status": "Error"},
        {"status": "error"},
    ],
)
def test_wrong_fault_is_refused(fault: dict[str, Any]) -> None:
    with ElasticStore(None) as store, pytest.raises(SandboxError):
        store.configure(faults=[fault])


@pytest.mark.parametrize(
    "settings",
    [
        {"x": 1},
        {"version": "9"},
        {"version": 9},
        {"build_flavor": "x"},
        {"manage_connector": 1},
        {"clock_ahead_seconds": -1},
        {"faults": "500"},
    ],
)
def test_wrong_setting_is_refused(settings: dict[str, Any]) -> None:
    with ElasticStore(None) as store, pytest.raises(SandboxError):
        store.configure(**settings)


def test_every_kind_but_the_events_of_fivetran_is_there() -> None:
    events = {name for name, facts in FAULT_KINDS.items() if facts.event}
    assert set(ElasticFault.KINDS) == set(FAULT_KINDS) - events - {*OF_FIVETRAN} | {"status_moves"}


def test_clock_can_be_put_ahead() -> None:
    with ElasticStore(None) as store:
        store.advance(60)
        store.advance(30)
        assert store.settings.clock_ahead_seconds == 90


def test_service_sets_a_status_past_the_table() -> None:
    with ElasticStore(None) as store:
        store.set_status("sandbox_wiki", "connected")
        found = store.connector("sandbox_wiki")
        assert found is not None
        assert found.status == "connected"
        with pytest.raises(SandboxError, match="there is no connector 'x'"):
            store.set_status("x", "error")
        with pytest.raises(SandboxError, match="status must be one of"):
            store.set_status("sandbox_wiki", "Error")
