"""Text to compare with is the same in every run, in whatever order Terraform works."""

from __future__ import annotations

import itertools

from constructs_lib.testing import Request
from constructs_lib.testing.snapshot import deploy_without_noise, transcript

ORDERS, SHOP = "a1b2c3", "d4e5f6"
NAMES = {ORDERS: "orders", SHOP: "shop"}


def sent(method: str, path: str, body: object = None) -> Request:
    return Request(method, path, 200, body)


def test_requests_about_one_object_keep_their_order() -> None:
    status = "/_connector/wiki/_status"
    of_orders = [
        sent("PATCH", f"/v1/connections/{ORDERS}", {"paused": True}),
        sent("PATCH", f"/v1/connections/{ORDERS}/state", {"state": {}}),
    ]
    of_wiki = [sent("PUT", status, {"status": "b"}), sent("PUT", status, {"status": "a"})]
    made = [sent("POST", "/v1/connections", {"service": name}) for name in ("b", "a")]
    of_shop = [sent("DELETE", f"/v1/connections/{SHOP}")]

    parts = (of_orders, of_wiki, made, of_shop)
    found = {
        tuple(transcript(itertools.chain(*order), NAMES)) for order in itertools.permutations(parts)
    }

    assert found == {
        (
            'POST /v1/connections {"service": "a"}',
            'POST /v1/connections {"service": "b"}',
            'PUT /_connector/wiki/_status {"status": "b"}',
            'PUT /_connector/wiki/_status {"status": "a"}',
            'PATCH /v1/connections/{orders} {"paused": true}',
            'PATCH /v1/connections/{orders}/state {"state": {}}',
            "DELETE /v1/connections/{shop}",
        )
    }


def test_a_name_stands_for_whole_identifiers_alone() -> None:
    body = {"of": ORDERS, "other": f"{ORDERS}7"}

    (line,) = transcript([sent("POST", "/v1/connections", body)], NAMES)

    assert line == 'POST /v1/connections {"of": "{orders}", "other": "a1b2c37"}'


def test_a_path_that_no_api_has_is_shown() -> None:
    assert sent("GET", "/nowhere").endpoint == "GET /nowhere"
    assert repr(Request("GET", "/nowhere", 0, None, "reset_before")).endswith("(reset_before)")


def test_times_are_no_part_of_a_snapshot() -> None:
    outputs = {"at": "2026-01-31T12:00:00.123456Z", "on": "2026-01-31T12:00:00+01:00", "n": 1}

    text = deploy_without_noise({}, [], outputs)

    assert text == 'plan:\nrequests:\noutputs:\n  at = "(time)"\n  n = 1\n  on = "(time)"\n'
